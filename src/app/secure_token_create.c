/* SPDX-License-Identifier: Apache-2.0 */
/* secure_token_create.c: takes a card, or a customer's, and asks its issuer (komoju-core 9). */
#include <string.h>

#include "app/customer.h"
#include "app/merchant.h"
#include "app/secure_token.h"
#include "app/session.h"

/* What the card's issuer must be told, and what only the store knows. */
struct facts {
    struct merchant_row merchant;
    int64_t now_us;
};

static result read_customer(struct db *db, struct secure_token_create *in)
{
    struct command *c = &in->t.c;
    struct customer customer;
    const result r = customer_read(db, c->tenant, in->customer, c->arena, &customer);
    if (r.code == E_NOT_FOUND)
        return FAIL(E_INVALID_PARAMETER, "customer", "there is no such customer");
    if (r.code != E_OK)
        return r;
    TRY(customer_open_card(c->app->vault, &customer, &in->t.card));
    in->t.method = customer.method;
    if (in->t.scenario.at == NULL)
        in->t.scenario = customer.scenario;
    return customer_details(&customer, c->arena, &in->t.details);
}

static result read_facts(struct db *db, struct secure_token_create *in, struct facts *ret)
{
    struct command *c = &in->t.c;
    TRY(session_now(db, c->app, c->tenant, &ret->now_us));
    TRY(merchant_read(db, c->tenant, in->t.merchant, c->arena, &ret->merchant));
    return in->has_customer ? read_customer(db, in) : OK;
}

static result check(struct secure_token_create *in, const struct facts *facts)
{
    if (method_row(in->t.method)->flow != FLOW_CARD)
        return FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                    "only cards can be authenticated");
    if (rail_for(in->t.method, facts->merchant.is_live) == RAIL_NONE)
        return FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                    "no directory server is connected for live cards");
    TRY(payment_tax(in->amount_minor, &in->tax, &in->tax_minor));
    return method_check(in->t.method, in->t.currency, in->amount_minor + in->tax_minor);
}

result secure_token_create_prepare(struct secure_token_create *in)
{
    struct command *c = &in->t.c;
    struct facts facts = {0};
    struct db *db = store_read_begin(c->app->store);
    const result r = read_facts(db, in, &facts);
    store_read_end(c->app->store, db);
    if (r.code != E_OK)
        return r;
    TRY(check(in, &facts));
    const struct authentication_request request = {
        .app = c->app,
        .merchant = facts.merchant.id,
        .merchant_name = facts.merchant.name,
        .card = &in->t.card,
        .amount = {.minor = in->amount_minor + in->tax_minor, .cur = in->t.currency},
        .now_us = facts.now_us,
    };
    authentication_begin(&request, &in->authentication);
    return OK;
}

static result begin(struct tx *tx, struct command *c)
{
    struct secure_token_create *in = (struct secure_token_create *)c;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    bool is_refused;
    TRY(token_screen(tx, &in->t, now_us, &is_refused));
    if (is_refused)
        return OK;
    struct secure_token s = {
        .id = token_draw(tx, &in->t),
        .tenant = c->tenant,
        .currency = in->t.currency,
        .amount_minor = in->amount_minor,
        .tax_minor = in->tax_minor,
        .return_url = in->return_url,
        .authentication = in->authentication,
    };
    TRY(secure_token_insert(tx, &in->t, now_us, &s));
    struct json j;
    json_init(&j, &c->body);
    secure_token_view(&j, NULL, c->app, &s, secure_token_verification(&s, now_us), c->arena);
    c->step = STEP_ANSWER;
    return OK;
}

void secure_token_create_init(struct secure_token_create *in)
{
    token_create_init(&in->t);
    in->t.c.begin = begin;
}
