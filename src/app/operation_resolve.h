/* SPDX-License-Identifier: Apache-2.0 */
/* operation_resolve.h: finds out what became of an operation whose outcome nobody knows (design
 * D6).
 *
 * The rail is asked with the operation's own reference. An authorization or charge whose client has
 * been told "not made" is voided; one whose client was never told anything (the process ended) is
 * completed. What the rail cannot tell yet is asked again later, at growing intervals.
 *
 * Used by  jobs, app/recover */
#ifndef KESSAI_APP_OPERATION_RESOLVE_H
#define KESSAI_APP_OPERATION_RESOLVE_H

#include "app/app.h"

/* Asynchronous, runs on the rail pool: done is called once, on any thread. */
void operation_resolve_start(struct app *app, int64_t tenant, int64_t operation,
                             void (*done)(void *context), void *context);

#endif
