/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

static int64_t timespec_us(clockid_t id)
{
    struct timespec t;
    (void)clock_gettime(id, &t);
    return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000;
}

#define SETBACK_US US_PER_S

/* Half of the ticks since the last call, or since the date was set back. */
static int64_t slow_now_us(_Atomic int64_t *latest_us)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static int64_t given_us, ticks_us; /* what was given last here, and when */
    pthread_mutex_lock(&lock);
    const int64_t now_ticks_us = clock_ticks_us();
    int64_t seen_us = atomic_load(latest_us);
    if (seen_us != given_us)
        ticks_us = now_ticks_us;
    const int64_t more_us = (now_ticks_us - ticks_us) / 2;
    given_us = seen_us + more_us;
    ticks_us += 2 * more_us;
    if (!atomic_compare_exchange_strong(latest_us, &seen_us, given_us))
        given_us = seen_us; /* the date has caught up */
    const int64_t now_us = given_us;
    pthread_mutex_unlock(&lock);
    return now_us;
}

/* The system's date may be set back. Ours waits then, or where that would be long, goes on at half
 * the pace until the date has caught up: nothing that is due by it is stuck. */
static int64_t system_now_us(const struct clock *self)
{
    static _Atomic int64_t latest_us;
    (void)self;
    const int64_t now_us = timespec_us(CLOCK_REALTIME);
    int64_t seen_us = atomic_load(&latest_us);
    while (now_us > seen_us && !atomic_compare_exchange_weak(&latest_us, &seen_us, now_us))
        ;
    if (now_us > seen_us)
        return now_us;
    return seen_us - now_us < SETBACK_US ? seen_us : slow_now_us(&latest_us);
}

const struct clock CLOCK_SYSTEM = {.now_us = system_now_us};

int64_t clock_ticks_us(void)
{
    return timespec_us(CLOCK_MONOTONIC);
}

/* Civil date of a count of days since 1970-01-01 and back: the Gregorian calendar in eras of 400
 * years, each year taken from March so that the leap day is its last. */
struct date {
    int64_t year, month, day;
};

static struct date date_of_days(int64_t days)
{
    const int64_t z = days + 719468;
    const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    const int64_t day_of_era = z - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month = (5 * day_of_year + 2) / 153; /* 0 is March */
    return (struct date){
        .year = year_of_era + era * 400 + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = day_of_year - (153 * month + 2) / 5 + 1,
    };
}

static int64_t days_of_date(struct date d)
{
    const int64_t year = d.year - (d.month <= 2);
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year =
        (153 * (d.month > 2 ? d.month - 3 : d.month + 9) + 2) / 5 + d.day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

void time_text(int64_t time_us, char ret[TIME_TEXT_BYTES])
{
    const int64_t s = floor_div(time_us, US_PER_S);
    const struct date d = date_of_days(floor_div(s, S_PER_DAY));
    const int64_t of_day = s - floor_div(s, S_PER_DAY) * S_PER_DAY;
    const int64_t parts[] = {d.year / 100,  d.year % 100,     d.month,    d.day,
                             of_day / 3600, of_day / 60 % 60, of_day % 60};
    static const char AFTER[] = {0, '-', '-', 'T', ':', ':', 'Z'};
    char *at = ret;
    for (int i = 0; i < 7; i++) {
        *at++ = (char)('0' + parts[i] / 10 % 10);
        *at++ = (char)('0' + parts[i] % 10);
        if (AFTER[i] != 0)
            *at++ = AFTER[i];
    }
    *at = '\0';
}

void time_text_jst(int64_t time_us, char ret[TIME_TEXT_JST_BYTES])
{
    static const char ZONE[] = "+09:00";
    const int64_t ms = floor_div(time_us, US_PER_MS);
    const int64_t of_second = ms - floor_div(ms, 1000) * 1000;
    time_text(time_us + JST_OFFSET_S * US_PER_S, ret);
    char *at = ret + TIME_TEXT_BYTES - 2; /* where the Z stands */
    *at++ = '.';
    for (int64_t unit = 100; unit > 0; unit /= 10)
        *at++ = (char)('0' + of_second / unit % 10);
    memcpy(at, ZONE, sizeof ZONE);
}

/* Takes `digits` digits from the front of s. */
static bool take_number(str *s, size_t digits, int64_t *ret)
{
    if (s->bytes < digits)
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (s->at[i] < '0' || s->at[i] > '9')
            return false;
        value = value * 10 + (s->at[i] - '0');
    }
    s->at += digits;
    s->bytes -= digits;
    *ret = value;
    return true;
}

static bool take_char(str *s, const char *any_of)
{
    for (; *any_of != '\0' && s->bytes > 0; any_of++)
        if (s->at[0] == *any_of) {
            s->at++;
            s->bytes--;
            return true;
        }
    return false;
}

static bool take_date(str *s, struct date *ret)
{
    struct date d;
    if (!take_number(s, 4, &d.year) || !take_char(s, "-") || !take_number(s, 2, &d.month) ||
        !take_char(s, "-") || !take_number(s, 2, &d.day))
        return false;
    const struct date again = date_of_days(days_of_date(d));
    if (d.year < 1970 || again.year != d.year || again.month != d.month || again.day != d.day)
        return false;
    *ret = d;
    return true;
}

/* "Z", "+09:00", "+0900" or "-05:00"; a blank stands for the "+" that a query string turned into
 * one. */
static bool take_offset(str *s, int64_t *ret_s)
{
    *ret_s = 0;
    if (take_char(s, "Zz"))
        return true;
    const bool is_west = s->bytes > 0 && s->at[0] == '-';
    int64_t hours, minutes;
    if (!take_char(s, "+- ") || !take_number(s, 2, &hours))
        return false;
    (void)take_char(s, ":");
    if (!take_number(s, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_s = (hours * 3600 + minutes * 60) * (is_west ? -1 : 1);
    return true;
}

static int64_t take_fraction_us(str *s)
{
    int64_t us = 0, unit = US_PER_S / 10;
    int64_t digit;
    while (take_number(s, 1, &digit)) {
        us += digit * unit;
        unit /= 10;
    }
    return us;
}

#define TIME_END_US (INT64_C(253402300800) * US_PER_S) /* 10000-01-01T00:00:00Z */

bool time_read(str s, int64_t *ret_time_us)
{
    struct date d;
    if (!take_date(&s, &d))
        return false;
    int64_t time_us = days_of_date(d) * US_PER_DAY;
    if (s.bytes > 0) {
        int64_t hours, minutes, seconds, offset_s;
        if (!take_char(&s, "Tt ") || !take_number(&s, 2, &hours) || !take_char(&s, ":") ||
            !take_number(&s, 2, &minutes) || !take_char(&s, ":") || !take_number(&s, 2, &seconds) ||
            hours > 23 || minutes > 59 || seconds > 60)
            return false;
        if (take_char(&s, "."))
            time_us += take_fraction_us(&s);
        if (!take_offset(&s, &offset_s) || s.bytes > 0)
            return false;
        time_us += (hours * 3600 + minutes * 60 + seconds - offset_s) * US_PER_S;
    }
    if (time_us < 0 || time_us >= TIME_END_US) /* the offset led out of the years we can write */
        return false;
    *ret_time_us = time_us;
    return true;
}

int64_t time_end_of_day_jst(int64_t time_us, int64_t days)
{
    const int64_t day = floor_div(time_us + JST_OFFSET_S * US_PER_S, US_PER_DAY) + days;
    return (day + 1) * US_PER_DAY - JST_OFFSET_S * US_PER_S - 1;
}
