/* SPDX-License-Identifier: Apache-2.0 */
/* connection.c: a slot for every TCP connection. libmicrohttpd tells of the end of a connection
 * before it closes the socket, so under http.lock a slot's fd is always that connection's. */
#include <assert.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/metric.h"
#include "http/server.h"

static struct connection_state *slot_take(struct http *http)
{
    struct connection_state *c = http->free_connections;
    if (c != NULL) {
        http->free_connections = c->next;
        return c;
    }
    if (http->connection_count == LIMIT_CONNECTIONS)
        return NULL;
    c = ARENA_NEW(http->arena, struct connection_state);
    if (c != NULL)
        http->connections[http->connection_count++] = c;
    return c;
}

/* Under overload the threads that take requests in would take the processors from the one that
 * finishes them; so they stand back, and what waits for them waits in the kernel. Once a thread. */
static void stand_back(void)
{
    static _Thread_local bool has_stood_back;
    if (has_stood_back)
        return;
    has_stood_back = true;
    const id_t thread = (id_t)gettid();
    const int nice = getpriority(PRIO_PROCESS, thread) + LIMIT_NICE;
    (void)setpriority(PRIO_PROCESS, thread, nice); /* it works without, too */
}

static struct connection_state *open_slot(struct http *http, struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    stand_back();
    (void)pthread_mutex_lock(&http->lock);
    struct connection_state *c = info == NULL ? NULL : slot_take(http);
    if (c != NULL) {
        c->http = http;
        c->mhd = mhd;
        c->fd = info->connect_fd;
        c->is_starved = false;
        refuse_own(c);
        c->begun_us = clock_ticks_us();
        atomic_store(&c->watch, (c->begun_us + http->header_us) * PHASE_UNIT + PHASE_HEAD);
    }
    (void)pthread_mutex_unlock(&http->lock);
    if (c != NULL)
        metric_add(METRIC_HTTP_CONNECTIONS, LABELS_NONE, 1);
    return c;
}

static void close_slot(struct http *http, struct connection_state *c)
{
    assert(c->space == NULL);
    metric_add(METRIC_HTTP_CONNECTIONS, LABELS_NONE, -1);
    (void)pthread_mutex_lock(&http->lock);
    c->fd = -1;
    c->mhd = NULL;
    c->next = http->free_connections;
    http->free_connections = c;
    (void)pthread_mutex_unlock(&http->lock);
}

void connection_notify(void *cls, struct MHD_Connection *mhd, void **slot,
                       enum MHD_ConnectionNotificationCode what)
{
    struct http *http = cls;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        *slot = open_slot(http, mhd);
    } else if (*slot != NULL) {
        refuse_unread(*slot);
        close_slot(http, *slot);
        *slot = NULL;
    }
}
