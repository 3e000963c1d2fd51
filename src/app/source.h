/* SPDX-License-Identifier: Apache-2.0 */
/* source.h: where the money of a new payment comes from: what the request says itself, a token, a
 * token whose card's holder was authenticated, or what a customer has left with us.
 *
 *     find ── check ── cover ── open ── take
 *
 * Each kind is a row of functions (source.c), and a payment is decided the same way whatever its
 * source is (payment_plan.c). All but take only read, and may be run again with the batch.
 *
 * Used by  app/payment_plan, app/payment_create
 * Source   komoju-core 6.2, 8, 9, 10 */
#ifndef KESSAI_APP_SOURCE_H
#define KESSAI_APP_SOURCE_H

#include "app/customer.h"
#include "app/token.h"

struct payment_create;

enum source_kind {
    SOURCE_NONE = 0,
    SOURCE_GIVEN,        /* payment_details are in the request */
    SOURCE_TOKEN,        /* details that were left with us, to be used once */
    SOURCE_SECURE_TOKEN, /* the same, and its holder has been asked */
    SOURCE_CUSTOMER,     /* the card that a customer has stored */
    SOURCE_WALLET,       /* the wallet, whose owner has agreed to it */
    SOURCE_KINDS
};

/* What was found of it, for one run of begin. */
struct source {
    enum source_kind kind;
    struct token token;       /* of either token */
    struct customer customer; /* SOURCE_CUSTOMER, SOURCE_WALLET */
};

/* Looks it up; afterwards in->method is its payment type.
 *   errors  E_INVALID_TOKEN (payment_details), E_INVALID_PARAMETER (customer: unknown),
 *           E_UNPROCESSABLE (customer): nothing of it could be charged */
MUST_USE result source_find(struct tx *tx, struct payment_create *in, struct source *ret);
/* It may be used in in->currency, now.  errors  E_INVALID_TOKEN (payment_details) */
MUST_USE result source_check(const struct source *s, const struct payment_create *in,
                             int64_t now_us);
/* It may be used for in->amount_minor and this tax.  errors  those of three_d_covers */
MUST_USE result source_cover(const struct source *s, const struct payment_create *in,
                             int64_t tax_minor);
/* Opens what the rail must be given: fills card, secret, consent, details and, where the request
 * has none, scenario. processor  the merchant that would process the payment errors E_INVALID_TOKEN
 * (payment_details): not this merchant's; E_CRYPTO */
MUST_USE result source_open(const struct source *s, struct payment_create *in, int64_t processor,
                            int64_t now_us);
/* The payment in->p.payment takes it.  errors  E_INVALID_TOKEN (payment_details) */
MUST_USE result source_take(struct tx *tx, const struct source *s, struct payment_create *in,
                            int64_t now_us);

/* Its owner need not be there: nobody is sent to another page. */
static inline bool source_is_agreed(const struct source *s)
{
    return s->kind == SOURCE_WALLET;
}
static inline bool source_is_authenticated(const struct source *s)
{
    return s->kind == SOURCE_SECURE_TOKEN; /* of a card; it is not asked again */
}

#endif
