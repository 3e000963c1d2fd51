/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/operation_resolve.h"
#include "app/payment_expire.h"
#include "check.h"
#include "fault.h"
#include "receiver.h"
#include "setup.h"
#include "store/table_hash.h"
#include "stream.h"

enum { BATCH_CALLS_MAX = 5, DUE_MAX = 512, END_ROUNDS_MAX = 60, HASH_ARENA_BYTES = 32 << 20 };
enum { ROWS_EVERY_REMOTE = 8 }; /* steps */

static void advance(struct world *w, int64_t us)
{
    w->clock.now_us += us;
    w->model.now_us = w->clock.now_us;
}

/* ---- steps ----------------------------------------------------------------------------------- */

/* Some calls, often about the same payment, often at once. */
static void step_calls(struct world *w)
{
    const bool is_alone = dice_chance(&w->dice, 60);
    const int64_t count = is_alone ? 1 : dice_between(&w->dice, 2, BATCH_CALLS_MAX);
    int focus = NOBODY;
    for (int64_t i = 0; i < count; i++) {
        const struct intent in = stream_next(w, dice_chance(&w->dice, 50) ? focus : NOBODY, false);
        focus = in.payment;
        world_ask(w, &in);
        if (dice_chance(&w->dice, 25))
            (void)world_step(w); /* the next one comes while this one is under way */
    }
    world_run(w);
}

static void step_clock(struct world *w)
{
    static const int64_t SECONDS[] = {1, 5, 11, 70, 400, 3601, 86400, 90000, 4 * 86400, 32 * 86400};
    advance(w, SECONDS[dice_below(&w->dice, COUNT(SECONDS))] * US_PER_S);
}

static result read_due(struct world *w, enum sql sql, int64_t tenant, int64_t now_us,
                       int64_t ret[DUE_MAX], size_t *ret_count)
{
    struct rows rows;
    result r;
    *ret_count = 0;
    struct db *db = store_read_begin(w->app.store);
    r = db_query(db, sql, &rows, VI(tenant), VI(now_us), VI(DUE_MAX));
    if (r.code == E_OK) {
        while (*ret_count < DUE_MAX && rows_next(&rows))
            ret[(*ret_count)++] = row_i64(&rows, 0);
        r = rows_done(&rows);
    }
    store_read_end(w->app.store, db);
    return r;
}

static int by_number(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void nothing(void *context)
{
    (void)context;
}

static bool is_due(const struct world *w, const struct model_payment *p, bool is_expiry)
{
    if (is_expiry)
        return p->state == PAY_AUTHORIZED && !p->op.is_open &&
               p->deadline_us < model_tenant_now(&w->model, p->tenant);
    return p->op.is_open && p->op.due_us <= w->model.now_us;
}

/* Starts what is due of a tenant; the store and the model must agree on what that is. */
static void start_due(struct world *w, int tenant, bool is_expiry)
{
    static int64_t keys[DUE_MAX];
    struct oracle *m = &w->model;
    const int64_t tenant_key = m->merchants[m->tenants[tenant].root].id.key;
    const int64_t now_us = is_expiry ? model_tenant_now(m, tenant) : m->now_us;
    size_t count, found = 0;
    const result r = read_due(w, is_expiry ? SQL_PAYMENT_DUE : SQL_OPERATION_DUE, tenant_key,
                              now_us, keys, &count);
    (void)world_expect(w, r, "what is due");
    qsort(keys, count, sizeof keys[0], by_number); /* rows due at once come in any order */
    for (int i = 0; i < m->payment_count; i++)
        found += m->payments[i].tenant == tenant && is_due(w, &m->payments[i], is_expiry);
    if (found != count)
        world_failf(w, "%zu %s are due, the model says %zu", count,
                    is_expiry ? "payments" : "operations", found);
    for (size_t i = 0; i < count; i++) {
        if (is_expiry)
            payment_expire_start(&w->app, tenant_key, keys[i], nothing, NULL);
        else
            operation_resolve_start(&w->app, tenant_key, keys[i], nothing, NULL);
        for (int n = 0; n < m->payment_count; n++) {
            const struct model_payment *p = &m->payments[n];
            const int64_t key = is_expiry ? p->id.key : p->op.is_open ? p->op.reference.key : 0;
            if (p->tenant == tenant && key == keys[i])
                (is_expiry ? model_expire : model_resolve)(m, n);
        }
    }
    world_run(w);
}

static void step_jobs(struct world *w)
{
    for (int tenant = 0; tenant < TENANTS; tenant++) {
        start_due(w, tenant, true);
        start_due(w, tenant, false);
    }
    command_wake(&w->app, 0); /* those that have waited too long */
    model_wake(&w->model, NOBODY);
    world_run(w);
}

static void step_rate(struct world *w)
{
    const int merchant = (int)dice_below(&w->dice, w->model.merchant_count);
    if (w->model.merchants[merchant].owns_card)
        operator_sets_rate(w, merchant);
}

static const struct {
    const char *name;
    int weight;
    void (*take)(struct world *w);
} STEPS[] = {
    {"calls", 68, step_calls},      {"clock", 9, step_clock}, {"jobs", 9, step_jobs},
    {"deliver", 7, receivers_take}, {"rate", 2, step_rate},   {"fault", 5, fault_step},
};

/* What a server on the network holds is looked at more seldom: each look is a round trip. */
static void check_some(struct world *w, bool is_crash)
{
    const int64_t step = w->figures.steps;
    const bool is_remote = w->disk == NULL;
    if (!world_has_failed(w) && (!is_remote || step % ROWS_EVERY_REMOTE == 0))
        check_rows(w);
    if (!world_has_failed(w) && ((is_crash && !is_remote) || step % w->options->audit_every == 0))
        check_audit(w);
}

static void one_step(struct world *w)
{
    int64_t at = dice_below(&w->dice, 100);
    const int64_t crashes = w->figures.crashes;
    size_t i = 0;
    while (at >= STEPS[i].weight)
        at -= STEPS[i++].weight;
    w->figures.steps++;
    w->first_fresh = w->call_count + 1;
    advance(w, dice_between(&w->dice, 1, 900000));
    trace_i64(w, (int64_t)i);
    trace_i64(w, w->clock.now_us);
    if (w->options->is_verbose)
        (void)fprintf(stderr, "step %d: %s\n", (int)w->figures.steps, STEPS[i].name);
    STEPS[i].take(w);
    if (!world_has_failed(w))
        check_answers(w);
    check_some(w, w->figures.crashes != crashes);
    if (w->rail.breach != NULL)
        world_fail(w, w->rail.breach);
}

/* ---- the end --------------------------------------------------------------------------------- */

static bool has_open(const struct oracle *m)
{
    for (int i = 0; i < m->payment_count; i++)
        if (m->payments[i].op.is_open)
            return true;
    return false;
}

/* Every operation ends, every event arrives, and the acquirer's books say the same. */
static void come_to_rest(struct world *w)
{
    for (int i = 0; i < END_ROUNDS_MAX && (has_open(&w->model) || i == 0); i++) {
        advance(w, 301 * US_PER_S);
        step_jobs(w);
        check_answers(w);
        if (world_has_failed(w))
            return;
    }
    receivers_drain(w);
    check_rail(w);
    check_answers(w);
    if (w->calls != NULL)
        world_fail(w, "a call was never answered");
    check_rows(w);
    check_audit(w);
}

static result hash_tables(const struct world *w, struct arena *arena, uint8_t *ret)
{
    struct tables *tables;
    crypto_generichash_state all;
    result r = OK;
    TRY(tables_open(w->url, TABLES_READ, arena, &tables));
    (void)crypto_generichash_init(&all, NULL, 0, HASH_BYTES_SIM);
    for (size_t i = 0; i < TABLE_COUNT && r.code == E_OK; i++) {
        struct table_digest digest;
        if (TABLES[i].key == NULL)
            continue;
        r = table_hash_of(tables, &TABLES[i], &digest);
        if (r.code == E_OK)
            (void)crypto_generichash_update(&all, digest.bytes, sizeof digest.bytes);
    }
    (void)crypto_generichash_final(&all, ret, HASH_BYTES_SIM);
    tables_close(tables);
    return r;
}

static void hash_state(struct world *w, uint8_t *ret)
{
    struct arena *arena = arena_new(HASH_ARENA_BYTES);
    const result r = arena == NULL ? E_NO_MEMORY : hash_tables(w, arena, ret);
    (void)world_expect(w, r, "the tables cannot be hashed");
    arena_free(arena);
}

void run_seed(const struct options *options, uint64_t seed, struct report *ret)
{
    struct world *w = calloc(1, sizeof *w);
    *ret = (struct report){.seed = seed};
    if (w == NULL) {
        memcpy(ret->failure, "no memory", sizeof "no memory");
        return;
    }
    world_begin(w, options, seed);
    const int64_t steps = dice_between(&w->dice, options->steps_min, options->steps_max);
    for (int64_t i = 0; i < steps && !world_has_failed(w); i++)
        one_step(w);
    if (!world_has_failed(w))
        come_to_rest(w);
    if (!world_has_failed(w))
        hash_state(w, ret->state);
    w->figures.rail_calls = w->rail.calls;
    w->figures.inquiries = w->rail.inquiries;
    ret->figures = w->figures;
    memcpy(ret->failure, w->failure, sizeof ret->failure);
    (void)crypto_generichash_final(&w->trace, ret->trace, HASH_BYTES_SIM);
    world_end(w);
    free(w);
}
