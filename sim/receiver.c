/* SPDX-License-Identifier: Apache-2.0 */
#include "receiver.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/backoff.h"
#include "store/tx.h"

enum { DUE_MAX = 512, ROUNDS_MAX = 40 };
enum { WAITING = 1, DELIVERED = 2, GIVEN_UP = 3 }; /* schema, webhook_delivery.state */

struct due {
    int64_t event_seq, tries, expires_us;
};

/* ---- one attempt's outcome ------------------------------------------------------------------- */

struct save {
    struct work work; /* first */
    struct world *w;
    struct receiver *receiver;
    struct due due;
    bool has_arrived, is_given_up;
};

static int64_t tenant_key(const struct world *w, int tenant)
{
    return w->model.merchants[w->model.tenants[tenant].root].id.key;
}

static result save_run(struct tx *tx, struct work *work)
{
    struct save *s = (struct save *)work;
    const int64_t tenant = tenant_key(s->w, s->receiver->tenant), tries = s->due.tries + 1;
    int64_t now_us, state = s->has_arrived ? DELIVERED : WAITING, due_us = 0;
    TRY(tx_now(tx, tenant, &now_us));
    if (state == WAITING && now_us >= s->due.expires_us)
        state = GIVEN_UP;
    if (state == WAITING) {
        due_us = now_us + backoff_us(tries, randombytes_random());
        due_us = due_us > s->due.expires_us ? s->due.expires_us : due_us;
    }
    s->is_given_up = state == GIVEN_UP;
    const int64_t status = s->has_arrived ? 200 : 500, resends = 0;
    const str error = s->has_arrived ? STR_NONE : S("the status is not 2xx");
    TRY(db_exec(tx_db(tx), SQL_WEBHOOK_ATTEMPT_INSERT, VI(tenant), VI(s->due.event_seq),
                VI(s->receiver->id.key), VI(tries), VI(now_us), VI(status), VI(0), VT(error)));
    return db_exec(tx_db(tx), SQL_WEBHOOK_DELIVERY_SAVE, VI(tenant), VI(s->due.event_seq),
                   VI(s->receiver->id.key), VI(state), VI(tries), VI(due_us), VI(now_us),
                   VI(status), VT(error), VI(resends));
}

static void save_done(struct work *work, result outcome)
{
    struct save *s = (struct save *)work;
    if (world_expect(s->w, outcome, "a delivery's outcome") && s->is_given_up)
        s->receiver->given_up[s->due.event_seq] = 1;
    free(s);
}

static void attempt(struct world *w, struct receiver *r, const struct due *due)
{
    struct save *s = calloc(1, sizeof *s);
    assert(s != NULL && due->event_seq < DELIVERIES_MAX);
    *s = (struct save){.work = {.run = save_run, .done = save_done, .is_internal = true},
                       .w = w,
                       .receiver = r,
                       .due = *due,
                       .has_arrived = !r->is_down && dice_chance(&w->dice, 85)};
    w->figures.deliveries++;
    trace_i64(w, due->event_seq);
    if (due->event_seq <= r->since_seq)
        world_failf(w, "event %d came before its endpoint began", (int)due->event_seq);
    r->tried[due->event_seq] = 1;
    if (s->has_arrived)
        r->received[due->event_seq] = 1;
    store_transact(w->app.store, &s->work);
}

/* ---- what is due ----------------------------------------------------------------------------- */

static int by_event(const void *a, const void *b)
{
    const int64_t left = ((const struct due *)a)->event_seq;
    const int64_t right = ((const struct due *)b)->event_seq;
    return (left > right) - (left < right);
}

static result read_due(struct world *w, struct db *db, const struct receiver *r,
                       struct due ret[DUE_MAX], size_t *ret_count)
{
    struct rows rows;
    *ret_count = 0;
    TRY(db_query(db, SQL_WEBHOOK_DELIVERY_DUE, &rows, VI(tenant_key(w, r->tenant)), VI(r->id.key),
                 VI(model_tenant_now(&w->model, r->tenant)), VI(DUE_MAX)));
    while (*ret_count < DUE_MAX && rows_next(&rows))
        ret[(*ret_count)++] = (struct due){.event_seq = row_i64(&rows, 0),
                                           .tries = row_i64(&rows, 3),
                                           .expires_us = row_i64(&rows, 4)};
    TRY(rows_done(&rows));
    qsort(ret, *ret_count, sizeof ret[0], by_event); /* rows due at once come in any order */
    return OK;
}

static size_t take_due(struct world *w, struct receiver *r)
{
    static struct due due[DUE_MAX];
    size_t count = 0;
    struct db *db = store_read_begin(w->app.store);
    const result read = read_due(w, db, r, due, &count);
    store_read_end(w->app.store, db);
    (void)world_expect(w, read, "deliveries that are due");
    for (size_t i = 0; i < count; i++)
        attempt(w, r, &due[i]);
    world_run(w);
    return count;
}

void receivers_take(struct world *w)
{
    for (int i = 0; i < w->receiver_count; i++) {
        if (dice_chance(&w->dice, 15))
            w->receivers[i].is_down = !w->receivers[i].is_down;
        (void)take_due(w, &w->receivers[i]);
    }
}

/* ---- the end --------------------------------------------------------------------------------- */

static bool wants(const struct oracle *m, const struct receiver *r, const struct model_event *event)
{
    const bool is_sub = event->merchant != m->tenants[r->tenant].root;
    const char *type = event_type_text(event->type, is_sub);
    if (event->type == EVT_PING)
        return false; /* of its own ping */
    if (r->types.bytes == 0)
        return true;
    const char *at = memmem(r->types.at, r->types.bytes, type, strlen(type));
    const char *end = at == NULL ? NULL : at + strlen(type);
    return at != NULL && (at == r->types.at || at[-1] == ',') &&
           (end == r->types.at + r->types.bytes || *end == ',');
}

static void compare(struct world *w, const struct receiver *r)
{
    const struct oracle *m = &w->model;
    const struct model_tenant *t = &m->tenants[r->tenant];
    for (int seq = 1; seq <= t->event_count && seq < DELIVERIES_MAX; seq++) {
        const bool is_own_ping = seq == r->since_seq + 1;
        const bool is_wanted =
            seq > r->since_seq && (is_own_ping || wants(m, r, &t->events[seq - 1]));
        if (is_wanted && r->received[seq] == 0 && r->given_up[seq] == 0)
            world_failf(w, "event %d of tenant %d was lost on its way to %d", seq, r->tenant,
                        (int)(r - w->receivers));
        if (!is_wanted && r->tried[seq] != 0)
            world_failf(w, "event %d of tenant %d is none for %d", seq, r->tenant,
                        (int)(r - w->receivers));
    }
}

void receivers_drain(struct world *w)
{
    size_t left = 1;
    for (int round = 0; left > 0 && round < ROUNDS_MAX; round++) {
        left = 0;
        for (int i = 0; i < w->receiver_count; i++) {
            w->receivers[i].is_down = false;
            left += take_due(w, &w->receivers[i]);
        }
        w->clock.now_us += INT64_C(6) * 3600 * US_PER_S;
        w->model.now_us = w->clock.now_us;
    }
    for (int i = 0; i < w->receiver_count; i++)
        compare(w, &w->receivers[i]);
}
