/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/doubles.h"

#include <assert.h>
#include <stdlib.h>

#include "app/command.h"
#include "app/dispute.h"
#include "app/operation_resolve.h"
#include "app/payment_expire.h"
#include "app/secure_token.h"
#include "app/subscription.h"
#include "jobs/email.h"
#include "store/tx.h"

_Atomic int expire_calls, resolve_calls, renew_calls, wake_calls;

struct started {
    struct work work;
    int64_t tenant, key;
    void (*done)(void *context);
    void *context;
};

static void started_done(struct work *work, result outcome)
{
    struct started *started = (struct started *)work;
    if (outcome.code != E_OK)
        abort();
    started->done(started->context);
    free(started);
}

static void start(struct app *app, const struct started *given,
                  result (*run)(struct tx *tx, struct work *work))
{
    struct started *started = malloc(sizeof *started);
    if (started == NULL)
        abort();
    *started = *given;
    started->work = (struct work){.run = run, .done = started_done, .is_internal = true};
    store_transact(app->store, &started->work);
}

/* As the use case: the payment ends, and an event says so. */
static result expire_run(struct tx *tx, struct work *work)
{
    const struct started *started = (const struct started *)work;
    struct event_entry entry = {.tenant = started->tenant,
                                .merchant = started->tenant,
                                .type = EVT_PAYMENT_EXPIRED,
                                .data = S("{}")};
    TRY(tx_now(tx, started->tenant, &entry.created_us));
    TRY(db_exec(tx_db(tx), SQL_PAYMENT_SAVE, VI(started->tenant), VI(started->key), VI(5), VI(100),
                VI(0), VI(0), VI(0), VI(0), VI(0), VI(0), VI(0), VI(0), VI(0), VI(0), VI(0), VI(0),
                VI(0), VI(0), VI(0)));
    return tx_event(tx, &entry, NULL);
}

static result resolve_run(struct tx *tx, struct work *work)
{
    const struct started *started = (const struct started *)work;
    return db_exec(tx_db(tx), SQL_OPERATION_FINISH, VI(started->tenant), VI(started->key), VI(3),
                   VI(200), VI(0), VNULL);
}

/* Its charge is made, and no other is due. */
static result renew_run(struct tx *tx, struct work *work)
{
    const struct started *started = (const struct started *)work;
    return db_exec(tx_db(tx), SQL_SUBSCRIPTION_SAVE, VI(started->tenant), VI(started->key), VI(2),
                   VI(1), VI(0), VI(0), VI(0), VI(0));
}

void payment_expire_start(struct app *app, int64_t tenant, int64_t payment,
                          void (*done)(void *context), void *context)
{
    atomic_fetch_add(&expire_calls, 1);
    start(app,
          &(struct started){.tenant = tenant, .key = payment, .done = done, .context = context},
          expire_run);
}

void operation_resolve_start(struct app *app, int64_t tenant, int64_t operation,
                             void (*done)(void *context), void *context)
{
    atomic_fetch_add(&resolve_calls, 1);
    start(app,
          &(struct started){.tenant = tenant, .key = operation, .done = done, .context = context},
          resolve_run);
}

void subscription_renew_start(struct app *app, int64_t tenant, int64_t subscription,
                              void (*done)(void *context), void *context)
{
    atomic_fetch_add(&renew_calls, 1);
    start(
        app,
        &(struct started){.tenant = tenant, .key = subscription, .done = done, .context = context},
        renew_run);
}

/* No test here leaves a token to authenticate, or a dispute. */
void secure_token_expire_start(struct app *app, int64_t tenant, int64_t token,
                               void (*done)(void *context), void *context)
{
    (void)app;
    (void)tenant;
    assert(token == 0); /* the key of none */
    done(context);
}

void dispute_expire_start(struct app *app, int64_t tenant, int64_t dispute,
                          void (*done)(void *context), void *context)
{
    (void)app;
    (void)tenant;
    assert(dispute == 0); /* the key of none */
    done(context);
}

/* No test here leaves e-mail: what sends it is in the stories (test/api/mail_smtp.test.mjs). */
result mailer_start(struct app *app, const struct smtp_config *config, struct mailer **ret)
{
    (void)app;
    (void)config;
    *ret = NULL;
    return OK;
}

void mailer_stop(struct mailer *mailer)
{
    assert(mailer == NULL);
}

void mailer_free(struct mailer *mailer)
{
    assert(mailer == NULL);
}

bool mailer_rests(const struct mailer *mailer)
{
    return mailer != NULL;
}

void email_send_start(struct app *app, int64_t tenant, int64_t email, void (*done)(void *context),
                      void *context)
{
    (void)app;
    (void)tenant;
    assert(email == 0); /* the key of none */
    done(context);
}

void command_wake(struct app *app, int64_t payment)
{
    (void)app;
    (void)payment;
    atomic_fetch_add(&wake_calls, 1);
}
