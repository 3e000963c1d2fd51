/* SPDX-License-Identifier: Apache-2.0 */
/* metric_state.h: rows and cells behind metric.h; private to metric.c and metric_text.c. */
#ifndef KESSAI_BASE_METRIC_STATE_H
#define KESSAI_BASE_METRIC_STATE_H

#include "base/metric.h"

enum metric_kind { KIND_NONE = 0, KIND_COUNTER, KIND_GAUGE, KIND_HISTOGRAM, METRIC_KINDS };
enum metric_unit { UNIT_NONE = 0, UNIT_ONE, UNIT_US, METRIC_UNITS };
enum metric_shown { SHOWN_NONE = 0, SHOWN_ALL, SHOWN_USED, METRIC_SHOWN };

enum { BOUNDS = 17 }; /* of a histogram; the last one is infinite */

struct metric_figure {
    const char *name, *help;
    enum metric_kind kind;
    enum metric_unit unit;
    enum metric_shown shown;
    enum metric_label labels[METRIC_LABELS_MAX];
    unsigned counts[METRIC_LABELS_MAX];  /* values of these labels; 1 for none */
    unsigned strides[METRIC_LABELS_MAX]; /* cells from one value to the next */
    unsigned first_cell;
};
const struct metric_figure *metric_figure(enum metric metric);

/* Whether a gauge has been set, or anything counted. */
bool metric_is_used(enum metric metric, struct labels labels);

#endif
