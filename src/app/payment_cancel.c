/* SPDX-License-Identifier: Apache-2.0 */
/* payment_cancel.c: gives up a payment that was not captured: a void towards the rail. */
#include "app/payment_actions.h"
#include "app/rail_outcome.h"

result payment_void_begin(struct tx *tx, struct payment_command *in, str scenario)
{
    struct command *c = &in->c;
    struct payment *p = &in->payment;
    id original;
    TRY(payment_original(tx_db(tx), p, c->arena, &original));
    c->operation = (struct operation){
        .id = id_new(tx_real_now(tx)),
        .rail_op = RAIL_VOID,
        .payment = p->id.key,
        .amount_minor = p->amount_minor,
        .tax_minor = p->tax_minor,
    };
    p->operation = c->operation.id.key;
    payment_command_ask(in, original, scenario);
    return payment_save(tx, p);
}

/* Its customer is being authenticated: no rail has heard of it. The card goes with its token. */
static result cancel_unasked(struct tx *tx, struct payment_cancel *in)
{
    struct payment *p = &in->p.payment;
    p->status = pay_next(p->status, PE_CANCEL);
    in->p.c.step = STEP_ANSWER;
    TRY(payment_save(tx, p));
    return payment_event(tx, p, EVT_PAYMENT_CANCELLED, &in->p.c);
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
