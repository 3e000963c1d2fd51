/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fee.h"

#include <assert.h>

#include "core/money.h"

enum { PERCENT_E4_MAX = 1000000, TAX_PERCENT = 10 };

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

static bool is_digit(char c)
{
    return '0' <= c && c <= '9';
}

/* One pass: `unit` is what the next decimal counts, in 1/10000 of a per cent. */
bool percent_read(str s, int64_t *ret_percent_e4)
{
    int64_t value = 0, unit = 10000;
    size_t i = 0;
    for (; i < s.bytes && is_digit(s.at[i]) && value <= PERCENT_E4_MAX; i++)
        value = value * 10 + (s.at[i] - '0') * unit;
    if (i == 0)
        return false;
    if (i < s.bytes && s.at[i] == '.') {
        const size_t first = ++i;
        for (; i < s.bytes && is_digit(s.at[i]) && unit > 1; i++) {
            unit /= 10;
            value += (s.at[i] - '0') * unit;
        }
        if (i == first)
            return false;
    }
    if (i < s.bytes && s.at[i] == '%')
        i++;
    if (i < s.bytes || value > PERCENT_E4_MAX)
        return false;
    *ret_percent_e4 = value;
    return true;
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
