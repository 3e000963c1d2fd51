/* SPDX-License-Identifier: Apache-2.0 */
/* token.h: payment details that a client leaves with us to be used once.
 *
 * Used by  api, app/payment_create
 * Source   komoju-core 8; design D13 */
#ifndef KESSAI_APP_TOKEN_H
#define KESSAI_APP_TOKEN_H

#include "app/command.h"
#include "app/screen.h"
#include "core/card.h"
#include "core/method.h"
#include "core/secret.h"
#include "core/three_d_secure.h"

#define TOKEN_LIFETIME_US (INT64_C(3600) * US_PER_S)
#define TOKEN_PREFIX      "tok_"

struct token {
    id id;
    int64_t merchant; /* whose key made it */
    enum method method;
    enum currency currency; /* CUR_NONE: any */
    str sealed, details, scenario;
    int64_t created_us, expires_us, used_by;
    struct screen_hash ip; /* of the browser that made it */
    /* of a secure token (app/secure_token.h); VERIFICATION_NONE: it is none */
    enum verification verification;
    int64_t payment; /* that alone may use it; 0: any */
    struct three_d_amount authenticated;
    str three_d_secure; /* the result, JSON */
};

/* errors  E_INVALID_TOKEN (payment_details): unknown, or of another tenant */
MUST_USE result token_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                           struct token *ret);
/* errors  E_INVALID_TOKEN (payment_details): used, expired, locked to another currency; a secure
 * token that has not been verified, or that a payment waits for */
MUST_USE result token_check(const struct token *token, enum currency currency, int64_t now_us);
/* Takes it for a payment that is about to be tried.  errors  E_INVALID_TOKEN, as token_check */
MUST_USE result token_use(struct tx *tx, int64_t tenant, id wire, int64_t payment, int64_t now_us);
/* What becomes of the token that a payment took, if it took one: it is spent, and its card goes, or
 * the rail never heard of the payment, and the same request may use it again. */
MUST_USE result token_settle(struct tx *tx, int64_t tenant, int64_t payment, bool is_spent);

/* What a token keeps beside its card (token.c); texts are in the arena. */
struct token_given {
    struct secret_details secret; /* the caller wipes it */
    str family_name, given_name;
    bool has_expiry_days;
    int64_t expiry_days;
    bool has_installments;
    bool has_code; /* see `code` of struct payment_create */
};
/* Opens what a token has sealed.
 *   ret_card  of a card: filled, with the verification value if `takes` says that it is to be used
 *             up, or not touched when it has a number already; the caller wipes it
 *   errors    E_CRYPTO, E_MEMORY */
MUST_USE result token_open(struct vault *vault, const struct token *token, bool takes,
                           int64_t now_us, struct arena *arena, struct card_secret *ret_card,
                           struct token_given *ret);

/* Makes a token; the answer is the Token object of komoju-core 8. What a browser asks is screened.
 *   errors  E_CARD_DECLINED: screening refuses */
struct token_create {
    struct command c; /* first */
    int64_t merchant; /* whose key */
    enum method method;
    enum currency currency;
    struct card_secret card; /* both are wiped by command_done() */
    struct secret_details secret;
    str details;  /* payment_details of a payment made with it, JSON */
    str scrubbed; /* payment_details of the answer, JSON: nothing secret */
    str scenario;
    struct buyer buyer;
    id fresh; /* of the token, drawn once: a batch that runs again keeps one value, not two */
};
void token_create_init(struct token_create *in);

/* ---- for secure tokens ---------------------------------------------------------------------- */

/* What a browser asks is screened.
 *   ret_is_refused  the command has its answer */
MUST_USE result token_screen(struct tx *tx, struct token_create *in, int64_t now_us,
                             bool *ret_is_refused);
/* The id of the token that a command makes. */
id token_draw(struct tx *tx, struct token_create *in);
/* Seals what in has and writes the row. Of its command it needs app, arena and tenant. */
MUST_USE result token_keep(struct tx *tx, const struct token_create *in, id fresh, int64_t now_us,
                           int64_t expires_us);

#endif
