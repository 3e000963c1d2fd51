/* SPDX-License-Identifier: Apache-2.0 */
/* rules_refund.c: what may be given back, told a second time (model.h): R1 to R8 of komoju-platform
 * 9. */
#include <assert.h>

#include "model.h"

static bool had_refund(const struct model_payment *p)
{
    for (int i = 0; i < p->refund_count; i++)
        if (p->refunds[i].state != REFUND_FAILED)
            return true;
    return false;
}

/* R3, R7. */
static enum err refund_lines(const struct oracle *m, const struct model_payment *p,
                             const struct intent *in, struct model_refund *r)
{
    int64_t sum = 0;
    const enum err merchants = rules_line_merchants(m, in);
    if (merchants != E_OK)
        return merchants;
    for (size_t i = 0; i < in->split.line_count; i++) {
        struct intent_line line = in->split.lines[i];
        bool is_known = false;
        for (size_t n = 0; n < p->line_count; n++)
            is_known = is_known || p->lines[n].merchant == line.merchant;
        if (!is_known)
            return E_INVALID_PARAMETER;
        if (!line.has_amount)
            return E_MISSING_PARAMETER;
        if (!line.has_fee)
            line.fee_minor = 0;
        if (line.amount_minor < 0 || line.fee_minor < 0)
            return E_INVALID_PARAMETER;
        sum += line.amount_minor + line.fee_minor;
        r->lines[r->line_count++] = line;
    }
    return sum == r->amount_minor ? E_OK : E_INVALID_PARAMETER;
}

/* R5, R6: along the split of the capture. */
static enum err refund_reverse(const struct model_payment *p, const struct intent *in,
                               struct model_refund *r)
{
    const int64_t base = p->amount_minor + p->tax_minor;
    if (had_refund(p) && (!in->has_amount || in->amount_minor == base))
        return E_NOT_REFUNDABLE;
    if (in->has_amount && in->amount_minor < base)
        return E_MISSING_PARAMETER;
    if (r->amount_minor < base)
        r->amount_minor = base;
    r->line_count = p->line_count;
    for (size_t i = 0; i < p->line_count; i++) {
        r->lines[i] = p->lines[i];
        r->lines[i].amount_minor -= r->lines[i].fee_minor;
    }
    return E_OK;
}

/* R4 */
static bool all_can_pay(const struct oracle *m, const struct model_payment *p,
                        const struct model_refund *r)
{
    for (int i = 0; i < m->merchant_count; i++) {
        const struct model_merchant *merchant = &m->merchants[i];
        const int64_t need = effect_need(m, p, r, i);
        if (need > 0 &&
            need > merchant->balance_minor[p->currency] - merchant->held_minor[p->currency])
            return false;
    }
    return true;
}

enum err rules_refund(struct oracle *m, struct call *call, struct model_payment *p)
{
    const struct intent *in = &call->intent;
    const struct intent_split *s = &in->split;
    struct model_refund r = {.state = REFUND_SENT, .reference = call->operation};
    enum err e = E_OK;
    if (p->state != PAY_CAPTURED)
        return E_NOT_REFUNDABLE;
    if (in->has_amount && in->amount_minor < 1)
        return E_INVALID_PARAMETER;
    if (p->model == MODEL_ALONE && (s->has_lines || s->has_processor))
        return E_FORBIDDEN;
    if (s->has_processor && s->processor != p->merchant)
        return E_INVALID_PARAMETER;
    if (s->has_lines && s->line_count == 0)
        return E_MISSING_PARAMETER;
    r.amount_minor = in->has_amount ? in->amount_minor : rules_rest(p);
    if (s->has_lines)
        e = refund_lines(m, p, in, &r);
    else if (p->model != MODEL_ALONE)
        e = refund_reverse(p, in, &r);
    if (e != E_OK)
        return e;
    if (r.amount_minor == 0)
        return E_NOT_REFUNDABLE;
    if (r.amount_minor > rules_rest(p))
        return E_INVALID_PARAMETER;
    if (!all_can_pay(m, p, &r))
        return E_NOT_REFUNDABLE;
    assert(p->refund_count < REFUNDS_MAX_MODEL);
    effect_hold(m, p, &r, 1);
    p->refunding_minor += r.amount_minor;
    p->op = (struct model_op){.op = RAIL_REFUND, .refund = p->refund_count};
    p->refunds[p->refund_count++] = r;
    return E_OK;
}
