/* SPDX-License-Identifier: Apache-2.0 */
/* metric.h: the figures of a running process, and their text for Prometheus.
 *
 * Every figure is a row of metric.def. Its cells are atomic numbers in memory of a fixed size: to
 * count costs one atomic addition, from any thread, and cannot fail. A histogram has fixed bounds
 * (1, 2.5, 5, 10, ... for times, powers of two for counts), and its count is the sum of its
 * buckets, so that a text is consistent with itself although others count on meanwhile.
 *
 *     metric_add(METRIC_HTTP_REQUESTS, LABELS(route, STATUS_2XX), 1);
 *     metric_observe(METRIC_STORE_WAIT, LABELS_NONE, waited_us);
 *
 * A value beyond its label's last is counted as value 0, which is shown as "other" unless
 * metric.def gives it a text: a wrong label never writes anywhere else, and is seen.
 *
 * Used by  store, rails, app, http, jobs, cli
 * Source   Prometheus text exposition format 0.0.4 */
#ifndef KESSAI_BASE_METRIC_H
#define KESSAI_BASE_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

enum metric {
    METRIC_NONE = 0,
#define METRIC(metric, ...) METRIC_##metric,
#include "base/metric.def"
    METRICS
};

/* The texts that a label can have: VALUE rows, and what metric_label() gives. */
enum metric_label {
    LABEL_NONE = 0,
#define LABEL(label, ...) LABEL_##label,
#include "base/metric.def"
    METRIC_LABELS
};

/* VALUE_<label>_<value>: VALUE_JOB_WEBHOOK and so on. */
enum metric_value {
#define VALUE(label, value, number, text) VALUE_##label##_##value = (number),
#include "base/metric.def"
    METRIC_VALUE_NONE = -1 /* so that the enum is never empty */
};

enum { METRIC_LABELS_MAX = 3 };
struct labels {
    unsigned value[METRIC_LABELS_MAX]; /* in the order of the row; 0 where there are fewer */
};
#define LABELS(...) ((struct labels){{__VA_ARGS__}})
#define LABELS_NONE LABELS(0)

/* Adds to a counter (by >= 0) or to a gauge. */
void metric_add(enum metric metric, struct labels labels, int64_t by);
/* Sets a gauge; or a counter that somebody else keeps. */
void metric_set(enum metric metric, struct labels labels, int64_t value);
/* Forgets all cells of a gauge: what cannot be read now must not be shown as it was. */
void metric_forget(enum metric metric);
/* Puts a value into a histogram, in the unit of its row. */
void metric_observe(enum metric metric, struct labels labels, int64_t value);

/* Microseconds since a reading of clock_ticks_us(), into a histogram. */
void metric_observe_since(enum metric metric, struct labels labels, int64_t since_ticks_us);

/* Names a value of a label; at start, before others use it, and for ever: text is a literal or of a
 * table. A value beyond the label's last is left out, and counts as value 0. */
void metric_label(enum metric_label label, unsigned value, const char *text);
/* The value of LABEL_STATUS for an HTTP status. */
unsigned metric_status(int http_status);

/* Sets what the system knows of this process: memory, descriptors, processor time. */
void metric_process(void);

/* The exposition of all figures. It is whole unless out->is_broken. */
void metric_write(struct buf *out);

enum { METRIC_TEXT_BYTES_MAX = 4 << 20 }; /* of metric_write() with every cell in use */

/* A cell of metric.c, for the exposition: what a counter or gauge has; 0 if never used. */
int64_t metric_read(enum metric metric, struct labels labels);
/* Of a histogram: how many are in bucket i, and what all values add up to. The last bucket, number
 * metric_bounds() - 1, has no upper bound: INT64_MAX. */
int64_t metric_read_bucket(enum metric metric, struct labels labels, size_t i);
int64_t metric_read_sum(enum metric metric, struct labels labels);
/* Upper bounds (inclusive) of a histogram's buckets, and how many there are. */
size_t metric_bounds(enum metric metric, const int64_t **ret);

/* The table, for documentation. */
struct metric_row {
    const char *name, *kind, *unit, *help;
    enum metric_label labels[METRIC_LABELS_MAX];
};
struct metric_row metric_row(enum metric metric);
const char *metric_label_names(enum metric_label label); /* "method route" */
/* NULL for a value without a text. */
const char *metric_label_text(enum metric_label label, unsigned value);
unsigned metric_label_count(enum metric_label label);

#endif
