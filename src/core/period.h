/* SPDX-License-Identifier: Apache-2.0 */
/* period.h: the periods after which a merchant is paid out, and the day on which it is paid.
 *
 *     weekly    Saturday to Friday          paid on the following Friday
 *     monthly   the 1st to the last day     paid on the last day of the next month
 *
 * A period closes when its last day in Japan is over. A pay day on which banks are closed is moved
 * to the next one on which they work. Periods follow each other without a gap: a change of the
 * frequency makes one short period at most.
 *
 * Used by  app
 * Source   komoju-platform 14.1; bank-rails 5.3 */
#ifndef KESSAI_CORE_PERIOD_H
#define KESSAI_CORE_PERIOD_H

#include <stdbool.h>

#include "base/str.h"
#include "core/calendar.h"

/* The numbers are kept in the store. */
enum frequency { FREQUENCY_NONE = 0, FREQUENCY_WEEKLY = 1, FREQUENCY_MONTHLY = 2, FREQUENCIES };

const char *frequency_name(enum frequency f); /* "weekly" */
bool frequency_read(str name, enum frequency *ret);

/* Both days belong to it; it closes at day_start_us(last + 1), which does not. */
struct period {
    day first, last;
};

/* The period that opens on a day: to the Friday, or to the last day of the month. */
struct period period_from(enum frequency f, day first);

/* The day on which a period that ended on `last` is paid. Of a period that ended before its natural
 * end (a payout on demand) it is the first Friday after it, or the end of the month after it. */
day period_pay_day(enum frequency f, day last);

/* What comes after the period that runs, when another frequency is wanted: monthly to weekly from
 * the first of the next month, weekly to monthly from the next week on, and at once when there is
 * nothing that has not been settled. */
struct period_change {
    enum frequency now, wanted; /* wanted: NONE or the same: no change is wanted */
    day last, today;            /* last: of the period that runs */
    bool has_records;           /* not settled yet */
};

/*   ret, ret_first   the frequency from then on, and the first day of its first period */
void period_change(const struct period_change *in, enum frequency *ret, day *ret_first);

#endif
