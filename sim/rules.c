/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c: what may be asked, told a second time (model.h). Each function follows the order in
 * which a client is told what is wrong. */
#include <assert.h>

#include "app/token.h"
#include "model.h"

#define AMOUNT_MAX 9999999 /* komoju-core 3 */

int64_t rules_tenth(int64_t minor)
{
    return (minor * 10 + 50) / 100;
}

int64_t rules_rest(const struct model_payment *p)
{
    return p->amount_minor + p->tax_minor - p->refunded_minor - p->refunding_minor;
}

static const struct model_merchant *merchant_of(const struct oracle *m, const struct intent *in,
                                                int merchant)
{
    const bool is_ours = merchant != NOBODY && m->merchants[merchant].tenant == in->tenant;
    return is_ours ? &m->merchants[merchant] : NULL;
}

static enum platform_kind kind_of(const struct oracle *m, int tenant)
{
    return m->merchants[m->tenants[tenant].root].kind;
}

/* ---- splits ---------------------------------------------------------------------------------- */

enum err rules_line_merchants(const struct oracle *m, const struct intent *in)
{
    const enum platform_kind role =
        kind_of(m, in->tenant) == KIND_PLATFORM ? KIND_SELLER : KIND_PAYOUT;
    for (size_t i = 0; i < in->split.line_count; i++) {
        const struct model_merchant *merchant = merchant_of(m, in, in->split.lines[i].merchant);
        if (merchant == NULL || merchant->kind != role)
            return E_INVALID_PARAMETER;
        for (size_t n = 0; n < i; n++)
            if (in->split.lines[n].merchant == in->split.lines[i].merchant)
                return E_INVALID_PARAMETER;
    }
    return E_OK;
}

/* V5 to V7 of a capture's lines. */
static enum err check_capture_lines(const struct oracle *m, const struct intent *in, int processor,
                                    int64_t base, struct intent_line ret[LINES_MAX])
{
    const bool is_seller = kind_of(m, in->tenant) == KIND_PLATFORM;
    int64_t sum = 0;
    if (!in->split.has_lines || in->split.line_count == 0)
        return E_MISSING_PARAMETER;
    const enum err merchants = rules_line_merchants(m, in);
    if (merchants != E_OK)
        return merchants;
    if (is_seller && (in->split.line_count != 1 || in->split.lines[0].merchant != processor))
        return E_INVALID_PARAMETER;
    for (size_t i = 0; i < in->split.line_count; i++) {
        ret[i] = in->split.lines[i];
        if (!ret[i].has_amount && !is_seller)
            return E_MISSING_PARAMETER;
        if (!ret[i].has_amount)
            ret[i].amount_minor = base;
        if (!ret[i].has_fee)
            ret[i].fee_minor = 0;
        if (ret[i].amount_minor < 0 || ret[i].fee_minor < 0 ||
            ret[i].fee_minor > ret[i].amount_minor)
            return E_INVALID_PARAMETER;
        sum += ret[i].amount_minor;
    }
    return sum == base ? E_OK : E_INVALID_PARAMETER;
}

/* Who processes a payment, and its lines when it is captured.
 *   processor   in: of the payment that is captured, NOBODY for a new one; out */
static enum err check_split(const struct oracle *m, const struct intent *in, bool is_capture,
                            enum currency currency, int64_t base, int *processor,
                            struct intent_line ret[LINES_MAX], size_t *ret_count)
{
    const struct intent_split *s = &in->split;
    const enum platform_kind kind = kind_of(m, in->tenant);
    const int root = m->tenants[in->tenant].root, of_payment = *processor;
    *ret_count = 0;
    *processor = root;
    if (kind == KIND_ORDINARY)
        return s->has_lines || s->has_processor ? E_FORBIDDEN : E_OK;
    if (currency != CUR_JPY)
        return E_INVALID_CURRENCY;
    if (is_capture && !s->is_present)
        return E_MISSING_PARAMETER;
    if (kind == KIND_MARKETPLACE) {
        if (s->has_processor && s->processor != root)
            return E_INVALID_PARAMETER;
    } else if (of_payment != NOBODY) {
        if (s->has_processor && s->processor != of_payment)
            return E_INVALID_PARAMETER;
        *processor = of_payment;
    } else {
        if (!s->has_processor)
            return E_MISSING_PARAMETER;
        const struct model_merchant *seller = merchant_of(m, in, s->processor);
        if (seller == NULL || seller->kind != KIND_SELLER)
            return E_INVALID_PARAMETER;
        *processor = s->processor;
    }
    if (!is_capture)
        return E_OK;
    const enum err lines = check_capture_lines(m, in, *processor, base, ret);
    *ret_count = lines == E_OK ? s->line_count : 0;
    return lines;
}

/* ---- create ---------------------------------------------------------------------------------- */

static enum err create_tax(const struct intent *in, int64_t *ret)
{
    int64_t tax = 0;
    if (in->tax == INTENT_TAX_AUTO || (in->tax == INTENT_TAX_OMITTED && !in->split.is_present))
        tax = in->amount_minor < 0 ? 0 : rules_tenth(in->amount_minor);
    else if (in->tax == INTENT_TAX_GIVEN)
        tax = in->tax_minor;
    if (tax < 0)
        return E_INVALID_PARAMETER;
    if (in->amount_minor < 1 || in->amount_minor > AMOUNT_MAX || tax > AMOUNT_MAX)
        return E_AMOUNT_RANGE;
    *ret = tax;
    return E_OK;
}

static enum err check_token(const struct oracle *m, const struct intent *in)
{
    if (in->token == NOBODY)
        return E_OK;
    const struct model_token *token = &m->tokens[in->token];
    const bool is_usable = token->tenant == in->tenant && !token->is_used &&
                           token->expires_us > model_tenant_now(m, in->tenant) &&
                           (token->currency == CUR_NONE || token->currency == in->currency);
    return is_usable ? E_OK : E_INVALID_TOKEN;
}

static enum err check_processor(const struct oracle *m, const struct intent *in, int processor)
{
    const struct model_merchant *merchant = &m->merchants[processor];
    const enum card_brand brand = in->token == NOBODY ? in->brand : m->tokens[in->token].brand;
    if (merchant->kind == KIND_SELLER && !merchant->is_enabled)
        return E_UNPROCESSABLE;
    if (merchant->kind == KIND_SELLER && !merchant->owns_card)
        return E_INVALID_PAYMENT_TYPE;
    if (merchant->is_visa_only && brand != BRAND_VISA)
        return E_INVALID_PAYMENT_TYPE;
    for (int i = 0; in->order_num != 0 && i < m->payment_count; i++)
        if (m->payments[i].tenant == in->tenant && m->payments[i].merchant == processor &&
            m->payments[i].order_num == in->order_num && m->payments[i].state != PAY_FAILED)
            return E_INVALID_PARAMETER;
    return E_OK;
}

/* The end of the day in Japan, thirty days on (komoju-core 15.5). */
static int64_t card_deadline(int64_t now_us)
{
    const int64_t day_us = INT64_C(86400000000), japan_us = INT64_C(32400000000);
    const int64_t day = (now_us + japan_us) / day_us;
    return (day + 31) * day_us - japan_us - 1;
}

static enum err begin_create(struct oracle *m, struct call *call)
{
    const struct intent *in = &call->intent;
    struct model_payment p = {.tenant = in->tenant,
                              .merchant = NOBODY,
                              .state = PAY_PENDING,
                              .is_two_step = !in->is_captured,
                              .currency = in->currency,
                              .amount_minor = in->amount_minor,
                              .order_num = in->order_num,
                              .token = in->token};
    enum err e = check_token(m, in);
    if (e == E_OK)
        e = create_tax(in, &p.tax_minor);
    if (e == E_OK)
        e = check_split(m, in, in->is_captured, in->currency, p.amount_minor + p.tax_minor,
                        &p.merchant, p.lines, &p.line_count);
    if (e == E_OK)
        e = check_processor(m, in, p.merchant);
    if (e != E_OK)
        return e;
    const enum platform_kind kind = kind_of(m, in->tenant);
    p.model = kind == KIND_ORDINARY      ? MODEL_ALONE
              : kind == KIND_MARKETPLACE ? MODEL_PLATFORM
                                         : MODEL_SELLER;
    p.id = call->payment;
    p.reference = call->operation;
    p.customer_fee_minor =
        in->currency == CUR_JPY ? m->merchants[p.merchant].customer_fee_minor : 0;
    p.deadline_us = card_deadline(model_tenant_now(m, in->tenant));
    p.op = (struct model_op){.op = in->is_captured ? RAIL_CHARGE : RAIL_AUTHORIZE};
    if (in->token != NOBODY)
        m->tokens[in->token].is_used = true;
    m->merchants[p.merchant].payments++;
    assert(m->payment_count < PAYMENTS_MAX);
    call->touched = m->payment_count;
    m->payments[m->payment_count++] = p;
    return E_OK;
}

/* ---- capture, cancel ------------------------------------------------------------------------- */

enum err rules_capture_amounts(const struct model_payment *p, const struct intent *in,
                               int64_t *ret_amount, int64_t *ret_tax)
{
    const int64_t amount = in->has_amount ? in->amount_minor : p->amount_minor;
    int64_t tax = amount == p->amount_minor ? p->tax_minor : 0;
    if (p->state != PAY_AUTHORIZED || !p->is_two_step)
        return E_NOT_CAPTURABLE;
    if (amount < 1 || amount > p->amount_minor)
        return E_INVALID_PARAMETER;
    if (in->tax == INTENT_TAX_AUTO)
        tax = rules_tenth(amount);
    else if (in->tax == INTENT_TAX_GIVEN)
        tax = in->tax_minor;
    if (tax < 0 || tax > p->tax_minor)
        return E_INVALID_PARAMETER;
    *ret_amount = amount;
    *ret_tax = tax;
    return E_OK;
}

static enum err begin_capture(struct oracle *m, struct call *call, struct model_payment *p)
{
    struct model_op op = {.op = RAIL_CAPTURE};
    struct intent_line lines[LINES_MAX];
    size_t count = 0;
    int processor = p->merchant;
    enum err e = rules_capture_amounts(p, &call->intent, &op.amount_minor, &op.tax_minor);
    if (e == E_OK)
        e = check_split(m, &call->intent, true, p->currency, op.amount_minor + op.tax_minor,
                        &processor, lines, &count);
    if (e != E_OK)
        return e;
    for (size_t i = 0; i < count; i++)
        p->lines[i] = lines[i];
    p->line_count = count;
    p->op = op;
    return E_OK;
}

static enum err begin_cancel(struct model_payment *p)
{
    if (p->state != PAY_AUTHORIZED && p->state != PAY_PENDING)
        return E_NOT_CANCELLABLE;
    p->op = (struct model_op){.op = RAIL_VOID};
    return E_OK;
}

/* ---- what no rail is asked about ------------------------------------------------------------- */

static enum err happen_to_state(struct oracle *m, struct model_payment *p,
                                enum payment_happening happening)
{
    static const struct {
        bool from_authorized;
        enum pay_state to;
        enum event_type type;
    } STEPS[HAPPENINGS] = {
        [HAPPENING_EXPIRED] = {true, PAY_EXPIRED, EVT_PAYMENT_EXPIRED},
        [HAPPENING_FAILED] = {false, PAY_FAILED, EVT_PAYMENT_FAILED},
        [HAPPENING_CANCELLED] = {true, PAY_CANCELLED, EVT_PAYMENT_CANCELLED},
    };
    const bool may =
        p->state == PAY_PENDING || (p->state == PAY_AUTHORIZED && STEPS[happening].from_authorized);
    if (!may)
        return E_UNPROCESSABLE;
    p->state = STEPS[happening].to;
    effect_event(m, p->tenant, p->merchant, (int)(p - m->payments), STEPS[happening].type);
    return E_OK;
}

static enum err happen(struct oracle *m, struct model_payment *p, enum payment_happening happening)
{
    const bool is_charged = p->state == PAY_CAPTURED;
    switch (happening) {
    case HAPPENING_CHARGEBACK_OPENED:
        if (!is_charged || p->dispute == DISPUTE_OPEN)
            return E_NOT_CHARGEBACKABLE;
        p->dispute = DISPUTE_OPEN;
        break;
    case HAPPENING_CHARGEBACK_WON:
        if (p->dispute != DISPUTE_OPEN)
            return E_NOT_CHARGEBACKABLE;
        p->dispute = DISPUTE_WON;
        break;
    case HAPPENING_CHARGEBACK_LOST:
        if (!is_charged)
            return E_NOT_CHARGEBACKABLE;
        effect_chargeback(m, p);
        return E_OK;
    case HAPPENING_EXPIRED:
    case HAPPENING_FAILED:
    case HAPPENING_CANCELLED:
    case HAPPENING_NONE:
    case HAPPENING_PAID: /* of payments that are made elsewhere: not in these streams */
    case HAPPENINGS:
        return happen_to_state(m, p, happening);
    }
    effect_event(m, p->tenant, p->merchant, (int)(p - m->payments), EVT_PAYMENT_UPDATED);
    return E_OK;
}

static enum err transfer_money(struct oracle *m, const struct intent *in)
{
    const int root = m->tenants[in->tenant].root;
    const struct model_merchant *sender = merchant_of(m, in, in->sender);
    if (sender == NULL)
        return E_NOT_FOUND;
    if (in->currency != CUR_JPY || merchant_of(m, in, in->receiver) == NULL ||
        in->receiver == in->sender || (in->sender != root && in->receiver != root) ||
        in->amount_minor < 1)
        return E_INVALID_PARAMETER;
    if (in->amount_minor > sender->balance_minor[CUR_JPY] - sender->held_minor[CUR_JPY])
        return E_BALANCE_SHORT;
    effect_transfer(m, in->tenant, in->sender, in->receiver, in->amount_minor);
    return E_OK;
}

static enum err make_token(struct oracle *m, struct call *call)
{
    assert(m->token_count < TOKENS_MAX);
    m->tokens[m->token_count++] = (struct model_token){
        .id = call->token,
        .tenant = call->intent.tenant,
        .brand = call->intent.brand,
        .currency = call->intent.currency,
        .expires_us = model_tenant_now(m, call->intent.tenant) + INT64_C(3600000000),
    };
    return E_OK;
}

static enum err move_clock(struct oracle *m, const struct intent *in)
{
    if (in->advance_s < 0)
        return E_INVALID_PARAMETER;
    m->tenants[in->tenant].offset_us += in->advance_s * US_PER_S;
    return E_OK;
}

enum err rules_begin(struct oracle *m, struct call *call, bool *ret_needs_rail)
{
    const struct intent *in = &call->intent;
    struct model_payment *p = call->touched == NOBODY ? NULL : &m->payments[call->touched];
    enum err e = E_OK;
    *ret_needs_rail = false;
    switch (in->kind) {
    case INTENT_CREATE:
        e = begin_create(m, call);
        break;
    case INTENT_CAPTURE:
        e = begin_capture(m, call, p);
        break;
    case INTENT_CANCEL:
        e = begin_cancel(p);
        break;
    case INTENT_REFUND:
        e = rules_refund(m, call, p);
        break;
    case INTENT_HAPPEN:
        return happen(m, p, in->happening);
    case INTENT_UPDATE:
        effect_event(m, p->tenant, p->merchant, call->touched, EVT_PAYMENT_UPDATED);
        return E_OK;
    case INTENT_TRANSFER:
        return transfer_money(m, in);
    case INTENT_TOKEN:
        return make_token(m, call);
    case INTENT_CLOCK:
        return move_clock(m, in);
    case INTENT_NONE:
    case INTENT_KINDS:
        return E_INTERNAL;
    }
    *ret_needs_rail = e == E_OK;
    return e;
}
