/* SPDX-License-Identifier: Apache-2.0 */
/* operation_resolve.h: finds out what became of an operation whose outcome nobody knows (design
 * D6; doc/rails.md has the whole story).
 *
 * The operation is claimed, the rail is asked with the operation's own reference, and what has to
 * be undone is undone: a new payment whose client was told "not made", and what the rail
 * contradicts itself about. One whose client was never told anything (the process ended) is
 * completed. What the rail cannot tell yet is asked again later, at growing intervals, for ever.
 *
 * Used by  jobs, app/recover */
#ifndef KESSAI_APP_OPERATION_RESOLVE_H
#define KESSAI_APP_OPERATION_RESOLVE_H

#include "app/app.h"

/* Asynchronous, asks on the rail pool: done is called once, on any thread. An operation that has
 * ended, or that somebody else takes meanwhile, is left alone. */
void operation_resolve_start(struct app *app, int64_t tenant, int64_t operation,
                             void (*done)(void *context), void *context);

#endif
