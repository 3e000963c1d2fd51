/* SPDX-License-Identifier: Apache-2.0 */
/* metric_text.c: the figures as Prometheus reads them.
 *
 *     # HELP name what it is
 *     # TYPE name counter
 *     name{label="text",other="text"} 12
 *
 * A histogram is its buckets, each with all below it, then the sum and the count.
 *
 * Source   Prometheus text exposition format 0.0.4 */
#include <assert.h>
#include <string.h>

#include "base/metric_state.h"

/* A number of microseconds as seconds, without what would be zero at the end. */
static void put_seconds(struct buf *out, int64_t us)
{
    const uint64_t size = us < 0 ? -(uint64_t)us : (uint64_t)us;
    uint64_t fraction = size % 1000000;
    int digits = 6;
    if (us < 0)
        buf_char(out, '-');
    buf_printf(out, "%llu", (unsigned long long)(size / 1000000));
    if (fraction == 0)
        return;
    for (; fraction % 10 == 0; fraction /= 10)
        digits--;
    buf_printf(out, ".%0*llu", digits, (unsigned long long)fraction);
}

static void put_value(struct buf *out, enum metric_unit unit, int64_t value)
{
    if (unit == UNIT_US)
        put_seconds(out, value);
    else
        buf_i64(out, value);
}

static void put_escaped(struct buf *out, str text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        const char c = text.at[i];
        if (c == '\n')
            buf_text(out, "\\n");
        else if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else
            buf_char(out, c);
    }
}

static void put_pair(struct buf *out, bool *is_first, str name, str text)
{
    buf_char(out, *is_first ? '{' : ',');
    *is_first = false;
    buf_str(out, name);
    buf_text(out, "=\"");
    put_escaped(out, text);
    buf_char(out, '"');
}

/* Up to the first blank; *rest is what follows it. */
static str cut(str text, str *rest)
{
    const char *blank = memchr(text.at, ' ', text.bytes);
    const size_t bytes = blank == NULL ? text.bytes : (size_t)(blank - text.at);
    *rest = blank == NULL ? STR_NONE : (str){blank + 1, text.bytes - bytes - 1};
    return (str){text.at, bytes};
}

static void put_label(struct buf *out, bool *is_first, enum metric_label label, unsigned value)
{
    const char *known = metric_label_text(label, value);
    const str names = str_of(metric_label_names(label));
    const str text = str_of(known != NULL ? known : "other");
    str second_name, second_text = STR_NONE;
    const str first_name = cut(names, &second_name);
    if (second_name.at == NULL) {
        put_pair(out, is_first, first_name, text);
        return;
    }
    put_pair(out, is_first, first_name, cut(text, &second_text));
    put_pair(out, is_first, second_name, second_text);
}

/* "{a="x",b="y"" without the brace at the end; nothing where there are no labels. */
static void put_labels(struct buf *out, const struct metric_figure *figure, struct labels labels,
                       bool *is_first)
{
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++)
        if (figure->labels[i] != LABEL_NONE)
            put_label(out, is_first, figure->labels[i], labels.value[i]);
}

/* name + suffix, labels and, with `le`, the upper bound. */
static void put_series(struct buf *out, const struct metric_figure *figure, struct labels labels,
                       const char *suffix, const int64_t *le)
{
    bool is_first = true;
    buf_text(out, figure->name);
    buf_text(out, suffix);
    put_labels(out, figure, labels, &is_first);
    if (le != NULL) {
        buf_text(out, is_first ? "{le=\"" : ",le=\"");
        if (*le == INT64_MAX)
            buf_text(out, "+Inf");
        else
            put_value(out, figure->unit, *le);
        buf_char(out, '"');
    }
    buf_text(out, is_first && le == NULL ? " " : "} ");
}

static void put_histogram(struct buf *out, enum metric metric, struct labels labels)
{
    const struct metric_figure *figure = metric_figure(metric);
    const int64_t *bounds;
    const size_t count = metric_bounds(metric, &bounds);
    int64_t below = 0;
    for (size_t i = 0; i < count; i++) {
        below += metric_read_bucket(metric, labels, i);
        put_series(out, figure, labels, "_bucket", &bounds[i]);
        buf_i64(out, below);
        buf_char(out, '\n');
    }
    put_series(out, figure, labels, "_sum", NULL);
    put_value(out, figure->unit, metric_read_sum(metric, labels));
    buf_char(out, '\n');
    put_series(out, figure, labels, "_count", NULL);
    buf_i64(out, below);
    buf_char(out, '\n');
}

/* Whether every label has a text, so that the series exists before it is used. */
static bool is_named(const struct metric_figure *figure, struct labels labels)
{
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++)
        if (figure->labels[i] != LABEL_NONE &&
            metric_label_text(figure->labels[i], labels.value[i]) == NULL)
            return false;
    return true;
}

static void put_one(struct buf *out, enum metric metric, struct labels labels)
{
    const struct metric_figure *figure = metric_figure(metric);
    if (!metric_is_used(metric, labels) &&
        (figure->shown != SHOWN_ALL || !is_named(figure, labels)))
        return;
    if (figure->kind == KIND_HISTOGRAM) {
        put_histogram(out, metric, labels);
        return;
    }
    put_series(out, figure, labels, "", NULL);
    put_value(out, figure->unit, metric_read(metric, labels));
    buf_char(out, '\n');
}

static void put_all(struct buf *out, enum metric metric)
{
    const struct metric_figure *figure = metric_figure(metric);
    struct labels at = LABELS_NONE;
    for (at.value[0] = 0; at.value[0] < figure->counts[0]; at.value[0]++)
        for (at.value[1] = 0; at.value[1] < figure->counts[1]; at.value[1]++)
            for (at.value[2] = 0; at.value[2] < figure->counts[2]; at.value[2]++)
                put_one(out, metric, at);
}

void metric_write(struct buf *out)
{
    for (int i = METRIC_NONE + 1; i < METRICS; i++) {
        const struct metric_row row = metric_row((enum metric)i);
        buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", row.name, row.help, row.name, row.kind);
        put_all(out, (enum metric)i);
    }
}
