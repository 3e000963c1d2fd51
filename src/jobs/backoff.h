/* SPDX-License-Identifier: Apache-2.0 */
/* backoff.h: when a delivery that failed is tried again.
 *
 * The pauses are a table, each up to a fifth shorter or longer by chance, so that what failed
 * together does not come back together. The last one repeats until the delivery expires, three days
 * after its event.
 *
 * Used by  jobs/webhook */
#ifndef KESSAI_JOBS_BACKOFF_H
#define KESSAI_JOBS_BACKOFF_H

#include <stddef.h>
#include <stdint.h>

extern const int64_t BACKOFF_S[]; /* the pause after the first failure, the second, … */
extern const size_t BACKOFF_COUNT;

/* The pause after the tries-th failed attempt (1 is the first).
 *   random   any 32 bits; the whole range spreads the pause evenly over -20 % … +20 % */
int64_t backoff_us(int64_t tries, uint32_t random);

#endif
