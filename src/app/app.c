/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <pthread.h>

/* Several writers may tell at once; whoever stops listening waits for them. */
static pthread_mutex_t outbox_lock = PTHREAD_MUTEX_INITIALIZER;

void app_outbox_listen(struct app *app, void (*filled)(void *context), void *context)
{
    pthread_mutex_lock(&outbox_lock);
    app->outbox_filled = filled;
    app->outbox_context = context;
    pthread_mutex_unlock(&outbox_lock);
}

void app_outbox_filled(struct app *app)
{
    pthread_mutex_lock(&outbox_lock);
    if (app->outbox_filled != NULL)
        app->outbox_filled(app->outbox_context);
    pthread_mutex_unlock(&outbox_lock);
}

void app_event_listen(struct app *app, void (*written)(void *context), void *context)
{
    pthread_mutex_lock(&outbox_lock);
    app->event_written = written;
    app->event_context = context;
    pthread_mutex_unlock(&outbox_lock);
}

void app_event_written(struct app *app)
{
    pthread_mutex_lock(&outbox_lock);
    if (app->event_written != NULL)
        app->event_written(app->event_context);
    pthread_mutex_unlock(&outbox_lock);
}
