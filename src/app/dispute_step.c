/* SPDX-License-Identifier: Apache-2.0 */
/* dispute_step.c: a dispute is opened, answered, and ends; the only place where it costs money. */
#include <assert.h>

#include "app/dispute.h"
#include "app/payment_post.h"
#include "core/refund.h"

static result amount_left(const struct payment *p, int64_t *ret_minor)
{
    const struct refund_payment payment = {
        .state = p->status,
        .model = p->model,
        .base_minor = payment_base(p),
        .refunded_minor = p->refunded_minor,
        .refunding_minor = p->refunding_minor,
        .method_refunds = method_row(p->method)->refund,
    };
    return chargeback_decide(&payment, ret_minor);
}

/* ---- opening ------------------------------------------------------------------------------- */

static result insert(struct tx *tx, const struct dispute *d)
{
    return db_exec(tx_db(tx), SQL_DISPUTE_INSERT, VI(d->tenant), VI(d->id.key), VI(d->id.salt),
                   VI(d->payment), VI(d->merchant), VI(d->state), VT(d->reason_code), VT(d->reason),
                   VI(d->created_us), VI(d->due_us));
}

result dispute_open(struct tx *tx, struct payment *p, const struct dispute_claim *claim,
                    struct dispute *ret)
{
    int64_t amount_minor, now_us;
    TRY(amount_left(p, &amount_minor));
    if (p->dispute == DISPUTE_OPEN)
        return FAIL(E_NOT_CHARGEBACKABLE, NULL, "a dispute of this payment is open already");
    TRY(tx_now(tx, p->tenant, &now_us));
    const bool has_reason = claim->reason_code.at != NULL || claim->reason.at != NULL;
    *ret = (struct dispute){
        .id = id_new(tx_real_now(tx)),
        .tenant = p->tenant,
        .payment = p->id.key,
        .merchant = p->merchant.key,
        .state = DS_PENDING,
        .reason_code = claim->reason_code.at != NULL ? claim->reason_code : S("CB_Fraud"),
        .reason = claim->reason.at != NULL ? claim->reason
                  : has_reason             ? claim->reason_code
                                           : S("Cardholder did not authorise"),
        .created_us = now_us,
        .due_us = dispute_due_us(now_us),
    };
    p->dispute = dispute_mark_of(ret->state);
    TRY(insert(tx, ret));
    return payment_save(tx, p);
}

/* ---- steps --------------------------------------------------------------------------------- */

/* What it costs besides, as the operator has set it for who bears it. */
static result fee_of(struct tx *tx, const struct payment *p, struct dispute_fee *ret)
{
    int64_t fixed_minor = 0;
    TRY(db_number(tx_db(tx), SQL_MERCHANT_CHARGEBACK_FEE, &fixed_minor, VI(p->tenant),
                  VI(p->merchant.key)));
    return dispute_fee(fixed_minor, p->currency, ret);
}

/* The money goes back, whatever the balance. */
static result charge_back(struct tx *tx, struct payment *p, struct dispute *d, int64_t now_us,
                          struct arena *arena)
{
    struct refund refund = {
        .id = id_new(tx_real_now(tx)),
        .state = REFUND_DONE,
        .is_chargeback = true,
        .description = S("chargeback"),
        .created_us = now_us,
    };
    TRY(amount_left(p, &refund.amount_minor));
    TRY(fee_of(tx, p, &d->fee));
    d->refund = refund.id.key;
    payment_refunded(p, refund.amount_minor);
    TRY(payment_add_refund(tx, p, &refund, arena));
    return payment_post_chargeback(tx, p, &refund, &d->fee, now_us, arena);
}

/* The new state and its time, in memory. */
static result move_on(struct tx *tx, struct payment *p, struct dispute *d, enum dispute_event event,
                      int64_t *ret_now_us)
{
    d->state = dispute_next(d->state, event);
    assert(d->state != DS_NONE);
    p->dispute = dispute_mark_of(d->state);
    TRY(tx_now(tx, d->tenant, ret_now_us));
    if (p->dispute == DISPUTE_OPEN)
        d->defended_us = *ret_now_us;
    else
        d->ended_us = *ret_now_us;
    return OK;
}

/* There are no events of disputes themselves (komoju-platform 15): a lost one is a refund. */
static result tell(struct tx *tx, const struct payment *p, struct command *c)
{
    if (p->dispute == DISPUTE_WON)
        return payment_event(tx, p, EVT_PAYMENT_UPDATED, c);
    TRY(payment_event(tx, p, EVT_PAYMENT_REFUND_CREATED, c));
    return p->status == PAY_REFUNDED ? payment_event(tx, p, EVT_PAYMENT_REFUNDED, c) : OK;
}

result dispute_step(struct tx *tx, struct payment *p, struct dispute *d, enum dispute_event event,
                    struct arena *arena, struct command *c)
{
    int64_t now_us;
    TRY(move_on(tx, p, d, event, &now_us));
    if (p->dispute == DISPUTE_LOST)
        TRY(charge_back(tx, p, d, now_us, arena));
    TRY(dispute_save(tx, d));
    if (p->dispute == DISPUTE_OPEN)
        return OK; /* nothing of the payment has changed; what the merchant said is no news to it */
    TRY(payment_save(tx, p));
    return tell(tx, p, c);
}

result dispute_follow_refund(struct tx *tx, struct payment *p, struct arena *arena)
{
    struct dispute d;
    int64_t now_us;
    if (p->status != PAY_REFUNDED || p->dispute != DISPUTE_OPEN)
        return OK;
    TRY(dispute_read_open(tx_db(tx), p, arena, &d));
    TRY(move_on(tx, p, &d, DE_CANCEL, &now_us));
    return dispute_save(tx, &d);
}
