/* SPDX-License-Identifier: Apache-2.0 */
#include "rails/measure.h"

#include "base/metric.h"

enum {
    OP_INQUIRE = RAIL_OPS,       /* a value of LABEL_RAIL_OP behind those of enum rail_op */
    END_MISMATCH = RAIL_OUTCOMES /* the same of LABEL_RAIL_END */
};

void rail_count(const struct rail *rail, enum rail_op op, const struct rail_answer *answer,
                int64_t begun_us)
{
    const unsigned what = op == RAIL_OP_NONE ? (unsigned)OP_INQUIRE : (unsigned)op;
    const unsigned end =
        answer->heard == HEARD_OTHER ? (unsigned)END_MISMATCH : (unsigned)answer->outcome;
    metric_add(METRIC_RAIL_CALLS, LABELS(rail->number, what, end), 1);
    metric_observe_since(METRIC_RAIL_SECONDS, LABELS(rail->number, what), begun_us);
}

void rail_label(void)
{
    static const char *const OPS[OP_INQUIRE + 1] = {
        [RAIL_AUTHORIZE] = "authorize", [RAIL_CHARGE] = "charge", [RAIL_CAPTURE] = "capture",
        [RAIL_VOID] = "void",           [RAIL_REFUND] = "refund", [RAIL_REGISTER] = "register",
        [RAIL_REDEEM] = "redeem",       [OP_INQUIRE] = "inquire",
    };
    static const char *const ENDS[END_MISMATCH + 1] = {
        [RAIL_APPROVED] = "approved",   [RAIL_REFUSED] = "refused",  [RAIL_UNKNOWN] = "unknown",
        [RAIL_NOT_FOUND] = "not_found", [END_MISMATCH] = "mismatch",
    };
    for (unsigned i = 1; i < COUNT(OPS); i++)
        metric_label(LABEL_RAIL_OP, i, OPS[i]);
    for (unsigned i = 1; i < COUNT(ENDS); i++)
        metric_label(LABEL_RAIL_END, i, ENDS[i]);
}
