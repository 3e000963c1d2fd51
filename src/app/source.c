/* SPDX-License-Identifier: Apache-2.0 */
#include "app/source.h"

#include <assert.h>

#include "app/payment_create.h"

/* ---- tokens -------------------------------------------------------------------------------- */

static result find_token(struct tx *tx, struct payment_create *in, struct source *ret)
{
    const struct command *c = &in->p.c;
    TRY(token_read(tx_db(tx), c->tenant, in->token, c->arena, &ret->token));
    in->method = ret->token.method;
    if (ret->token.verification != VERIFICATION_NONE)
        ret->kind = SOURCE_SECURE_TOKEN;
    return OK;
}

static result check_token(const struct source *s, const struct payment_create *in, int64_t now_us)
{
    return token_check(&s->token, in->currency, now_us);
}

static result cover_token(const struct source *s, const struct payment_create *in,
                          int64_t tax_minor)
{
    return three_d_covers(s->token.authenticated,
                          (struct three_d_amount){in->amount_minor, tax_minor});
}

static result open_token(const struct source *s, struct payment_create *in, int64_t processor,
                         int64_t now_us)
{
    struct command *c = &in->p.c;
    /* a token is for the merchant whose key made it, or for all if that is the platform */
    if (s->token.merchant != c->tenant && s->token.merchant != processor)
        return FAIL(E_INVALID_TOKEN, "payment_details", NULL);
    if (in->details.at == NULL) { /* else the batch is run again */
        struct token_given given;
        TRY(token_open(c->app->vault, &s->token, !c->is_dry, now_us, c->arena, &in->card, &given));
        in->secret = given.secret;
        in->family_name = given.family_name;
        in->given_name = given.given_name;
        in->has_expiry_days = given.has_expiry_days;
        in->expiry_days = given.expiry_days;
        in->code = given.has_code ? "payment_details" : NULL;
        in->installments = given.has_installments ? "payment_details" : NULL;
    }
    in->details = s->token.details;
    if (in->scenario.at == NULL)
        in->scenario = s->token.scenario;
    return OK;
}

static result take_token(struct tx *tx, const struct source *s, struct payment_create *in,
                         int64_t now_us)
{
    in->p.payment.three_d_secure = s->token.three_d_secure;
    in->p.may_hold_token = true;
    return token_use(tx, in->p.c.tenant, in->token, in->p.payment.id.key, now_us);
}

/* ---- customers ----------------------------------------------------------------------------- */

static result find_customer(struct tx *tx, struct payment_create *in, struct source *ret)
{
    const struct command *c = &in->p.c;
    const result r = customer_read(tx_db(tx), c->tenant, in->customer, c->arena, &ret->customer);
    if (r.code == E_NOT_FOUND)
        return FAIL(E_INVALID_PARAMETER, "customer", "there is no such customer");
    TRY(r);
    in->method = ret->customer.method;
    if (in->method != METHOD_NONE && method_row(in->method)->flow == FLOW_OFFSITE)
        ret->kind = SOURCE_WALLET;
    return ret->customer.sealed.at != NULL ? OK
                                           : FAIL(E_UNPROCESSABLE, "customer",
                                                  "the customer has nothing that could be charged");
}

static result open_customer(const struct source *s, struct payment_create *in, int64_t processor,
                            int64_t now_us)
{
    struct command *c = &in->p.c;
    (void)processor;
    (void)now_us;
    TRY(customer_open_card(c->app->vault, &s->customer, &in->card));
    if (in->scenario.at == NULL)
        in->scenario = s->customer.scenario;
    return customer_details(&s->customer, c->arena, &in->details);
}

static result open_wallet(const struct source *s, struct payment_create *in, int64_t processor,
                          int64_t now_us)
{
    struct command *c = &in->p.c;
    (void)processor;
    (void)now_us;
    TRY(customer_consent(c->app->vault, &s->customer, c->arena, &in->consent));
    if (in->scenario.at == NULL)
        in->scenario = s->customer.scenario;
    return customer_details(&s->customer, c->arena, &in->details);
}

/* ---- the table ----------------------------------------------------------------------------- */

/* NULL: nothing is to be done. */
static const struct {
    result (*find)(struct tx *tx, struct payment_create *in, struct source *ret);
    result (*check)(const struct source *s, const struct payment_create *in, int64_t now_us);
    result (*cover)(const struct source *s, const struct payment_create *in, int64_t tax_minor);
    result (*open)(const struct source *s, struct payment_create *in, int64_t processor,
                   int64_t now_us);
    result (*take)(struct tx *tx, const struct source *s, struct payment_create *in,
                   int64_t now_us);
} KINDS[SOURCE_KINDS] = {
    [SOURCE_TOKEN] = {find_token, check_token, NULL, open_token, take_token},
    [SOURCE_SECURE_TOKEN] = {find_token, check_token, cover_token, open_token, take_token},
    [SOURCE_CUSTOMER] = {find_customer, NULL, NULL, open_customer, NULL},
    [SOURCE_WALLET] = {find_customer, NULL, NULL, open_wallet, NULL},
};

result source_find(struct tx *tx, struct payment_create *in, struct source *ret)
{
    *ret = (struct source){.kind = in->customer.key != 0 ? SOURCE_CUSTOMER
                                   : in->is_token        ? SOURCE_TOKEN
                                                         : SOURCE_GIVEN};
    return KINDS[ret->kind].find == NULL ? OK : KINDS[ret->kind].find(tx, in, ret);
}

result source_check(const struct source *s, const struct payment_create *in, int64_t now_us)
{
    return KINDS[s->kind].check == NULL ? OK : KINDS[s->kind].check(s, in, now_us);
}

result source_cover(const struct source *s, const struct payment_create *in, int64_t tax_minor)
{
    return KINDS[s->kind].cover == NULL ? OK : KINDS[s->kind].cover(s, in, tax_minor);
}

result source_open(const struct source *s, struct payment_create *in, int64_t processor,
                   int64_t now_us)
{
    return KINDS[s->kind].open == NULL ? OK : KINDS[s->kind].open(s, in, processor, now_us);
}

result source_take(struct tx *tx, const struct source *s, struct payment_create *in, int64_t now_us)
{
    return KINDS[s->kind].take == NULL ? OK : KINDS[s->kind].take(tx, s, in, now_us);
}
