/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"

enum { LINE_BYTES_MAX = 4096 };

static const struct {
    const char *name;
    enum log_level level;
    const char *text;
} ROWS[LOG_NAMES] = {
#define LOG(name, level, text) [LOG_##name] = {#name, LEVEL_##level, text},
#include "base/log.def"
#undef LOG
};

static const char *const LEVEL_NAMES[LEVELS] = {
    [LEVEL_DEBUG] = "debug", [LEVEL_INFO] = "info", [LEVEL_WARN] = "warn", [LEVEL_ERROR] = "error"};

static _Atomic int level_min = LEVEL_INFO;

void log_set_level(enum log_level level)
{
    atomic_store(&level_min, (int)level);
}

void log_fields(enum log_name name, const struct log_field *fields)
{
    if ((int)ROWS[name].level < atomic_load(&level_min))
        return;
    metric_add(METRIC_LOG_LINES, LABELS(name), 1);
    struct buf line;
    buf_init(&line, LINE_BYTES_MAX);
    struct json j;
    json_init(&j, &line);
    json_open_object(&j, NULL);
    json_time(&j, "time", clock_now_us(&CLOCK_SYSTEM));
    json_text(&j, "level", LEVEL_NAMES[ROWS[name].level]);
    json_text(&j, "event", ROWS[name].name);
    json_text(&j, "text", ROWS[name].text);
    for (; fields->kind != LOG_FIELD_END; fields++) {
        if (fields->kind == LOG_FIELD_I64)
            json_i64(&j, fields->name, fields->number);
        else
            json_str(&j, fields->name, fields->text);
    }
    json_end(&j);
    buf_char(&line, '\n');
    const str text = buf_view(&line);
    if (!line.is_broken) {
        const ssize_t written = write(STDERR_FILENO, text.at, text.bytes);
        (void)written; /* a log that cannot be written has nobody to tell */
    }
    buf_done(&line);
}

void log_job_failed(enum metric_value job, int64_t operation, result r)
{
    const struct log_field end = {.kind = LOG_FIELD_END};
    metric_add(METRIC_JOB_FAILURES, LABELS((unsigned)job), 1);
    log_event(LOG_JOB_FAILED, LT("job", metric_label_text(LABEL_JOB, (unsigned)job)),
              LT("error", err_name(r.code)), LT("message", r.message),
              operation != 0 ? LI("operation", operation) : end);
}
