/* SPDX-License-Identifier: Apache-2.0 */
/* subscription_change.c: a subscription begins, and ends when somebody says so. */
#include <string.h>

#include "app/dry_run.h"
#include "app/subscription.h"

/* ---- create -------------------------------------------------------------------------------- */

/* A subscription is accepted when its first charge would be.
 *   ret_split  how each charge is divided */
static result check(struct tx *tx, const struct subscription *s, const struct customer *customer,
                    struct command *c, struct split *ret_split)
{
    struct payment_create *first = ARENA_NEW(c->arena, struct payment_create);
    if (first == NULL)
        return E_NO_MEMORY;
    first->p.c = (struct command){.app = c->app, .arena = c->arena, .tenant = c->tenant};
    subscription_fill(s, customer, first);
    result r = payment_create_check(tx, first);
    explicit_bzero(&first->card, sizeof first->card);
    if (r.code != E_OK)
        return r;
    const struct split_context context = {
        .currency = s->currency, .base_minor = s->amount_minor, .is_capture = true};
    return platform_details_split(tx, c->tenant, &s->platform, context, c->arena, ret_split);
}

/* A dry command tells what the first charge would do, as if its rail approved it. */
static result foretell_charge(struct tx *tx, const struct subscription *s,
                              const struct customer *customer, struct command *c)
{
    struct payment_create *first = ARENA_NEW(c->arena, struct payment_create);
    if (first == NULL)
        return E_NO_MEMORY;
    struct command *charge = &first->p.c;
    payment_create_init(first);
    command_init(charge, c->app, c->arena, c->tenant);
    charge->is_dry = true;
    subscription_fill(s, customer, first);
    first->subscription = 0; /* whose course is not what is asked */
    result r = payment_create_begin(tx, charge);
    if (r.code == E_OK)
        r = dry_run_approve(tx, charge);
    command_done(charge);
    return r;
}

static result write_lines(struct tx *tx, const struct subscription *s, const struct split *split)
{
    for (size_t i = 0; i < split->line_count; i++)
        TRY(db_exec(tx_db(tx), SQL_SUBSCRIPTION_LINE_INSERT, VI(s->tenant), VI(s->id.key),
                    VI((int64_t)i + 1), VI(split->lines[i].merchant),
                    VI(split->lines[i].amount_minor), VI(split->lines[i].platform_fee_minor)));
    return OK;
}

static result read_customer(struct tx *tx, const struct subscription_create *in,
                            struct customer *ret)
{
    const result r = customer_read(tx_db(tx), in->c.tenant, in->customer, in->c.arena, ret);
    return r.code == E_NOT_FOUND
               ? FAIL(E_INVALID_PARAMETER, "customer", "there is no such customer")
               : r;
}

static result begin_create(struct tx *tx, struct command *c)
{
    struct subscription_create *in = (struct subscription_create *)c;
    struct customer customer;
    struct split split = {0};
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(read_customer(tx, in, &customer));
    struct subscription s = {
        .id = id_new(tx_real_now(tx)),
        .tenant = c->tenant,
        .customer = customer.id.key,
        .period = in->period,
        .currency = in->currency,
        .amount_minor = in->amount_minor,
        .course = {.state = SUBSCRIPTION_PENDING, .due_us = now_us},
        .platform = in->platform,
        .metadata = in->metadata,
        .created_us = now_us,
    };
    TRY(check(tx, &s, &customer, c, &split));
    const bool has_split = split.model != MODEL_ALONE;
    TRY(db_exec(tx_db(tx), SQL_SUBSCRIPTION_INSERT, VI(s.tenant), VI(s.id.key), VI(s.id.salt),
                VI(s.customer), VI(s.course.state), VI(s.period), VI(s.currency),
                VI(s.amount_minor), VI(s.course.due_us), VI(has_split),
                VI(has_split ? split.processor : 0), VT(s.metadata), VI(s.created_us)));
    TRY(write_lines(tx, &s, &split));
    TRY(subscription_read_key(tx_db(tx), c->tenant, s.id.key, c->arena, &s));
    c->step = STEP_ANSWER;
    TRY(subscription_event(tx, &s, EVT_SUBSCRIPTION_CREATED, c->arena, c));
    return c->is_dry ? foretell_charge(tx, &s, &customer, c) : OK;
}

void subscription_create_init(struct subscription_create *in)
{
    in->c.begin = begin_create;
}

/* ---- delete -------------------------------------------------------------------------------- */

static result end(struct tx *tx, struct subscription *s, struct arena *arena, struct command *c)
{
    subscription_delete(&s->course);
    TRY(tx_now(tx, s->tenant, &s->ended_us));
    TRY(subscription_save(tx, s));
    return subscription_event(tx, s, EVT_SUBSCRIPTION_DELETED, arena, c);
}

static result begin_delete(struct tx *tx, struct command *c)
{
    struct subscription_delete *in = (struct subscription_delete *)c;
    struct subscription s;
    TRY(subscription_read(tx_db(tx), c->tenant, in->id, c->arena, &s));
    c->step = STEP_ANSWER;
    if (s.course.state != SUBSCRIPTION_DELETED)
        return end(tx, &s, c->arena, c);
    struct json j;
    json_init(&j, &c->body);
    return subscription_view(tx_db(tx), &s, c->arena, &j);
}

void subscription_delete_init(struct subscription_delete *in)
{
    in->c.begin = begin_delete;
}

/* One after the other, as each one's statements are those of this list. */
result subscription_end_all(struct tx *tx, const struct customer *customer, struct arena *arena)
{
    for (;;) {
        int64_t key = 0;
        TRY(db_number(tx_db(tx), SQL_SUBSCRIPTION_RUNNING_OF, &key, VI(customer->tenant),
                      VI(customer->id.key)));
        if (key == 0)
            return OK;
        struct subscription s;
        TRY(subscription_read_key(tx_db(tx), customer->tenant, key, arena, &s));
        TRY(end(tx, &s, arena, NULL));
    }
}
