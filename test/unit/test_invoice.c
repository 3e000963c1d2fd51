/* SPDX-License-Identifier: Apache-2.0 */
/* test_invoice.c: tax on invoices, registration numbers (bank-rails 14). */
#include "unit.h"

#include "core/invoice.h"
#include "core/money.h"

static const struct invoice_line LINES[] = {
    {1, 1000, TAX_RATE_10}, {2, 234, TAX_RATE_10}, {3, 108, TAX_RATE_8}, {1, 500, TAX_RATE_FREE}};

TEST(tax_is_taken_once_for_each_rate)
{
    struct invoice sum = {.total_minor = 0};
    CHECK_OK(invoice_sum(LINES, COUNT(LINES), &sum));
    CHECK_I64(sum.rates[TAX_RATE_10].total_minor, 1234);
    CHECK_I64(sum.rates[TAX_RATE_10].tax_minor, 112);
    CHECK_I64(sum.rates[TAX_RATE_10].net_minor, 1122);
    CHECK_I64(sum.rates[TAX_RATE_8].tax_minor, 8);
    CHECK_I64(sum.rates[TAX_RATE_8].net_minor, 100);
    CHECK_I64(sum.rates[TAX_RATE_FREE].total_minor, 500);
    CHECK_I64(sum.rates[TAX_RATE_FREE].tax_minor, 0);
    CHECK_I64(sum.total_minor, 1842);
    CHECK_I64(sum.tax_minor, 120);
    CHECK_OK(invoice_sum(NULL, 0, &sum));
    CHECK_I64(sum.total_minor, 0);
}

/* The vector 48 + 53 + 67 = 168 of the reference, with the tax of 16 in it: 184. Line by line it
 * would be 4 + 5 + 6. */
TEST(tax_of_lines_is_less_than_tax_of_the_sum)
{
    static const struct invoice_line ROWS[] = {
        {1, 52, TAX_RATE_10}, {2, 58, TAX_RATE_10}, {3, 74, TAX_RATE_10}};
    struct invoice sum = {.total_minor = 0};
    CHECK_OK(invoice_sum(ROWS, COUNT(ROWS), &sum));
    CHECK_I64(sum.tax_minor, 16);
    CHECK_I64(sum.total_minor - sum.tax_minor, 168);
    int64_t by_line = 0;
    for (size_t i = 0; i < COUNT(ROWS); i++)
        by_line += tax_of_inclusive(ROWS[i].tax_inclusive_minor, TAX_RATE_10);
    CHECK_I64(by_line, 15);
}

/* Goal:   net and tax are the whole, the tax is rounded down, and what is given back holds as much
 *         tax as what was taken.
 * Method: every amount to 20,000 and the edges, with wider arithmetic. */
TEST(net_and_tax_are_the_whole)
{
    for (int64_t n = 0; n <= 20010; n++) {
        const int64_t amount = n <= 20000 ? n : MONEY_MAX - (n - 20001);
        for (int rate = TAX_RATE_FREE; rate < TAX_RATES; rate++) {
            const int64_t percent = tax_rate_percent((enum tax_rate)rate);
            const int64_t tax = tax_of_inclusive(amount, (enum tax_rate)rate);
            CHECK_I64(tax, (int64_t)((i128)amount * percent / (100 + percent)));
            const struct invoice_line back = {1, -amount, (enum tax_rate)rate};
            struct invoice sum = {.total_minor = 1};
            CHECK_OK(invoice_sum(&back, 1, &sum));
            CHECK_I64(sum.rates[rate].tax_minor, -tax);
            CHECK_I64(sum.rates[rate].net_minor + sum.rates[rate].tax_minor, -amount);
            CHECK_I64(sum.total_minor, -amount);
        }
    }
}

TEST(a_sum_beyond_an_amount_is_refused)
{
    static const struct invoice_line SAME[] = {{1, MONEY_MAX, TAX_RATE_10}, {2, 1, TAX_RATE_10}};
    static const struct invoice_line OTHER[] = {{1, MONEY_MAX, TAX_RATE_10}, {2, 1, TAX_RATE_8}};
    struct invoice sum = {.total_minor = 42};
    CHECK_RESULT(invoice_sum(SAME, COUNT(SAME), &sum), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(invoice_sum(OTHER, COUNT(OTHER), &sum), E_AMOUNT_RANGE, "amount");
    CHECK_I64(sum.total_minor, 42); /* untouched */
}

TEST(a_registration_number_has_its_form_and_check_digit)
{
    static const char *const GOOD[] = {"T7000012050002", "T6012345678901", "T8700110005901",
                                       "T2180001135973"};
    static const char *const BAD[] = {"",
                                      "T",
                                      "7000012050002",
                                      "t7000012050002",
                                      "T700001205000",
                                      "T70000120500020",
                                      "T700001205000a",
                                      "T-000012050002",
                                      "X7000012050002",
                                      "T700001205000/"};
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        CHECK(registration_number_is_valid(str_of(GOOD[i]), true));
        CHECK(registration_number_is_valid(str_of(GOOD[i]), false));
        char other[REGISTRATION_NUMBER_CHARACTERS];
        memcpy(other, GOOD[i], sizeof other);
        for (char digit = '0'; digit <= '9'; digit++) {
            other[1] = digit;
            const str number = {other, sizeof other};
            CHECK(registration_number_is_valid(number, true) == (digit == GOOD[i][1]));
            CHECK(registration_number_is_valid(number, false));
        }
    }
    for (size_t i = 0; i < COUNT(BAD); i++) {
        CHECK(!registration_number_is_valid(str_of(BAD[i]), true));
        CHECK(!registration_number_is_valid(str_of(BAD[i]), false));
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(tax_is_taken_once_for_each_rate),
        CLAIM(tax_of_lines_is_less_than_tax_of_the_sum),
        CLAIM(net_and_tax_are_the_whole),
        CLAIM(a_sum_beyond_an_amount_is_refused),
        CLAIM(a_registration_number_has_its_form_and_check_digit),
    };
    return RUN_ALL(all);
}
