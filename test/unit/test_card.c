/* SPDX-License-Identifier: Apache-2.0 */
/* test_card.c: brands, check digits and expiry;
 * the numbers are the test cards of komoju-core 16. */
#include "unit.h"

#include "core/card.h"

TEST(brand_is_told_from_the_first_digits)
{
    static const struct {
        const char *digits;
        enum card_brand want;
    } CASES[] = {
        {"4111111111111111", BRAND_VISA},
        {"5555555555554444", BRAND_MASTER},
        {"3530111333300000", BRAND_JCB},
        {"378282246310005", BRAND_AMERICAN_EXPRESS},
        {"30569309025904", BRAND_DINERS_CLUB},
        {"4100000000000100", BRAND_VISA},
        {"5100000000000107", BRAND_MASTER},
        {"3528000000000106", BRAND_JCB},
        {"4123111111111000", BRAND_VISA},
        {"6011111111111117", BRAND_DISCOVER},
        {"2221", BRAND_MASTER},
        {"2220", BRAND_UNKNOWN},
        {"2720", BRAND_MASTER},
        {"2721", BRAND_UNKNOWN},
        {"5599", BRAND_MASTER},
        {"5600", BRAND_UNKNOWN},
        {"5099", BRAND_UNKNOWN},
        {"3527", BRAND_UNKNOWN},
        {"3589", BRAND_JCB},
        {"3590", BRAND_UNKNOWN},
        {"3400", BRAND_AMERICAN_EXPRESS},
        {"3500", BRAND_UNKNOWN},
        {"3799", BRAND_AMERICAN_EXPRESS},
        {"3095", BRAND_DINERS_CLUB},
        {"3096", BRAND_UNKNOWN},
        {"3060", BRAND_UNKNOWN},
        {"3600", BRAND_DINERS_CLUB},
        {"3900", BRAND_DINERS_CLUB},
        {"6010", BRAND_UNKNOWN},
        {"6440", BRAND_DISCOVER},
        {"6500", BRAND_DISCOVER},
        {"6600", BRAND_UNKNOWN},
        {"9999", BRAND_UNKNOWN},
        {"0000", BRAND_UNKNOWN},
        {"411", BRAND_UNKNOWN},
        {"", BRAND_UNKNOWN},
        {"41 1", BRAND_UNKNOWN},
        {"4111x", BRAND_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(CASES); i++)
        CHECK_I64(card_brand_of(str_of(CASES[i].digits)), CASES[i].want);
}

TEST(brand_slugs_are_those_of_the_wire)
{
    static const char *const WANT[CARD_BRANDS] = {
        NULL, "visa", "master", "jcb", "american_express", "diners_club", "discover", "unknown"};
    for (int brand = BRAND_NONE + 1; brand < CARD_BRANDS; brand++)
        CHECK_TEXT(card_brand_slug((enum card_brand)brand), WANT[brand]);
}

/* Any single wrong digit breaks the check, which is what it is for. */
TEST(luhn_catches_every_single_wrong_digit)
{
    char number[] = "4111111111111111";
    CHECK(card_passes_luhn(str_of(number)));
    for (size_t i = 0; i < 16; i++)
        for (char c = '0'; c <= '9'; c++) {
            const char right = number[i];
            number[i] = c;
            CHECK(card_passes_luhn(str_of(number)) == (c == right));
            number[i] = right;
        }
    CHECK(!card_passes_luhn(S("")));
    CHECK(!card_passes_luhn(S("411111111111111a")));
    CHECK(card_passes_luhn(S("0")));
}

TEST(card_number_is_read_without_blanks_and_hyphens)
{
    static const char *const GOOD[][2] = {
        {"4111111111111111", "4111111111111111"},       {"4111 1111 1111 1111", "4111111111111111"},
        {" 4111-1111-1111-1111 ", "4111111111111111"},  {"000000000000", "000000000000"}, /* 12 */
        {"0000000000000000000", "0000000000000000000"},                                   /* 19 */
    };
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        char got[CARD_NUMBER_MAX + 1];
        CHECK_OK(card_number_read(str_of(GOOD[i][0]), got));
        CHECK_TEXT(got, GOOD[i][1]);
    }
}

TEST(card_number_that_is_refused_leaves_nothing_behind)
{
    static const char *const BAD[] = {"",
                                      "   ",
                                      "00000000000",          /* 11 */
                                      "00000000000000000000", /* 20 */
                                      "4111111111111112",
                                      "4111111111111111x",
                                      "4111/1111/1111/1111",
                                      "4111:1111",
                                      "４１１１"};
    for (size_t i = 0; i < COUNT(BAD); i++) {
        char got[CARD_NUMBER_MAX + 1];
        memset(got, '7', sizeof got);
        CHECK_RESULT(card_number_read(str_of(BAD[i]), got), E_INVALID_NUMBER,
                     "payment_details.number");
        for (size_t n = 0; n < sizeof got; n++)
            CHECK(got[n] == '\0');
    }
}

TEST(expiry_is_a_month_and_a_year)
{
    static const int64_t GOOD[][3] = {{1, 2030, 2030}, {12, 2100, 2100}, {6, 30, 2030},
                                      {6, 99, 2099},   {6, 1, 2001},     {6, 100, 100}};
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        int64_t year = -1;
        CHECK_OK(card_expiry_check(GOOD[i][0], GOOD[i][1], &year));
        CHECK_I64(year, GOOD[i][2]);
    }
    int64_t year = 42;
    CHECK_RESULT(card_expiry_check(0, 2030, &year), E_INVALID_PARAMETER, "payment_details.month");
    CHECK_RESULT(card_expiry_check(13, 2030, &year), E_INVALID_PARAMETER, "payment_details.month");
    CHECK_RESULT(card_expiry_check(1, 0, &year), E_INVALID_PARAMETER, "payment_details.year");
    CHECK_RESULT(card_expiry_check(1, 2101, &year), E_INVALID_PARAMETER, "payment_details.year");
    CHECK_I64(year, 42);
}

TEST(verification_value_is_three_or_four_digits)
{
    CHECK_OK(card_verification_check(S("123")));
    CHECK_OK(card_verification_check(S("0000")));
    static const char *const BAD[] = {"", "12", "12345", "12a", "1 3", "-12"};
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK_RESULT(card_verification_check(str_of(BAD[i])), E_INVALID_PARAMETER,
                     "payment_details.verification_value");
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(brand_is_told_from_the_first_digits),
        CLAIM(brand_slugs_are_those_of_the_wire),
        CLAIM(luhn_catches_every_single_wrong_digit),
        CLAIM(card_number_is_read_without_blanks_and_hyphens),
        CLAIM(card_number_that_is_refused_leaves_nothing_behind),
        CLAIM(expiry_is_a_month_and_a_year),
        CLAIM(verification_value_is_three_or_four_digits),
    };
    return RUN_ALL(all);
}
