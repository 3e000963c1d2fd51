/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_visit.h"

#include <stddef.h>

#include "app/payment_actions.h"
#include "app/rail_outcome.h"
#include "app/session.h"
#include "rails/simulator.h"

/* ---- asking -------------------------------------------------------------------------------- */

/* As the rail was asked to register it. */
static struct rail_call call_of(const struct app *app, const struct payment *p, id original)
{
    struct rail_call call = {
        .op = RAIL_REGISTER,
        .reference = original,
        .amount = {.minor = payment_total(p), .cur = p->currency},
    };
    rail_outcome_describe(app, p, &call);
    return call;
}

bool payment_visit_is_asked(const struct app *app, const struct payment *p)
{
    return payment_is_elsewhere(p) && p->operation == 0 && rail_has_visits(app->rails[p->rail]);
}

bool payment_visit_is_instant(const struct app *app, const struct payment *p, id original)
{
    const struct rail *rail = app->rails[p->rail];
    const struct rail_call call = call_of(app, p, original);
    return !payment_visit_is_asked(app, p) || rail->functions->is_instant(rail, &call);
}

void payment_visit_ask(const struct app *app, const struct payment *p, id original, bool is_last,
                       struct rail_answer *ret)
{
    struct rail *rail = app->rails[p->rail];
    *ret = (struct rail_answer){0};
    if (!payment_visit_is_asked(app, p))
        return;
    const struct rail_call call = call_of(app, p, original);
    rail_visit(rail, &call, is_last, ret);
}

/* ---- following ----------------------------------------------------------------------------- */

static result end(struct tx *tx, struct payment_command *in, enum pay_event step,
                  enum event_type event)
{
    struct payment *p = &in->payment;
    const enum pay_state next = pay_next(p->status, step);
    if (next == PAY_NONE)
        return OK;
    p->status = next;
    TRY(payment_save(tx, p));
    return payment_event(tx, p, event, NULL);
}

static result follow_refusal(struct tx *tx, struct payment_command *in, enum err refusal)
{
    if (refusal == E_REQUEST_FAILED)
        return end(tx, in, PE_CANCEL, EVT_PAYMENT_CANCELLED);
    if (refusal == E_GATEWAY_TIMEOUT)
        return end(tx, in, PE_EXPIRE, EVT_PAYMENT_EXPIRED);
    return end(tx, in, PE_FAIL, EVT_PAYMENT_FAILED);
}

result payment_visit_follow(struct tx *tx, struct payment_command *in,
                            const struct rail_answer *answer)
{
    in->c.step = STEP_ANSWER;
    if (!payment_is_elsewhere(&in->payment))
        return OK;
    if (answer->outcome == RAIL_REFUSED)
        return follow_refusal(tx, in, answer->refusal);
    if (answer->outcome != RAIL_APPROVED)
        return OK;
    const result r = payment_paid(tx, in);
    if (r.code == E_UNPROCESSABLE)
        return payment_owe(tx, &in->payment);
    if (r.code != E_OK || in->c.step != STEP_WAIT)
        return r;
    int64_t now_us; /* whoever waits may give up: a job asks on */
    TRY(tx_now(tx, in->c.tenant, &now_us));
    return payment_look_at(tx, &in->payment, now_us);
}

/* ---- acting -------------------------------------------------------------------------------- */

static const enum err REFUSALS[VISIT_ACTS] = {
    [VISIT_LOOK] = E_OK,
    [VISIT_PAY] = E_OK,
    [VISIT_REFUSE] = E_OTHER_ERROR,
    [VISIT_CANCEL] = E_REQUEST_FAILED,
    [VISIT_EXPIRE] = E_GATEWAY_TIMEOUT,
};

/* Two of them have a meaning of their own: rail_visit(). */
result visit_refusal_read(str code, enum err *ret)
{
    const enum err refusal = rail_refusal_read(code, E_OK);
    if (refusal == E_OK || refusal == E_REQUEST_FAILED || refusal == E_GATEWAY_TIMEOUT)
        return FAIL(E_INVALID_PARAMETER, "code", "this is not why a processor refuses");
    *ret = refusal;
    return OK;
}

static result check_act(const struct payment_visit *in, const struct payment *p, int64_t now_us)
{
    if (!payment_is_elsewhere(p))
        return FAIL(E_UNPROCESSABLE, "act", "the payment does not wait for its customer any more");
    if (p->deadline_us < now_us)
        return FAIL(E_UNPROCESSABLE, "act", "the payment's deadline has passed");
    if (!payment_page_offers(p, in->act))
        return FAIL(E_UNPROCESSABLE, "act", "this cannot be done with a payment of this type");
    return OK;
}

static result read_seen(struct db *db, struct payment_visit *in, struct payment *ret,
                        id *ret_original)
{
    struct command *c = &in->p.c;
    int64_t now_us;
    TRY(payment_read(db, c->tenant, in->p.id, c->arena, ret));
    struct payment_original original;
    if (!payment_has_page(ret))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(payment_original(db, ret, c->arena, &original));
    *ret_original = original.reference;
    TRY(session_now(db, c->app, c->tenant, &now_us));
    return in->act == VISIT_LOOK ? OK : check_act(in, ret, now_us);
}

static void act(struct payment_visit *in, const struct payment *p, id original)
{
    const struct app *app = in->p.c.app;
    const struct rail_call call = call_of(app, p, original);
    enum err refusal = REFUSALS[in->act];
    if (in->act == VISIT_REFUSE && in->refusal != E_OK)
        refusal = in->refusal;
    simulator_visit(app->rails[p->rail], &call, refusal, &in->answer);
}

static struct payment_visit *of_job(struct rail_job *job)
{
    return (struct payment_visit *)(void *)((char *)job - offsetof(struct payment_visit, job));
}

/* What was done is then asked for, as of any rail. */
static void visit(struct rail_job *job)
{
    struct payment_visit *in = of_job(job);
    struct app *app = in->p.c.app;
    struct payment p;
    id original;
    struct db *db = store_read_begin(app->store);
    in->before = read_seen(db, in, &p, &original);
    store_read_end(app->store, db);
    if (in->before.code == E_OK && in->act != VISIT_LOOK)
        act(in, &p, original);
    if (in->before.code == E_OK)
        payment_visit_ask(app, &p, original, false, &in->answer);
    command_run(&in->p.c);
}

static result begin(struct tx *tx, struct command *c)
{
    struct payment_visit *in = (struct payment_visit *)c;
    TRY(in->before);
    TRY(payment_command_load(tx, &in->p));
    return c->step == STEP_WAIT ? OK : payment_visit_follow(tx, &in->p, &in->answer);
}

void payment_visit_init(struct payment_visit *in)
{
    in->p.c.begin = begin;
}

void payment_visit_start(struct payment_visit *in)
{
    in->job.run = visit;
    rail_pool_put(in->p.c.app->pool, &in->job);
}

result payment_visit_tenant(struct db *db, id payment, int64_t *ret)
{
    TRY(db_number(db, SQL_PAYMENT_FIND_TEST, ret, VI(payment.key), VI(payment.salt)));
    return *ret != 0 ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}
