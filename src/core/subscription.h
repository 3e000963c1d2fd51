/* SPDX-License-Identifier: Apache-2.0 */
/* subscription.h: when the charges of a subscription are due, and what becomes of it when one
 * succeeds or fails.
 *
 * Periods are counted from the first charge on the calendar of Japan: the n-th one is due on the
 * same weekday, day of the month, or day of the year, at the full hour of the first charge. A month
 * without that day charges on its last one, and the next month is back at the day.
 *
 *     paid, tries      tries of period number `paid` that have begun
 *     pending ── charged ──> active ── failed ──> retrying ── failed, no try left ──> suspended
 *
 * Used by  app, api
 * Source   komoju-core 11 (the retry schedule is inferred there: 3 tries, one day apart) */
#ifndef KESSAI_CORE_SUBSCRIPTION_H
#define KESSAI_CORE_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* The numbers are kept in the store. */
enum subscription_period {
    PERIOD_NONE = 0,
    PERIOD_WEEKLY = 1,
    PERIOD_MONTHLY = 2,
    PERIOD_YEARLY = 3,
    SUBSCRIPTION_PERIODS
};
enum subscription_state {
    SUBSCRIPTION_NONE = 0,
    SUBSCRIPTION_PENDING = 1, /* nothing has been charged yet */
    SUBSCRIPTION_ACTIVE = 2,
    SUBSCRIPTION_RETRYING = 3,
    SUBSCRIPTION_SUSPENDED = 4, /* no try was left */
    SUBSCRIPTION_DELETED = 5,
    SUBSCRIPTION_STATES
};

const char *subscription_period_name(enum subscription_period period); /* "monthly" */
const char *subscription_state_name(enum subscription_state state);    /* "active" */

/* When period `number` is due; 0 is the first, at start_us itself.  number  0 or more */
int64_t subscription_due_us(int64_t start_us, enum subscription_period period, int64_t number);

/* The day of the period on which it charges, in Japan: 1 (Monday) to 7, day of the month, or day of
 * the year. */
int64_t subscription_day(int64_t start_us, enum subscription_period period);

/* How far a subscription has come. */
struct subscription_course {
    enum subscription_state state;
    int64_t paid;   /* periods that are paid: the next one has this number */
    int64_t tries;  /* of the next one, that have begun */
    int64_t due_us; /* of the next charge; 0: none is, or one is under way */
};

/* A charge of the next period begins. */
void subscription_begin(struct subscription_course *course);
/* Its outcome is known. One that was deleted meanwhile stays deleted, with its period paid or not.
 */
void subscription_end(struct subscription_course *course, int64_t start_us,
                      enum subscription_period period, bool is_paid, int64_t now_us);
/* Nothing more is charged. */
void subscription_delete(struct subscription_course *course);
/* Whether it can still be charged. */
bool subscription_is_running(enum subscription_state state);

#endif
