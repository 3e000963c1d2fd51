/* SPDX-License-Identifier: Apache-2.0 */
#include "base/metric.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric_state.h"
#include "base/result.h"

enum label_count {
    COUNT_NONE = 1,
#define LABEL(label, names, count) COUNT_##label = (count),
#include "base/metric.def"
};
enum { CELLS_COUNTER = 1, CELLS_GAUGE = 1, CELLS_HISTOGRAM = BOUNDS + 1 /* the sum */ };

/* Where the cells of a figure begin. */
enum {
#define METRIC(metric, name, kind, unit, shown, first, second, third, help)                        \
    FIRST_##metric,                                                                                \
        LAST_##metric =                                                                            \
            FIRST_##metric +                                                                       \
            (int)CELLS_##kind * (int)COUNT_##first * (int)COUNT_##second * (int)COUNT_##third - 1,
#include "base/metric.def"
    CELLS
};

static const struct metric_figure FIGURES[METRICS] = {
#define METRIC(metric, name_, kind_, unit_, shown_, first, second, third, help_)                   \
    [METRIC_##metric] = {                                                                          \
        .name = (name_),                                                                           \
        .help = (help_),                                                                           \
        .kind = KIND_##kind_,                                                                      \
        .unit = UNIT_##unit_,                                                                      \
        .shown = SHOWN_##shown_,                                                                   \
        .labels = {LABEL_##first, LABEL_##second, LABEL_##third},                                  \
        .counts = {COUNT_##first, COUNT_##second, COUNT_##third},                                  \
        .strides = {(unsigned)CELLS_##kind_ * (unsigned)COUNT_##second * (unsigned)COUNT_##third,  \
                    (unsigned)CELLS_##kind_ * (unsigned)COUNT_##third, (unsigned)CELLS_##kind_},   \
        .first_cell = FIRST_##metric},
#include "base/metric.def"
};

enum { TEXTS_MAX = 256 };
static const struct {
    const char *names;
    unsigned count;
} LABELS_BY_NUMBER[METRIC_LABELS] = {
    [LABEL_NONE] = {"", 1},
#define LABEL(label, names, count) [LABEL_##label] = {(names), (count)},
#include "base/metric.def"
};
#define LABEL(label, names, count)                                                                 \
    static_assert((count) <= (int)TEXTS_MAX, "the texts of a label fit");
#include "base/metric.def"

#define LEVEL_TEXT_DEBUG " debug"
#define LEVEL_TEXT_INFO  " info"
#define LEVEL_TEXT_WARN  " warn"
#define LEVEL_TEXT_ERROR " error"

static const char *_Atomic texts[METRIC_LABELS][TEXTS_MAX] = {
#define VALUE(label, value, number, text) [LABEL_##label][VALUE_##label##_##value] = (text),
#include "base/metric.def"
#define ERR(code, wire, class, http, text) [LABEL_ERROR][code] = #code " " #http,
#include "base/errors.def"
#undef ERR
#define LOG(name, level, text) [LABEL_LOG][LOG_##name] = #name LEVEL_TEXT_##level,
#include "base/log.def"
#undef LOG
};
static_assert((int)E_COUNT <= (int)COUNT_ERROR, "every error can be counted");
static_assert((int)LOG_NAMES <= (int)COUNT_LOG, "every line of the log can be counted");

static _Atomic int64_t cells[CELLS];
static _Atomic bool is_set[CELLS]; /* gauges */

static const int64_t BOUNDS_US[BOUNDS] = {100,     250,     500,     1000,     2500,     5000,
                                          10000,   25000,   50000,   100000,   250000,   500000,
                                          1000000, 2500000, 5000000, 10000000, INT64_MAX};
static const int64_t BOUNDS_ONE[BOUNDS] = {1,   2,    4,    8,    16,   32,    64,    128,      256,
                                           512, 1024, 2048, 4096, 8192, 16384, 32768, INT64_MAX};

const struct metric_figure *metric_figure(enum metric metric)
{
    assert(metric > METRIC_NONE && metric < METRICS);
    return &FIGURES[metric];
}

/* The first cell of these labels. */
static size_t cell_of(const struct metric_figure *figure, struct labels labels)
{
    size_t cell = figure->first_cell;
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++)
        if (labels.value[i] < figure->counts[i])
            cell += (size_t)labels.value[i] * figure->strides[i];
    return cell;
}

static void add(size_t cell, int64_t by)
{
    (void)atomic_fetch_add_explicit(&cells[cell], by, memory_order_relaxed);
}

void metric_add(enum metric metric, struct labels labels, int64_t by)
{
    const struct metric_figure *figure = metric_figure(metric);
    assert(figure->kind == KIND_GAUGE || (figure->kind == KIND_COUNTER && by >= 0));
    const size_t cell = cell_of(figure, labels);
    add(cell, by);
    if (figure->kind == KIND_GAUGE && !atomic_load_explicit(&is_set[cell], memory_order_relaxed))
        atomic_store_explicit(&is_set[cell], true, memory_order_relaxed);
}

void metric_set(enum metric metric, struct labels labels, int64_t value)
{
    const struct metric_figure *figure = metric_figure(metric);
    assert(figure->kind != KIND_HISTOGRAM);
    const size_t cell = cell_of(figure, labels);
    atomic_store_explicit(&cells[cell], value, memory_order_relaxed);
    atomic_store_explicit(&is_set[cell], true, memory_order_relaxed);
}

void metric_forget(enum metric metric)
{
    const struct metric_figure *figure = metric_figure(metric);
    assert(figure->kind != KIND_HISTOGRAM);
    const size_t count = (size_t)figure->counts[0] * figure->counts[1] * figure->counts[2];
    for (size_t i = figure->first_cell; i < figure->first_cell + count; i++) {
        atomic_store_explicit(&is_set[i], false, memory_order_relaxed);
        atomic_store_explicit(&cells[i], 0, memory_order_relaxed);
    }
}

static const int64_t *bounds_of(const struct metric_figure *figure)
{
    return figure->unit == UNIT_US ? BOUNDS_US : BOUNDS_ONE;
}

void metric_observe(enum metric metric, struct labels labels, int64_t value)
{
    const struct metric_figure *figure = metric_figure(metric);
    assert(figure->kind == KIND_HISTOGRAM);
    const int64_t *bounds = bounds_of(figure);
    size_t bucket = 0;
    for (size_t i = 0; i + 1 < BOUNDS; i++) /* no branch: the bounds below the value are counted */
        bucket += value > bounds[i];
    const size_t first = cell_of(figure, labels);
    add(first + bucket, 1);
    add(first + BOUNDS, value);
}

void metric_observe_since(enum metric metric, struct labels labels, int64_t since_ticks_us)
{
    metric_observe(metric, labels, clock_ticks_us() - since_ticks_us);
}

/* ---- labels --------------------------------------------------------------------------------- */

void metric_label(enum metric_label label, unsigned value, const char *text)
{
    assert(label > LABEL_NONE && label < METRIC_LABELS);
    if (value < LABELS_BY_NUMBER[label].count)
        atomic_store(&texts[label][value], text);
}

const char *metric_label_names(enum metric_label label)
{
    return LABELS_BY_NUMBER[label].names;
}

unsigned metric_label_count(enum metric_label label)
{
    return LABELS_BY_NUMBER[label].count;
}

const char *metric_label_text(enum metric_label label, unsigned value)
{
    return value < LABELS_BY_NUMBER[label].count ? atomic_load(&texts[label][value]) : NULL;
}

unsigned metric_status(int http_status)
{
    return http_status >= 100 && http_status < 600 ? (unsigned)http_status / 100
                                                   : (unsigned)VALUE_STATUS_OTHER;
}

/* ---- reading -------------------------------------------------------------------------------- */

static int64_t read_cell(size_t cell)
{
    return atomic_load_explicit(&cells[cell], memory_order_relaxed);
}

int64_t metric_read(enum metric metric, struct labels labels)
{
    const struct metric_figure *figure = metric_figure(metric);
    assert(figure->kind != KIND_HISTOGRAM);
    return read_cell(cell_of(figure, labels));
}

int64_t metric_read_bucket(enum metric metric, struct labels labels, size_t i)
{
    const struct metric_figure *figure = metric_figure(metric);
    assert(figure->kind == KIND_HISTOGRAM && i < BOUNDS);
    return read_cell(cell_of(figure, labels) + i);
}

int64_t metric_read_sum(enum metric metric, struct labels labels)
{
    const struct metric_figure *figure = metric_figure(metric);
    assert(figure->kind == KIND_HISTOGRAM);
    return read_cell(cell_of(figure, labels) + BOUNDS);
}

size_t metric_bounds(enum metric metric, const int64_t **ret)
{
    *ret = bounds_of(metric_figure(metric));
    return BOUNDS;
}

bool metric_is_used(enum metric metric, struct labels labels)
{
    const struct metric_figure *figure = metric_figure(metric);
    const size_t cell = cell_of(figure, labels);
    if (figure->kind != KIND_HISTOGRAM)
        return atomic_load(&is_set[cell]) || read_cell(cell) != 0;
    for (size_t i = 0; i < BOUNDS; i++)
        if (read_cell(cell + i) != 0)
            return true;
    return false;
}

struct metric_row metric_row(enum metric metric)
{
    static const char *const KINDS[METRIC_KINDS] = {"", "counter", "gauge", "histogram"};
    static const char *const UNITS[METRIC_UNITS] = {"", "", "seconds"};
    const struct metric_figure *figure = metric_figure(metric);
    struct metric_row row = {.name = figure->name,
                             .kind = KINDS[figure->kind],
                             .unit = UNITS[figure->unit],
                             .help = figure->help};
    memcpy(row.labels, figure->labels, sizeof row.labels);
    return row;
}
