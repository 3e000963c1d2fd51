/* SPDX-License-Identifier: Apache-2.0 */
/* payment_happen.c: what nobody asked us for: a deadline, a refusal, a dispute and its end. */
#include <assert.h>

#include "app/payment_actions.h"
#include "app/payment_post.h"
#include "app/rail_outcome.h"
#include "app/session.h"
#include "base/log.h"

static const struct {
    enum pay_event step;
    enum event_type event;
} STEPS[HAPPENINGS] = {
    [HAPPENING_EXPIRED] = {PE_EXPIRE, EVT_PAYMENT_EXPIRED},
    [HAPPENING_FAILED] = {PE_FAIL, EVT_PAYMENT_FAILED},
    [HAPPENING_CANCELLED] = {PE_CANCEL, EVT_PAYMENT_CANCELLED},
};

static result change_state(struct tx *tx, struct payment_happen *in)
{
    struct payment *p = &in->p.payment;
    const enum pay_state next = pay_next(p->status, STEPS[in->happening].step);
    if (next == PAY_NONE)
        return FAIL(E_UNPROCESSABLE, "outcome", "the payment's status does not allow this");
    if (payment_is_part_paid(p)) { /* what its numbers gave goes back */
        if (next == PAY_FAILED)
            return FAIL(E_UNPROCESSABLE, "outcome", "a part of it is paid: it can be cancelled");
        return payment_void_begin(tx, &in->p, STR_NONE);
    }
    p->status = next;
    TRY(payment_save(tx, p));
    return payment_event(tx, p, STEPS[in->happening].event, &in->p.c);
}

result payment_owe(struct tx *tx, struct payment *p)
{
    p->late_money = LATE_OWED;
    p->refusals = 0;
    log_event(LOG_LATE_MONEY, LI("payment", p->id.key), LT("rail", rail_slug(p->rail)));
    return pay_is_open(p->status) ? payment_close(tx, p, PE_CANCEL, NULL) : payment_save(tx, p);
}

/* The client hears no. A rail that says so again speaks of the same money. */
static result owe(struct tx *tx, struct payment_happen *in)
{
    struct payment *p = &in->p.payment;
    if (!payment_is_registered(p) || p->late_money != LATE_NONE || p->captured_us != 0)
        return FAIL(E_UNPROCESSABLE, "outcome", "the payment's status does not allow this");
    TRY(payment_owe(tx, p));
    command_refuse(&in->p.c, FAIL(E_UNPROCESSABLE, "outcome",
                                  "the payment cannot be paid any more: the money is given back"));
    return OK;
}

/* A page's payment that was to be taken later is authorized now (komoju-core 6.4). */
result payment_paid(struct tx *tx, struct payment_command *in)
{
    struct command *c = &in->c;
    struct payment *p = &in->payment;
    if (!payment_is_elsewhere(p))
        return FAIL(E_UNPROCESSABLE, "outcome", "the payment's status does not allow this");
    TRY(session_let(tx, c, p));
    if (c->step == STEP_WAIT)
        return OK;
    p->status = pay_next(p->status, p->is_two_step ? PE_AUTHORIZE : PE_CAPTURE);
    assert(p->status != PAY_NONE);
    if (p->status == PAY_CAPTURED) {
        TRY(tx_now(tx, c->tenant, &p->captured_us));
        TRY(payment_post_capture(tx, p, p->captured_us, c->arena));
    }
    TRY(payment_save(tx, p));
    return payment_event(
        tx, p, p->status == PAY_CAPTURED ? EVT_PAYMENT_CAPTURED : EVT_PAYMENT_AUTHORIZED, c);
}

/* The rail says that its customer has paid. */
static result receive(struct tx *tx, struct payment_happen *in)
{
    const struct payment *p = &in->p.payment;
    bool is_over;
    TRY(session_is_over(tx, p, &is_over));
    const bool waits = payment_is_elsewhere(p);
    if (waits ? is_over : !pay_is_open(p->status))
        return owe(tx, in);
    return payment_paid(tx, &in->p);
}

/* ---- disputes ------------------------------------------------------------------------------ */

static result open_dispute(struct tx *tx, struct payment_happen *in)
{
    struct dispute d;
    TRY(dispute_open(tx, &in->p.payment, &in->claim, &d));
    return payment_event(tx, &in->p.payment, EVT_PAYMENT_UPDATED, &in->p.c);
}

static result end_dispute(struct tx *tx, struct payment_happen *in)
{
    struct command *c = &in->p.c;
    struct payment *p = &in->p.payment;
    const bool is_lost = in->happening == HAPPENING_CHARGEBACK_LOST;
    struct dispute d;
    if (p->dispute == DISPUTE_OPEN)
        TRY(dispute_read_open(tx_db(tx), p, c->arena, &d));
    else if (is_lost) /* one that nobody has been told of before it was decided (rulings) */
        TRY(dispute_open(tx, p, &in->claim, &d));
    else
        return FAIL(E_NOT_CHARGEBACKABLE, NULL, "no dispute of this payment is open");
    return dispute_step(tx, p, &d, is_lost ? DE_LOSE : DE_CANCEL, c->arena, c);
}

static result begin(struct tx *tx, struct command *c)
{
    struct payment_happen *in = (struct payment_happen *)c;
    TRY(payment_command_load(tx, &in->p));
    if (c->step == STEP_WAIT)
        return OK;
    c->step = STEP_ANSWER;
    if (in->happening == HAPPENING_CHARGEBACK_OPENED)
        return open_dispute(tx, in);
    if (in->happening == HAPPENING_CHARGEBACK_LOST || in->happening == HAPPENING_CHARGEBACK_WON)
        return end_dispute(tx, in);
    if (in->happening == HAPPENING_PAID)
        return receive(tx, in);
    return change_state(tx, in);
}

void payment_happen_init(struct payment_happen *in)
{
    in->p.c.begin = begin;
}
