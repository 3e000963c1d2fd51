/* SPDX-License-Identifier: Apache-2.0 */
#include "app/job_command.h"

#include "app/payment.h"
#include "base/log.h"

static void answered(struct command *c)
{
    const struct job_start start = *(const struct job_start *)c->context;
    if (err_is_of_store(c->outcome.code))
        log_job_failed(start.label, 0, c->outcome);
    command_done(c);
    arena_free(c->arena);
    start.done(start.context);
}

void *job_command_new(const struct job_start *start, size_t bytes)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct command *c = arena == NULL ? NULL : arena_alloc(arena, bytes);
    struct job_start *kept = c == NULL ? NULL : ARENA_NEW(arena, struct job_start);
    if (kept == NULL) {
        arena_free(arena);
        log_job_failed(start->label, 0, E_NO_MEMORY);
        start->done(start->context);
        return NULL;
    }
    *kept = *start;
    command_init(c, start->app, arena, start->tenant);
    c->answered = answered;
    c->context = kept;
    c->work.is_internal = true;
    return c;
}
