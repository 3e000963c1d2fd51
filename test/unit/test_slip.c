/* SPDX-License-Identifier: Apache-2.0 */
/* test_slip.c: the number of a payment slip's barcode, bank-rails 8.1. */
#include "unit.h"

#include <string.h>

#include "base/clock.h"
#include "core/slip.h"

static int64_t end_of(const char *day)
{
    int64_t time_us;
    CHECK(time_read(str_of(day), &time_us));
    return time_end_of_day_jst(time_us, 0);
}

/* The vectors of the reference, and one with a short free part. */
TEST(a_slip_number_is_that_of_the_reference)
{
    const struct {
        struct slip slip;
        const char *number;
    } VECTORS[] = {
        {{S("912345"), S("000000000000000000777"), 0, end_of("2026-01-31"), false, 1000},
         "91912345000000000000000000777026013100010005"},
        {{S("912345"), S("123456789012345678901"), 1, end_of("2026-12-31"), true, 55000},
         "91912345123456789012345678901126123110550004"},
        {{S("912345"), S("000000000000000000777"), 0, 0, false, 300000},
         "91912345000000000000000000777099999903000008"},
        {{S("912345"), S("777"), 0, end_of("2026-01-31"), false, 1000},
         "91912345000000000000000000777026013100010005"},
    };
    for (size_t i = 0; i < COUNT(VECTORS); i++) {
        char number[SLIP_DIGITS + 1];
        CHECK_OK(slip_number(&VECTORS[i].slip, number));
        CHECK_TEXT(number, VECTORS[i].number);
    }
}

TEST(the_check_digit_covers_all_43_digits)
{
    static const char *const NUMBERS[] = {
        "91912345000000000000000000777026013100010005",
        "91912345123456789012345678901126123110550004",
        "91912345000000000000000000777099999903000008",
        "1234567890128",        /* a number of 7-Eleven, bank-rails 8.2 */
        "00012345000000007774", /* a customer number of Pay-easy, bank-rails 9 */
    };
    for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        const size_t last = strlen(NUMBERS[i]) - 1;
        CHECK_I64(slip_check_digit((str){NUMBERS[i], last}), NUMBERS[i][last]);
    }
}

TEST(a_stamp_is_due_from_55000_yen)
{
    CHECK(!slip_needs_stamp(1));
    CHECK(!slip_needs_stamp(54999));
    CHECK(slip_needs_stamp(55000));
    CHECK(slip_needs_stamp(300000));
}

/* The day in Japan counts: 15:00 UTC is the next one. */
TEST(the_due_date_is_a_day_in_japan)
{
    static const char *const TIMES[] = {"2026-01-31T14:59:59Z", "2026-01-31T15:00:00Z"};
    static const char *const DAYS[] = {"260131", "260201"};
    for (size_t i = 0; i < COUNT(TIMES); i++) {
        int64_t due_us;
        char number[SLIP_DIGITS + 1];
        CHECK(time_read(str_of(TIMES[i]), &due_us));
        const struct slip slip = {S("912345"), S("1"), 0, due_us, false, 1};
        CHECK_OK(slip_number(&slip, number));
        CHECK(memcmp(number + 30, DAYS[i], 6) == 0);
    }
}

TEST(what_does_not_fit_a_slip_is_refused)
{
    const struct {
        struct slip slip;
        enum err code;
        const char *param;
    } BAD[] = {
        {{S("91234"), S("1"), 0, 0, false, 1}, E_INVALID_PARAMETER, "biller"},
        {{S("9123456"), S("1"), 0, 0, false, 1}, E_INVALID_PARAMETER, "biller"},
        {{S("91234x"), S("1"), 0, 0, false, 1}, E_INVALID_PARAMETER, "biller"},
        {{S("912345"), S("1234567890123456789012"), 0, 0, false, 1}, E_INVALID_PARAMETER, "free"},
        {{S("912345"), S("/"), 0, 0, false, 1}, E_INVALID_PARAMETER, "free"},
        {{S("912345"), S(":"), 0, 0, false, 1}, E_INVALID_PARAMETER, "free"},
        {{S("912345"), S("1"), -1, 0, false, 1}, E_INVALID_PARAMETER, "reissue"},
        {{S("912345"), S("1"), 10, 0, false, 1}, E_INVALID_PARAMETER, "reissue"},
        {{S("912345"), S("1"), 0, 0, false, 0}, E_AMOUNT_RANGE, "amount"},
        {{S("912345"), S("1"), 0, 0, false, SLIP_MINOR_MAX + 1}, E_AMOUNT_RANGE, "amount"},
    };
    for (size_t i = 0; i < COUNT(BAD); i++) {
        char number[SLIP_DIGITS + 1];
        CHECK_RESULT(slip_number(&BAD[i].slip, number), BAD[i].code, BAD[i].param);
    }
    const struct slip most = {S("912345"), S(""), 9, 0, false, SLIP_MINOR_MAX};
    char number[SLIP_DIGITS + 1];
    CHECK_OK(slip_number(&most, number));
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_slip_number_is_that_of_the_reference), CLAIM(the_check_digit_covers_all_43_digits),
        CLAIM(a_stamp_is_due_from_55000_yen),          CLAIM(the_due_date_is_a_day_in_japan),
        CLAIM(what_does_not_fit_a_slip_is_refused),
    };
    return RUN_ALL(all);
}
