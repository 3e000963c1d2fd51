/* SPDX-License-Identifier: Apache-2.0 */
/* clock_set.h: reads or moves a test tenant's clock (design D11).
 * Used by  api
 * Source   rulings "test helpers": it only moves forward;
 *          due jobs have run when the call answers */
#ifndef KESSAI_APP_CLOCK_SET_H
#define KESSAI_APP_CLOCK_SET_H

#include "app/command.h"

#define CLOCK_ADVANCE_S_MAX (INT64_C(3660) * S_PER_DAY) /* ten years */

/* A long way is gone in steps that end when a subscription is due, so that its charge stands in the
 * books at that time; after so many, the rest is one step. */
enum { CLOCK_STEPS_MAX = 2000 };

/* answer  {"now":"…"}: the tenant's time afterwards
 * errors  E_INVALID_PARAMETER (advance_s: negative; to: in the past,
 *         or more than ten years ahead) */
struct clock_set {
    struct command c; /* first */
    bool has_advance, has_to;
    int64_t advance_s, to_us;

    /* Kept from step to step. While has_more, the caller runs what is due and then the command
     * again. */
    int64_t goal_us;
    int steps;
    bool has_more;
};
void clock_set_init(struct clock_set *in);

#endif
