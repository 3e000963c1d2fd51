/* SPDX-License-Identifier: Apache-2.0 */
/* test_fee.c: the fees of komoju-platform 8 and komoju-core 15.5, to the yen. */
#include "unit.h"

#include "core/fee.h"
#include "core/money.h"

TEST(fee_is_rounded_half_up_and_tax_is_taken_on_the_rounded_fee)
{
    static const struct {
        int64_t base;
        struct rate rate;
        int64_t fee, tax;
    } CASES[] = {
        {1000, {32500, 0, 0}, 33, 3},      /* card: 32.5, 3.3 */
        {500, {32500, 0, 0}, 16, 2},       /* 16.25, 1.6 */
        {1000, {27500, 0, 0}, 28, 3},      /* konbini: 27.5, 2.8 */
        {5000, {27500, 0, 0}, 138, 14},    /* the published example: 137.5, 13.8 */
        {40000, {32500, 0, 0}, 1300, 130}, /* komoju-platform 14.3 */
        {0, {32500, 0, 0}, 0, 0},
        {1000, {0, 0, 0}, 0, 0},
        {1000, {1000000, 0, 0}, 1000, 100},
        {1000, {32500, 30, 0}, 63, 6},  /* fixed part on top */
        {1000, {32500, 0, 33}, 33, 3},  /* the minimum, met exactly */
        {1000, {32500, 0, 34}, 34, 3},  /* and not met */
        {1000, {32500, 30, 50}, 63, 6}, /* the minimum counts after the fixed part */
        {MONEY_MAX, {1000000, 0, 0}, MONEY_MAX, 100000000000000},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t fee = -1, tax = -1;
        CHECK_OK(fee_processing(CASES[i].base, &CASES[i].rate, &fee, &tax));
        CHECK_I64(fee, CASES[i].fee);
        CHECK_I64(tax, CASES[i].tax);
    }
}

/* The formulas of komoju-platform 8, as printed there. */
TEST(fee_matches_the_published_formulas)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 3000; round++) {
        random_round(seed + round);
        const int64_t base = random_between(0, 9999999), percent = random_between(0, 1000000);
        const struct rate rate = {percent, 0, 0};
        int64_t fee = -1, tax = -1;
        CHECK_OK(fee_processing(base, &rate, &fee, &tax));
        CHECK_I64(fee, (base * percent + 500000) / 1000000);
        CHECK_I64(tax, (fee * 10 + 50) / 100);
        CHECK_OK(fee_customer(base, &fee, &tax));
        CHECK_I64(fee, (base * 20 + 11) / 22);
        CHECK_I64(fee + tax, base);
        CHECK_OK(tax_auto(base, &tax));
        CHECK_I64(tax, (base + 5) / 10);
    }
}

TEST(fee_refuses_what_is_no_amount)
{
    const struct rate rate = {32500, 0, 0}, huge = {0, INT64_MAX, 0};
    int64_t fee = 42, tax = 42;
    CHECK_RESULT(fee_processing(-1, &rate, &fee, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(fee_processing(MONEY_MAX + 1, &rate, &fee, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(fee_processing(1, &huge, &fee, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(fee_customer(-1, &fee, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(fee_customer(MONEY_MAX + 1, &fee, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(tax_auto(-1, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(tax_auto(MONEY_MAX + 1, &tax), E_AMOUNT_RANGE, "amount");
    CHECK_I64(fee, 42);
    CHECK_I64(tax, 42);
}

TEST(customer_fee_is_fee_and_tax_that_add_up)
{
    int64_t fee, tax;
    CHECK_OK(fee_customer(190, &fee, &tax));
    CHECK_I64(fee, 173);
    CHECK_I64(tax, 17);
    CHECK_OK(fee_customer(0, &fee, &tax));
    CHECK_I64(fee, 0);
    CHECK_I64(tax, 0);
}

TEST(tax_auto_is_ten_percent_half_up)
{
    static const int64_t CASES[][2] = {{0, 0}, {4, 0}, {5, 1}, {14, 1}, {15, 2}, {1000, 100}};
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t tax = -1;
        CHECK_OK(tax_auto(CASES[i][0], &tax));
        CHECK_I64(tax, CASES[i][1]);
    }
}

/* 300 yen and 10 % (komoju-platform 8). */
TEST(refund_request_costs_three_hundred_yen_and_tax)
{
    int64_t fee = 0, tax = 0;
    fee_refund_request(&fee, &tax);
    CHECK_I64(fee, 300);
    CHECK_I64(tax, 30);
}

TEST(percent_is_read_exactly)
{
    static const struct {
        const char *text;
        int64_t want;
    } CASES[] = {{"3.25", 32500},  {"3.25%", 32500},       {"0", 0},      {"0%", 0},
                 {"100", 1000000}, {"100.0000%", 1000000}, {"0.0001", 1}, {"3.6", 36000},
                 {"007", 70000},   {"99.9999", 999999}};
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t got = -1;
        CHECK(percent_read(str_of(CASES[i].text), &got));
        CHECK_I64(got, CASES[i].want);
    }
}

TEST(percent_refuses_anything_else)
{
    static const char *const BAD[] = {
        "",      "%",       ".",        ".5",     "3.",    "3.%",   "3,5",
        "-1",    "+1",      "1e2",      "3.25 %", " 3.25", "3%%",   "3.2x",
        "3.25x", "3.12345", "100.0001", "101",    "1000",  "10000", "99999999999999999999999999",
        "3.2:",  "/3",      "3/"};
    int64_t got = 42;
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!percent_read(str_of(BAD[i]), &got));
    CHECK(!percent_read(STR_NONE, &got));
    CHECK_I64(got, 42);
}

TEST(percent_text_has_no_trailing_zeros_and_reads_back)
{
    static const struct {
        int64_t percent;
        const char *want;
    } CASES[] = {{32500, "3.25"},   {30000, "3"},       {0, "0"},         {1, "0.0001"},
                 {1000, "0.1"},     {100000, "10"},     {1000000, "100"}, {999999, "99.9999"},
                 {10001, "1.0001"}, {100010, "10.001"}, {27500, "2.75"}};
    char text[PERCENT_TEXT_BYTES];
    for (size_t i = 0; i < COUNT(CASES); i++) {
        percent_text(CASES[i].percent, text);
        CHECK_TEXT(text, CASES[i].want);
    }
    for (int64_t percent = 0; percent <= 1000000; percent += 7) {
        int64_t again = -1;
        percent_text(percent, text);
        CHECK(percent_read(str_of(text), &again));
        CHECK_I64(again, percent);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(fee_is_rounded_half_up_and_tax_is_taken_on_the_rounded_fee),
        CLAIM(fee_matches_the_published_formulas),
        CLAIM(fee_refuses_what_is_no_amount),
        CLAIM(customer_fee_is_fee_and_tax_that_add_up),
        CLAIM(tax_auto_is_ten_percent_half_up),
        CLAIM(refund_request_costs_three_hundred_yen_and_tax),
        CLAIM(percent_is_read_exactly),
        CLAIM(percent_refuses_anything_else),
        CLAIM(percent_text_has_no_trailing_zeros_and_reads_back),
    };
    return RUN_ALL(all);
}
