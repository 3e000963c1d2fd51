/* SPDX-License-Identifier: Apache-2.0 */
#include "core/period.h"

#include <assert.h>

enum { FRIDAY = 5 };

static const char *const NAMES[FREQUENCIES] = {
    [FREQUENCY_WEEKLY] = "weekly",
    [FREQUENCY_MONTHLY] = "monthly",
};

const char *frequency_name(enum frequency f)
{
    assert(FREQUENCY_NONE < f && f < FREQUENCIES);
    return NAMES[f];
}

bool frequency_read(str name, enum frequency *ret)
{
    for (int i = FREQUENCY_NONE + 1; i < FREQUENCIES; i++)
        if (str_is(name, NAMES[i])) {
            *ret = (enum frequency)i;
            return true;
        }
    return false;
}

/* The first Friday from a day on. */
static day friday_from(day d)
{
    return d + (FRIDAY - day_weekday(d) + 7) % 7;
}

struct period period_from(enum frequency f, day first)
{
    assert(FREQUENCY_NONE < f && f < FREQUENCIES);
    return (struct period){first,
                           f == FREQUENCY_WEEKLY ? friday_from(first) : day_month_end(first)};
}

day period_pay_day(enum frequency f, day last)
{
    assert(FREQUENCY_NONE < f && f < FREQUENCIES);
    const day due =
        f == FREQUENCY_WEEKLY ? friday_from(last + 1) : day_month_end(day_month_end(last) + 1);
    return bank_day_roll(due, ROLL_FOLLOWING);
}

void period_change(const struct period_change *in, enum frequency *ret, day *ret_first)
{
    assert(FREQUENCY_NONE < in->now && in->now < FREQUENCIES && in->wanted < FREQUENCIES);
    const bool is_change = in->wanted != FREQUENCY_NONE && in->wanted != in->now;
    *ret = is_change ? in->wanted : in->now;
    *ret_first = is_change && !in->has_records ? in->today : in->last + 1;
}
