/* SPDX-License-Identifier: Apache-2.0 */
#include "core/invoice.h"

#include <assert.h>

#include "core/money.h"

int64_t tax_rate_percent(enum tax_rate rate)
{
    static const int64_t PERCENT[TAX_RATES] = {[TAX_RATE_8] = 8, [TAX_RATE_10] = 10};
    assert(TAX_RATE_NONE < rate && rate < TAX_RATES);
    return PERCENT[rate];
}

int64_t tax_of_inclusive(int64_t amount_minor, enum tax_rate rate)
{
    const int64_t percent = tax_rate_percent(rate);
    int64_t tax = 0;
    const result r = minor_share_down(amount_minor, percent, 100 + percent, &tax);
    assert(r.code == E_OK); /* a share of an amount is one */
    return tax;
}

result invoice_sum(const struct invoice_line *lines, size_t count, struct invoice *ret)
{
    struct invoice sum = {.total_minor = 0};
    for (size_t i = 0; i < count; i++) {
        assert(TAX_RATE_NONE < lines[i].rate && lines[i].rate < TAX_RATES);
        struct invoice_rate *rate = &sum.rates[lines[i].rate];
        TRY(minor_add(rate->total_minor, lines[i].tax_inclusive_minor, &rate->total_minor));
    }
    for (int i = TAX_RATE_NONE + 1; i < TAX_RATES; i++) {
        struct invoice_rate *rate = &sum.rates[i];
        TRY(minor_add(sum.total_minor, rate->total_minor, &sum.total_minor));
        rate->tax_minor = tax_of_inclusive(rate->total_minor, (enum tax_rate)i);
        rate->net_minor = rate->total_minor - rate->tax_minor;
        sum.tax_minor += rate->tax_minor;
    }
    *ret = sum;
    return OK;
}

/* 9 less the rest by 9 of the twelve digits behind, each second one from the right twice. */
static int check_digit(const char *twelve)
{
    int sum = 0;
    for (int i = 0; i < 12; i++)
        sum += (twelve[i] - '0') * (i % 2 == 0 ? 2 : 1);
    return 9 - sum % 9;
}

bool registration_number_is_valid(str number, bool is_company)
{
    if (number.bytes != REGISTRATION_NUMBER_CHARACTERS || number.at[0] != 'T')
        return false;
    for (size_t i = 1; i < number.bytes; i++)
        if (number.at[i] < '0' || '9' < number.at[i])
            return false;
    return !is_company || check_digit(number.at + 2) == number.at[1] - '0';
}
