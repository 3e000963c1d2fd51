/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_expire.h"

#include <stddef.h>

#include "app/job_command.h"
#include "app/payment_actions.h"
#include "app/payment_visit.h"
#include "app/rail_outcome.h"
#include "app/session.h"

struct expire {
    struct payment_command p; /* first */
    int64_t payment;
    struct rail_job job;
    struct payment_original original;
    struct rail_answer visit; /* what its customer has done elsewhere; empty where nobody asks */
};

/* Nobody can tell what the customer has done: others have their turn before it is asked again. */
static int64_t pause_us(const struct payment *p, int64_t now_us)
{
    static const int64_t LEAST_US = US_PER_S, MOST_US = INT64_C(300) * US_PER_S;
    const int64_t late_us = now_us - p->deadline_us; /* negative: its session has ended */
    const int64_t pause_us = late_us < 0 ? INT64_C(60) * US_PER_S : late_us / 2;
    return pause_us < LEAST_US ? LEAST_US : pause_us > MOST_US ? MOST_US : pause_us;
}

/* Its customer has given it up, or was refused, before our last question closed it. */
static bool is_refused_there(const struct rail_answer *visit)
{
    return visit->outcome == RAIL_REFUSED && visit->refusal != E_GATEWAY_TIMEOUT;
}

static result begin(struct tx *tx, struct command *c)
{
    struct expire *in = (struct expire *)c;
    struct payment *p = &in->p.payment;
    int64_t now_us;
    bool is_over;
    TRY(payment_read_key(tx_db(tx), c->tenant, in->payment, c->arena, p));
    TRY(tx_now(tx, c->tenant, &now_us));
    c->step = STEP_ANSWER;
    if (p->operation != 0 || p->due_us == 0 || p->due_us >= now_us)
        return OK; /* somebody was faster; what is under way will be looked at again */
    if (in->visit.outcome == RAIL_UNKNOWN)
        return payment_look_at(tx, p, now_us + pause_us(p, now_us));
    if (in->visit.outcome == RAIL_OUTCOME_NONE && payment_visit_is_asked(c->app, p))
        return OK; /* something was under way when it was to be asked */
    if (in->visit.outcome == RAIL_APPROVED)
        return payment_visit_follow(tx, &in->p, &in->visit);
    if (is_refused_there(&in->visit))
        TRY(payment_visit_follow(tx, &in->p, &in->visit));
    const bool is_open = pay_is_open(p->status);
    if (!is_open && p->late_money != LATE_OWED)
        return OK;
    /* money that came after its rail had answered goes back, whatever the answer was */
    if (payment_is_for_rail(p) && (in->visit.outcome == RAIL_OUTCOME_NONE || !is_open))
        return payment_void_begin(tx, &in->p, STR_NONE);
    TRY(session_is_over(tx, p, &is_over));
    return payment_close(tx, p, is_over && p->deadline_us >= now_us ? PE_CANCEL : PE_EXPIRE, NULL);
}

/* ---- the rail comes first -------------------------------------------------------------------- */

/* Whoever has paid in time has paid, though the word of it has not come; after this question nobody
 * can pay any more. */
static void ask(struct rail_job *job)
{
    struct expire *in = (struct expire *)(void *)((char *)job - offsetof(struct expire, job));
    payment_visit_ask(in->p.c.app, &in->p.payment, in->original.reference, true, &in->visit);
    command_run(&in->p.c);
}

static result read_due(struct expire *in)
{
    struct command *c = &in->p.c;
    struct payment *p = &in->p.payment;
    struct db *db = store_read_begin(c->app->store);
    result r = payment_read_key(db, c->tenant, in->payment, c->arena, p);
    if (r.code == E_OK)
        r = payment_original(db, p, c->arena, &in->original);
    store_read_end(c->app->store, db);
    return r;
}

static void begin_to_expire(struct expire *in)
{
    struct command *c = &in->p.c;
    const result r = read_due(in);
    if (r.code != E_OK) { /* nobody has been asked: looked at again later */
        command_refuse(c, r);
        c->answered(c);
        return;
    }
    in->job.run = ask;
    if (payment_visit_is_instant(c->app, &in->p.payment, in->original.reference))
        ask(&in->job);
    else
        rail_pool_put(c->app->pool, &in->job);
}

void payment_expire_start(struct app *app, int64_t tenant, int64_t payment,
                          void (*done)(void *context), void *context)
{
    const struct job_start start = {app, tenant, VALUE_JOB_EXPIRE, done, context};
    struct expire *in = job_command_new(&start, sizeof *in);
    if (in == NULL)
        return;
    in->p.c.begin = begin;
    in->payment = payment;
    begin_to_expire(in);
}
