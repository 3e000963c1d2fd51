/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h: time as an input, and its text forms.
 *
 * Time is int64_t microseconds since 1970-01-01T00:00:00Z ("time_us"). Nobody asks the system: a
 * struct clock is handed in, so that tests and test merchants can move theirs.
 *
 * Source   RFC 3339; komoju-core 1 (formats), 15.5 (deadlines at the end of a day in Japan, UTC+9,
 *          no summer time)
 * Used by  everything above base */
#ifndef KESSAI_BASE_CLOCK_H
#define KESSAI_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define US_PER_MS    INT64_C(1000)
#define US_PER_S     INT64_C(1000000)
#define S_PER_DAY    INT64_C(86400)
#define US_PER_DAY   (S_PER_DAY * US_PER_S)
#define JST_OFFSET_S INT64_C(32400)

struct clock {
    int64_t (*now_us)(const struct clock *self);
};

extern const struct clock CLOCK_SYSTEM; /* CLOCK_REALTIME, never before what it gave last */

static inline int64_t clock_now_us(const struct clock *clock)
{
    return clock->now_us(clock);
}

/* Monotonic microseconds, for measuring and for timeouts; no relation to the date. */
int64_t clock_ticks_us(void);

/* "2026-01-05T03:20:11Z": 20 characters and a NUL; the fraction is cut off. Years 1970 to 9999. */
enum { TIME_TEXT_BYTES = 21 };
void time_text(int64_t time_us, char ret[TIME_TEXT_BYTES]);

/* The same instant in Japan, to the millisecond: "2026-01-05T12:20:11.000+09:00". */
enum { TIME_TEXT_JST_BYTES = 30 };
void time_text_jst(int64_t time_us, char ret[TIME_TEXT_JST_BYTES]);

/* Reads an RFC 3339 date-time (any offset, optional fraction), or a bare date, which is midnight
 * UTC. False also for an instant before 1970 or after 9999. */
bool time_read(str s, int64_t *ret_time_us);

/* The end of 23:59:59 in Japan, to the microsecond, on the day that is `days` after the Japanese
 * day of time_us. */
int64_t time_end_of_day_jst(int64_t time_us, int64_t days);

#endif
