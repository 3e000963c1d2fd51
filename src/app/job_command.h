/* SPDX-License-Identifier: Apache-2.0 */
/* job_command.h: a command that a job starts, for nobody who waits for its answer.
 *
 * Used by  app: payment_expire, secure_token_expire, subscription_renew */
#ifndef KESSAI_APP_JOB_COMMAND_H
#define KESSAI_APP_JOB_COMMAND_H

#include "app/command.h"
#include "base/metric.h"

struct job_start {
    struct app *app;
    int64_t tenant;
    enum metric_value label; /* of its job, for the log */
    void (*done)(void *context);
    void *context;
};

/* A zeroed command of so many bytes, whose first member is a struct command, in an arena of its
 * own: initialized; the caller fills begin and the rest, then command_run()s it. In the end a
 * failure of ours is logged (a rail's refusal is an outcome), everything is freed, and done is
 * called. returns  NULL when there is no memory: that has been logged, and done called */
void *job_command_new(const struct job_start *start, size_t bytes);

#endif
