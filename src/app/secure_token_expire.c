/* SPDX-License-Identifier: Apache-2.0 */
/* secure_token_expire.c: nobody has come in time: the authentication ends, the card goes. A payment
 * that waits for it stays pending until its own deadline. */
#include "app/job_command.h"
#include "app/secure_token.h"

struct expire {
    struct command c; /* first */
    int64_t token;
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

void secure_token_expire_start(struct app *app, int64_t tenant, int64_t token,
                               void (*done)(void *context), void *context)
{
    const struct job_start start = {app, tenant, VALUE_JOB_EXPIRE, done, context};
    struct expire *in = job_command_new(&start, sizeof *in);
    if (in == NULL)
        return;
    in->c.begin = begin;
    in->token = token;
    command_run(&in->c);
}
