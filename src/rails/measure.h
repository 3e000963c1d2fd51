/* SPDX-License-Identifier: Apache-2.0 */
/* measure.h: counts and times the calls of rails for the metrics (base/metric.def). rail_send() and
 * rail_inquire() of rail.h, through which every rail is used, do so.
 *
 * Used by  rails/rail, cli/serve */
#ifndef KESSAI_RAILS_MEASURE_H
#define KESSAI_RAILS_MEASURE_H

#include "rails/rail.h"

/* One call that was begun at that monotonic time and has been answered now; RAIL_OP_NONE: an
 * inquiry. */
void rail_count(const struct rail *rail, enum rail_op op, const struct rail_answer *answer,
                int64_t begun_us);

/* Names operations and outcomes for the labels. Once, at the start. */
void rail_label(void);

#endif
