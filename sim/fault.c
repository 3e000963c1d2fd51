/* SPDX-License-Identifier: Apache-2.0 */
#include "fault.h"

#include <stdlib.h>

#include "app/recover.h"
#include "check.h"
#include "stream.h"

enum { CALLS_MAX = 4, RETRIES_MAX = 3 };

enum ending { ENDING_NONE = 0, ENDING_DROP, ENDING_POWER, ENDING_GOES_ON };

static void add_fault(struct world *w, enum disk_op op, enum disk_failure how, int64_t span)
{
    const struct disk_fault fault = {.op = op, .at = dice_between(&w->dice, 1, span), .how = how};
    disk_fail(w->disk, &fault);
}

/* Lets the calls run as far as they come.   returns how it ends */
static enum ending run_into_fault(struct world *w)
{
    static const enum disk_op OPS[] = {DISK_WRITE, DISK_READ, DISK_SYNC, DISK_SHM, DISK_WRITE};
    const int64_t kind = dice_below(&w->dice, 10);
    const int64_t batches = dice_below(&w->dice, 4);
    const bool is_power = dice_chance(&w->dice, 70);
    w->is_lost = false;
    if (w->disk == NULL || w->options->is_plain || kind < 3) {
        for (int64_t i = 0; i < batches; i++)
            (void)world_step(w);
        if (w->disk == NULL || w->options->is_plain)
            world_run(w); /* what is queued cannot be cut off there */
        return is_power ? ENDING_POWER : ENDING_DROP;
    }
    if (kind < 7) {
        add_fault(w, DISK_CHANGE, DISK_GONE, 40);
        world_run(w);
        return ENDING_POWER;
    }
    const enum disk_op op = OPS[dice_below(&w->dice, COUNT(OPS))];
    add_fault(w, op, dice_chance(&w->dice, 30) ? DISK_ENOSPC : DISK_EIO, op == DISK_SYNC ? 4 : 30);
    world_run(w);
    const bool has_failed = disk_failures(w->disk) > 0;
    w->figures.disk_errors += has_failed;
    disk_fail(w->disk, NULL);
    if (w->is_lost)
        return is_power ? ENDING_POWER : ENDING_DROP;
    return ENDING_GOES_ON;
}

/* Finds out how far the calls of this step have come that nobody answered, or the store refused. */
static result read_fates(struct world *w)
{
    struct db *db = store_read_begin(w->app.store);
    result r = OK;
    for (struct call *call = w->calls; call != NULL && r.code == E_OK; call = call->next) {
        const bool is_unknown = call->command == NULL && (!call->is_answered || call_failed(call));
        if (is_unknown && call->number < w->first_fresh)
            call->fate = FATE_ABSENT; /* it was waiting */
        else if (is_unknown)
            r = call_read_fate(call, &w->model, db);
        trace_i64(w, call->fate);
    }
    store_read_end(w->app.store, db);
    return r;
}

static int by_operation(const void *a, const void *b)
{
    const struct model_payment *left = *(struct model_payment *const *)a;
    const struct model_payment *right = *(struct model_payment *const *)b;
    if (left->tenant != right->tenant)
        return left->tenant - right->tenant; /* tenants were made in this order */
    return (left->op.reference.key > right->op.reference.key) -
           (left->op.reference.key < right->op.reference.key);
}

/* A new process asks about every operation that is open, tenant by tenant. */
static void recover(struct world *w)
{
    static struct model_payment *open[PAYMENTS_MAX];
    size_t count = 0;
    for (int i = 0; i < w->model.payment_count; i++)
        if (w->model.payments[i].op.is_open)
            open[count++] = &w->model.payments[i];
    qsort(open, count, sizeof open[0], by_operation);
    if (!world_expect(w, operations_recover(&w->app), "recovery"))
        return;
    for (size_t i = 0; i < count; i++) {
        model_resolve(&w->model, (int)(open[i] - w->model.payments));
        model_run(&w->model);
    }
}

static void begin_anew(struct world *w, bool is_power)
{
    world_crash(w, is_power);
    world_reopen(w);
}

/* The clients that have heard nothing ask again, with the same key. */
static void ask_again(struct world *w, const struct intent *lost, int count)
{
    w->first_fresh = w->call_count + 1;
    for (int i = 0; i < count; i++)
        world_ask(w, &lost[i]);
    world_run(w);
    check_answers(w);
}

static int list_lost(const struct world *w, struct intent ret[RETRIES_MAX])
{
    int count = 0;
    for (const struct call *call = w->calls; call != NULL && count < RETRIES_MAX; call = call->next)
        if (call->fate != FATE_NONE && call->number >= w->first_fresh)
            ret[count++] = call->intent;
    return count;
}

void fault_step(struct world *w)
{
    struct intent lost[RETRIES_MAX];
    const int64_t calls = dice_between(&w->dice, 1, CALLS_MAX);
    w->is_faulty = !w->options->is_plain;
    for (int64_t i = 0; i < calls; i++) {
        const struct intent in = stream_next(w, NOBODY, true);
        world_ask(w, &in);
    }
    const enum ending ending = run_into_fault(w);
    if (ending != ENDING_GOES_ON)
        begin_anew(w, ending == ENDING_POWER);
    if (world_has_failed(w) || !world_expect(w, read_fates(w), "how far calls have come"))
        return;
    model_run(&w->model);
    if (ending != ENDING_GOES_ON)
        model_forget_calls(&w->model);
    w->is_faulty = false;
    const int lost_count = list_lost(w, lost);
    check_answers(w);
    check_rows(w);
    if (ending != ENDING_GOES_ON && !world_has_failed(w)) {
        recover(w);
        check_rows(w);
    }
    if (!world_has_failed(w))
        ask_again(w, lost, lost_count);
}
