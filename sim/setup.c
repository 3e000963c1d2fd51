/* SPDX-License-Identifier: Apache-2.0 */
#include "setup.h"

#include <assert.h>
#include <stdlib.h>

#include "app/merchant.h"
#include "app/webhook_endpoint.h"

enum { CARD_PERCENT_E4 = 32500, ARENA_MAX = 1 << 20 };

struct told {
    enum err code;
    id id;
};

static void told(struct command *c)
{
    struct told *answer = c->context;
    answer->code = c->outcome.code;
    answer->id = wire_after(buf_view(&c->body), "\"id\":\"");
}

/* Runs a command whose answer comes at once. */
static id run_now(struct world *w, struct command *c, int tenant, struct arena *arena,
                  result (*begin)(struct tx *tx, struct command *c))
{
    struct told answer = {0};
    command_init(c, &w->app, arena, w->model.merchants[w->model.tenants[tenant].root].id.key);
    c->begin = begin;
    c->answered = told;
    c->context = &answer;
    command_run(c);
    store_settle(w->app.store);
    if (answer.code != E_OK)
        world_failf(w, "a command of the set-up: %s", err_name(answer.code));
    command_done(c);
    return answer.id;
}

static int add_root(struct world *w, int tenant, enum platform_kind kind, struct arena *arena)
{
    struct oracle *m = &w->model;
    struct merchant_root root = {.name = S("Root"), .kind = kind};
    (void)world_expect(w, merchant_create_root(w->app.store, arena, &root), "a root merchant");
    m->tenants[tenant].root = m->merchant_count;
    m->merchants[m->merchant_count] = (struct model_merchant){.id = root.id,
                                                              .tenant = tenant,
                                                              .kind = kind,
                                                              .is_enabled = true,
                                                              .owns_card = true,
                                                              .percent_e4 = CARD_PERCENT_E4};
    return m->merchant_count++;
}

static int add_sub(struct world *w, int tenant, enum platform_kind kind, struct arena *arena)
{
    struct oracle *m = &w->model;
    struct merchant_create *create = ARENA_NEW(arena, struct merchant_create);
    assert(create != NULL && m->merchant_count < MERCHANTS_MAX);
    create->name = S("Sub");
    create->kind = kind;
    const id made = run_now(w, &create->command, tenant, arena, merchant_create_begin);
    m->merchants[m->merchant_count] =
        (struct model_merchant){.id = made, .tenant = tenant, .kind = kind};
    return m->merchant_count++;
}

/* A seller's card method and application are accepted; the method comes at the root's rate. */
static void accept(struct world *w, int merchant, const char *slug, struct arena *arena)
{
    struct oracle *m = &w->model;
    struct model_merchant *sub = &m->merchants[merchant];
    const struct model_merchant *root = &m->merchants[m->tenants[sub->tenant].root];
    if (sub->kind == KIND_SELLER) {
        struct application_method_simulate *method =
            ARENA_NEW(arena, struct application_method_simulate);
        assert(method != NULL);
        method->merchant = sub->id;
        method->slug = str_of(slug);
        method->status = APPLICATION_ACCEPTED;
        (void)run_now(w, &method->command, sub->tenant, arena, application_method_simulate_begin);
        effect_event(m, sub->tenant, merchant, NOBODY, EVT_METHOD_APPLICATION_ACCEPTED);
        sub->owns_card = true;
        sub->is_visa_only = !str_is(str_of(slug), "credit_card");
        sub->percent_e4 = root->percent_e4;
        sub->fixed_minor = root->fixed_minor;
        sub->minimum_minor = root->minimum_minor;
        sub->customer_fee_minor = root->customer_fee_minor;
    }
    struct application_simulate *application = ARENA_NEW(arena, struct application_simulate);
    assert(application != NULL);
    application->merchant = sub->id;
    application->status = APPLICATION_ACCEPTED;
    (void)run_now(w, &application->command, sub->tenant, arena, application_simulate_begin);
    effect_event(m, sub->tenant, merchant, NOBODY, EVT_APPLICATION_ACCEPTED);
    sub->is_enabled = sub->kind == KIND_SELLER;
}

void operator_sets_rate(struct world *w, int merchant)
{
    struct model_merchant *m = &w->model.merchants[merchant];
    struct arena *arena = arena_new(ARENA_MAX);
    assert(arena != NULL && m->owns_card);
    struct method_rate change = {
        .merchant = m->id,
        .method = METHOD_CREDIT_CARD,
        .has_percent = true,
        .has_fixed = true,
        .has_minimum = true,
        .has_customer_fee = true,
        .rate = {.percent_e4 = dice_between(&w->dice, 0, 60000),
                 .fixed_minor = dice_chance(&w->dice, 30) ? dice_between(&w->dice, 1, 50) : 0,
                 .minimum_minor = dice_chance(&w->dice, 30) ? dice_between(&w->dice, 1, 100) : 0},
        .customer_fee_minor = dice_chance(&w->dice, 40) ? dice_between(&w->dice, 1, 300) : 0,
    };
    m->percent_e4 = change.rate.percent_e4;
    m->fixed_minor = change.rate.fixed_minor;
    m->minimum_minor = change.rate.minimum_minor;
    m->customer_fee_minor = change.customer_fee_minor;
    (void)world_expect(w, method_rate_set(w->app.store, arena, &change), "the operator's rate");
    arena_free(arena);
}

static void add_endpoint(struct world *w, int tenant, str types, struct arena *arena)
{
    struct oracle *m = &w->model;
    struct receiver *r = &w->receivers[w->receiver_count++];
    const int root = m->tenants[tenant].root;
    struct webhook_endpoint endpoint = {
        .merchant = m->merchants[root].id,
        .url = str_of(arena_printf(arena, "https://receiver-%d.example/", w->receiver_count)),
        .types = types,
        .secret = S("secret"),
    };
    const result added = webhook_endpoint_add(w->app.store, w->app.vault, arena, &endpoint);
    (void)world_expect(w, added, "an endpoint");
    r->id = endpoint.id;
    r->tenant = tenant;
    r->types = types;
    r->since_seq = m->tenants[tenant].event_count;
    effect_event(m, tenant, root, NOBODY, EVT_PING);
}

void world_set_up(struct world *w)
{
    struct arena *arena = arena_new(ARENA_MAX);
    assert(arena != NULL);
    const int shop = add_root(w, 0, KIND_ORDINARY, arena);
    const int marketplace = add_root(w, 1, KIND_MARKETPLACE, arena);
    const int platform = add_root(w, 2, KIND_PLATFORM, arena);
    if (dice_chance(&w->dice, 50))
        operator_sets_rate(w, shop);
    if (dice_chance(&w->dice, 50))
        operator_sets_rate(w, marketplace);
    if (dice_chance(&w->dice, 50))
        operator_sets_rate(w, platform);
    for (int i = 0; i < 3; i++)
        accept(w, add_sub(w, 1, KIND_PAYOUT, arena), NULL, arena);
    const int seller = add_sub(w, 2, KIND_SELLER, arena);
    accept(w, seller, "credit_card", arena);
    accept(w, add_sub(w, 2, KIND_SELLER, arena), "visa_mastercard_credit_card", arena);
    (void)add_sub(w, 2, KIND_SELLER, arena); /* not accepted */
    if (dice_chance(&w->dice, 50))
        operator_sets_rate(w, seller);
    add_endpoint(w, 0, S(""), arena);
    add_endpoint(w, 1, S(""), arena);
    add_endpoint(w, 1, S("payment.captured,payment.refunded"), arena);
    add_endpoint(w, 2, S("submerchant.payment.captured,submerchant.payment.failed"), arena);
    arena_free(arena);
}
