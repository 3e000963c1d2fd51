/* SPDX-License-Identifier: Apache-2.0 */
/* shed.c: requests beyond what the writer can finish (KEPT). They are refused before their key or
 * body is looked at, with one answer that is ready, and only after SHED_MS: a client that hears
 * "no" at once asks again at once, and refusing then takes the processors from those who are
 * served. A connection waits here at no cost but its memory.
 *
 * The queue is in the order of time, since all wait equally long. The thread of watch.c lets them
 * go; http_stop() lets all go. */
#include "base/clock.h"
#include "base/json.h"
#include "http/server.h"

bool shed_is_due(const struct connection_state *c)
{
    const struct http *http = c->http;
    return c->head.verb != VERB_GET && atomic_load(&http->kept) >= http->kept_max;
}

bool shed_hold(struct connection_state *c)
{
    struct http *http = c->http;
    (void)pthread_mutex_lock(&http->lock);
    const bool is_held = !atomic_load(&http->is_stopping);
    if (is_held) {
        MHD_suspend_connection(c->mhd);
        c->shed_until_us = clock_ticks_us() + LIMIT_SHED_MS * US_PER_MS;
        c->shed_next = NULL;
        *(http->shed_first == NULL ? &http->shed_first : &http->shed_last->shed_next) = c;
        http->shed_last = c;
    }
    (void)pthread_mutex_unlock(&http->lock);
    return is_held;
}

/* Takes out those whose time has come; a list. */
static struct connection_state *take_due(struct http *http, int64_t now_us)
{
    struct connection_state *list = http->shed_first, **end = &list;
    while (*end != NULL && (*end)->shed_until_us <= now_us)
        end = &(*end)->shed_next;
    http->shed_first = *end;
    *end = NULL;
    return list;
}

void shed_release(struct http *http, int64_t now_us)
{
    (void)pthread_mutex_lock(&http->lock);
    struct connection_state *list =
        take_due(http, atomic_load(&http->is_stopping) ? INT64_MAX : now_us);
    (void)pthread_mutex_unlock(&http->lock);
    for (struct connection_state *c = list, *next; c != NULL; c = next) {
        next = c->shed_next; /* once resumed it may be shed again */
        MHD_resume_connection(c->mhd);
    }
}
