/* SPDX-License-Identifier: Apache-2.0 */
/* secure_token.h: a card whose holder is being authenticated (3-D Secure 2), or has been.
 *
 *     METHOD ── CHALLENGE ── ENDED        core/three_d_secure.h
 *
 * It is a row of `secure_token` and the row of `token` with the same id, which has the sealed card:
 * once it has ended well it is used as any token is (token_check). Where a payment waits for it
 * (`payment`), that payment is charged the moment the issuer says so, and the token is good for
 * nothing else; the same with a session (`session`) that stores the card. A card that will not be
 * charged is erased at once, or by the sweep when nobody came (SECURE_TOKEN_DUE).
 *
 * On the wire: "tok_", 64 hexadecimal digits that tell the tenant, the 25 characters of the id. The
 * customer's browser has it without a key: it is the secret of the open routes.
 *
 * Used by  api, jobs, app/payment_create
 * Source   komoju-core 1 (forms of tokens), 9, 16; bank-rails 11 */
#ifndef KESSAI_APP_SECURE_TOKEN_H
#define KESSAI_APP_SECURE_TOKEN_H

#include "app/authentication.h"
#include "app/payment.h"
#include "app/token.h"

/* The customer has to be done within that time (bank-rails 11.4). */
#define AUTHENTICATION_LIFETIME_US (INT64_C(300) * US_PER_S)

struct secure_token {
    id id;
    int64_t tenant;
    id merchant; /* whose key made it, or who processes the payment */
    str merchant_name;
    enum currency currency;
    str sealed, scenario;
    int64_t created_us, expires_us, used_by;
    int64_t payment; /* that waits for it; 0: none */
    int64_t session; /* of mode customer that waits for it; 0: none. Nothing is paid then */
    enum card_brand brand;
    str last_four;
    int64_t amount_minor, tax_minor;
    int64_t until_us, due_us;
    str return_url, result;
    struct authentication authentication;
};

/* errors  E_NOT_FOUND: unknown, no secure token, or the salt is another */
MUST_USE result secure_token_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                                  struct secure_token *ret);
/* The same by key alone, for rows that we found ourselves. */
MUST_USE result secure_token_read_key(struct db *db, int64_t tenant, int64_t key,
                                      struct arena *arena, struct secure_token *ret);

/* Seals the card into a token and writes both rows.
 *   token   filled as token_keep wants it
 *   s       id, payment, amounts, return_url, authentication; the rest is filled here */
MUST_USE result secure_token_insert(struct tx *tx, const struct token_create *token, int64_t now_us,
                                    struct secure_token *s);
/* Writes back what an authentication may change, result included. A card that may not be charged is
 * erased. */
MUST_USE result secure_token_save(struct tx *tx, struct secure_token *s, int64_t now_us,
                                  struct arena *arena);

/* NEEDS_VERIFY becomes ERRORED with time. */
enum verification secure_token_verification(const struct secure_token *s, int64_t now_us);

/* ---- on the wire ---------------------------------------------------------------------------- */

enum { SECURE_TOKEN_TEXT_BYTES = 4 + 64 + ID_TEXT_BYTES };
/* False: not the text of one. */
bool secure_token_read_text(str text, int64_t *ret_tenant, id *ret);
/* {public_url}/three_d_secure_service/offsite?token=…  NULL without memory */
const char *secure_token_url(const struct app *app, const struct secure_token *s,
                             struct arena *arena);

/* The SecureToken object of komoju-core 9.
 *   name    NULL, or that of the member that it is
 *   status  what it says of the verification: secure_token_verification(), or what stands for it */
void secure_token_view(struct json *j, const char *name, const struct app *app,
                       const struct secure_token *s, enum verification status, struct arena *arena);

/* ---- commands ------------------------------------------------------------------------------- */

/* POST /secure_tokens: init, fill, prepare, command_run().
 *   errors  E_INVALID_PAYMENT_TYPE (payment_details.type): no card, or a live merchant;
 *           E_NOT_FOUND (customer), E_UNPROCESSABLE (customer): it has no card; those of
 *           payment_tax and method_check, E_CARD_DECLINED: screening refuses */
struct secure_token_create {
    struct token_create t; /* first; card, details, method, currency, merchant, scenario, buyer */
    bool has_customer;
    id customer;
    int64_t amount_minor;
    struct tax_request tax;
    str return_url;
    /* filled by prepare */
    int64_t tax_minor;
    struct authentication authentication;
};
void secure_token_create_init(struct secure_token_create *in);
/* Asks the issuer; outside any transaction. */
MUST_USE result secure_token_create_prepare(struct secure_token_create *in);

/* What the customer's browser does: init, fill, prepare, command_run(). Charges the payment that
 * waits.
 *   answer  the state of the authentication (secure_token_state)
 *   errors  E_NOT_FOUND, E_UNPROCESSABLE: not at this step, over, or late */
enum secure_token_act { ACT_NONE = 0, ACT_METHOD, ACT_CHALLENGE };
struct secure_token_step {
    struct payment_command p; /* first */
    id token;
    enum secure_token_act act;
    enum method_completion completion; /* ACT_METHOD */
    struct browser browser;            /* the same */
    enum challenge_act challenge;      /* ACT_CHALLENGE */
    str code;
    /* filled by prepare */
    struct secure_token seen;
    struct authentication next;
    str cres;
    bool has_card;           /* with its verification value */
    struct card_secret card; /* wiped by command_done() */
    /* filled by begin, for the answer */
    struct secure_token now;
    str redirect_url;
    int64_t now_us;
};
void secure_token_step_init(struct secure_token_step *in);
/* Asks the issuer; outside any transaction. */
MUST_USE result secure_token_step_prepare(struct secure_token_step *in);
/* The answer, also where the rail has refused the payment: that ends the page as well. */
void secure_token_step_view(struct secure_token_step *in);

/* What the page of the authentication shows.
 *   payment  the one that waits for it; NULL: none
 *   cres     what the browser carries from the issuer; absent: nothing */
struct secure_token_page {
    const struct app *app;
    const struct payment *payment;
    str redirect_url, cres;
    int64_t now_us;
    struct arena *arena;
};
void secure_token_state(struct json *j, const struct secure_token *s,
                        const struct secure_token_page *page);
/* Where the customer goes when all is over: return_url, or that of the payment.
 *   ret   absent: nowhere */
MUST_USE result secure_token_redirect(struct db *db, const struct secure_token *s,
                                      struct arena *arena, str *ret);

/* Ends an authentication that nobody has finished and erases its card; for jobs. */
void secure_token_expire_start(struct app *app, int64_t tenant, int64_t token,
                               void (*done)(void *context), void *context);

#endif
