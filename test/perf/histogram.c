/* SPDX-License-Identifier: Apache-2.0 */
/* histogram.c: see histogram.h.
 *
 * The first 64 buckets are one microsecond wide; after them every power of two has 64 buckets. */
#include "histogram.h"

#include <stddef.h>

static size_t bucket_of(uint64_t time_us)
{
    size_t power = 0;
    while (time_us >= (uint64_t)2 * HISTOGRAM_STEPS) {
        time_us >>= 1;
        power++;
    }
    const size_t bucket = power * HISTOGRAM_STEPS + (size_t)time_us;
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static int64_t time_of(size_t bucket)
{
    if (bucket < HISTOGRAM_STEPS)
        return (int64_t)bucket;
    const size_t power = bucket / HISTOGRAM_STEPS - 1;
    return (int64_t)(bucket % HISTOGRAM_STEPS + HISTOGRAM_STEPS) << power;
}

void histogram_add(struct histogram *histogram, int64_t time_us)
{
    histogram->buckets[bucket_of(time_us < 0 ? 0 : (uint64_t)time_us)]++;
    histogram->count++;
    if (time_us > histogram->max_us)
        histogram->max_us = time_us;
}

int64_t histogram_at(const struct histogram *histogram, uint64_t permille)
{
    const uint64_t wanted = (histogram->count * permille + 999) / 1000;
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen >= wanted && seen > 0)
            return time_of(i);
    }
    return 0;
}
