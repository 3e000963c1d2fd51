/* SPDX-License-Identifier: Apache-2.0 */
#include "app/time_range.h"

#include <stdbool.h>

/* The first item after (is_after) or not before `when`; count + 1 when there is none. */
static result first_from(const struct time_range *range, int64_t when_us, bool is_after,
                         int64_t *ret)
{
    int64_t low = 1, high = range->count + 1;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        int64_t time_us;
        TRY(range->time_of(range->context, middle, &time_us));
        if (is_after ? time_us > when_us : time_us >= when_us)
            high = middle;
        else
            low = middle + 1;
    }
    *ret = low;
    return OK;
}

result time_range_find(const struct time_range *range, int64_t *ret_first, int64_t *ret_last)
{
    int64_t first = 1, end = range->count + 1;
    if (range->start_us != 0)
        TRY(first_from(range, range->start_us, true, &first));
    if (range->end_us != 0)
        TRY(first_from(range, range->end_us, false, &end));
    *ret_first = first;
    *ret_last = end - 1;
    return OK;
}
