/* SPDX-License-Identifier: Apache-2.0 */
/* session_store.h: sessions of mode customer: a source is stored, and nothing is paid.
 *
 *     prepare ── the issuer or the wallet is asked
 *     begin ─┬─ the source is stored at once, which completes the session
 *            ├─ a card whose holder is needed: a secure token waits   ── session_store_secured()
 *            └─ a wallet: its owner is asked for consent              ── session_consent
 *
 * Of several attempts one completes the session, as with payments. An attempt that fails leaves the
 * session pending and nobody new.
 *
 * Used by  api, app/secure_token_step
 * Source   komoju-core 7.2, 7.5, 10 */
#ifndef KESSAI_APP_SESSION_STORE_H
#define KESSAI_APP_SESSION_STORE_H

#include "app/customer_change.h"
#include "app/secure_token.h"
#include "app/session.h"

/* Pays a session of mode customer. The caller fills `change` with the source and the buyer, the
 * session, and calls session_store_fill().
 *   answer  the Customer; or where the customer is sent elsewhere: waits, and
 *           {"redirect_url": url, "status": "pending"}
 *   errors  those of session_admit, session_price and customer_change; E_CARD_DECLINED: the issuer
 *           says no; E_INVALID_PAYMENT_TYPE (payment_details.type): a live merchant without a rail;
 *           what the wallet refuses with, E_GATEWAY_TIMEOUT */
struct session_store {
    struct customer_change change; /* first */
    struct session session;
    /* filled by prepare */
    enum method method;
    bool is_asked; /* the issuer, with this outcome */
    struct authentication authentication;
    struct card_secret card; /* of a token, for that; wiped by command_done() */
    str merchant_name, redirect_url;
};
void session_store_init(struct session_store *in);
/* What the session says of the customer. */
void session_store_fill(struct session_store *in, str scenario);

/* For session_store*.c alone: stores the source, which completes the session. Afterwards the
 * command has its answer: the Customer, or a refusal of screening. */
MUST_USE result session_store_now(struct tx *tx, struct session_store *in);

/* The holder of a card has been authenticated for a session, or not: stores it. The caller writes
 * the token back. Where that can no longer be (the session is over, or its customer has been
 * deleted) nothing happens.
 *   card   with its number; the caller wipes it */
MUST_USE result session_store_secured(struct tx *tx, struct command *c,
                                      const struct secure_token *token,
                                      const struct card_secret *card);

/* The owner of a wallet has said whether it may be charged: what the wallet tells us. Of several
 * answers to one question the first counts.
 *   answer  the Session
 *   errors  E_NOT_FOUND; E_UNPROCESSABLE: the session asks nobody, or is over (outcome; act, of a
 *           consent that is named) */
enum consent {
    CONSENT_NONE = 0,
    CONSENT_ASKED = 1,
    CONSENT_GIVEN = 2,
    CONSENT_REFUSED = 3,
    CONSENT_CANCELLED = 4,
    CONSENTS
}; /* the numbers are kept in the store */
struct session_consent {
    struct command c; /* first */
    id session;
    id consent; /* key 0: the newest that the session asks for; else its session is not looked at */
    enum consent outcome;
};
void session_consent_init(struct session_consent *in);

/* A row of `wallet_consent`.  errors  E_NOT_FOUND: unknown, or the salt is another */
struct consent_row {
    id id;
    int64_t session;
    enum method method;
    enum consent status;
};
MUST_USE result consent_read(struct db *db, int64_t tenant, id wire, struct consent_row *ret);

/* The owner takes the consent of a stored wallet back, at the wallet: we are not told (test). Fill,
 * command_run(); the wallet is asked before the transaction.
 *   answer  the Customer, unchanged
 *   errors  E_NOT_FOUND, E_UNPROCESSABLE (outcome): the customer has no wallet */
struct customer_revoke {
    struct command c; /* first */
    id customer;
    struct customer found;
};
void customer_revoke_init(struct customer_revoke *in);

#endif
