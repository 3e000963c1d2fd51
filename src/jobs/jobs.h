/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.h: what happens without anybody asking: webhooks, deadlines, inquiries, sweeps.
 *
 * Every job is a scan for rows that are due, on a thread of its own, and a restart loses none of
 * them. There is one server for one store (store.h), so what is under way is known in memory only.
 *
 * Used by  cli/serve, api (test helpers) */
#ifndef KESSAI_JOBS_JOBS_H
#define KESSAI_JOBS_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "net/smtp.h"

struct jobs;

struct jobs_config {
    bool allow_private_webhooks;    /* --allow-private-webhooks */
    const struct smtp_config *smtp; /* NULL: no e-mail goes out */
};

/* Starts the threads and lets app->outbox_filled point here. app must outlive the jobs, and its
 * store must be open until jobs_stop() has returned.
 *   errors  E_MEMORY, E_INTERNAL; E_USAGE, as smtp_open() */
MUST_USE result jobs_start(struct app *app, const struct jobs_config *config, struct jobs **ret);

/* Starts nothing more, gives what is under way 2 seconds, saves what is known, ends the threads.
 * Deliveries that were cut off stay due. */
void jobs_stop(struct jobs *jobs);

/* A commit has put deliveries into the outbox. Any thread; costs one atomic exchange when the jobs
 * know already. The first has the form of app->outbox_filled. */
void jobs_outbox_filled(void *jobs);
void jobs_kick(struct jobs *jobs);

/* Expires the tenant's payments and attempts its deliveries that are due by its own clock, each
 * once, and returns when that is done, or after wait_ms_max, when the rest goes on by itself. Any
 * thread but the writer's. For the clock of the test helpers. */
void jobs_run_due(struct jobs *jobs, int64_t tenant, int64_t wait_ms_max);

#endif
