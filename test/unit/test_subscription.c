/* SPDX-License-Identifier: Apache-2.0 */
/* test_subscription.c: when the charges of a subscription are due, and its course. */
#include "unit.h"

#include "core/subscription.h"

static int64_t at(const char *text)
{
    int64_t time_us = 0;
    CHECK(time_read(str_of(text), &time_us));
    return time_us;
}

#define CHECK_DUE(start, period, number, want)                                                     \
    do {                                                                                           \
        char text_[TIME_TEXT_BYTES];                                                               \
        time_text(subscription_due_us(at(start), (period), (number)), text_);                      \
        CHECK_TEXT(text_, (want));                                                                 \
    } while (0)

TEST(the_first_charge_is_due_at_once_and_the_next_one_a_period_later_at_the_full_hour)
{
    CHECK_DUE("2026-01-05T03:20:11Z", PERIOD_MONTHLY, 0, "2026-01-05T03:20:11Z");
    CHECK_DUE("2026-01-05T03:20:11Z", PERIOD_MONTHLY, 1, "2026-02-05T03:00:00Z");
    CHECK_DUE("2026-01-05T03:20:11Z", PERIOD_MONTHLY, 12, "2027-01-05T03:00:00Z");
    CHECK_DUE("2026-01-05T03:20:11Z", PERIOD_WEEKLY, 1, "2026-01-12T03:00:00Z");
    CHECK_DUE("2026-01-05T03:20:11Z", PERIOD_WEEKLY, 52, "2027-01-04T03:00:00Z");
    CHECK_DUE("2026-01-05T03:20:11Z", PERIOD_YEARLY, 1, "2027-01-05T03:00:00Z");
    CHECK_DUE("1970-01-01T00:00:00Z", PERIOD_MONTHLY, 1, "1970-02-01T00:00:00Z");
}

TEST(a_month_without_the_day_charges_on_its_last_and_the_next_is_back_at_the_day)
{
    CHECK_DUE("2026-01-31T01:00:00Z", PERIOD_MONTHLY, 1, "2026-02-28T01:00:00Z");
    CHECK_DUE("2026-01-31T01:00:00Z", PERIOD_MONTHLY, 2, "2026-03-31T01:00:00Z");
    CHECK_DUE("2026-01-31T01:00:00Z", PERIOD_MONTHLY, 3, "2026-04-30T01:00:00Z");
    CHECK_DUE("2026-01-31T01:00:00Z", PERIOD_MONTHLY, 25, "2028-02-29T01:00:00Z");
    CHECK_DUE("2028-02-29T01:00:00Z", PERIOD_YEARLY, 1, "2029-02-28T01:00:00Z");
    CHECK_DUE("2028-02-29T01:00:00Z", PERIOD_YEARLY, 4, "2032-02-29T01:00:00Z");
    CHECK_DUE("2096-02-29T01:00:00Z", PERIOD_YEARLY, 4, "2100-02-28T01:00:00Z");
    CHECK_DUE("1999-01-30T01:00:00Z", PERIOD_MONTHLY, 13, "2000-02-29T01:00:00Z");
}

TEST(the_calendar_is_that_of_japan)
{
    /* the 1st of February there */
    CHECK_DUE("2026-01-31T15:30:00Z", PERIOD_MONTHLY, 1, "2026-02-28T15:00:00Z");
    CHECK_I64(subscription_day(at("2026-01-31T15:30:00Z"), PERIOD_MONTHLY), 1);
    CHECK_I64(subscription_day(at("2026-01-31T14:59:59Z"), PERIOD_MONTHLY), 31);
}

TEST(the_day_is_that_of_the_period)
{
    CHECK_I64(subscription_day(at("2026-01-05T03:00:00Z"), PERIOD_WEEKLY), 1); /* a Monday */
    CHECK_I64(subscription_day(at("2026-01-11T03:00:00Z"), PERIOD_WEEKLY), 7);
    CHECK_I64(subscription_day(at("1970-01-01T00:00:00Z"), PERIOD_WEEKLY), 4);
    CHECK_I64(subscription_day(at("2026-01-05T03:00:00Z"), PERIOD_MONTHLY), 5);
    CHECK_I64(subscription_day(at("2026-01-05T03:00:00Z"), PERIOD_YEARLY), 5);
    CHECK_I64(subscription_day(at("2028-12-31T03:00:00Z"), PERIOD_YEARLY), 366);
}

/* Goal:   periods follow each other without a gap and without drift.
 * Method: random starts between 1970 and 2100. Each due time lies 28 to 31 days, a week, or a year
 *         after the one before, is never in the month after next, and its date in Japan is that of
 *         the start or the last of its month, as time_text (another calendar) says. */
TEST(periods_follow_each_other_without_a_gap)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 2000; round++) {
        random_round(seed + round);
        const int64_t start_us = random_between(0, INT64_C(4102444800)) * US_PER_S;
        const int64_t number = random_between(1, 200);
        char first[TIME_TEXT_BYTES], this[TIME_TEXT_BYTES], next[TIME_TEXT_BYTES];
        const int64_t due_us = subscription_due_us(start_us, PERIOD_MONTHLY, number);
        time_text(start_us + JST_OFFSET_S * US_PER_S, first);
        time_text(due_us + JST_OFFSET_S * US_PER_S, this);
        time_text(due_us + JST_OFFSET_S * US_PER_S + US_PER_DAY, next);
        const int64_t months = (this[0] - first[0]) * 12000 + (this[1] - first[1]) * 1200 +
                               (this[2] - first[2]) * 120 + (this[3] - first[3]) * 12 +
                               (this[5] - first[5]) * 10 + this[6] - first[6];
        CHECK_I64(months, number);
        const bool is_same_day = memcmp(this + 8, first + 8, 2) == 0;
        const bool is_last = memcmp(next + 8, "01", 2) == 0;
        CHECK(is_same_day || (is_last && memcmp(this + 8, first + 8, 2) < 0));
        CHECK(memcmp(this + 11, first + 11, 2) == 0 && memcmp(this + 13, ":00:00Z", 7) == 0);
        const int64_t week_us = subscription_due_us(start_us, PERIOD_WEEKLY, number + 1) -
                                subscription_due_us(start_us, PERIOD_WEEKLY, number);
        CHECK_I64(week_us, 7 * US_PER_DAY);
        CHECK_I64(subscription_due_us(start_us, PERIOD_YEARLY, number),
                  subscription_due_us(start_us, PERIOD_MONTHLY, 12 * number));
    }
}

static struct subscription_course new_course(int64_t start_us)
{
    return (struct subscription_course){.state = SUBSCRIPTION_PENDING, .due_us = start_us};
}

static void charge(struct subscription_course *course, bool is_paid, int64_t now_us)
{
    subscription_begin(course);
    CHECK_I64(course->due_us, 0);
    subscription_end(course, at("2026-01-31T01:00:00Z"), PERIOD_MONTHLY, is_paid, now_us);
}

TEST(a_charge_that_succeeds_leads_to_the_next_period)
{
    const int64_t start_us = at("2026-01-31T01:00:00Z");
    struct subscription_course course = new_course(start_us);
    charge(&course, true, start_us);
    CHECK_I64(course.state, SUBSCRIPTION_ACTIVE);
    CHECK_I64(course.paid, 1);
    CHECK_I64(course.tries, 0);
    CHECK_I64(course.due_us, at("2026-02-28T01:00:00Z"));
}

TEST(a_charge_is_tried_three_times_a_day_apart_and_then_no_more)
{
    const int64_t start_us = at("2026-01-31T01:00:00Z");
    struct subscription_course course = new_course(start_us);
    for (int64_t tries = 1; tries <= 2; tries++) {
        const int64_t now_us = start_us + tries * 1234567;
        charge(&course, false, now_us);
        CHECK_I64(course.state, SUBSCRIPTION_RETRYING);
        CHECK_I64(course.tries, tries);
        CHECK_I64(course.due_us, now_us + US_PER_DAY);
        CHECK(subscription_is_running(course.state));
    }
    charge(&course, false, start_us + 3 * US_PER_DAY);
    CHECK_I64(course.state, SUBSCRIPTION_SUSPENDED);
    CHECK_I64(course.due_us, 0);
    CHECK_I64(course.paid, 0);
    CHECK(!subscription_is_running(course.state));
}

TEST(a_retry_that_succeeds_is_back_in_step)
{
    const int64_t start_us = at("2026-01-31T01:00:00Z");
    struct subscription_course course = new_course(start_us);
    charge(&course, false, start_us);
    charge(&course, true, start_us + US_PER_DAY);
    CHECK_I64(course.state, SUBSCRIPTION_ACTIVE);
    CHECK_I64(course.tries, 0);
    CHECK_I64(course.due_us, at("2026-02-28T01:00:00Z"));
}

TEST(a_deleted_one_stays_deleted_whatever_its_last_charge_comes_to)
{
    const int64_t start_us = at("2026-01-31T01:00:00Z");
    for (int is_paid = 0; is_paid <= 1; is_paid++) {
        struct subscription_course course = new_course(start_us);
        subscription_begin(&course);
        subscription_delete(&course);
        CHECK(!subscription_is_running(course.state));
        subscription_end(&course, start_us, PERIOD_MONTHLY, is_paid != 0, start_us);
        CHECK_I64(course.state, SUBSCRIPTION_DELETED);
        CHECK_I64(course.due_us, 0);
        CHECK_I64(course.paid, is_paid);
    }
}

TEST(names_are_those_of_the_wire)
{
    CHECK_TEXT(subscription_period_name(PERIOD_WEEKLY), "weekly");
    CHECK_TEXT(subscription_period_name(PERIOD_MONTHLY), "monthly");
    CHECK_TEXT(subscription_period_name(PERIOD_YEARLY), "yearly");
    CHECK_TEXT(subscription_state_name(SUBSCRIPTION_PENDING), "pending");
    CHECK_TEXT(subscription_state_name(SUBSCRIPTION_ACTIVE), "active");
    CHECK_TEXT(subscription_state_name(SUBSCRIPTION_RETRYING), "retrying");
    CHECK_TEXT(subscription_state_name(SUBSCRIPTION_SUSPENDED), "suspended");
    CHECK_TEXT(subscription_state_name(SUBSCRIPTION_DELETED), "cancelled");
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(the_first_charge_is_due_at_once_and_the_next_one_a_period_later_at_the_full_hour),
        CLAIM(a_month_without_the_day_charges_on_its_last_and_the_next_is_back_at_the_day),
        CLAIM(the_calendar_is_that_of_japan),
        CLAIM(the_day_is_that_of_the_period),
        CLAIM(periods_follow_each_other_without_a_gap),
        CLAIM(a_charge_that_succeeds_leads_to_the_next_period),
        CLAIM(a_charge_is_tried_three_times_a_day_apart_and_then_no_more),
        CLAIM(a_retry_that_succeeds_is_back_in_step),
        CLAIM(a_deleted_one_stays_deleted_whatever_its_last_charge_comes_to),
        CLAIM(names_are_those_of_the_wire),
    };
    return RUN_ALL(all);
}
