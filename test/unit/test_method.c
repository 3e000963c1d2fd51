/* SPDX-License-Identifier: Apache-2.0 */
/* test_method.c: the table of payment types against komoju-core 15.5. */
#include "unit.h"

#include "core/method.h"

TEST(credit_card_does_and_costs_what_the_matrix_says)
{
    const struct method_row *row = method_row(METHOD_CREDIT_CARD);
    CHECK_I64(row->method, METHOD_CREDIT_CARD);
    CHECK_TEXT(row->slug, "credit_card");
    CHECK_I64(row->flow, FLOW_CARD);
    CHECK(row->two_step && row->partial_capture && row->refund && row->partial_refund);
    CHECK(!row->refund_request);
    CHECK_I64(row->percent_e4, 32500);
    CHECK_I64(row->customer_fee_minor, 0);
    CHECK_I64(row->expiry_days, 30);
    CHECK_TEXT(row->name_en, "Credit Card");
}

/* Every row is complete, and found by its slug. */
TEST(every_method_is_found_by_its_slug)
{
    static const enum method ALL[] = {
#define METHOD(name, ...) METHOD_##name,
#include "core/method.def"
#undef METHOD
    };
    for (size_t i = 0; i < COUNT(ALL); i++) {
        const struct method_row *row = method_row(ALL[i]);
        enum method found = METHOD_NONE;
        CHECK(method_read(str_of(row->slug), &found));
        CHECK_I64(found, ALL[i]);
        CHECK(row->flow != FLOW_NONE && row->name_en != NULL);
        CHECK(row->name_ja != NULL && row->name_ko != NULL);
        CHECK(0 <= row->percent_e4 && row->percent_e4 <= 1000000 && row->customer_fee_minor >= 0);
        CHECK(!row->partial_capture || row->two_step);
        CHECK(!row->partial_refund || row->refund);
        CHECK(!row->refund || !row->refund_request);
    }
}

TEST(method_refuses_anything_else)
{
    static const char *const BAD[] = {"", "credit", "credit_card ", "CREDIT_CARD", "unheard_of"};
    enum method found = METHOD_CREDIT_CARD;
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!method_read(str_of(BAD[i]), &found));
    CHECK(!method_read(STR_NONE, &found));
    CHECK_I64(found, METHOD_CREDIT_CARD);
}

TEST(methods_are_listed_once_each_and_then_end)
{
    bool seen[METHODS] = {false};
    size_t count = 0;
    for (enum method method; (method = method_at(count)) != METHOD_NONE; count++) {
        CHECK(!seen[method]);
        seen[method] = true;
    }
    CHECK_I64((int64_t)count, 62); /* komoju-core 15.1 */
    CHECK_I64(method_at(count + 1), METHOD_NONE);
}

/* Goal: the first currency is the one shown, all are taken and no other. Method: every method with
 * every currency. */
TEST(a_method_takes_the_currencies_of_its_row_and_no_other)
{
    size_t i = 0;
    for (enum method method; (method = method_at(i)) != METHOD_NONE; i++) {
        bool takes[CURRENCIES] = {false};
        size_t n = 0;
        for (enum currency c; (c = method_currency_at(method, n)) != CUR_NONE; n++) {
            CHECK(!takes[c]);
            takes[c] = true;
        }
        CHECK(n > 0);
        CHECK_I64((int64_t)strlen(method_row(method)->currencies), 4 * (int64_t)n - 1);
        for (int c = CUR_NONE + 1; c < CURRENCIES; c++)
            CHECK_I64(method_takes_currency(method, (enum currency)c), takes[c]);
    }
    CHECK_I64(method_currency_at(METHOD_ALIPAY, 0), CUR_JPY);
    CHECK_I64(method_currency_at(METHOD_ALIPAY, 1), CUR_CNY);
    CHECK(!method_takes_currency(METHOD_KONBINI, CUR_USD));
}

TEST(a_method_takes_amounts_between_its_limits)
{
    CHECK_OK(method_check(METHOD_KONBINI, CUR_JPY, 1));
    CHECK_OK(method_check(METHOD_KONBINI, CUR_JPY, 299999));
    CHECK_RESULT(method_check(METHOD_KONBINI, CUR_JPY, 0), E_INVALID_PARAMETER, "amount");
    CHECK_RESULT(method_check(METHOD_KONBINI, CUR_JPY, 300000), E_INVALID_PARAMETER, "amount");
    CHECK_RESULT(method_check(METHOD_KONBINI, CUR_EUR, 1), E_INVALID_CURRENCY, "currency");
}

TEST(expiry_days_are_the_request_s_within_limits_or_the_method_s)
{
    static const char EXPIRY_DAYS[] = "payment_details.expiry_days";
    int64_t days = 42;
    CHECK_OK(method_expiry_days(METHOD_BANK_TRANSFER, false, 0, &days));
    CHECK_I64(days, 14);
    CHECK_OK(method_expiry_days(METHOD_BANK_TRANSFER, true, 14, &days));
    CHECK_I64(days, 14);
    CHECK_OK(method_expiry_days(METHOD_BANK_TRANSFER, true, 59, &days));
    CHECK_I64(days, 59);
    CHECK_RESULT(method_expiry_days(METHOD_BANK_TRANSFER, true, 13, &days), E_INVALID_PARAMETER,
                 EXPIRY_DAYS);
    CHECK_RESULT(method_expiry_days(METHOD_BANK_TRANSFER, true, 60, &days), E_INVALID_PARAMETER,
                 EXPIRY_DAYS);
    CHECK_I64(days, 59);
    CHECK_OK(method_expiry_days(METHOD_KONBINI, false, 0, &days));
    CHECK_I64(days, 3);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(credit_card_does_and_costs_what_the_matrix_says),
        CLAIM(every_method_is_found_by_its_slug),
        CLAIM(method_refuses_anything_else),
        CLAIM(methods_are_listed_once_each_and_then_end),
        CLAIM(a_method_takes_the_currencies_of_its_row_and_no_other),
        CLAIM(a_method_takes_amounts_between_its_limits),
        CLAIM(expiry_days_are_the_request_s_within_limits_or_the_method_s),
    };
    return RUN_ALL(all);
}
