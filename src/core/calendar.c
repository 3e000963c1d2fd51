/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calendar.h"

#include <assert.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/compiler.h"

/* ---- dates --------------------------------------------------------------------------------- */

enum {
    YEAR_FIRST = 1970,
    YEAR_LAST = 9999,
    DAYS_OF_400_YEARS = 146097, /* with 97 leap years */
    EPOCH = 719468,             /* days from 1 March of the year 0 to 1 January 1970 */
    SUNDAY = 0,
    MONDAY = 1,
    SATURDAY = 6,
};

static bool year_is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_of_month(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && year_is_leap(year) ? 29 : DAYS[month - 1];
}

bool civil_is_date(int year, int month, int dom)
{
    return YEAR_FIRST <= year && year <= YEAR_LAST && 1 <= month && month <= 12 && 1 <= dom &&
           dom <= days_of_month(year, month);
}

/* Years begin in March here, so that a leap day is a year's last: 153 days in five months. */
day day_of_civil(int year, int month, int dom)
{
    assert(civil_is_date(year, month, dom));
    const int y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;
    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + dom - 1 - EPOCH;
}

/* Of any day from 1 March of the year 0 on. */
static struct civil civil_of(day d)
{
    const int z = d + EPOCH, era = z / DAYS_OF_400_YEARS, in_era = z % DAYS_OF_400_YEARS;
    const int y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const int in_year = in_era - (365 * y + y / 4 - y / 100), m = (5 * in_year + 2) / 153;
    return (struct civil){.year = era * 400 + y + (m >= 10 ? 1 : 0),
                          .month = m < 10 ? m + 3 : m - 9,
                          .day = in_year - (153 * m + 2) / 5 + 1};
}

struct civil civil_of_day(day d)
{
    assert(DAY_FIRST <= d && d <= DAY_LAST);
    return civil_of(d);
}

day day_of_us(int64_t us)
{
    assert(0 <= us && us < day_start_us(DAY_LAST + 1));
    return (day)((us + JST_OFFSET_S * US_PER_S) / US_PER_DAY);
}

int64_t day_start_us(day d)
{
    return d * US_PER_DAY - JST_OFFSET_S * US_PER_S;
}

/* 1 January 1970 was a Thursday; two weeks more for days before it. */
static int weekday(day d)
{
    return (d + 4 + 14) % 7;
}

int day_weekday(day d)
{
    assert(DAY_FIRST <= d && d <= DAY_LAST);
    return weekday(d);
}

day day_month_end(day d)
{
    const struct civil c = civil_of_day(d);
    return d + days_of_month(c.year, c.month) - c.day;
}

/* ---- holidays ------------------------------------------------------------------------------ */

enum rule_kind { RULE_NONE = 0, RULE_DATE, RULE_MONDAY, RULE_EQUINOX };

static const struct rule {
    enum holiday holiday;
    enum rule_kind kind;
    int month, number, from, to;
} RULES[] = {
#define RULE(holiday, kind, month, number, from, to)                                               \
    {HOLIDAY_##holiday, RULE_##kind, (month), (number), (from), (to)},
#include "core/holiday.def"
#undef RULE
};

static const struct {
    const char *ja, *en;
} NAMES[HOLIDAYS] = {
#define HOLIDAY(name, ja, en) [HOLIDAY_##name] = {(ja), (en)},
#include "core/holiday.def"
#undef HOLIDAY
};

/* The sun is back at its place after 365.242194 days: the leap days since 1980 are taken off.
 *   place_e4   where it was in 1980, in 1/10000 of a day of the month */
static int equinox(int place_e4, int year)
{
    const int leap_days = year / 4 - 495 - (year / 100 - 19) + (year / 400 - 4);
    const int64_t place_e6 = place_e4 * INT64_C(100) + INT64_C(242194) * (year - 1980);
    return (int)(place_e6 / 1000000) - leap_days;
}

static bool rule_has(const struct rule *rule, struct civil c, int week)
{
    if (rule->month != c.month || c.year < rule->from || rule->to < c.year)
        return false;
    if (rule->kind == RULE_DATE)
        return rule->number == c.day;
    if (rule->kind == RULE_MONDAY)
        return week == MONDAY && (c.day + 6) / 7 == rule->number;
    return equinox(rule->number, c.year) == c.day;
}

/* A day of the table; also the days just outside the range are asked for, and are none. */
static enum holiday national(day d)
{
    const struct civil c = civil_of(d);
    const int week = weekday(d);
    for (size_t i = 0; i < COUNT(RULES); i++)
        if (rule_has(&RULES[i], c, week))
            return RULES[i].holiday;
    return HOLIDAY_NONE;
}

enum {
    SUBSTITUTES_SINCE = 1197, /* 1973-04-12 */
    CITIZENS_SINCE = 5839,    /* 1985-12-27 */
    LAW_OF_2007 = 13514,      /* 2007-01-01 */
};

/* 振替休日 for a day that is no holiday of the table: until 2006 only the Monday after, since then
 * the first day after the Sunday that is none itself. */
static bool is_substitute(day d)
{
    if (d < SUBSTITUTES_SINCE)
        return false;
    day before = d - 1;
    if (d >= LAW_OF_2007)
        while (weekday(before) != SUNDAY && national(before) != HOLIDAY_NONE)
            before--;
    return weekday(before) == SUNDAY && national(before) != HOLIDAY_NONE;
}

/* 国民の休日 for a day that is neither a holiday of the table nor a substitute. */
static bool is_citizens(day d)
{
    if (d < CITIZENS_SINCE || (d < LAW_OF_2007 && weekday(d) == SUNDAY))
        return false;
    return national(d - 1) != HOLIDAY_NONE && national(d + 1) != HOLIDAY_NONE;
}

enum holiday day_holiday(day d)
{
    assert(DAY_FIRST <= d && d <= DAY_LAST);
    const enum holiday holiday = national(d);
    if (holiday != HOLIDAY_NONE)
        return holiday;
    if (is_substitute(d))
        return HOLIDAY_SUBSTITUTE;
    return is_citizens(d) ? HOLIDAY_CITIZENS : HOLIDAY_NONE;
}

const char *holiday_name_ja(enum holiday h)
{
    assert(HOLIDAY_NONE < h && h < HOLIDAYS);
    return NAMES[h].ja;
}

const char *holiday_name_en(enum holiday h)
{
    assert(HOLIDAY_NONE < h && h < HOLIDAYS);
    return NAMES[h].en;
}

/* ---- banks --------------------------------------------------------------------------------- */

bool day_is_bank_business(day d)
{
    const int week = day_weekday(d);
    const struct civil c = civil_of_day(d);
    const bool is_year_end = (c.month == 12 && c.day == 31) || (c.month == 1 && c.day <= 3);
    return week != SATURDAY && week != SUNDAY && !is_year_end && day_holiday(d) == HOLIDAY_NONE;
}

static day nearest(day d, int step)
{
    while (!day_is_bank_business(d))
        d += step;
    return d;
}

day bank_day_roll(day d, enum roll roll)
{
    assert(roll < ROLLS);
    if (roll == ROLL_NONE)
        return d;
    if (roll == ROLL_PRECEDING)
        return nearest(d, -1);
    const day next = nearest(d, 1);
    if (roll == ROLL_MODIFIED_FOLLOWING && next > day_month_end(d))
        return nearest(d, -1);
    return next;
}

day bank_day_add(day d, int count)
{
    const int step = count < 0 ? -1 : 1;
    for (; count != 0; count -= step)
        d = nearest(d + step, step);
    return d;
}
