/* SPDX-License-Identifier: Apache-2.0 */
/* clock_set.h: reads or moves a test tenant's clock (design D11).
 * Used by  api
 * Source   rulings "test helpers": it only moves forward;
 *          due jobs have run when the call answers */
#ifndef KESSAI_APP_CLOCK_SET_H
#define KESSAI_APP_CLOCK_SET_H

#include "app/command.h"

#define CLOCK_ADVANCE_S_MAX (INT64_C(3660) * S_PER_DAY) /* ten years */

/* answer  {"now":"…"}: the tenant's time afterwards
 * errors  E_INVALID_PARAMETER (advance_s: negative; to: in the past,
 *         or more than ten years ahead) */
struct clock_set {
    struct command c; /* first */
    bool has_advance, has_to;
    int64_t advance_s, to_us;
};
void clock_set_init(struct clock_set *in);

#endif
