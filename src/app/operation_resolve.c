/* SPDX-License-Identifier: Apache-2.0 */
/* operation_resolve.c: see operation_resolve.h and doc/rails.md.
 *
 *     start ── claim ── ask, and take back ── settle
 *
 * The claim counts one more inquiry, and only who has counted the newest one may settle: so a call
 * that is still under way, another server or an earlier try of ours changes nothing any more. */
#include "app/operation_resolve.h"

#include <stddef.h>

#include "app/rail_outcome.h"
#include "app/rail_pool.h"
#include "base/log.h"

/* A claim ends by itself: after four calls of a rail at their slowest. */
#define CLAIM_US (INT64_C(4000) * RAIL_CALL_MS_MAX)

/* So many inquiries without a result, and what can be taken back is; a void is sent again. */
enum { REVERSE_TRIES = 8 };

struct resolve {
    struct payment_command p; /* first */
    struct rail_job job;
    int64_t operation;
    struct operation seen;  /* as it was when we began */
    struct operation found; /* as it is since our claim; `heard` grows with every answer */
    struct payment_original original; /* what it is about */
    bool is_claimed, is_early;
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

/* ---- settle: the outcome's transaction ------------------------------------------------------ */

static result settle(struct tx *tx, struct resolve *in)
{
    struct command *c = &in->p.c;
    in->p.is_kept = false;
    in->p.may_hold_token = true;
    TRY(payment_read_key(tx_db(tx), c->tenant, c->operation.payment, c->arena, &in->p.payment));
    return command_settle(tx, c);
}

/* From then on its request cannot arrive any more. */
static int64_t lost_us(const struct resolve *in, const struct rail *rail)
{
    return in->found.sent_us + OPERATION_LOST_US + rail->late_us;
}

/* When it is asked about again; not later than its request can be lost. */
static int64_t again_us(const struct resolve *in, int64_t now_us)
{
    const struct rail *rail = in->p.c.app->rails[in->p.payment.rail];
    const int64_t at_us = now_us + operation_pause_us(in->found.tries);
    const int64_t last_us = lost_us(in, rail);
    return in->is_early && now_us < last_us && last_us < at_us ? last_us : at_us;
}

static result settle_run(struct tx *tx, struct work *work)
{
    struct resolve *in = (struct resolve *)work;
    struct command *c = &in->p.c;
    struct operation *o = &c->operation;
    command_clear_answer(c);
    TRY(operation_get(tx_db(tx), c->tenant, in->operation, c->arena, o));
    if (o->state != in->found.state || o->tries != in->found.tries)
        return OK; /* somebody else has it now */
    if (c->answer.outcome != RAIL_UNKNOWN)
        return settle(tx, in);
    o->heard = in->found.heard;
    o->due_us = again_us(in, tx_real_now(tx));
    return operation_postpone(tx, c->tenant, o);
}

static void log_settled(const struct resolve *in)
{
    const struct command *c = &in->p.c;
    if (c->operation.state == OPERATION_DONE || c->operation.state == OPERATION_GIVEN_UP)
        log_event(LOG_RAIL_RESOLVED, LI("operation", in->operation),
                  LI("outcome", (int64_t)c->answer.outcome));
    else if (in->found.tries >= OPERATION_ATTENTION_TRIES)
        log_event(LOG_RAIL_STUCK, LI("operation", in->operation),
                  LT("rail", rail_slug(in->p.payment.rail)), LI("rail_op", in->found.rail_op),
                  LI("tries", in->found.tries), LI("heard", (int64_t)in->found.heard));
}

static void settle_done(struct work *work, result outcome)
{
    struct resolve *in = (struct resolve *)work;
    struct command *c = &in->p.c;
    struct app *app = c->app;
    const int64_t payment = c->operation.payment;
    if (outcome.code != E_OK)
        log_job_failed(VALUE_JOB_RESOLVE, in->operation, outcome);
    else
        log_settled(in);
    if (c->has_outbox)
        app_outbox_filled(app);
    end(in);
    if (payment != 0)
        command_wake(app, payment);
}

/* ---- ask ------------------------------------------------------------------------------------ */

static bool is_new(const struct resolve *in)
{
    return rail_op_is_first(in->found.rail_op);
}

/* What takes money, or the right to it, can be taken back; a void and a refund cannot. */
static bool can_reverse(const struct resolve *in)
{
    return is_new(in) || in->found.rail_op == RAIL_CAPTURE;
}

/* Something was approved, by an answer that is not the newest or not the right one. */
static bool may_have_happened(const struct resolve *in)
{
    return (in->found.heard & (HEARD_APPROVED | HEARD_OTHER)) != 0;
}

/* Its request may still arrive: it was late on its way, or its server stands still before the call,
 * has lost its lease, and will go on. A server alone has ended before another one comes. */
static bool may_arrive(const struct resolve *in, const struct rail *rail)
{
    const struct app *app = in->p.c.app;
    const bool may_be_sent = in->found.state == OPERATION_SENT && store_is_shared(app->store);
    return (rail->late_us > 0 || may_be_sent) && clock_now_us(app->clock) < lost_us(in, rail);
}

/* Remembers an answer about the operation. While its request may still arrive, "never heard of it"
 * says nothing. */
static void hear(struct resolve *in, const struct rail *rail, struct rail_answer *answer)
{
    const enum rail_heard before = in->found.heard;
    in->is_early = answer->outcome == RAIL_NOT_FOUND && may_arrive(in, rail);
    if (in->is_early)
        *answer = (struct rail_answer){.outcome = RAIL_UNKNOWN};
    in->found.heard = (enum rail_heard)(before | answer->heard);
    if (in->found.heard != before && rail_contradicts(in->found.heard))
        log_event(LOG_RAIL_CONTRADICTS, LI("operation", in->operation),
                  LI("state", in->found.state), LI("heard", (int64_t)in->found.heard));
}

static struct rail_call call_of(const struct resolve *in)
{
    struct rail_call call = {.op = in->found.rail_op,
                             .reference = in->found.id,
                             .amount = rail_outcome_amount(&in->found, &in->p.payment)};
    if (!is_new(in))
        rail_outcome_aim(&in->original, &in->p.payment, in->p.c.arena, &call);
    rail_outcome_describe(in->p.c.app, &in->p.payment, &call);
    return call;
}

/* Asks the rail about the operation itself. */
static void inquire(struct resolve *in, struct rail *rail, struct rail_answer *ret)
{
    const struct rail_call call = call_of(in);
    rail_inquire(rail, &call, ret);
    hear(in, rail, ret);
}

/* A reversal has a reference of its own, which is the same each time: a void the one, a refund the
 * other. What goes back is what the rail says that it took: a prepaid number gives what it has. */
static void send_reversal(struct resolve *in, struct rail *rail, enum rail_op op,
                          struct rail_answer *ret)
{
    static const int64_t REFUND_SALT = INT64_C(0x5a5a5a5a5a5a5a5a);
    struct rail_call call = call_of(in);
    call.op = op;
    call.original = in->found.id;
    call.reference.salt = op == RAIL_VOID ? ~in->found.id.salt : in->found.id.salt ^ REFUND_SALT;
    if (op == RAIL_REFUND)
        call.amount = in->p.c.answer.amount;
    rail_send(rail, &call, ret);
    log_event(LOG_RAIL_REVERSED, LI("operation", in->operation), LI("rail_op", op),
              LI("outcome", (int64_t)ret->outcome));
}

/* The void was approved: believed, unless the rail says in the same breath that nothing changed. */
static enum rail_outcome check_voided(struct resolve *in, struct rail *rail,
                                      enum rail_outcome asked)
{
    struct rail_answer again;
    inquire(in, rail, &again);
    if (again.heard == HEARD_APPROVED || again.heard == HEARD_OTHER)
        return RAIL_UNKNOWN;
    return asked == RAIL_REFUSED ? RAIL_REFUSED : RAIL_NOT_FOUND;
}

/* The void was refused. There may be nothing to void; or it is too late for a void, and money that
 * was taken is given back as a refund. */
static enum rail_outcome after_refused_void(struct resolve *in, struct rail *rail,
                                            enum rail_outcome asked)
{
    struct rail_answer refund;
    if ((asked == RAIL_REFUSED || asked == RAIL_NOT_FOUND) && !may_have_happened(in))
        return asked;
    if (asked != RAIL_APPROVED || in->found.rail_op == RAIL_AUTHORIZE ||
        in->found.rail_op == RAIL_REGISTER) /* nobody has paid anything yet */
        return RAIL_UNKNOWN;
    send_reversal(in, rail, RAIL_REFUND, &refund);
    return refund.outcome == RAIL_APPROVED ? RAIL_NOT_FOUND : RAIL_UNKNOWN;
}

/* Makes it true that the operation was not made; RAIL_NOT_FOUND says that it is. */
static void reverse(struct resolve *in, struct rail *rail, struct rail_answer *answer)
{
    struct rail_answer undone;
    send_reversal(in, rail, RAIL_VOID, &undone);
    if (undone.outcome == RAIL_APPROVED)
        answer->outcome = check_voided(in, rail, answer->outcome);
    else if (undone.outcome == RAIL_REFUSED)
        answer->outcome = after_refused_void(in, rail, answer->outcome);
    else
        answer->outcome = RAIL_UNKNOWN; /* not undone yet: again later */
}

/* Whether the newest answer about an operation that can be reversed leads to that: its client was
 * told that it was not made, or nobody can tell what was. */
static bool wants_reversal(const struct resolve *in, const struct rail_answer *answer)
{
    const bool was_told = is_new(in) && in->found.state == OPERATION_UNKNOWN;
    if (answer->outcome == RAIL_NOT_FOUND && !may_have_happened(in))
        return false; /* and never will be */
    return was_told || in->is_early || rail_contradicts(in->found.heard) ||
           (answer->outcome == RAIL_UNKNOWN && in->found.tries >= REVERSE_TRIES);
}

/* A void and a refund: an answer that says "not done" is not believed after one that said something
 * else. A void does no harm twice: where inquiries are of no use, it is sent again. */
static void insist(struct resolve *in, struct rail *rail, struct rail_answer *answer)
{
    if (answer->outcome != RAIL_APPROVED && may_have_happened(in))
        answer->outcome = RAIL_UNKNOWN;
    if (answer->outcome != RAIL_UNKNOWN || in->found.rail_op != RAIL_VOID ||
        in->found.tries < REVERSE_TRIES)
        return;
    const struct rail_call call = call_of(in);
    rail_send(rail, &call, answer);
    hear(in, rail, answer);
}

static void decide(struct resolve *in, struct rail *rail)
{
    struct rail_answer *answer = &in->p.c.answer;
    inquire(in, rail, answer);
    if (!can_reverse(in))
        insist(in, rail, answer);
    else if (rail_says_voided(answer))
        answer->outcome = RAIL_NOT_FOUND; /* taken back by a process that then ended */
    else if (wants_reversal(in, answer))
        reverse(in, rail, answer);
}

static void ask(struct rail_job *job)
{
    struct resolve *in = of_job(job);
    struct command *c = &in->p.c;
    struct rail *rail = c->app->rails[in->p.payment.rail];
    if (rail == NULL) { /* the claim runs out, and it is tried again */
        log_job_failed(VALUE_JOB_RESOLVE, in->operation,
                       FAIL(E_INTERNAL, NULL, "the rail of this payment is not connected"));
        end(in);
        return;
    }
    decide(in, rail);
    c->work.run = settle_run;
    c->work.done = settle_done;
    store_transact(c->app->store, &c->work);
}

/* ---- claim ---------------------------------------------------------------------------------- */

static result claim_run(struct tx *tx, struct work *work)
{
    struct resolve *in = (struct resolve *)work;
    struct command *c = &in->p.c;
    struct operation *o = &in->found;
    in->is_claimed = false;
    TRY(operation_get(tx_db(tx), c->tenant, in->operation, c->arena, o));
    if (!operation_is_open(o) || o->tries != in->seen.tries)
        return OK;
    TRY(payment_read_key(tx_db(tx), c->tenant, o->payment, c->arena, &in->p.payment));
    if (!rail_op_is_first(o->rail_op))
        TRY(payment_original(tx_db(tx), &in->p.payment, c->arena, &in->original));
    o->tries++;
    o->due_us = tx_real_now(tx) + CLAIM_US;
    in->is_claimed = true;
    return operation_postpone(tx, c->tenant, o);
}

static void claim_done(struct work *work, result outcome)
{
    struct resolve *in = (struct resolve *)work;
    if (outcome.code != E_OK)
        log_job_failed(VALUE_JOB_RESOLVE, in->operation, outcome);
    if (outcome.code != E_OK || !in->is_claimed) {
        end(in);
        return;
    }
    in->job.run = ask;
    rail_pool_put(in->p.c.app->pool, &in->job);
}

void operation_resolve_start(struct app *app, int64_t tenant, int64_t operation,
                             void (*done)(void *context), void *context)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct resolve *in = arena == NULL ? NULL : ARENA_NEW(arena, struct resolve);
    if (in == NULL) {
        arena_free(arena);
        log_job_failed(VALUE_JOB_RESOLVE, operation, E_NO_MEMORY);
        done(context);
        return;
    }
    command_init(&in->p.c, app, arena, tenant);
    in->operation = operation;
    in->done = done;
    in->done_context = context;
    struct db *db = store_read_begin(app->store);
    const result r = operation_get(db, tenant, operation, arena, &in->seen);
    store_read_end(app->store, db);
    if (r.code != E_OK || !operation_is_open(&in->seen)) {
        end(in);
        return;
    }
    in->p.c.work.run = claim_run;
    in->p.c.work.done = claim_done;
    in->p.c.work.is_internal = true;
    store_transact(app->store, &in->p.c.work);
}
