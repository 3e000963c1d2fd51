/* SPDX-License-Identifier: Apache-2.0 */
#include "core/money.h"

#include <assert.h>

static_assert(MONEY_MAX <= INT64_MAX / 2, "the sum of two amounts must fit before it is checked");

static const struct {
    const char *code;
    int digits;
} ROWS[CURRENCIES] = {
#define CURRENCY(code_, number, digits_) [CUR_##code_] = {#code_, (digits_)},
#include "core/currency.def"
#undef CURRENCY
};

static bool is_currency(enum currency cur)
{
    return cur != CUR_NONE && cur < CURRENCIES;
}

const char *currency_code(enum currency cur)
{
    assert(is_currency(cur));
    return ROWS[cur].code;
}

int currency_digits(enum currency cur)
{
    assert(is_currency(cur));
    return ROWS[cur].digits;
}

bool currency_read(str code, enum currency *ret)
{
    if (code.bytes != 3)
        return false;
    const bool is_lower = code.at[0] >= 'a';
    char upper[4] = {0};
    for (size_t i = 0; i < 3; i++)
        upper[i] = (char)(is_lower ? code.at[i] - 'a' + 'A' : code.at[i]);
    for (int cur = CUR_NONE + 1; cur < CURRENCIES; cur++)
        if (str_is((str){upper, 3}, ROWS[cur].code)) {
            *ret = (enum currency)cur;
            return true;
        }
    return false;
}

static bool in_range(i128 minor)
{
    return -MONEY_MAX <= minor && minor <= MONEY_MAX;
}

bool money_is_valid(money a)
{
    return is_currency(a.cur) && in_range(a.minor);
}

/* The value of a sum, difference or share, if it is an amount. */
static result narrow(i128 exact, int64_t *ret)
{
    if (!in_range(exact))
        return FAIL(E_AMOUNT_RANGE, "amount", "the amount is beyond 15 digits");
    *ret = (int64_t)exact;
    return OK;
}

result minor_add(int64_t a, int64_t b, int64_t *ret)
{
    return narrow((i128)a + b, ret);
}

result minor_sub(int64_t a, int64_t b, int64_t *ret)
{
    return narrow((i128)a - b, ret);
}

/* product / denominator, half away from zero. */
static result round_half_up(i128 product, i128 denominator, int64_t *ret)
{
    const i128 twice = 2 * (product < 0 ? -product : product);
    const i128 magnitude = (twice + denominator) / (2 * denominator);
    return narrow(product < 0 ? -magnitude : magnitude, ret);
}

result minor_share(int64_t a, int64_t numerator, int64_t denominator, int64_t *ret)
{
    assert(0 <= numerator && numerator <= 1000000000);
    assert(1 <= denominator && denominator <= 1000000000);

    if (!in_range(a))
        return FAIL(E_AMOUNT_RANGE, "amount", "the amount is beyond 15 digits");
    return round_half_up((i128)a * numerator, denominator, ret);
}

result minor_share_down(int64_t a, int64_t numerator, int64_t denominator, int64_t *ret)
{
    assert(0 <= numerator && numerator <= 1000000000);
    assert(1 <= denominator && denominator <= 1000000000);

    if (!in_range(a))
        return FAIL(E_AMOUNT_RANGE, "amount", "the amount is beyond 15 digits");
    return narrow((i128)a * numerator / denominator, ret);
}

static result check_same(money a, money b)
{
    assert(money_is_valid(a) && money_is_valid(b));
    if (a.cur != b.cur)
        return FAIL(E_CURRENCY_MISMATCH, "currency", "the amounts are in two currencies");
    return OK;
}

result money_add(money a, money b, money *ret)
{
    TRY(check_same(a, b));
    TRY(minor_add(a.minor, b.minor, &ret->minor));
    ret->cur = a.cur;
    return OK;
}

result money_sub(money a, money b, money *ret)
{
    TRY(check_same(a, b));
    TRY(minor_sub(a.minor, b.minor, &ret->minor));
    ret->cur = a.cur;
    return OK;
}

result money_compare(money a, money b, int *ret)
{
    TRY(check_same(a, b));
    *ret = (a.minor > b.minor) - (a.minor < b.minor);
    return OK;
}

result money_share(money a, int64_t numerator, int64_t denominator, money *ret)
{
    assert(money_is_valid(a));
    TRY(minor_share(a.minor, numerator, denominator, &ret->minor));
    ret->cur = a.cur;
    return OK;
}

/* ---- into another currency ----------------------------------------------------------------- */

#define RATE_ONE_E8 INT64_C(100000000)

static int64_t units_of(enum currency cur) /* minor units of a major one */
{
    int64_t units = 1;
    for (int i = 0; i < currency_digits(cur); i++)
        units *= 10;
    return units;
}

result money_convert(money a, int64_t rate_e8, enum currency to, money *ret)
{
    assert(money_is_valid(a) && is_currency(to));
    assert(1 <= rate_e8 && rate_e8 <= EXCHANGE_RATE_E8_MAX);
    TRY(round_half_up((i128)a.minor * rate_e8 * units_of(to), (i128)RATE_ONE_E8 * units_of(a.cur),
                      &ret->minor));
    ret->cur = to;
    return OK;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One pass: `unit` is what the next decimal counts. */
bool decimal_read(str s, int64_t one, int64_t most, int64_t *ret)
{
    int64_t value = 0, unit = one;
    size_t i = 0;
    for (; i < s.bytes && is_digit(s.at[i]) && value <= most; i++)
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
    if (i < s.bytes || value > most)
        return false;
    *ret = value;
    return true;
}

bool exchange_rate_read(str s, int64_t *ret_rate_e8)
{
    return decimal_read(s, RATE_ONE_E8, EXCHANGE_RATE_E8_MAX, ret_rate_e8);
}

void exchange_rate_text(int64_t rate_e8, char ret[EXCHANGE_RATE_TEXT_BYTES])
{
    assert(0 <= rate_e8 && rate_e8 <= EXCHANGE_RATE_E8_MAX);
    char *at = ret;
    int64_t rest = rate_e8, unit = EXCHANGE_RATE_E8_MAX; /* of the millions digit */
    for (; unit >= RATE_ONE_E8 / 10 || rest > 0; unit /= 10) {
        if (unit == RATE_ONE_E8 / 10)
            *at++ = '.';
        if (at > ret || rest >= unit || unit <= RATE_ONE_E8)
            *at++ = (char)('0' + rest / unit);
        rest %= unit;
    }
    *at = '\0';
}
