/* SPDX-License-Identifier: Apache-2.0 */
/* test_money.c: amounts are exact or refused; the oracle is 128-bit arithmetic. */
#include "unit.h"

#include "core/money.h"

static const int64_t EDGES[] = {-MONEY_MAX, -MONEY_MAX + 1, -MONEY_MAX / 2, -2,       -1, 0, 1,
                                2,          MONEY_MAX / 2,  MONEY_MAX - 1,  MONEY_MAX};

static bool fits(i128 exact)
{
    return -MONEY_MAX <= exact && exact <= MONEY_MAX;
}

static money yen(int64_t minor)
{
    return (money){minor, CUR_JPY};
}

static void check_pair(int64_t a, int64_t b)
{
    const i128 sum = (i128)a + b, difference = (i128)a - b;
    money got = yen(42);
    CHECK_RESULT(money_add(yen(a), yen(b), &got), fits(sum) ? E_OK : E_AMOUNT_RANGE,
                 fits(sum) ? NULL : "amount");
    CHECK_I64(got.minor, fits(sum) ? (int64_t)sum : 42); /* untouched on error */
    got = yen(42);
    CHECK_RESULT(money_sub(yen(a), yen(b), &got), fits(difference) ? E_OK : E_AMOUNT_RANGE,
                 fits(difference) ? NULL : "amount");
    CHECK_I64(got.minor, fits(difference) ? (int64_t)difference : 42);
    int order = 42;
    CHECK_OK(money_compare(yen(a), yen(b), &order));
    CHECK_I64(order, a < b ? -1 : a > b ? 1 : 0);
}

/* Goal: sums, differences and comparisons are exact or refused and never half-written.
 * Method: every pair of the edge set. */
TEST(money_add_sub_compare_are_exact_or_refuse)
{
    for (size_t i = 0; i < COUNT(EDGES); i++)
        for (size_t j = 0; j < COUNT(EDGES); j++)
            check_pair(EDGES[i], EDGES[j]);
}

TEST(money_ops_match_the_128_bit_oracle)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 5000; round++) {
        random_round(seed + round);
        check_pair(random_between(-MONEY_MAX, MONEY_MAX), random_between(-MONEY_MAX, MONEY_MAX));
    }
}

TEST(money_result_may_be_an_operand)
{
    money a = yen(3), b = yen(4);
    CHECK_OK(money_add(a, b, &a));
    CHECK_I64(a.minor, 7);
    CHECK_OK(money_sub(a, b, &b));
    CHECK_I64(b.minor, 3);
}

TEST(money_of_two_currencies_does_not_mix)
{
    const money a = {1, CUR_JPY}, b = {1, CUR_USD};
    money got = yen(42);
    int order = 42;
    CHECK_RESULT(money_add(a, b, &got), E_CURRENCY_MISMATCH, "currency");
    CHECK_RESULT(money_sub(a, b, &got), E_CURRENCY_MISMATCH, "currency");
    CHECK_RESULT(money_compare(a, b, &order), E_CURRENCY_MISMATCH, "currency");
    CHECK_I64(got.minor, 42);
    CHECK_I64(got.cur, CUR_JPY);
    CHECK_I64(order, 42);
}

TEST(minor_add_sub_never_wrap)
{
    int64_t got = 42;
    CHECK_RESULT(minor_add(INT64_MAX, 1, &got), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(minor_sub(INT64_MIN, 1, &got), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(minor_add(MONEY_MAX, 1, &got), E_AMOUNT_RANGE, "amount");
    CHECK_I64(got, 42);
    CHECK_OK(minor_add(INT64_MAX, -INT64_MAX, &got));
    CHECK_I64(got, 0);
}

/* A naive half-up: the whole part, plus one when twice the rest reaches the denominator. */
static i128 share_oracle(int64_t a, int64_t numerator, int64_t denominator)
{
    const i128 magnitude = (i128)(a < 0 ? -a : a) * numerator;
    const i128 whole = magnitude / denominator, rest = magnitude % denominator;
    const i128 rounded = whole + (2 * rest >= denominator ? 1 : 0);
    return a < 0 ? -rounded : rounded;
}

static void check_share(int64_t a, int64_t numerator, int64_t denominator)
{
    const i128 want = share_oracle(a, numerator, denominator);
    money got = yen(42);
    CHECK_RESULT(money_share(yen(a), numerator, denominator, &got),
                 fits(want) ? E_OK : E_AMOUNT_RANGE, fits(want) ? NULL : "amount");
    CHECK_I64(got.minor, fits(want) ? (int64_t)want : 42);
}

TEST(money_share_rounds_half_away_from_zero)
{
    static const struct {
        int64_t a, numerator, denominator, want;
    } CASES[] = {
        {1000, 32500, 1000000, 33},
        {500, 32500, 1000000, 16},
        {5000, 27500, 1000000, 138},
        {33, 10, 100, 3},
        {15, 10, 100, 2},
        {14, 10, 100, 1},
        {-15, 10, 100, -2},
        {-14, 10, 100, -1},
        {190, 10, 11, 173},
        {1, 1, 2, 1},
        {-1, 1, 2, -1},
        {7, 0, 1, 0},
        {MONEY_MAX, 1, 1, MONEY_MAX},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t got = 42;
        CHECK_OK(minor_share(CASES[i].a, CASES[i].numerator, CASES[i].denominator, &got));
        CHECK_I64(got, CASES[i].want);
    }
}

TEST(money_share_matches_the_oracle)
{
    static const int64_t PARTS[] = {1, 2, 3, 10, 99, 1000000, 1000000000};
    for (size_t i = 0; i < COUNT(EDGES); i++)
        for (size_t j = 0; j < COUNT(PARTS); j++)
            for (size_t k = 0; k < COUNT(PARTS); k++)
                check_share(EDGES[i], PARTS[j], PARTS[k]);
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 5000; round++) {
        random_round(seed + round);
        check_share(random_between(-MONEY_MAX, MONEY_MAX), random_between(0, 1000000000),
                    random_between(1, 1000000000));
    }
}

TEST(a_share_rounded_down_is_never_more_than_the_exact_one)
{
    static const int64_t EDGE[] = {
        -MONEY_MAX, -MONEY_MAX + 1, -1235, -1234,         -1,       0, 1, 10,
        11,         1234,           1235,  MONEY_MAX - 1, MONEY_MAX};
    static const int64_t SHARES[][2] = {{10, 110}, {8, 108}, {0, 1}, {1, 1}, {1000000000, 7}};
    for (size_t i = 0; i < COUNT(EDGE); i++)
        for (size_t j = 0; j < COUNT(SHARES); j++) {
            const i128 product = (i128)EDGE[i] * SHARES[j][0], exact = product / SHARES[j][1];
            const bool fits = -MONEY_MAX <= exact && exact <= MONEY_MAX;
            int64_t got = 42;
            const result r = minor_share_down(EDGE[i], SHARES[j][0], SHARES[j][1], &got);
            CHECK_I64(r.code, fits ? E_OK : E_AMOUNT_RANGE);
            CHECK_I64(got, fits ? (int64_t)exact : 42); /* untouched on error */
        }
    int64_t got = 42;
    CHECK_RESULT(minor_share_down(MONEY_MAX + 1, 1, 2, &got), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(minor_share_down(-MONEY_MAX - 1, 1, 2, &got), E_AMOUNT_RANGE, "amount");
    CHECK_I64(got, 42);
}

TEST(minor_share_refuses_what_is_no_amount)
{
    int64_t got = 42;
    CHECK_RESULT(minor_share(MONEY_MAX + 1, 1, 2, &got), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(minor_share(-MONEY_MAX - 1, 1, 2, &got), E_AMOUNT_RANGE, "amount");
    CHECK_RESULT(minor_share(INT64_MIN, 1, 2, &got), E_AMOUNT_RANGE, "amount");
    CHECK_I64(got, 42);
}

/* Goal:   conversion is exact to half a minor unit, up, whatever digits the currencies have.
 * Method: the two published examples, halves on both sides, and the formula in wide numbers. */
TEST(money_convert_rounds_half_up_between_any_digits)
{
    static const struct {
        int64_t minor;
        enum currency from, to;
        int64_t rate_e8, want;
    } CASES[] = {
        {6000, CUR_JPY, CUR_EUR, 697000, 4182},      /* komoju-core 3 */
        {6000, CUR_USD, CUR_JPY, 13565000000, 8139}, /* the same place */
        {1, CUR_JPY, CUR_EUR, 697000, 1},            /* 0.697 cents */
        {1, CUR_JPY, CUR_EUR, 500000, 1},            /* half a cent */
        {1, CUR_JPY, CUR_EUR, 499999, 0},
        {-1, CUR_JPY, CUR_EUR, 500000, -1},
        {1, CUR_USD, CUR_JPY, 5000000000, 1}, /* half a yen */
        {1, CUR_USD, CUR_JPY, 4999999999, 0},
        {250, CUR_USD, CUR_EUR, 100000000, 250},
        {1000, CUR_JPY, CUR_KRW, 905000000, 9050},
        {0, CUR_JPY, CUR_EUR, 1, 0},
        {9999999, CUR_JPY, CUR_VND, EXCHANGE_RATE_E8_MAX, 9999999000000},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        money got = {.minor = 42, .cur = CUR_GBP};
        const money a = {.minor = CASES[i].minor, .cur = CASES[i].from};
        CHECK_OK(money_convert(a, CASES[i].rate_e8, CASES[i].to, &got));
        CHECK_I64(got.minor, CASES[i].want);
        CHECK_I64(got.cur, CASES[i].to);
    }
    money got = yen(42);
    CHECK_RESULT(money_convert(yen(MONEY_MAX), EXCHANGE_RATE_E8_MAX, CUR_USD, &got), E_AMOUNT_RANGE,
                 "amount");
    CHECK_I64(got.minor, 42);
    CHECK_I64(got.cur, CUR_JPY);
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 2000; round++) {
        random_round(seed + round);
        const int64_t minor = random_between(0, 9999999), rate = random_between(1, 100000000000);
        CHECK_OK(money_convert(yen(minor), rate, CUR_USD, &got));
        CHECK_I64(got.minor, (int64_t)(((i128)minor * rate * 2 + 1000000) / 2000000));
    }
}

TEST(exchange_rate_is_read_and_written_to_eight_decimals)
{
    static const struct {
        const char *text;
        int64_t rate_e8;
        const char *again;
    } CASES[] = {
        {"1", 100000000, "1.0"},
        {"1.0", 100000000, "1.0"},
        {"0", 0, "0.0"},
        {"0.00697", 697000, "0.00697"},
        {"135.65", 13565000000, "135.65"},
        {"0.00000001", 1, "0.00000001"},
        {"10", 1000000000, "10.0"},
        {"007.5", 750000000, "7.5"},
        {"1000000", EXCHANGE_RATE_E8_MAX, "1000000.0"},
        {"999999.99999999", EXCHANGE_RATE_E8_MAX - 1, "999999.99999999"},
    };
    for (size_t i = 0; i < COUNT(CASES); i++) {
        int64_t rate_e8 = -1;
        char text[EXCHANGE_RATE_TEXT_BYTES];
        CHECK(exchange_rate_read(str_of(CASES[i].text), &rate_e8));
        CHECK_I64(rate_e8, CASES[i].rate_e8);
        exchange_rate_text(rate_e8, text);
        CHECK_TEXT(text, CASES[i].again);
    }
    static const char *const BAD[] = {"",
                                      ".5",
                                      "1.",
                                      "1.123456789",
                                      "1000000.1",
                                      "1000001",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1e3",
                                      "x",
                                      "1.5.5",
                                      "1,5",
                                      "1.5x",
                                      "/",
                                      ":",
                                      "99999999999999999999"};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        int64_t rate_e8 = 42;
        CHECK(!exchange_rate_read(str_of(BAD[i]), &rate_e8));
        CHECK_I64(rate_e8, 42);
    }
}

TEST(money_is_valid_inside_15_digits_of_a_currency_only)
{
    CHECK(money_is_valid(yen(MONEY_MAX)) && money_is_valid(yen(-MONEY_MAX)));
    CHECK(!money_is_valid(yen(MONEY_MAX + 1)) && !money_is_valid(yen(-MONEY_MAX - 1)));
    CHECK(!money_is_valid((money){1, CUR_NONE}) && !money_is_valid((money){1, CURRENCIES}));
}

/* The list of komoju-core 3, and the number of digits on its wire. */
TEST(currency_is_known_by_code_in_upper_or_lower_case)
{
    static const struct {
        const char *code;
        int digits;
    } WANT[] = {{"JPY", 0}, {"USD", 2}, {"EUR", 2}, {"TWD", 2}, {"KRW", 0}, {"PLN", 2}, {"GBP", 2},
                {"HKD", 2}, {"SGD", 2}, {"NZD", 2}, {"AUD", 2}, {"IDR", 2}, {"MYR", 2}, {"PHP", 2},
                {"THB", 2}, {"CNY", 2}, {"BRL", 2}, {"CHF", 2}, {"CAD", 2}, {"VND", 0}};
    CHECK_I64(COUNT(WANT), CURRENCIES - 1);
    for (size_t i = 0; i < COUNT(WANT); i++) {
        enum currency cur = CUR_NONE;
        CHECK(currency_read(str_of(WANT[i].code), &cur));
        CHECK_TEXT(currency_code(cur), WANT[i].code);
        CHECK_I64(currency_digits(cur), WANT[i].digits);
        char lower[4] = {0};
        for (size_t n = 0; n < 3; n++)
            lower[n] = (char)(WANT[i].code[n] + ('a' - 'A'));
        enum currency again = CUR_NONE;
        CHECK(currency_read(str_of(lower), &again));
        CHECK_I64(again, cur);
    }
}

TEST(currency_refuses_anything_else)
{
    static const char *const BAD[] = {"",    "JP",  "JPYY",         "Jpy", "jPY",
                                      "XXX", "J Y", "\xff\xff\xff", "xxx", "   "};
    enum currency cur = CUR_EUR;
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!currency_read(str_of(BAD[i]), &cur));
    CHECK(!currency_read(STR_NONE, &cur));
    CHECK_I64(cur, CUR_EUR);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(money_add_sub_compare_are_exact_or_refuse),
        CLAIM(money_ops_match_the_128_bit_oracle),
        CLAIM(money_result_may_be_an_operand),
        CLAIM(money_of_two_currencies_does_not_mix),
        CLAIM(minor_add_sub_never_wrap),
        CLAIM(money_share_rounds_half_away_from_zero),
        CLAIM(money_share_matches_the_oracle),
        CLAIM(minor_share_refuses_what_is_no_amount),
        CLAIM(a_share_rounded_down_is_never_more_than_the_exact_one),
        CLAIM(money_convert_rounds_half_up_between_any_digits),
        CLAIM(exchange_rate_is_read_and_written_to_eight_decimals),
        CLAIM(money_is_valid_inside_15_digits_of_a_currency_only),
        CLAIM(currency_is_known_by_code_in_upper_or_lower_case),
        CLAIM(currency_refuses_anything_else),
    };
    return RUN_ALL(all);
}
