/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/backoff.h"

#include <assert.h>

#include "base/compiler.h"

const int64_t BACKOFF_S[] = {10, 30, 120, 600, 1800, 3600, 7200, 14400, 21600};
const size_t BACKOFF_COUNT = COUNT(BACKOFF_S);

int64_t backoff_us(int64_t tries, uint32_t random)
{
    assert(tries > 0);
    const size_t last = COUNT(BACKOFF_S) - 1;
    const int64_t step_s = BACKOFF_S[tries > (int64_t)last ? last : (size_t)tries - 1];
    const int64_t step_ms = step_s * 1000, width_ms = step_ms * 2 / 5;
    const int64_t jitter_ms = (width_ms * random) >> 32; /* 0 … width - 1 */
    return (step_ms - width_ms / 2 + jitter_ms) * 1000;
}
