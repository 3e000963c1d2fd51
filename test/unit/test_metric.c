/* SPDX-License-Identifier: Apache-2.0 */
/* test_metric.c: figures are counted as a naive model counts them, and their text is what the
 * exposition format allows and nothing else. */
#include "unit.h"

#include <pthread.h>

#include "base/metric.h"

enum { TEXT_NUMBER_MAX = 32 };

/* ---- a strict reader of the exposition format ----------------------------------------------- */

struct sample {
    str name, labels, value; /* labels: what stands between the braces */
};

struct reading {
    str rest;
    str family, kind; /* of the group that is read */
    size_t samples, families;
    struct sample last;
    /* of the histogram that is read */
    int64_t below;
    str bound;
};

static str take_line(str *rest)
{
    const char *end = memchr(rest->at, '\n', rest->bytes);
    CHECK(end != NULL); /* every line ends, the last one as well */
    const str line = {rest->at, (size_t)(end - rest->at)};
    *rest = (str){end + 1, rest->bytes - line.bytes - 1};
    return line;
}

static bool is_name_byte(char c, bool is_first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
           (!is_first && c >= '0' && c <= '9');
}

static str take_name(str *rest)
{
    size_t bytes = 0;
    while (bytes < rest->bytes && is_name_byte(rest->at[bytes], bytes == 0))
        bytes++;
    CHECK(bytes > 0);
    const str name = {rest->at, bytes};
    *rest = (str){rest->at + bytes, rest->bytes - bytes};
    return name;
}

static void take(str *rest, const char *literal)
{
    CHECK(str_starts(*rest, literal));
    *rest = (str){rest->at + strlen(literal), rest->bytes - strlen(literal)};
}

/* A quoted text with the three escapes that are allowed. */
static void take_quoted(str *rest)
{
    take(rest, "\"");
    size_t i = 0;
    while (i < rest->bytes && rest->at[i] != '"') {
        if (rest->at[i] == '\\') {
            i++;
            CHECK(i < rest->bytes &&
                  (rest->at[i] == '\\' || rest->at[i] == '"' || rest->at[i] == 'n'));
        }
        i++;
    }
    *rest = (str){rest->at + i, rest->bytes - i};
    take(rest, "\"");
}

static str take_labels(str *rest)
{
    if (rest->bytes == 0 || rest->at[0] != '{')
        return S("");
    take(rest, "{");
    const char *from = rest->at;
    for (;;) {
        (void)take_name(rest);
        take(rest, "=");
        take_quoted(rest);
        if (!str_starts(*rest, ","))
            break;
        take(rest, ",");
    }
    const str labels = {from, (size_t)(rest->at - from)};
    take(rest, "}");
    return labels;
}

/* Digits, with a sign, and a fraction that does not end in zero. */
static void check_number(str value)
{
    size_t i = value.bytes > 0 && value.at[0] == '-' ? 1 : 0, digits = 0, fraction = 0;
    for (; i < value.bytes && value.at[i] >= '0' && value.at[i] <= '9'; i++)
        digits++;
    if (i < value.bytes && value.at[i] == '.') {
        for (i++; i < value.bytes && value.at[i] >= '0' && value.at[i] <= '9'; i++)
            fraction++;
        CHECK(fraction > 0 && value.at[value.bytes - 1] != '0');
    }
    CHECK(digits > 0 && i == value.bytes);
}

static bool ends_with(str text, const char *suffix)
{
    const size_t bytes = strlen(suffix);
    return text.bytes >= bytes && memcmp(text.at + text.bytes - bytes, suffix, bytes) == 0;
}

/* The suffix of a sample of a family fits its kind. */
static str suffix_of(const struct reading *r, str name)
{
    CHECK(name.bytes >= r->family.bytes && memcmp(name.at, r->family.at, r->family.bytes) == 0);
    return (str){name.at + r->family.bytes, name.bytes - r->family.bytes};
}

/* Buckets rise to +Inf, and the count is what +Inf says. */
static void check_histogram(struct reading *r, const struct sample *s)
{
    const str suffix = suffix_of(r, s->name);
    int64_t count = -1;
    if (str_is(suffix, "_sum"))
        return;
    CHECK(str_i64(s->value, &count) && count >= 0);
    if (str_is(suffix, "_count")) {
        CHECK(ends_with(r->bound, "le=\"+Inf\""));
        CHECK_I64(count, r->below);
        return;
    }
    CHECK(str_is(suffix, "_bucket"));
    CHECK(r->bound.at == NULL || ends_with(r->bound, "le=\"+Inf\"") || count >= r->below);
    r->below = count;
    r->bound = s->labels;
}

static void read_header(struct reading *r, str line)
{
    take(&line, "# HELP ");
    r->family = take_name(&line);
    take(&line, " ");
    CHECK(line.bytes > 0);
    line = take_line(&r->rest);
    take(&line, "# TYPE ");
    CHECK(str_equal(take_name(&line), r->family));
    take(&line, " ");
    r->kind = line;
    r->bound = STR_NONE;
    r->families++;
    CHECK(str_is(line, "counter") || str_is(line, "gauge") || str_is(line, "histogram"));
}

/* The next sample; false at the end. Headers are read on the way. */
static bool read_sample(struct reading *r)
{
    while (r->rest.bytes > 0) {
        str line = take_line(&r->rest);
        if (str_starts(line, "#")) {
            read_header(r, line);
            continue;
        }
        r->last.name = take_name(&line);
        r->last.labels = take_labels(&line);
        take(&line, " ");
        r->last.value = line;
        check_number(line);
        if (str_is(r->kind, "histogram"))
            check_histogram(r, &r->last);
        else
            CHECK(suffix_of(r, r->last.name).bytes == 0);
        r->samples++;
        return true;
    }
    return false;
}

/* The value of a series in the text of now, as text; "" when it is not there. */
static const char *shown(const char *name, const char *labels, char ret[TEXT_NUMBER_MAX])
{
    struct buf out;
    buf_init(&out, METRIC_TEXT_BYTES_MAX);
    metric_write(&out);
    CHECK(!out.is_broken);
    struct reading r = {.rest = buf_view(&out)};
    size_t found = 0;
    ret[0] = '\0';
    while (read_sample(&r))
        if (str_is(r.last.name, name) && str_is(r.last.labels, labels)) {
            CHECK(r.last.value.bytes < TEXT_NUMBER_MAX);
            memcpy(ret, r.last.value.at, r.last.value.bytes);
            ret[r.last.value.bytes] = '\0';
            found++;
        }
    CHECK(found <= 1); /* no series stands there twice */
    buf_done(&out);
    return ret;
}

static void check_shown(const char *name, const char *labels, const char *want)
{
    char got[TEXT_NUMBER_MAX];
    CHECK_TEXT(shown(name, labels, got), want);
}

/* ---- counting ------------------------------------------------------------------------------- */

/* Goal:   a histogram puts every value where a naive search puts it, and adds all of them up.
 * Method: random values around every bound, counted twice. */
TEST(histogram_counts_as_a_naive_model_does)
{
    const struct labels labels = LABELS(3);
    const int64_t *bounds;
    const size_t count = metric_bounds(METRIC_HTTP_SECONDS, &bounds);
    int64_t model[64] = {0}, sum = 0;
    CHECK(count > 1 && count <= COUNT(model) && bounds[count - 1] == INT64_MAX);
    random_round(random_seed());
    for (int i = 0; i < 20000; i++) {
        int64_t value = bounds[random_between(0, (int64_t)count - 2)] + random_between(-1, 1);
        if (i % 2 == 0)
            value = random_between(0, 20000000);
        size_t bucket = 0;
        while (value > bounds[bucket])
            bucket++;
        model[bucket]++;
        sum += value;
        metric_observe(METRIC_HTTP_SECONDS, labels, value);
    }
    for (size_t i = 0; i < count; i++)
        CHECK_I64(metric_read_bucket(METRIC_HTTP_SECONDS, labels, i), model[i]);
    CHECK_I64(metric_read_sum(METRIC_HTTP_SECONDS, labels), sum);
}

TEST(bounds_rise_in_every_histogram)
{
    for (int m = 1; m < METRICS; m++) {
        const int64_t *bounds;
        const size_t count = metric_bounds((enum metric)m, &bounds);
        for (size_t i = 1; i < count; i++)
            CHECK(bounds[i] > bounds[i - 1]);
    }
}

enum { THREADS = 4, TIMES = 50000 };

static void *count_on(void *context)
{
    (void)context;
    for (int i = 0; i < TIMES; i++) {
        metric_add(METRIC_STORE_WORKS, LABELS_NONE, 2);
        metric_add(METRIC_STORE_QUEUE, LABELS_NONE, i % 2 == 0 ? 1 : -1);
        metric_observe(METRIC_STORE_BATCH_WORKS, LABELS_NONE, 3);
    }
    return NULL;
}

TEST(nothing_is_lost_when_threads_count_at_once)
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, count_on, NULL) == 0);
    for (size_t i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK_I64(metric_read(METRIC_STORE_WORKS, LABELS_NONE), 2 * THREADS * TIMES);
    CHECK_I64(metric_read(METRIC_STORE_QUEUE, LABELS_NONE), 0);
    CHECK_I64(metric_read_bucket(METRIC_STORE_BATCH_WORKS, LABELS_NONE, 2), THREADS * TIMES);
    CHECK_I64(metric_read_sum(METRIC_STORE_BATCH_WORKS, LABELS_NONE), 3 * THREADS * TIMES);
}

/* ---- labels --------------------------------------------------------------------------------- */

TEST(a_label_beyond_its_last_counts_as_other)
{
    metric_label(LABEL_RAIL, 1, "one");
    metric_label(LABEL_RAIL, 100000, "beyond");
    CHECK(metric_label_text(LABEL_RAIL, 100000) == NULL);
    CHECK_TEXT(metric_label_text(LABEL_RAIL, 1), "one");
    metric_add(METRIC_RAIL_CALLS, LABELS(100000, 1, 1), 5);
    CHECK_I64(metric_read(METRIC_RAIL_CALLS, LABELS(0, 1, 1)), 5);
    check_shown("kessai_rail_calls_total", "rail=\"other\",operation=\"other\",outcome=\"other\"",
                "5");
}

TEST(statuses_fall_into_their_classes)
{
    static const struct {
        int status;
        unsigned want;
    } CASES[] = {{0, VALUE_STATUS_OTHER},   {99, VALUE_STATUS_OTHER}, {100, VALUE_STATUS_1XX},
                 {200, VALUE_STATUS_2XX},   {299, VALUE_STATUS_2XX},  {304, VALUE_STATUS_3XX},
                 {429, VALUE_STATUS_4XX},   {503, VALUE_STATUS_5XX},  {599, VALUE_STATUS_5XX},
                 {600, VALUE_STATUS_OTHER}, {-1, VALUE_STATUS_OTHER}};
    for (size_t i = 0; i < COUNT(CASES); i++)
        CHECK_I64(metric_status(CASES[i].status), CASES[i].want);
}

/* ---- the text ------------------------------------------------------------------------------- */

TEST(a_label_of_two_names_is_cut_at_the_first_blank)
{
    metric_label(LABEL_ROUTE, 7, "POST /api/v1/payments/{id}/refund");
    metric_add(METRIC_HTTP_REQUESTS, LABELS(7, VALUE_STATUS_2XX), 1);
    check_shown("kessai_http_requests_total",
                "method=\"POST\",route=\"/api/v1/payments/{id}/refund\",status=\"2xx\"", "1");
}

TEST(quotes_backslashes_and_line_feeds_are_escaped)
{
    metric_label(LABEL_VERSION, 1, "a\"b\\c\nd");
    metric_set(METRIC_BUILD_INFO, LABELS(1), 1);
    check_shown("kessai_build_info", "version=\"a\\\"b\\\\c\\nd\"", "1");
}

TEST(microseconds_are_shown_as_exact_seconds)
{
    static const struct {
        int64_t us;
        const char *want;
    } CASES[] = {{0, "0"},
                 {1, "0.000001"},
                 {10, "0.00001"},
                 {1500000, "1.5"},
                 {-2000001, "-2.000001"},
                 {60000000, "60"},
                 {INT64_MAX, "9223372036854.775807"},
                 {INT64_MIN, "-9223372036854.775808"}};
    for (size_t i = 0; i < COUNT(CASES); i++) {
        metric_set(METRIC_OUTBOX_AGE, LABELS(VALUE_MODE_LIVE), CASES[i].us);
        check_shown("kessai_outbox_oldest_seconds", "mode=\"live\"", CASES[i].want);
    }
}

TEST(what_is_forgotten_is_not_shown)
{
    metric_set(METRIC_TENANTS, LABELS(VALUE_MODE_TEST), 0);
    check_shown("kessai_tenants", "mode=\"test\"", "0");
    check_shown("kessai_tenants", "mode=\"live\"", "");
    metric_forget(METRIC_TENANTS);
    check_shown("kessai_tenants", "mode=\"test\"", "");
}

TEST(named_series_are_there_before_they_are_used)
{
    check_shown("kessai_job_failures_total", "job=\"expire\"", "0");
    check_shown("kessai_http_errors_total", "code=\"E_OVERLOADED\",status=\"503\"", "0");
    check_shown("kessai_log_lines_total", "event=\"JOB_FAILED\",level=\"error\"", "0");
    check_shown("kessai_store_commit_seconds_bucket", "le=\"0.0025\"", "0");
    check_shown("kessai_store_commit_seconds_bucket", "le=\"+Inf\"", "0");
    check_shown("kessai_store_commit_seconds_sum", "", "0");
    check_shown("kessai_store_commit_seconds_count", "", "0");
}

TEST(names_follow_the_conventions_and_are_there_once)
{
    for (int m = 1; m < METRICS; m++) {
        const struct metric_row row = metric_row((enum metric)m);
        const str name = str_of(row.name);
        CHECK_I64(ends_with(name, "_total"), strcmp(row.kind, "counter") == 0);
        if (strcmp(row.unit, "seconds") == 0)
            CHECK(ends_with(name, "_seconds") || ends_with(name, "_seconds_total"));
        CHECK(strchr(row.help, '\n') == NULL && strchr(row.help, '\\') == NULL);
        CHECK(str_starts(name, "kessai_") || str_starts(name, "process_"));
        for (int other = 1; other < m; other++)
            CHECK(!str_is(name, metric_row((enum metric)other).name));
    }
}

/* Uses every cell of a figure once. */
static void use_all(enum metric metric)
{
    const struct metric_row row = metric_row(metric);
    unsigned count[METRIC_LABELS_MAX];
    for (size_t i = 0; i < METRIC_LABELS_MAX; i++)
        count[i] = metric_label_count(row.labels[i]);
    for (unsigned a = 0; a < count[0]; a++)
        for (unsigned b = 0; b < count[1]; b++)
            for (unsigned c = 0; c < count[2]; c++) {
                if (strcmp(row.kind, "histogram") == 0)
                    metric_observe(metric, LABELS(a, b, c), INT64_C(1) << 40);
                else
                    metric_set(metric, LABELS(a, b, c), INT64_MIN);
            }
}

/* The last test: it leaves nothing unused. */
TEST(every_cell_in_use_fits_the_text_and_is_read)
{
    struct buf out;
    buf_init(&out, METRIC_TEXT_BYTES_MAX);
    for (int m = 1; m < METRICS; m++)
        use_all((enum metric)m);
    metric_write(&out);
    CHECK(!out.is_broken);
    struct reading r = {.rest = buf_view(&out)};
    while (read_sample(&r))
        ;
    CHECK_I64(r.families, METRICS - 1);
    CHECK(r.samples > 5000);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(histogram_counts_as_a_naive_model_does),
        CLAIM(bounds_rise_in_every_histogram),
        CLAIM(nothing_is_lost_when_threads_count_at_once),
        CLAIM(a_label_beyond_its_last_counts_as_other),
        CLAIM(statuses_fall_into_their_classes),
        CLAIM(a_label_of_two_names_is_cut_at_the_first_blank),
        CLAIM(quotes_backslashes_and_line_feeds_are_escaped),
        CLAIM(microseconds_are_shown_as_exact_seconds),
        CLAIM(what_is_forgotten_is_not_shown),
        CLAIM(named_series_are_there_before_they_are_used),
        CLAIM(names_follow_the_conventions_and_are_there_once),
        CLAIM(every_cell_in_use_fits_the_text_and_is_read),
    };
    return RUN_ALL(all);
}
