/* SPDX-License-Identifier: Apache-2.0 */
/* subscription_renew.c: charges one period of a subscription once. */
#include "app/job_command.h"
#include "app/subscription.h"

struct renew {
    struct payment_create in; /* first */
    int64_t subscription;
};

/* The row whose key lets this try be made once.  payment  0: it was refused before there was one */
static result note_try(struct tx *tx, const struct subscription *s, int64_t payment)
{
    const int64_t due_us = subscription_due_us(s->created_us, s->period, s->course.paid);
    return db_exec(tx_db(tx), SQL_SUBSCRIPTION_CHARGE_INSERT, VI(s->tenant), VI(s->id.key),
                   VI(s->course.paid), VI(s->course.tries), VI(payment), VI(due_us));
}

/* A refusal of ours, of a split that no longer holds or of screening, is a try that failed. */
static result charge(struct tx *tx, struct renew *in, struct subscription *s)
{
    struct command *c = &in->in.p.c;
    struct customer customer;
    TRY(customer_read_key(tx_db(tx), c->tenant, s->customer, c->arena, &customer));
    subscription_fill(s, &customer, &in->in);
    const result r = payment_create_begin(tx, c);
    if (err_is_of_store(r.code) && r.code != E_CRYPTO) /* a card that cannot be opened is no card */
        return r;
    subscription_begin(&s->course);
    if (r.code == E_OK && c->step == STEP_RAIL) {
        s->payment = in->in.p.payment.id.key;
        TRY(note_try(tx, s, s->payment));
        return subscription_save(tx, s);
    }
    c->step = STEP_ANSWER;
    TRY(note_try(tx, s, 0));
    return subscription_conclude(tx, s, false, c->arena);
}

static result begin(struct tx *tx, struct command *c)
{
    struct renew *in = (struct renew *)c;
    struct subscription s;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(subscription_read_key(tx_db(tx), c->tenant, in->subscription, c->arena, &s));
    if (s.course.due_us > 0 && s.course.due_us <= now_us)
        return charge(tx, in, &s);
    c->step = STEP_ANSWER; /* somebody was faster */
    return OK;
}

void subscription_renew_start(struct app *app, int64_t tenant, int64_t subscription,
                              void (*done)(void *context), void *context)
{
    const struct job_start start = {app, tenant, VALUE_JOB_RENEW, done, context};
    struct renew *in = job_command_new(&start, sizeof *in);
    if (in == NULL)
        return;
    payment_create_init(&in->in);
    in->in.p.c.begin = begin;
    in->subscription = subscription;
    command_run(&in->in.p.c);
}
