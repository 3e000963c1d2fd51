/* SPDX-License-Identifier: Apache-2.0 */
#include "app/operation_resolve.h"

#include <stddef.h>

#include "app/rail_outcome.h"
#include "app/rail_pool.h"
#include "base/log.h"

#define INQUIRE_FIRST_US (INT64_C(1) * US_PER_S)
#define INQUIRE_LAST_US  (INT64_C(300) * US_PER_S)

struct resolve {
    struct payment_command p; /* first */
    struct rail_job job;
    int64_t operation;
    struct operation found; /* as it was when the rail was asked */
    void (*done)(void *context);
    void *done_context;
};

static struct resolve *of_job(struct rail_job *job)
{
    return (struct resolve *)(void *)((char *)job - offsetof(struct resolve, job));
}

static void end(struct resolve *in)
{
    void (*done)(void *) = in->done;
    void *context = in->done_context;
    command_done(&in->p.c);
    arena_free(in->p.c.arena);
    done(context);
}

static int64_t next_due_us(int64_t now_us, int64_t tries)
{
    int64_t wait_us = INQUIRE_FIRST_US;
    for (int64_t i = 0; i < tries && wait_us < INQUIRE_LAST_US; i++)
        wait_us *= 2;
    return now_us + (wait_us < INQUIRE_LAST_US ? wait_us : INQUIRE_LAST_US);
}

/* The outcome's transaction. The row may have been completed meanwhile: then there is nothing to
 * do. */
static result run(struct tx *tx, struct work *work)
{
    struct resolve *in = (struct resolve *)work;
    struct command *c = &in->p.c;
    struct operation *o = &c->operation;
    TRY(operation_get(tx_db(tx), c->tenant, in->operation, c->arena, o));
    if (o->state != OPERATION_SENT && o->state != OPERATION_UNKNOWN)
        return OK;
    if (c->answer.outcome == RAIL_UNKNOWN)
        return db_exec(tx_db(tx), SQL_OPERATION_POSTPONE, VI(c->tenant), VI(in->operation),
                       VI(o->state), VI(next_due_us(tx_real_now(tx), o->tries)), VI(o->tries + 1));
    in->p.is_kept = false;
    in->p.may_hold_token = true;
    TRY(payment_read_key(tx_db(tx), c->tenant, o->payment, c->arena, &in->p.payment));
    c->event_seq = 0;
    c->http_status = 200;
    buf_clear(&c->body);
    const result r = rail_outcome_finish(tx, c);
    if (err_is_of_store(r.code))
        return r;
    if (r.code != E_OK) {
        c->event_seq = 0;
        c->http_status = err_http(r.code);
        buf_clear(&c->body);
        error_json(&c->body, r);
    }
    c->has_outbox = tx_has_outbox(tx);
    o->state = c->answer.outcome == RAIL_NOT_FOUND ? OPERATION_GIVEN_UP : OPERATION_DONE;
    o->http_status = c->http_status;
    o->event_seq = c->event_seq;
    o->body = c->event_seq != 0 ? STR_NONE : buf_view(&c->body);
    return operation_finish(tx, c->tenant, o);
}

static void run_done(struct work *work, result outcome)
{
    struct resolve *in = (struct resolve *)work;
    struct command *c = &in->p.c;
    struct app *app = c->app;
    const int64_t payment = c->operation.payment;
    if (outcome.code != E_OK)
        log_event(LOG_JOB_FAILED, LT("job", "resolve"), LT("code", err_name(outcome.code)),
                  LT("message", outcome.message));
    else
        log_event(LOG_RAIL_RESOLVED, LI("operation", in->operation),
                  LI("outcome", (int64_t)c->answer.outcome));
    if (c->has_outbox && app->outbox_filled != NULL)
        app->outbox_filled(app->outbox_context);
    end(in);
    command_wake(app, payment);
}

static result find_rail(struct resolve *in, struct rail **ret)
{
    struct app *app = in->p.c.app;
    struct db *db = store_read_begin(app->store);
    const result r =
        payment_read_key(db, in->p.c.tenant, in->found.payment, in->p.c.arena, &in->p.payment);
    store_read_end(app->store, db);
    if (r.code != E_OK)
        return r;
    *ret = app->rails[in->p.payment.rail];
    return *ret != NULL ? OK : FAIL(E_INTERNAL, NULL, "the rail of this payment is not connected");
}

/* The client of a charge was told that it was not made: make that true. The void has a reference of
 * its own that is always the same for the operation. */
static void undo(struct resolve *in, struct rail *rail)
{
    struct command *c = &in->p.c;
    const struct rail_call call = {
        .op = RAIL_VOID,
        .reference = {.key = in->found.id.key, .salt = ~in->found.id.salt},
        .original = in->found.id,
        .amount = {.minor = payment_total(&in->p.payment), .cur = in->p.payment.currency},
    };
    rail->functions->call(rail, &call, &c->answer);
    if (c->answer.outcome == RAIL_APPROVED)
        c->answer.outcome = RAIL_NOT_FOUND;
    else
        c->answer.outcome = RAIL_UNKNOWN; /* not undone yet: ask again later */
}

static void ask(struct rail_job *job)
{
    struct resolve *in = of_job(job);
    struct command *c = &in->p.c;
    struct rail *rail;
    const result r = find_rail(in, &rail);
    if (r.code != E_OK) {
        log_event(LOG_JOB_FAILED, LT("job", "resolve"), LI("operation", in->operation),
                  LT("code", err_name(r.code)), LT("message", r.message));
        end(in);
        return;
    }
    rail->functions->inquire(rail, in->found.id, &c->answer);
    const bool is_new = in->found.rail_op == RAIL_CHARGE || in->found.rail_op == RAIL_AUTHORIZE;
    if (is_new && in->found.state == OPERATION_UNKNOWN) {
        if (c->answer.outcome == RAIL_APPROVED)
            undo(in, rail);
        else if (c->answer.outcome == RAIL_REFUSED && c->answer.refusal == E_GATEWAY_TIMEOUT)
            c->answer.outcome = RAIL_NOT_FOUND; /* undone by a process that then ended */
    }
    c->work.run = run;
    c->work.done = run_done;
    c->work.is_internal = true;
    store_transact(c->app->store, &c->work);
}

void operation_resolve_start(struct app *app, int64_t tenant, int64_t operation,
                             void (*done)(void *context), void *context)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct resolve *in = arena == NULL ? NULL : ARENA_NEW(arena, struct resolve);
    if (in == NULL) {
        arena_free(arena);
        log_event(LOG_JOB_FAILED, LT("job", "resolve"), LT("code", err_name(E_MEMORY)));
        done(context);
        return;
    }
    command_init(&in->p.c, app, arena, tenant);
    in->operation = operation;
    in->done = done;
    in->done_context = context;
    struct db *db = store_read_begin(app->store);
    const result r = operation_get(db, tenant, operation, arena, &in->found);
    store_read_end(app->store, db);
    if (r.code != E_OK || in->found.due_us == 0) {
        end(in);
        return;
    }
    in->job.run = ask;
    rail_pool_put(app->pool, &in->job);
}
