/* SPDX-License-Identifier: Apache-2.0 */
/* dispute_accept.c: the merchant gives the money back; or nobody answers, which comes to the same.
 */
#include "app/dispute.h"
#include "app/job_command.h"
#include "app/rail_outcome.h"

/* ---- accept -------------------------------------------------------------------------------- */

/* The payment of the dispute; waits while a rail works on it. */
static result load(struct tx *tx, struct payment_command *in, const struct dispute *d)
{
    struct command *c = &in->c;
    TRY(payment_read_key(tx_db(tx), c->tenant, d->payment, c->arena, &in->payment));
    in->id = in->payment.id;
    return payment_command_load(tx, in);
}

/* Who only asks is shown what would be. */
static result answer(struct tx *tx, struct command *c, const struct dispute *d)
{
    c->step = STEP_ANSWER;
    if (!c->is_dry) {
        c->http_status = 204;
        return OK;
    }
    struct json j;
    json_init(&j, &c->body);
    return dispute_view(tx_db(tx), c->app->vault, d, c->arena, &j);
}

static result accept(struct tx *tx, struct command *c)
{
    struct dispute_accept *in = (struct dispute_accept *)c;
    struct dispute d;
    int64_t now_us;
    bool is_said;
    TRY(dispute_read(tx_db(tx), c->tenant, in->dispute, c->arena, &d));
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(dispute_answer(d.state, DE_ACCEPT, d.due_us, now_us, &is_said));
    if (!is_said) {
        TRY(load(tx, &in->p, &d));
        if (c->step == STEP_WAIT)
            return OK;
        TRY(dispute_step(tx, &in->p.payment, &d, DE_ACCEPT, c->arena, NULL));
    }
    return answer(tx, c, &d);
}

void dispute_accept_init(struct dispute_accept *in)
{
    in->p.c.begin = accept;
}

/* ---- the due date has passed --------------------------------------------------------------- */

struct expire {
    struct command c; /* first */
    int64_t dispute;
};

static result expire(struct tx *tx, struct command *c)
{
    const struct expire *in = (const struct expire *)c;
    struct dispute d;
    struct payment p;
    int64_t now_us;
    c->step = STEP_ANSWER;
    TRY(dispute_read_key(tx_db(tx), c->tenant, in->dispute, c->arena, &d));
    TRY(tx_now(tx, c->tenant, &now_us));
    if (d.state != DS_PENDING || d.due_us >= now_us)
        return OK; /* somebody was faster */
    TRY(payment_read_key(tx_db(tx), c->tenant, d.payment, c->arena, &p));
    if (p.operation != 0)
        return OK; /* what is under way will be looked at again */
    return dispute_step(tx, &p, &d, DE_EXPIRE, c->arena, NULL);
}

void dispute_expire_start(struct app *app, int64_t tenant, int64_t dispute,
                          void (*done)(void *context), void *context)
{
    const struct job_start start = {app, tenant, VALUE_JOB_EXPIRE, done, context};
    struct expire *in = job_command_new(&start, sizeof *in);
    if (in == NULL)
        return;
    in->c.begin = expire;
    in->dispute = dispute;
    command_run(&in->c);
}
