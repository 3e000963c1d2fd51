/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/metrics.h"

#include "app/figures.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "rails/measure.h"

/* Routes are counted under their place in the table, from 1 (http/reply.c). */
static result label_routes(const struct http_config *http, struct arena *arena)
{
    for (size_t i = 0; i < http->route_count; i++) {
        const struct route *route = &http->routes[i];
        const char *text = arena_printf(arena, "%s %s", verb_name(route->verb), route->pattern);
        if (text == NULL)
            return E_NO_MEMORY;
        metric_label(LABEL_ROUTE, (unsigned)i + 1, text);
    }
    return OK;
}

static void label_rates(void)
{
    for (int class = RATE_NONE + 1; class < RATE_CLASSES; class ++)
        metric_label(LABEL_RATE_CLASS, (unsigned)class,
                     rate_class_row((enum rate_class) class)->slug);
}

static void label_tables(void)
{
    label_rates();
    figures_label();
    rail_label();
}

static void collect(void *context)
{
    metric_process();
    figures_collect(context);
}

static void say_where(const struct args *args, const struct metrics_listener *listener)
{
    const char *address = address_text(args, OPT_METRICS, metrics_listener_port(listener));
    log_event(LOG_METRICS_START, LT("address", arena_printf(args->arena, "%s/metrics", address)));
}

result metrics_begin(const struct args *args, struct app *app, const struct http_config *http,
                     struct metrics_listener **ret)
{
    const struct option_value *address = &args->values[OPT_METRICS];
    metric_set(METRIC_PROCESS_START, LABELS_NONE, clock_now_us(&CLOCK_SYSTEM));
    metric_label(LABEL_VERSION, 1, KESSAI_VERSION);
    metric_set(METRIC_BUILD_INFO, LABELS(1), 1);
    label_tables();
    TRY(label_routes(http, args->arena));
    if (!address->is_given)
        return OK;
    const struct metrics_listener_config config = {.listen_host = address->text.at,
                                                   .port = (uint16_t)address->number,
                                                   .collect = collect,
                                                   .context = app};
    TRY(metrics_listener_start(&config, ret));
    say_where(args, *ret);
    return OK;
}

/* ---- the page ------------------------------------------------------------------------------- */

/* "method, route": the names of a label, which are divided by a blank. */
static void put_names(struct buf *out, const char *names)
{
    for (; *names != '\0'; names++) {
        if (*names == ' ')
            buf_text(out, "`, `");
        else
            buf_char(out, *names);
    }
}

static void put_row_labels(struct buf *out, const struct metric_row *row)
{
    bool is_first = true;
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++) {
        if (row->labels[i] == LABEL_NONE)
            continue;
        buf_text(out, is_first ? "`" : ", `");
        put_names(out, metric_label_names(row->labels[i]));
        buf_char(out, '`');
        is_first = false;
    }
}

/* Labels whose values the table itself has; those of other tables are named. */
static void put_label(struct buf *out, enum metric_label label)
{
    static const char *const ELSEWHERE[METRIC_LABELS] = {
        [LABEL_ROUTE] = "the routes of doc/api.md, or `none`",
        [LABEL_ERROR] = "rows of src/base/errors.def with their HTTP status",
        [LABEL_LOG] = "rows of src/base/log.def with their level",
        [LABEL_RAIL] = "rows of src/rails/rail.def",
        [LABEL_CURRENCY] = "rows of src/core/currency.def",
        [LABEL_VERSION] = "of this program",
    };
    buf_text(out, "| `");
    put_names(out, metric_label_names(label));
    buf_text(out, "` | ");
    bool is_first = true;
    for (unsigned i = 0; ELSEWHERE[label] == NULL && i < metric_label_count(label); i++) {
        if (metric_label_text(label, i) == NULL)
            continue;
        buf_printf(out, "%s`%s`", is_first ? "" : ", ", metric_label_text(label, i));
        is_first = false;
    }
    buf_printf(out, "%s |\n", ELSEWHERE[label] != NULL ? ELSEWHERE[label] : "");
}

void metrics_markdown(struct buf *out)
{
    label_tables();
    buf_text(
        out,
        "<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
        "<!-- Made by `kessai help --metrics` from src/base/metric.def; edit that. -->\n"
        "# Metrics\n\n"
        "`kessai serve --metrics HOST:PORT` answers `GET /metrics` there, in Prometheus' text\n"
        "format 0.0.4. [operations.md](operations.md) says which alerts are worth having.\n\n"
        "Labels are closed sets from the program's own tables: no merchant, key, card or\n"
        "person is ever named. Histograms have `_bucket`, `_sum` and `_count`. With several\n"
        "servers on one database, what is read from the store is the same on each: take\n"
        "`max`, not `sum`.\n\n"
        "| metric | kind | labels | meaning |\n|---|---|---|---|\n");
    for (int i = METRIC_NONE + 1; i < METRICS; i++) {
        const struct metric_row row = metric_row((enum metric)i);
        buf_printf(out, "| `%s` | %s | ", row.name, row.kind);
        put_row_labels(out, &row);
        buf_printf(out, " | %s |\n", row.help);
    }
    buf_text(out, "\n| label | values |\n|---|---|\n");
    for (int i = LABEL_NONE + 1; i < METRIC_LABELS; i++)
        put_label(out, (enum metric_label)i);
}
