/* SPDX-License-Identifier: Apache-2.0 */
/* app.h: what every use case works with.
 *
 * Used by  app, api, jobs, cli */
#ifndef KESSAI_APP_APP_H
#define KESSAI_APP_APP_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/result.h"
#include "rails/rail.h"
#include "store/store.h"
#include "vault/vault.h"

struct command;
struct rail_pool;
struct mailer;
struct event_hub;
struct bank_codes;

struct app {
    struct store *store;
    struct vault *vault;
    const struct clock *clock;
    struct rail *rails[RAILS]; /* by number; NULL: not there */
    struct rail_pool *pool;    /* threads for rails that may block */
    const char *public_url;    /* "https://pay.example", no slash at the end */
    struct mailer *mailer;     /* of e-mail to customers; jobs'. May be NULL */
    /* A commit has put deliveries into the outbox. May be NULL. Set by app_outbox_listen. */
    void (*outbox_filled)(void *context);
    void *outbox_context;
    /* Somebody's command has ended, so there may be new events. Set by app_event_listen. */
    void (*event_written)(void *context);
    void *event_context;
    struct event_hub *event_hub; /* who follows the events; api's. May be NULL */
    struct buf openapi;          /* the API's description, written once; api's. May be empty */
    /* Does what is due by a tenant's clock and waits for it; set by jobs. May be NULL. */
    void (*run_due)(void *context, int64_t tenant);
    void *run_due_context;
    /* Japan's banks and their branches (bank/codes.h); never changed. NULL where nothing serves. */
    const struct bank_codes *bank_codes;
    struct command *waiting; /* commands that wait for a payment's operation; command.c's */
};

/* Sets who is told of deliveries in the outbox, NULL: nobody; after it has come back, nobody else
 * is being told. Thread-safe. */
void app_outbox_listen(struct app *app, void (*filled)(void *context), void *context);
void app_outbox_filled(struct app *app); /* tells them */

/* The same for events. */
void app_event_listen(struct app *app, void (*written)(void *context), void *context);
void app_event_written(struct app *app);

#endif
