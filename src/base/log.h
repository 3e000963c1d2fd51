/* SPDX-License-Identifier: Apache-2.0 */
/* log.h: one JSON object per line on standard error.
 *
 * A line is a row of log.def (name, level) and typed fields. No personal data: no names, addresses,
 * card data, request or reply bodies; ids, codes, counts and times only. A line is one write(2), so
 * lines of threads do not mix.
 *
 *     log_event(LOG_REQUEST, LI("status", 200), LT("route", "GET /healthz"));
 *
 * Used by  http, jobs, cli: those that handle an error, once. Libraries return it instead. */
#ifndef KESSAI_BASE_LOG_H
#define KESSAI_BASE_LOG_H

#include <stdint.h>

#include "base/metric.h"
#include "base/result.h"
#include "base/str.h"

enum log_level { LEVEL_NONE = 0, LEVEL_DEBUG, LEVEL_INFO, LEVEL_WARN, LEVEL_ERROR, LEVELS };

enum log_name {
    LOG_NONE = 0,
#define LOG(name, level, text) LOG_##name,
#include "base/log.def"
#undef LOG
    LOG_NAMES
};

enum log_kind { LOG_FIELD_END = 0, LOG_FIELD_I64, LOG_FIELD_TEXT };
struct log_field {
    enum log_kind kind;
    const char *name;
    int64_t number;
    str text;
};
#define LI(name_, number_) ((struct log_field){LOG_FIELD_I64, (name_), (number_), STR_NONE})
#define LT(name_, text_)   ((struct log_field){LOG_FIELD_TEXT, (name_), 0, str_of(text_)})

void log_fields(enum log_name name, const struct log_field *fields);
#define log_event(name, ...)                                                                       \
    log_fields((name), (const struct log_field[]){__VA_ARGS__, {LOG_FIELD_END, NULL, 0, STR_NONE}})

/* A job has failed and will be tried again: counts it, and says so.
 *   job         a value of LABEL_JOB
 *   operation   of a rail, that it was about; 0: none */
void log_job_failed(enum metric_value job, int64_t operation, result r);

/* Lines below this level are not written; LEVEL_INFO at start. */
void log_set_level(enum log_level level);

#endif
