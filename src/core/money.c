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

result minor_share(int64_t a, int64_t numerator, int64_t denominator, int64_t *ret)
{
    assert(0 <= numerator && numerator <= 1000000000);
    assert(1 <= denominator && denominator <= 1000000000);

    if (!in_range(a))
        return FAIL(E_AMOUNT_RANGE, "amount", "the amount is beyond 15 digits");
    const i128 product = (i128)a * numerator;
    const i128 twice = 2 * (product < 0 ? -product : product);
    const i128 magnitude = (twice + denominator) / ((i128)2 * denominator);
    return narrow(product < 0 ? -magnitude : magnitude, ret);
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
