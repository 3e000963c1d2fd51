/* SPDX-License-Identifier: Apache-2.0 */
/* secure_token_expire.c: nobody has come in time: the authentication ends, the card goes. A payment
 * that waits for it stays pending until its own deadline. */
#include "app/secure_token.h"
#include "base/log.h"

struct expire {
    struct command c; /* first */
    int64_t token;
    void (*done)(void *context);
    void *done_context;
};

static result begin(struct tx *tx, struct command *c)
{
    const struct expire *in = (struct expire *)c;
    struct secure_token s;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(secure_token_read_key(tx_db(tx), c->tenant, in->token, c->arena, &s));
    c->step = STEP_ANSWER;
    if (s.due_us == 0 || s.due_us >= now_us)
        return OK; /* somebody was faster */
    if (s.authentication.verification == VERIFICATION_NEEDS_VERIFY)
        authentication_give_up(&s.authentication);
    return secure_token_save(tx, &s, now_us, c->arena);
}

static void answered(struct command *c)
{
    struct expire *in = (struct expire *)c;
    void (*done)(void *) = in->done;
    void *context = in->done_context;
    if (c->outcome.code != E_OK)
        log_job_failed(VALUE_JOB_EXPIRE, 0, c->outcome);
    command_done(c);
    arena_free(c->arena);
    done(context);
}

void secure_token_expire_start(struct app *app, int64_t tenant, int64_t token,
                               void (*done)(void *context), void *context)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct expire *in = arena == NULL ? NULL : ARENA_NEW(arena, struct expire);
    if (in == NULL) {
        arena_free(arena);
        log_job_failed(VALUE_JOB_EXPIRE, 0, E_NO_MEMORY);
        done(context);
        return;
    }
    command_init(&in->c, app, arena, tenant);
    in->c.begin = begin;
    in->c.answered = answered;
    in->c.work.is_internal = true;
    in->token = token;
    in->done = done;
    in->done_context = context;
    command_run(&in->c);
}
