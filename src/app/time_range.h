/* SPDX-License-Identifier: Apache-2.0 */
/* time_range.h: the part of a numbered list that lies between two times.
 *
 * Payments of a merchant, events of a tenant and records of an account are numbered 1, 2, 3, … and
 * their times never fall, so a limit is found by halving: about 20 look-ups in a million.
 *
 * Used by  app/statement, api
 * Source   komoju-core 4 (start_time, end_time) */
#ifndef KESSAI_APP_TIME_RANGE_H
#define KESSAI_APP_TIME_RANGE_H

#include <stdint.h>

#include "base/result.h"

struct time_range {
    int64_t count;            /* of the list */
    int64_t start_us, end_us; /* after, before; 0: no limit */
    /* The time of item `number`. */
    result (*time_of)(void *context, int64_t number, int64_t *ret_us);
    void *context;
};

/* The first and the last item of the range; the last is before the first when it is empty.
 *   errors  those of time_of */
MUST_USE result time_range_find(const struct time_range *range, int64_t *ret_first,
                                int64_t *ret_last);

#endif
