/* SPDX-License-Identifier: Apache-2.0 */
/* test_period.c: the periods of payouts, their pay days, changes of frequency
 * (komoju-platform 14.1). */
#include "unit.h"

#include "core/period.h"

static day on(const char *text)
{
    int64_t time_us = 0;
    CHECK(time_read(str_of(text), &time_us));
    return (day)(time_us / US_PER_DAY);
}

TEST(a_frequency_is_named_and_read_back)
{
    enum frequency f = FREQUENCY_NONE;
    CHECK(frequency_read(S("weekly"), &f) && f == FREQUENCY_WEEKLY);
    CHECK_TEXT(frequency_name(f), "weekly");
    CHECK(frequency_read(S("monthly"), &f) && f == FREQUENCY_MONTHLY);
    CHECK_TEXT(frequency_name(f), "monthly");
    CHECK(!frequency_read(S("daily"), &f));
    CHECK(!frequency_read(S(""), &f));
    CHECK_I64(f, FREQUENCY_MONTHLY); /* untouched */
}

/* Dates that were published, and the tables of the references. */
TEST(periods_end_and_are_paid_on_the_published_days)
{
    static const struct {
        enum frequency f;
        const char *first, *last, *paid;
    } ROWS[] = {
        {FREQUENCY_WEEKLY, "2023-12-23", "2023-12-29", "2024-01-05"},
        {FREQUENCY_WEEKLY, "2020-08-01", "2020-08-07", "2020-08-14"},
        {FREQUENCY_WEEKLY, "2026-12-19", "2026-12-25", "2027-01-04"}, /* Friday is 1 January */
        {FREQUENCY_WEEKLY, "2026-04-18", "2026-04-24", "2026-05-01"},
        {FREQUENCY_WEEKLY, "2026-08-07", "2026-08-07", "2026-08-14"}, /* opens on a Friday */
        {FREQUENCY_WEEKLY, "2026-08-05", "2026-08-07", "2026-08-14"},
        {FREQUENCY_MONTHLY, "2023-11-01", "2023-11-30", "2024-01-04"}, /* 31 December */
        {FREQUENCY_MONTHLY, "2026-07-01", "2026-07-31", "2026-08-31"},
        {FREQUENCY_MONTHLY, "2026-09-01", "2026-09-30", "2026-11-02"}, /* 31 October, Saturday */
        {FREQUENCY_MONTHLY, "2024-01-01", "2024-01-31", "2024-02-29"},
        {FREQUENCY_MONTHLY, "2026-12-12", "2026-12-31", "2027-02-01"}, /* opens in the month */
        {FREQUENCY_MONTHLY, "2026-10-31", "2026-10-31", "2026-11-30"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const struct period p = period_from(ROWS[i].f, on(ROWS[i].first));
        CHECK_I64(p.first, on(ROWS[i].first));
        CHECK_I64(p.last, on(ROWS[i].last));
        CHECK_I64(period_pay_day(ROWS[i].f, p.last), on(ROWS[i].paid));
    }
    /* ended before its time */
    CHECK_I64(period_pay_day(FREQUENCY_WEEKLY, on("2026-08-04")), on("2026-08-07"));
    CHECK_I64(period_pay_day(FREQUENCY_MONTHLY, on("2026-07-04")), on("2026-08-31"));
}

/* Goal:   periods leave no day out, have none twice, and are paid after they have closed, on a day
 *         of the banks, within the time that the schedule gives.
 * Method: all periods of 130 years, both frequencies. */
TEST(periods_follow_each_other_without_a_gap)
{
    for (int f = FREQUENCY_WEEKLY; f < FREQUENCIES; f++)
        for (day d = day_of_civil(1970, 1, 1); d < day_of_civil(2100, 1, 1);) {
            const struct period p = period_from((enum frequency)f, d);
            const day paid = period_pay_day((enum frequency)f, p.last);
            CHECK(p.first == d && p.first <= p.last);
            CHECK(p.last - p.first < (f == FREQUENCY_WEEKLY ? 7 : 31));
            CHECK(paid > p.last && day_is_bank_business(paid));
            CHECK(paid - p.last <= (f == FREQUENCY_WEEKLY ? 7 : 31) + 9);
            d = p.last + 1;
        }
}

TEST(another_frequency_begins_when_the_period_that_runs_has_ended)
{
    static const struct {
        enum frequency now, wanted;
        const char *last, *today;
        bool has_records;
        enum frequency then;
        const char *first;
    } ROWS[] = {
        /* July stays monthly; the first weekly period begins on 1 August */
        {FREQUENCY_MONTHLY, FREQUENCY_WEEKLY, "2026-07-31", "2026-07-10", true, FREQUENCY_WEEKLY,
         "2026-08-01"},
        {FREQUENCY_WEEKLY, FREQUENCY_MONTHLY, "2026-07-10", "2026-07-08", true, FREQUENCY_MONTHLY,
         "2026-07-11"},
        /* at once */
        {FREQUENCY_MONTHLY, FREQUENCY_WEEKLY, "2026-07-31", "2026-07-10", false, FREQUENCY_WEEKLY,
         "2026-07-10"},
        {FREQUENCY_WEEKLY, FREQUENCY_MONTHLY, "2026-07-10", "2026-07-08", false, FREQUENCY_MONTHLY,
         "2026-07-08"},
        /* no change */
        {FREQUENCY_WEEKLY, FREQUENCY_WEEKLY, "2026-07-10", "2026-07-08", false, FREQUENCY_WEEKLY,
         "2026-07-11"},
        {FREQUENCY_MONTHLY, FREQUENCY_NONE, "2026-07-31", "2026-07-08", false, FREQUENCY_MONTHLY,
         "2026-08-01"},
        {FREQUENCY_MONTHLY, FREQUENCY_NONE, "2026-07-31", "2026-07-08", true, FREQUENCY_MONTHLY,
         "2026-08-01"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const struct period_change in = {.now = ROWS[i].now,
                                         .wanted = ROWS[i].wanted,
                                         .last = on(ROWS[i].last),
                                         .today = on(ROWS[i].today),
                                         .has_records = ROWS[i].has_records};
        enum frequency f = FREQUENCY_NONE;
        day first = 0;
        period_change(&in, &f, &first);
        CHECK_I64(f, ROWS[i].then);
        CHECK_I64(first, on(ROWS[i].first));
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_frequency_is_named_and_read_back),
        CLAIM(periods_end_and_are_paid_on_the_published_days),
        CLAIM(periods_follow_each_other_without_a_gap),
        CLAIM(another_frequency_begins_when_the_period_that_runs_has_ended),
    };
    return RUN_ALL(all);
}
