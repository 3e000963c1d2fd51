/* SPDX-License-Identifier: Apache-2.0 */
/* histogram.h: times in microseconds, counted in buckets at most 1/64 wide of what they hold.
 *
 * Covers 0 to 2^40 µs in fixed memory; the largest time is kept exactly.
 *
 * Used by  load.c */
#ifndef KESSAI_PERF_HISTOGRAM_H
#define KESSAI_PERF_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_STEPS = 64, HISTOGRAM_BUCKETS = HISTOGRAM_STEPS * 36 };

struct histogram {
    uint64_t buckets[HISTOGRAM_BUCKETS];
    uint64_t count;
    int64_t max_us;
};

void histogram_add(struct histogram *histogram, int64_t time_us);

/* The time that `permille` of a thousand do not exceed, rounded down to its bucket; 0 if empty. */
int64_t histogram_at(const struct histogram *histogram, uint64_t permille);

#endif
