/* SPDX-License-Identifier: Apache-2.0 */
/* token.h: payment details that a client leaves with us to be used once.
 *
 * Used by  api, app/payment_create
 * Source   komoju-core 8; design D13 */
#ifndef KESSAI_APP_TOKEN_H
#define KESSAI_APP_TOKEN_H

#include "app/command.h"
#include "core/card.h"
#include "core/method.h"

#define TOKEN_LIFETIME_US (INT64_C(3600) * US_PER_S)
#define TOKEN_PREFIX      "tok_"

struct token {
    id id;
    int64_t merchant; /* whose key made it */
    enum method method;
    enum currency currency; /* CUR_NONE: any */
    str sealed, details, scenario;
    int64_t created_us, expires_us, used_by;
};

/* errors  E_INVALID_TOKEN (payment_details): unknown, or of another tenant */
MUST_USE result token_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                           struct token *ret);
/* errors  E_INVALID_TOKEN (payment_details): used, expired, or locked to another currency */
MUST_USE result token_check(const struct token *token, enum currency currency, int64_t now_us);
/* Takes it for a payment that is about to be tried.  errors  E_INVALID_TOKEN, as token_check */
MUST_USE result token_use(struct tx *tx, int64_t tenant, id wire, int64_t payment, int64_t now_us);
/* What becomes of the token that a payment took, if it took one: it is spent, and its card goes, or
 * the rail never heard of the payment, and the same request may use it again. */
MUST_USE result token_settle(struct tx *tx, int64_t tenant, int64_t payment, bool is_spent);

/* Makes a token; the answer is the Token object of komoju-core 8. */
struct token_create {
    struct command c; /* first */
    int64_t merchant; /* whose key */
    enum method method;
    enum currency currency;
    struct card_secret card; /* wiped by command_done() */
    str details;             /* payment_details of a payment made with it, JSON */
    str scrubbed;            /* payment_details of the answer, JSON: nothing of the card */
    str scenario;
};
void token_create_init(struct token_create *in);

#endif
