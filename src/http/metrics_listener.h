/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_listener.h: `GET /metrics` on a listening address of its own.
 *
 * The figures are for the operator, not for clients: they tell how much money moves. So they are
 * never served where the API is, and there is no default address; whoever can reach the address
 * can read them. One thread serves a few connections; other paths are 404, other methods 405.
 *
 * Used by  cli/serve
 * Source   Prometheus text exposition format 0.0.4 */
#ifndef KESSAI_HTTP_METRICS_LISTENER_H
#define KESSAI_HTTP_METRICS_LISTENER_H

#include <stdint.h>

#include "base/result.h"

struct metrics_listener;

struct metrics_listener_config {
    const char *listen_host; /* numeric address, or "localhost" */
    uint16_t port;           /* 0: any free one, see metrics_listener_port() */
    /* Reads what is not counted as it happens, before the figures are written; on the listener's
     * thread, one at a time. */
    void (*collect)(void *context);
    void *context;
};

/*   errors  E_USAGE (--metrics): the address cannot be listened on; E_MEMORY, E_INTERNAL */
MUST_USE result metrics_listener_start(const struct metrics_listener_config *config,
                                       struct metrics_listener **ret);
uint16_t metrics_listener_port(const struct metrics_listener *listener);
/* Waits for a collect that is under way. NULL is fine. */
void metrics_listener_stop(struct metrics_listener *listener);

#endif
