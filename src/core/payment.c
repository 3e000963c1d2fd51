/* SPDX-License-Identifier: Apache-2.0 */
#include "core/payment.h"

#include <assert.h>

#include "base/plant.h"
#include "core/fee.h"
#include "core/money.h"

/* Every legal step of a payment (komoju-core 6.4); a cell left out is PAY_NONE, so illegal. A new
 * payment is pending until its first outcome is known. */
static const enum pay_state NEXT[PAY_STATES][PAY_EVENTS] = {
    [PAY_PENDING][PE_AUTHORIZE] = PAY_AUTHORIZED,  [PAY_PENDING][PE_CAPTURE] = PAY_CAPTURED,
    [PAY_PENDING][PE_CANCEL] = PAY_CANCELLED,      [PAY_PENDING][PE_EXPIRE] = PAY_EXPIRED,
    [PAY_PENDING][PE_FAIL] = PAY_FAILED,           [PAY_AUTHORIZED][PE_CAPTURE] = PAY_CAPTURED,
    [PAY_AUTHORIZED][PE_CANCEL] = PAY_CANCELLED,   [PAY_AUTHORIZED][PE_EXPIRE] = PAY_EXPIRED,
    [PAY_CAPTURED][PE_REFUND_PART] = PAY_CAPTURED, [PAY_CAPTURED][PE_REFUND_ALL] = PAY_REFUNDED,
};

static const char *const NAMES[PAY_STATES] = {
    [PAY_PENDING] = "pending",   [PAY_AUTHORIZED] = "authorized", [PAY_CAPTURED] = "captured",
    [PAY_REFUNDED] = "refunded", [PAY_CANCELLED] = "cancelled",   [PAY_EXPIRED] = "expired",
    [PAY_FAILED] = "failed",
};

const char *pay_state_name(enum pay_state state)
{
    assert(state != PAY_NONE && state < PAY_STATES);
    return NAMES[state];
}

bool pay_state_read(str name, enum pay_state *ret)
{
    for (int state = PAY_NONE + 1; state < PAY_STATES; state++)
        if (str_is(name, NAMES[state])) {
            *ret = (enum pay_state)state;
            return true;
        }
    return false;
}

bool pay_is_open(enum pay_state state)
{
    return state == PAY_PENDING || state == PAY_AUTHORIZED;
}

enum pay_state pay_next(enum pay_state state, enum pay_event event)
{
    assert(state < PAY_STATES && event < PAY_EVENTS);
    return NEXT[state][event];
}

static result capture_tax(const struct capture_payment *payment,
                          const struct capture_request *request, int64_t amount_minor, int64_t *ret)
{
    int64_t tax_minor = amount_minor == payment->amount_minor ? payment->tax_minor : 0;
    if (request->tax_is_auto)
        TRY(tax_auto(amount_minor, &tax_minor));
    else if (request->has_tax)
        tax_minor = request->tax_minor;
    if (tax_minor < 0)
        return FAIL(E_INVALID_PARAMETER, "tax", "tax must not be negative");
    if (tax_minor > payment->tax_minor)
        return FAIL(E_INVALID_PARAMETER, "tax", "tax is more than was authorized");
    *ret = tax_minor;
    return OK;
}

/* With neither amount nor tax above what was authorized, their sum cannot be above it either. */
result capture_decide(const struct capture_payment *payment, const struct capture_request *request,
                      int64_t *ret_amount, int64_t *ret_tax)
{
    if (payment->state != PAY_AUTHORIZED)
        return FAIL(E_NOT_CAPTURABLE, NULL, "the payment is not an open authorization");
    if (!payment->is_two_step)
        return FAIL(E_NOT_CAPTURABLE, NULL, "the payment is captured by its payment method");

    const int64_t amount_minor =
        request->has_amount ? request->amount_minor : payment->amount_minor;
    if (amount_minor < 1)
        return FAIL(E_INVALID_PARAMETER, "amount", "amount must be at least 1");
    if (amount_minor > payment->amount_minor + PLANT("limit_off_by_one", 1, 0))
        return FAIL(E_INVALID_PARAMETER, "amount", "amount is more than was authorized");
    int64_t tax_minor;
    TRY(capture_tax(payment, request, amount_minor, &tax_minor));
    const bool is_whole = amount_minor == payment->amount_minor && tax_minor == payment->tax_minor;
    if (!is_whole && !payment->method_captures_partially)
        return FAIL(E_NOT_CAPTURABLE, "amount", "the payment method cannot capture a part");
    *ret_amount = amount_minor;
    *ret_tax = tax_minor;
    return OK;
}

result payment_tax(int64_t amount_minor, const struct tax_request *request, int64_t *ret)
{
    int64_t tax_minor = 0;
    if (request->tax_is_auto || (!request->has_tax && !request->has_platform_details))
        TRY(tax_auto(amount_minor, &tax_minor));
    else if (request->has_tax)
        tax_minor = request->tax_minor;
    if (tax_minor < 0)
        return FAIL(E_INVALID_PARAMETER, "tax", "tax must not be negative");
    if (amount_minor < 1 || amount_minor > AMOUNT_MINOR_MAX)
        return FAIL(E_AMOUNT_RANGE, "amount", "amount must be 1 to 9999999");
    if (tax_minor > AMOUNT_MINOR_MAX)
        return FAIL(E_AMOUNT_RANGE, "tax", "tax must be at most 9999999");
    *ret = tax_minor;
    return OK;
}
