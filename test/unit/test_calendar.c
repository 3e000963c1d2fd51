/* SPDX-License-Identifier: Apache-2.0 */
/* test_calendar.c: dates in Japan, its holidays, the days of its banks (bank-rails 5). */
#include <time.h>

#include "unit.h"

#include "core/calendar.h"

/* What @holiday-jp/holiday_jp says, every year that it has (test/lib/holidays.mjs). */
static const struct {
    int year, month, day;
    const char *name;
} HELD[] = {
#define HELD(year, month, day, name) {(year), (month), (day), (name)},
#include "holidays.gen.h"
#undef HELD
};

static day on(const char *text)
{
    int64_t time_us = 0;
    CHECK(time_read(str_of(text), &time_us));
    return (day)(time_us / US_PER_DAY);
}

/* Goal:   every day is a date and back, its weekday and the end of its month are right.
 * Method: every day of the range, against the C library. */
TEST(a_day_is_a_date_and_back)
{
    for (day d = DAY_FIRST; d <= DAY_LAST; d++) {
        const time_t at = (time_t)d * S_PER_DAY, tomorrow = at + S_PER_DAY;
        struct tm tm, next;
        (void)gmtime_r(&at, &tm);
        (void)gmtime_r(&tomorrow, &next);
        const struct civil c = civil_of_day(d);
        if (c.year != tm.tm_year + 1900 || c.month != tm.tm_mon + 1 || c.day != tm.tm_mday)
            UNIT_FAIL("day %d is %d-%d-%d", (int)d, c.year, c.month, c.day);
        if (!civil_is_date(c.year, c.month, c.day) || day_of_civil(c.year, c.month, c.day) != d)
            UNIT_FAIL("day %d does not come back", (int)d);
        if (day_weekday(d) != tm.tm_wday || (day_month_end(d) == d) != (next.tm_mday == 1))
            UNIT_FAIL("day %d has another weekday, or ends its month", (int)d);
    }
    CHECK_I64(day_of_civil(9999, 12, 31), DAY_LAST);
}

TEST(what_is_no_date_is_none)
{
    static const int NONE[][3] = {
        {1969, 12, 31}, {10000, 1, 1}, {2026, 0, 1},  {2026, 13, 1}, {2026, 1, 0},
        {2026, 1, 32},  {2026, 2, 29}, {2100, 2, 29}, {2026, 4, 31}, {2026, -1, 1},
    };
    for (size_t i = 0; i < COUNT(NONE); i++)
        CHECK(!civil_is_date(NONE[i][0], NONE[i][1], NONE[i][2]));
    CHECK(civil_is_date(2000, 2, 29));
    CHECK(civil_is_date(2024, 2, 29));
}

TEST(an_instant_has_its_date_in_japan)
{
    static const char *const ROWS[][2] = {
        {"2025-12-31T15:00:00Z", "2026-01-01"},
        {"2025-12-31T14:59:59Z", "2025-12-31"},
        {"2026-01-01T14:59:59Z", "2026-01-01"},
        {"1970-01-01T00:00:00Z", "1970-01-01"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        int64_t time_us = 0;
        CHECK(time_read(str_of(ROWS[i][0]), &time_us));
        CHECK_I64(day_of_us(time_us), on(ROWS[i][1]));
    }
    for (day d = 1; d < DAY_LAST; d += 997) {
        CHECK_I64(day_of_us(day_start_us(d)), d);
        CHECK_I64(day_of_us(day_start_us(d) - 1), d - 1);
        CHECK_I64(time_end_of_day_jst(day_start_us(d), 0) + 1, day_start_us(d + 1));
    }
}

/* Goal:   a day is a holiday, under its name, exactly when the published data say so.
 * Method: every day of all the years of the data set. */
TEST(holidays_are_those_of_the_data_set)
{
    size_t at = 0;
    const day last = day_of_civil(HELD[COUNT(HELD) - 1].year, 12, 31);
    CHECK(HELD[0].year == 1970 && HELD[COUNT(HELD) - 1].year >= 2050);
    for (day d = day_of_civil(HELD[0].year, 1, 1); d <= last; d++) {
        const struct civil c = civil_of_day(d);
        const bool is_held = at < COUNT(HELD) && HELD[at].year == c.year &&
                             HELD[at].month == c.month && HELD[at].day == c.day;
        const enum holiday h = day_holiday(d);
        if ((h != HOLIDAY_NONE) != is_held)
            UNIT_FAIL("%d-%d-%d", c.year, c.month, c.day);
        if (is_held)
            CHECK_TEXT(holiday_name_ja(h), HELD[at++].name);
    }
    CHECK_I64((int64_t)at, (int64_t)COUNT(HELD));
}

/* Goal:   every holiday is there once a year, the equinoxes near their dates.
 * Method: every year until the forecast of the equinoxes is of little worth. */
TEST(every_year_has_its_holidays)
{
    CHECK_TEXT(holiday_name_en(HOLIDAY_SUBSTITUTE), "Substitute Holiday");
    for (int year = 2022; year <= 2150; year++) {
        int count[HOLIDAYS] = {0};
        for (day d = day_of_civil(year, 1, 1); d <= day_of_civil(year, 12, 31); d++) {
            const enum holiday h = day_holiday(d);
            const int dom = civil_of_day(d).day;
            count[h]++;
            if (h == HOLIDAY_SPRING_EQUINOX)
                CHECK(19 <= dom && dom <= 21);
            if (h == HOLIDAY_AUTUMN_EQUINOX)
                CHECK(22 <= dom && dom <= 24);
        }
        for (int h = HOLIDAY_NEW_YEAR; h <= HOLIDAY_LABOR; h++)
            CHECK_I64(count[h], h == HOLIDAY_HEALTH_SPORTS ? 0 : 1);
    }
    CHECK_I64(day_holiday(DAY_FIRST), HOLIDAY_NEW_YEAR);
    CHECK_I64(day_holiday(DAY_LAST), HOLIDAY_NONE);
}

/* The tables of the reference. */
TEST(banks_work_on_the_days_of_the_reference)
{
    static const int DAYS[] = {245, 243, 242, 244}; /* 2024 to 2027 */
    for (int i = 0; i < (int)COUNT(DAYS); i++) {
        int count = 0;
        for (day d = day_of_civil(2024 + i, 1, 1); d <= day_of_civil(2024 + i, 12, 31); d++)
            count += day_is_bank_business(d) ? 1 : 0;
        CHECK_I64(count, DAYS[i]);
    }
    CHECK(day_is_bank_business(on("2025-12-30")));
    CHECK_I64(bank_day_add(on("2025-12-30"), 1), on("2026-01-05"));
    CHECK_I64(bank_day_add(on("2025-12-30"), 2), on("2026-01-06"));
    CHECK_I64(bank_day_roll(on("2026-05-02"), ROLL_FOLLOWING), on("2026-05-07"));
    CHECK_I64(bank_day_add(on("2026-05-07"), -1), on("2026-05-01"));
    CHECK_I64(bank_day_add(on("2026-09-18"), 1), on("2026-09-24"));
    CHECK_I64(bank_day_roll(on("2026-10-31"), ROLL_FOLLOWING), on("2026-11-02"));
}

TEST(a_closed_day_rolls_as_it_is_told)
{
    static const struct {
        const char *from;
        enum roll roll;
        const char *to;
    } ROWS[] = {
        {"2026-10-31", ROLL_NONE, "2026-10-31"},
        {"2026-10-31", ROLL_PRECEDING, "2026-10-30"},
        {"2026-10-31", ROLL_MODIFIED_FOLLOWING, "2026-10-30"},
        {"2026-10-10", ROLL_MODIFIED_FOLLOWING, "2026-10-13"},
        {"2026-10-30", ROLL_PRECEDING, "2026-10-30"},
        {"2026-10-30", ROLL_FOLLOWING, "2026-10-30"},
        {"2026-12-31", ROLL_FOLLOWING, "2027-01-04"},
        {"2027-01-03", ROLL_PRECEDING, "2026-12-30"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++)
        CHECK_I64(bank_day_roll(on(ROWS[i].from), ROWS[i].roll), on(ROWS[i].to));
    CHECK_I64(bank_day_add(on("2026-10-31"), 0), on("2026-10-31"));
    CHECK_I64(bank_day_add(on("2026-10-31"), 1), on("2026-11-02"));
    CHECK_I64(bank_day_add(on("2026-10-31"), -1), on("2026-10-30"));
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_day_is_a_date_and_back),         CLAIM(what_is_no_date_is_none),
        CLAIM(an_instant_has_its_date_in_japan), CLAIM(holidays_are_those_of_the_data_set),
        CLAIM(every_year_has_its_holidays),      CLAIM(banks_work_on_the_days_of_the_reference),
        CLAIM(a_closed_day_rolls_as_it_is_told),
    };
    return RUN_ALL(all);
}
