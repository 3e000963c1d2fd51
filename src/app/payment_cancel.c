/* SPDX-License-Identifier: Apache-2.0 */
/* payment_cancel.c: gives up a payment that was not captured: a void towards the rail. */
#include <assert.h>

#include "app/payment_actions.h"
#include "app/rail_outcome.h"

result payment_void_begin(struct tx *tx, struct payment_command *in, str scenario)
{
    struct command *c = &in->c;
    struct payment *p = &in->payment;
    struct payment_original original;
    TRY(payment_original(tx_db(tx), p, c->arena, &original));
    c->operation = (struct operation){
        .id = id_new(tx_real_now(tx)),
        .rail_op = RAIL_VOID,
        .payment = p->id.key,
        .amount_minor = p->amount_minor,
        .tax_minor = p->tax_minor,
    };
    p->operation = c->operation.id.key;
    payment_command_ask(in, &original, scenario);
    return payment_save(tx, p);
}

result payment_close(struct tx *tx, struct payment *p, enum pay_event step, struct command *c)
{
    p->status = pay_next(p->status, step);
    assert(p->status == PAY_CANCELLED || p->status == PAY_EXPIRED);
    TRY(payment_save(tx, p));
    return payment_event(tx, p,
                         p->status == PAY_EXPIRED ? EVT_PAYMENT_EXPIRED : EVT_PAYMENT_CANCELLED, c);
}

/* Its customer is being authenticated: no rail has heard of it. The card goes with its token. */
static result cancel_unasked(struct tx *tx, struct payment_cancel *in)
{
    in->p.c.step = STEP_ANSWER;
    return payment_close(tx, &in->p.payment, PE_CANCEL, &in->p.c);
}

static result begin(struct tx *tx, struct command *c)
{
    struct payment_cancel *in = (struct payment_cancel *)c;
    TRY(payment_command_load(tx, &in->p));
    if (c->step == STEP_WAIT)
        return OK;
    if (pay_next(in->p.payment.status, PE_CANCEL) == PAY_NONE)
        return FAIL(E_NOT_CANCELLABLE, NULL,
                    "only a pending or authorized payment can be cancelled");
    return in->p.payment.reference == 0 ? cancel_unasked(tx, in)
                                        : payment_void_begin(tx, &in->p, in->scenario);
}

void payment_cancel_init(struct payment_cancel *in)
{
    in->p.c.begin = begin;
}
