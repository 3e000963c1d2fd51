/* SPDX-License-Identifier: Apache-2.0 */
#include "core/subscription.h"

#include <assert.h>

#include "base/clock.h"
#include "base/compiler.h"

/* How long after a try that failed comes the next: so many tries and one more. */
static const int64_t RETRY_AFTER_S[] = {S_PER_DAY, S_PER_DAY};

#define US_PER_HOUR (INT64_C(3600) * US_PER_S)
enum { DAYS_A_WEEK = 7, MONTHS_A_YEAR = 12, THURSDAY = 3 /* after Monday: 1970-01-01 */ };

const char *subscription_period_name(enum subscription_period period)
{
    static const char *const NAMES[SUBSCRIPTION_PERIODS] = {
        [PERIOD_WEEKLY] = "weekly", [PERIOD_MONTHLY] = "monthly", [PERIOD_YEARLY] = "yearly"};
    assert(period != PERIOD_NONE && period < SUBSCRIPTION_PERIODS);
    return NAMES[period];
}

const char *subscription_state_name(enum subscription_state state)
{
    static const char *const NAMES[SUBSCRIPTION_STATES] = {
        [SUBSCRIPTION_PENDING] = "pending",   [SUBSCRIPTION_ACTIVE] = "active",
        [SUBSCRIPTION_RETRYING] = "retrying", [SUBSCRIPTION_SUSPENDED] = "suspended",
        [SUBSCRIPTION_DELETED] = "cancelled", /* the event is named deleted, the status is not */
    };
    assert(state != SUBSCRIPTION_NONE && state < SUBSCRIPTION_STATES);
    return NAMES[state];
}

/* ---- the calendar of Japan, from 1970 on --------------------------------------------------- */

struct day {
    int64_t year, month, day; /* month and day from 1 */
};

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t days_of_month(int64_t year, int64_t month)
{
    static const int64_t DAYS[MONTHS_A_YEAR] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return DAYS[month - 1] + (month == 2 && is_leap(year));
}

/* Days of the years before this one, since year 1. */
static int64_t days_before_year(int64_t year)
{
    const int64_t years = year - 1;
    return 365 * years + years / 4 - years / 100 + years / 400;
}

static int64_t day_of_year(struct day d)
{
    int64_t days = d.day;
    for (int64_t month = 1; month < d.month; month++)
        days += days_of_month(d.year, month);
    return days;
}

/* Days since 1970-01-01. */
static int64_t number_of(struct day d)
{
    return days_before_year(d.year) - days_before_year(1970) + day_of_year(d) - 1;
}

static struct day day_of(int64_t number)
{
    struct day d = {1970 + number / 366, 1, 1}; /* the year or one before it, not many */
    while (number_of((struct day){d.year + 1, 1, 1}) <= number)
        d.year++;
    int64_t left = number - number_of(d);
    for (; left >= days_of_month(d.year, d.month); d.month++)
        left -= days_of_month(d.year, d.month);
    d.day = left + 1;
    return d;
}

static int64_t local_us(int64_t time_us)
{
    return time_us + JST_OFFSET_S * US_PER_S;
}

/* ---- periods ------------------------------------------------------------------------------- */

/* The day `months` later, or the last one of its month. */
static int64_t months_after(struct day d, int64_t months)
{
    const int64_t count = d.year * MONTHS_A_YEAR + d.month - 1 + months;
    struct day later = {count / MONTHS_A_YEAR, count % MONTHS_A_YEAR + 1, d.day};
    const int64_t last = days_of_month(later.year, later.month);
    if (later.day > last)
        later.day = last;
    return number_of(later);
}

int64_t subscription_due_us(int64_t start_us, enum subscription_period period, int64_t number)
{
    assert(number >= 0 && start_us >= 0);
    if (number == 0)
        return start_us;
    const int64_t first = local_us(start_us) / US_PER_DAY;
    const int64_t hours = local_us(start_us) % US_PER_DAY / US_PER_HOUR;
    int64_t day;
    if (period == PERIOD_WEEKLY)
        day = first + number * DAYS_A_WEEK;
    else
        day =
            months_after(day_of(first), period == PERIOD_YEARLY ? number * MONTHS_A_YEAR : number);
    return day * US_PER_DAY + hours * US_PER_HOUR - JST_OFFSET_S * US_PER_S;
}

int64_t subscription_day(int64_t start_us, enum subscription_period period)
{
    const int64_t number = local_us(start_us) / US_PER_DAY;
    if (period == PERIOD_WEEKLY)
        return (number + THURSDAY) % DAYS_A_WEEK + 1;
    const struct day d = day_of(number);
    return period == PERIOD_MONTHLY ? d.day : day_of_year(d);
}

/* ---- the course ---------------------------------------------------------------------------- */

bool subscription_is_running(enum subscription_state state)
{
    return state != SUBSCRIPTION_SUSPENDED && state != SUBSCRIPTION_DELETED;
}

void subscription_begin(struct subscription_course *course)
{
    assert(subscription_is_running(course->state));
    course->tries++;
    course->due_us = 0;
}

static void fail_try(struct subscription_course *course, int64_t now_us)
{
    assert(course->tries > 0);
    if (course->state == SUBSCRIPTION_DELETED)
        return;
    const bool is_last = course->tries > (int64_t)COUNT(RETRY_AFTER_S);
    course->state = is_last ? SUBSCRIPTION_SUSPENDED : SUBSCRIPTION_RETRYING;
    course->due_us = is_last ? 0 : now_us + RETRY_AFTER_S[course->tries - 1] * US_PER_S;
}

void subscription_end(struct subscription_course *course, int64_t start_us,
                      enum subscription_period period, bool is_paid, int64_t now_us)
{
    if (!is_paid) {
        fail_try(course, now_us);
        return;
    }
    course->paid++;
    course->tries = 0;
    if (course->state == SUBSCRIPTION_DELETED)
        return;
    course->state = SUBSCRIPTION_ACTIVE;
    course->due_us = subscription_due_us(start_us, period, course->paid);
}

void subscription_delete(struct subscription_course *course)
{
    course->state = SUBSCRIPTION_DELETED;
    course->due_us = 0;
}
