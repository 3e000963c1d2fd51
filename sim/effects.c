/* SPDX-License-Identifier: Apache-2.0 */
/* effects.c: what changes when something has happened, told a second time (model.h): money moves
 * from one place to another, and somebody is told. */
#include <assert.h>

#include "model.h"

static void move(int64_t *from, int64_t *to, int64_t minor)
{
    *from -= minor;
    *to += minor;
}

void effect_event(struct oracle *m, int tenant, int merchant, int payment, enum event_type type)
{
    struct model_tenant *t = &m->tenants[tenant];
    assert(t->event_count < EVENTS_MAX);
    t->events[t->event_count++] =
        (struct model_event){.type = type, .merchant = merchant, .payment = payment};
}

static void payment_event_of(struct oracle *m, const struct model_payment *p, enum event_type type)
{
    effect_event(m, p->tenant, p->merchant, (int)(p - m->payments), type);
}

static int64_t *house_of(struct oracle *m, const struct model_payment *p, enum house house)
{
    return &m->tenants[p->tenant].house_minor[house][p->currency];
}

static int64_t *balance_of(struct oracle *m, const struct model_payment *p, int merchant)
{
    return &m->merchants[merchant].balance_minor[p->currency];
}

/* komoju-platform 8: half up, tax on the rounded fee. */
static int64_t processing_fee(const struct model_merchant *merchant, int64_t base)
{
    const int64_t share = (base * merchant->percent_e4 + 500000) / 1000000;
    const int64_t fee = share + merchant->fixed_minor;
    return fee < merchant->minimum_minor ? merchant->minimum_minor : fee;
}

void effect_capture(struct oracle *m, struct model_payment *p)
{
    const int64_t base = p->amount_minor + p->tax_minor;
    const int64_t fee = processing_fee(&m->merchants[p->merchant], base);
    const int root = m->tenants[p->tenant].root;
    move(house_of(m, p, IN_RAIL), balance_of(m, p, p->merchant), base);
    move(house_of(m, p, IN_RAIL), house_of(m, p, IN_CUSTOMER_FEE), p->customer_fee_minor);
    for (size_t i = 0; i < p->line_count; i++) {
        const struct intent_line *line = &p->lines[i];
        if (p->model == MODEL_PLATFORM)
            move(balance_of(m, p, root), balance_of(m, p, line->merchant), line->amount_minor);
        move(balance_of(m, p, line->merchant), balance_of(m, p, root), line->fee_minor);
    }
    move(balance_of(m, p, p->merchant), house_of(m, p, IN_FEE), fee);
    move(balance_of(m, p, p->merchant), house_of(m, p, IN_TAX), rules_tenth(fee));
    m->tenants[p->tenant].entries++;
}

int64_t effect_need(const struct oracle *m, const struct model_payment *p,
                    const struct model_refund *r, int merchant)
{
    const int root = m->tenants[p->tenant].root;
    int64_t need = merchant == p->merchant ? r->amount_minor : 0;
    for (size_t i = 0; i < r->line_count; i++) {
        const struct intent_line *line = &r->lines[i];
        const bool is_platform = p->model == MODEL_PLATFORM;
        const int64_t minor = is_platform ? line->amount_minor : line->fee_minor;
        const int giver = is_platform ? line->merchant : root;
        const int taker = is_platform ? root : line->merchant;
        need += merchant == giver ? minor : 0;
        need -= merchant == taker ? minor : 0;
    }
    return need;
}

void effect_hold(struct oracle *m, struct model_payment *p, const struct model_refund *r, int sign)
{
    for (int i = 0; i < m->merchant_count; i++) {
        const int64_t need = effect_need(m, p, r, i);
        if (need > 0)
            m->merchants[i].held_minor[p->currency] += sign * need;
    }
}

static void give_back(struct oracle *m, struct model_payment *p, const struct model_refund *r)
{
    const int root = m->tenants[p->tenant].root;
    move(balance_of(m, p, p->merchant), house_of(m, p, IN_RAIL), r->amount_minor);
    for (size_t i = 0; i < r->line_count; i++) {
        const struct intent_line *line = &r->lines[i];
        if (p->model == MODEL_PLATFORM)
            move(balance_of(m, p, line->merchant), balance_of(m, p, root), line->amount_minor);
        else
            move(balance_of(m, p, root), balance_of(m, p, line->merchant), line->fee_minor);
    }
    m->tenants[p->tenant].entries++;
    p->refunded_minor += r->amount_minor;
    payment_event_of(m, p, EVT_PAYMENT_REFUND_CREATED);
    if (p->refunded_minor == p->amount_minor + p->tax_minor) {
        p->state = PAY_REFUNDED;
        if (p->dispute == DISPUTE_OPEN)
            p->dispute = DISPUTE_WON; /* nothing is left to take */
        payment_event_of(m, p, EVT_PAYMENT_REFUNDED);
    }
}

void effect_chargeback(struct oracle *m, struct model_payment *p)
{
    assert(p->refund_count < REFUNDS_MAX_MODEL);
    struct model_refund *r = &p->refunds[p->refund_count++];
    *r = (struct model_refund){
        .state = REFUND_DONE,
        .amount_minor = p->amount_minor + p->tax_minor - p->refunded_minor,
        .is_chargeback = true,
    };
    p->dispute = DISPUTE_LOST;
    give_back(m, p, r);
}

void effect_transfer(struct oracle *m, int tenant, int sender, int receiver, int64_t minor)
{
    move(&m->merchants[sender].balance_minor[CUR_JPY],
         &m->merchants[receiver].balance_minor[CUR_JPY], minor);
    m->tenants[tenant].entries++;
}

/* ---- outcomes -------------------------------------------------------------------------------- */

static void new_ends(struct oracle *m, struct model_payment *p, enum rail_outcome outcome)
{
    const bool is_charge = p->op.op == RAIL_CHARGE;
    if (outcome == RAIL_APPROVED) {
        p->state = is_charge ? PAY_CAPTURED : PAY_AUTHORIZED;
        if (is_charge)
            effect_capture(m, p);
        payment_event_of(m, p, is_charge ? EVT_PAYMENT_CAPTURED : EVT_PAYMENT_AUTHORIZED);
        return;
    }
    p->state = PAY_FAILED;
    payment_event_of(m, p, EVT_PAYMENT_FAILED);
    if (outcome == RAIL_NOT_FOUND && p->token != NOBODY)
        m->tokens[p->token].is_used = false; /* it was never tried: the card can be used again */
}

static void capture_ends(struct oracle *m, struct model_payment *p, enum rail_outcome outcome)
{
    if (outcome != RAIL_APPROVED) {
        p->line_count = 0;
        return;
    }
    p->state = PAY_CAPTURED;
    p->amount_minor = p->op.amount_minor;
    p->tax_minor = p->op.tax_minor;
    effect_capture(m, p);
    payment_event_of(m, p, EVT_PAYMENT_CAPTURED);
}

static void void_ends(struct oracle *m, struct model_payment *p, enum rail_outcome outcome)
{
    if (outcome != RAIL_APPROVED)
        return;
    p->state = PAY_CANCELLED;
    payment_event_of(m, p, EVT_PAYMENT_CANCELLED);
}

static void refund_ends(struct oracle *m, struct model_payment *p, enum rail_outcome outcome)
{
    struct model_refund *r = &p->refunds[p->op.refund];
    effect_hold(m, p, r, -1);
    p->refunding_minor -= r->amount_minor;
    r->state = outcome == RAIL_APPROVED ? REFUND_DONE : REFUND_FAILED;
    if (outcome == RAIL_APPROVED)
        give_back(m, p, r);
}

void effect_outcome(struct oracle *m, struct model_payment *p, enum rail_outcome outcome)
{
    static void (*const ENDS[RAIL_OPS])(struct oracle *, struct model_payment *,
                                        enum rail_outcome) = {
        [RAIL_AUTHORIZE] = new_ends, [RAIL_CHARGE] = new_ends,    [RAIL_CAPTURE] = capture_ends,
        [RAIL_VOID] = void_ends,     [RAIL_REFUND] = refund_ends,
    };
    ENDS[p->op.op](m, p, outcome);
    p->op.is_open = false;
}
