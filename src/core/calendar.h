/* SPDX-License-Identifier: Apache-2.0 */
/* calendar.h: dates in Japan, its national holidays, and the days on which its banks work.
 *
 * A day is a date in Japan, counted from 1 January 1970. An instant belongs to the day that it has
 * in Japan: UTC+9, without daylight saving. The holidays follow the law by the table of
 * holiday.def: the days themselves; then 振替休日, the day that replaces a holiday on a Sunday;
 * then 国民の休日, a day between two holidays. Banks are closed on Saturdays, Sundays, holidays
 * and from 31 December to 3 January.
 *
 * The two equinoxes are computed. The government confirms them every February for the year after;
 * until then, and above all from 2100 on, they are a forecast.
 *
 * Range    every day from 1 January 1970 to 31 December 9999; others are bugs of the caller
 * Used by  core/period, app, bank
 * Source   bank-rails 5; the law of 1948 on national holidays; 銀行法 15条, 施行令 5条 */
#ifndef KESSAI_CORE_CALENDAR_H
#define KESSAI_CORE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

typedef int32_t day;

/* The range: 9999-12-31 is that many days after 1970-01-01. */
#define DAY_FIRST ((day)0)
#define DAY_LAST  ((day)2932896)

struct civil {
    int year, month, day; /* month and day from 1 */
};

/* The date in Japan at an instant, from 1970 on. */
day day_of_us(int64_t us);

/* Its first instant, microseconds UTC; where DAY_LAST + 1 is given, the end of DAY_LAST. */
int64_t day_start_us(day d);

/* Whether there is such a date within the range. */
bool civil_is_date(int year, int month, int dom);
day day_of_civil(int year, int month, int dom); /* which must be a date */
struct civil civil_of_day(day d);

int day_weekday(day d);   /* 0 is Sunday */
day day_month_end(day d); /* the last day of its month */

enum holiday {
    HOLIDAY_NONE = 0,
#define HOLIDAY(name, ja, en) HOLIDAY_##name,
#include "core/holiday.def"
#undef HOLIDAY
    HOLIDAYS
};

/* The holiday that a day is; HOLIDAY_NONE: none. */
enum holiday day_holiday(day d);

/* "振替休日" and "Substitute Holiday"; not of HOLIDAY_NONE. */
const char *holiday_name_ja(enum holiday h);
const char *holiday_name_en(enum holiday h);

bool day_is_bank_business(day d);

/* What becomes of a date on which banks are closed. */
enum roll {
    ROLL_NONE = 0,           /* it stays */
    ROLL_FOLLOWING,          /* the next business day */
    ROLL_PRECEDING,          /* the one before */
    ROLL_MODIFIED_FOLLOWING, /* the next, unless that is in another month: then the one before */
    ROLLS
};
day bank_day_roll(day d, enum roll roll);

/* The business day that is `count` business days after d, or before it where count is negative; d
 * itself is not counted. 0 is d as it is. A step for each day between. */
day bank_day_add(day d, int count);

#endif
