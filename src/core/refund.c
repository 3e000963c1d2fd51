/* SPDX-License-Identifier: Apache-2.0 */
#include "core/refund.h"

#include <assert.h>

#include "core/fee.h"
#include "core/money.h"

#define PARAM_DETAILS "platform_details"
#define PARAM_LINES   "platform_details.submerchants"

/* What is left to refund; never below 0, as a chargeback does not wait for refunds under way. */
static int64_t rest_minor(const struct refund_payment *payment)
{
    const int64_t rest = payment->base_minor - payment->refunded_minor - payment->refunding_minor;
    return rest > 0 ? rest : 0;
}

/* V13, and that an ordinary merchant's payment has no split. */
static result check_details(const struct refund_payment *payment,
                            const struct refund_request *request)
{
    const struct split_request *split = &request->split;
    if (payment->model == MODEL_ALONE && (split->has_lines || split->has_processing_merchant))
        return FAIL(E_FORBIDDEN, PARAM_DETAILS, "the payment was not split");
    if (split->has_processing_merchant && split->processing_merchant != request->processor)
        return FAIL(E_INVALID_PARAMETER, PARAM_DETAILS ".processing_merchant_id",
                    "not the processing merchant of this payment");
    if (split->has_lines && split->line_count == 0)
        return FAIL(E_MISSING_PARAMETER, PARAM_LINES, "the split is empty");
    return OK;
}

/* R7 and V5's first half: one line as it will be posted. */
static result read_line(const struct refund_payment *payment, const struct refund_request *request,
                        size_t i, struct arena *arena, split_line *ret)
{
    const struct split_request_line *line = &request->split.lines[i];
    size_t n = 0;
    while (n < payment->capture_line_count && payment->capture_lines[n].merchant != line->merchant)
        n++;
    if (n == payment->capture_line_count)
        return split_line_fail(arena, E_INVALID_PARAMETER, i, "submerchant_id",
                               "not part of this payment's split");
    if (!line->has_amount)
        return split_line_fail(arena, E_MISSING_PARAMETER, i, "amount", "amount is missing");
    if (line->amount_minor < 0)
        return split_line_fail(arena, E_INVALID_PARAMETER, i, "amount",
                               "amount must not be negative");
    const int64_t fee_minor = line->has_platform_fee ? line->platform_fee_minor : 0;
    if (fee_minor < 0)
        return split_line_fail(arena, E_INVALID_PARAMETER, i, "platform_fee",
                               "platform_fee must not be negative");
    *ret = (split_line){line->merchant, line->amount_minor, fee_minor};
    return OK;
}

/* R3. A sum that is no amount is not the refund's amount either. */
static bool lines_add_up(const split_line *lines, size_t count, int64_t amount_minor)
{
    int64_t sum_minor = 0;
    for (size_t i = 0; i < count; i++)
        if (minor_add(sum_minor, lines[i].amount_minor, &sum_minor).code != E_OK ||
            minor_add(sum_minor, lines[i].platform_fee_minor, &sum_minor).code != E_OK)
            return false;
    return sum_minor == amount_minor;
}

static result plan_lines(const struct refund_payment *payment, const struct refund_request *request,
                         struct arena *arena, struct refund_plan *plan)
{
    TRY(split_check_lines(&request->split, payment->model, arena));
    plan->line_count = request->split.line_count;
    for (size_t i = 0; i < plan->line_count; i++)
        TRY(read_line(payment, request, i, arena, &plan->lines[i]));
    if (!lines_add_up(plan->lines, plan->line_count, plan->amount_minor))
        return FAIL(E_INVALID_PARAMETER, PARAM_LINES,
                    "amounts and platform fees must add up to the refund");
    return OK;
}

/* Each sub-merchant gives back its net share, the platform the rest (komoju-platform 10.4). */
static void plan_reverse(const struct refund_payment *payment, struct refund_plan *plan)
{
    if (plan->amount_minor < payment->base_minor)
        plan->amount_minor = payment->base_minor; /* no amount was sent: all of it, or R2 refuses */
    plan->is_reverse = true;
    plan->line_count = payment->capture_line_count;
    for (size_t i = 0; i < plan->line_count; i++) {
        plan->lines[i] = payment->capture_lines[i];
        plan->lines[i].amount_minor -= plan->lines[i].platform_fee_minor;
    }
}

/* Without lines a refund in a platform model is a reverse refund: of everything, and the first. */
static result check_reverse(const struct refund_payment *payment,
                            const struct refund_request *request)
{
    if (payment->had_refund &&
        (!request->has_amount || request->amount_minor == payment->base_minor))
        return FAIL(E_NOT_REFUNDABLE, NULL,
                    "a payment with an earlier refund needs an explicit split");
    if (request->has_amount && request->amount_minor < payment->base_minor)
        return FAIL(E_MISSING_PARAMETER, PARAM_DETAILS, "a partial refund needs a split");
    return OK;
}

/* R2, and what the method can do. */
static result check_rest(const struct refund_payment *payment, int64_t amount_minor)
{
    if (amount_minor == 0)
        return FAIL(E_NOT_REFUNDABLE, NULL, "nothing is left to refund");
    if (amount_minor > rest_minor(payment))
        return FAIL(E_INVALID_PARAMETER, "amount", "amount is more than is left to refund");
    if (amount_minor < payment->base_minor && !payment->method_refunds_partially)
        return FAIL(E_NOT_REFUNDABLE, "amount", "the payment method cannot refund a part");
    return OK;
}

result refund_decide(const struct refund_payment *payment, const struct refund_request *request,
                     struct arena *arena, struct refund_plan *ret)
{
    if (payment->state != PAY_CAPTURED)
        return FAIL(E_NOT_REFUNDABLE, NULL, "the payment is not captured");
    if (!payment->method_refunds)
        return FAIL(E_NOT_REFUNDABLE, NULL, "the payment method cannot be refunded this way");
    if (request->has_amount && request->amount_minor < 1)
        return FAIL(E_INVALID_PARAMETER, "amount", "amount must be at least 1");
    TRY(check_details(payment, request));

    struct refund_plan plan = {.amount_minor = request->has_amount ? request->amount_minor
                                                                   : rest_minor(payment)};
    if (request->split.has_lines) {
        TRY(plan_lines(payment, request, arena, &plan));
    } else if (payment->model != MODEL_ALONE) {
        TRY(check_reverse(payment, request));
        plan_reverse(payment, &plan);
    }
    TRY(check_rest(payment, plan.amount_minor));
    plan.is_full = payment->refunded_minor + plan.amount_minor == payment->base_minor;
    *ret = plan;
    return OK;
}

result refund_check_balance(int64_t need_minor, int64_t balance_minor, int64_t held_minor,
                            const char *merchant_id_text, struct arena *arena)
{
    int64_t promised_minor;
    if (need_minor <= 0)
        return OK;
    if (minor_add(need_minor, held_minor, &promised_minor).code == E_OK &&
        promised_minor <= balance_minor)
        return OK;
    return FAIL(
        E_NOT_REFUNDABLE, NULL,
        arena_printf(arena, "The balance of merchant %s is not sufficient.", merchant_id_text));
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void refund_shares(const int64_t *taken_minor, size_t count, int64_t before_minor,
                   int64_t amount_minor, int64_t *ret_minor)
{
    for (size_t i = count; i-- > 0;) {
        const int64_t gone_minor = smaller(taken_minor[i], before_minor);
        ret_minor[i] = smaller(taken_minor[i] - gone_minor, amount_minor);
        before_minor -= gone_minor;
        amount_minor -= ret_minor[i];
    }
    assert(before_minor == 0 && amount_minor == 0);
}

result refund_request_fees(const struct customer_fee_refund *in, struct refund_fees *ret)
{
    struct refund_fees fees = {0};
    if (in->is_asked && in->is_given_back)
        return FAIL(E_INVALID_PARAMETER, "include_payment_method_fee",
                    "the customer fee of this payment has been given back already");
    if (in->is_asked)
        TRY(fee_customer(in->customer_fee_minor, &fees.customer_fee_minor,
                         &fees.customer_fee_tax_minor));
    fee_refund_request(&fees.fee_minor, &fees.fee_tax_minor);
    *ret = fees;
    return OK;
}

result chargeback_decide(const struct refund_payment *payment, int64_t *ret_amount_minor)
{
    if (payment->state != PAY_CAPTURED)
        return FAIL(E_NOT_CHARGEBACKABLE, NULL, "the payment is not captured");
    if (!payment->method_refunds)
        return FAIL(E_NOT_CHARGEBACKABLE, NULL, "the payment method knows no disputes");
    if (payment->refunded_minor >= payment->base_minor)
        return FAIL(E_NOT_CHARGEBACKABLE, NULL, "nothing is left to charge back");
    return minor_sub(payment->base_minor, payment->refunded_minor, ret_amount_minor);
}

result balance_transfer_check(const struct balance_transfer *in)
{
    int64_t promised_minor;
    if (in->currency != CUR_JPY)
        return FAIL(E_INVALID_PARAMETER, "currency", "balances are transferred in JPY only");
    if (in->receiver == 0)
        return FAIL(E_INVALID_PARAMETER, "to", "no such merchant");
    if (in->receiver == in->sender)
        return FAIL(E_INVALID_PARAMETER, "to", "a merchant cannot transfer to itself");
    if (in->sender != in->root && in->receiver != in->root)
        return FAIL(E_INVALID_PARAMETER, "to", "one of the two must be the platform");
    if (in->amount_minor < 1 || in->amount_minor > MONEY_MAX)
        return FAIL(E_INVALID_PARAMETER, "amount", "amount must be 1 to 15 digits");
    if (minor_add(in->amount_minor, in->sender_held_minor, &promised_minor).code != E_OK ||
        promised_minor > in->sender_balance_minor)
        return FAIL(E_BALANCE_SHORT, "amount", "the sender's balance is not sufficient");
    return OK;
}
