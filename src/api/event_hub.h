/* SPDX-License-Identifier: Apache-2.0 */
/* event_hub.h: who follows the events of a tenant: one thread that writes what is new into the
 * streams of all.
 *
 * It looks when a command of this server has ended, and every HUB_POLL_MS all the same, since other
 * servers and the jobs write events too. What it sends is read from the log by its numbers, so
 * nothing is left out or comes twice, however slow a client is; between two looks it holds no
 * reader of the store.
 *
 * Used by  api/event_stream, cli/serve */
#ifndef KESSAI_API_EVENT_HUB_H
#define KESSAI_API_EVENT_HUB_H

#include "app/app.h"
#include "http/stream.h"

enum {
    HUB_POLL_MS = 200,
    HUB_HEARTBEAT_MS = 15000, /* a comment: shows proxies and clients that all is well */
    HUB_FOLLOWERS_MAX = 16,   /* of one tenant */
};

/* Starts the thread and sets app->event_hub.  errors  E_MEMORY, E_INTERNAL */
MUST_USE result event_hub_start(struct app *app);
/* Ends all streams and the thread; without a hub nothing happens. After http_stop(). */
void event_hub_stop(struct app *app);

/* Opens the exchange's stream and follows the tenant's events after that number.
 *   errors  E_OVERLOADED: the tenant has HUB_FOLLOWERS_MAX, or the server too many; E_MEMORY */
MUST_USE result event_hub_follow(struct event_hub *hub, struct exchange *x, int64_t tenant,
                                 int64_t after_seq);

#endif
