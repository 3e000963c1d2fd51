/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fee.h"

#include <assert.h>

#include "core/money.h"

enum { PERCENT_E4_MAX = 1000000, PERCENT_ONE_E4 = 10000, TAX_PERCENT = 10 };

static result check_not_negative(int64_t amount_minor)
{
    if (amount_minor < 0)
        return FAIL(E_AMOUNT_RANGE, "amount", "the amount is negative");
    return OK;
}

result fee_processing(int64_t base_minor, const struct rate *rate, int64_t *ret_fee,
                      int64_t *ret_tax)
{
    assert(0 <= rate->percent_e4 && rate->percent_e4 <= PERCENT_E4_MAX);
    assert(0 <= rate->fixed_minor && 0 <= rate->minimum_minor);
    assert(rate->minimum_minor <= MONEY_MAX);

    int64_t fee;
    TRY(check_not_negative(base_minor));
    TRY(minor_share(base_minor, rate->percent_e4, PERCENT_E4_MAX, &fee));
    TRY(minor_add(fee, rate->fixed_minor, &fee));
    if (fee < rate->minimum_minor)
        fee = rate->minimum_minor;
    *ret_fee = fee;
    return minor_share(fee, TAX_PERCENT, 100, ret_tax); /* a share of an amount always fits */
}

result fee_customer(int64_t customer_fee_minor, int64_t *ret_fee, int64_t *ret_tax)
{
    int64_t fee;
    TRY(check_not_negative(customer_fee_minor));
    TRY(minor_share(customer_fee_minor, 100, 100 + TAX_PERCENT, &fee));
    *ret_fee = fee;
    return minor_sub(customer_fee_minor, fee, ret_tax); /* always fits: fee is the smaller one */
}

void fee_refund_request(int64_t *ret_fee, int64_t *ret_tax)
{
    *ret_fee = REFUND_FEE_MINOR;
    *ret_tax = REFUND_FEE_MINOR * TAX_PERCENT / 100;
}

result tax_auto(int64_t amount_minor, int64_t *ret)
{
    TRY(check_not_negative(amount_minor));
    return minor_share(amount_minor, TAX_PERCENT, 100, ret);
}

bool percent_read(str s, int64_t *ret_percent_e4)
{
    if (s.bytes > 0 && s.at[s.bytes - 1] == '%')
        s.bytes--;
    return decimal_read(s, PERCENT_ONE_E4, PERCENT_E4_MAX, ret_percent_e4);
}

void percent_text(int64_t percent_e4, char ret[PERCENT_TEXT_BYTES])
{
    assert(0 <= percent_e4 && percent_e4 <= PERCENT_E4_MAX);
    char *at = ret;
    int64_t rest = percent_e4, unit = PERCENT_E4_MAX; /* of the hundreds digit */
    for (; unit >= 10000 || rest > 0; unit /= 10) {
        if (unit == 1000)
            *at++ = '.';
        if (at > ret || rest >= unit || unit <= 10000)
            *at++ = (char)('0' + rest / unit);
        rest %= unit;
    }
    *at = '\0';
}
