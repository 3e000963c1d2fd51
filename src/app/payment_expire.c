/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_expire.h"

#include "app/payment_actions.h"
#include "base/log.h"

struct expire {
    struct payment_command p; /* first */
    int64_t payment;
    void (*done)(void *context);
    void *done_context;
};

static result begin(struct tx *tx, struct command *c)
{
    struct expire *in = (struct expire *)c;
    struct payment *p = &in->p.payment;
    TRY(payment_read_key(tx_db(tx), c->tenant, in->payment, c->arena, p));
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    c->step = STEP_ANSWER;
    const enum pay_state next = pay_next(p->status, PE_EXPIRE);
    if (next == PAY_NONE || p->operation != 0 || p->deadline_us >= now_us)
        return OK; /* somebody was faster; what is under way will be looked at again */
    if (payment_is_part_paid(p)) /* the rail gives back what it has; then it has expired */
        return payment_void_begin(tx, &in->p, STR_NONE);
    p->status = next;
    TRY(payment_save(tx, p));
    return payment_event(tx, p, EVT_PAYMENT_EXPIRED, NULL);
}

static void answered(struct command *c)
{
    struct expire *in = (struct expire *)c;
    void (*done)(void *) = in->done;
    void *context = in->done_context;
    if (c->outcome.code != E_OK)
        log_job_failed(VALUE_JOB_EXPIRE, 0, c->outcome);
    command_done(c);
    arena_free(c->arena);
    done(context);
}

void payment_expire_start(struct app *app, int64_t tenant, int64_t payment,
                          void (*done)(void *context), void *context)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct expire *in = arena == NULL ? NULL : ARENA_NEW(arena, struct expire);
    if (in == NULL) {
        arena_free(arena);
        log_job_failed(VALUE_JOB_EXPIRE, 0, E_NO_MEMORY);
        done(context);
        return;
    }
    command_init(&in->p.c, app, arena, tenant);
    in->p.c.begin = begin;
    in->p.c.answered = answered;
    in->p.c.work.is_internal = true;
    in->payment = payment;
    in->done = done;
    in->done_context = context;
    command_run(&in->p.c);
}
