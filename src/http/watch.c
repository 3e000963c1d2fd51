/* SPDX-License-Identifier: Apache-2.0 */
/* watch.c: deadlines of whole requests. libmicrohttpd only knows how long a connection may be
 * silent, so a client that sends a byte now and then could stay for ever.
 *
 * Every connection has one deadline and the phase it belongs to, in one atomic number. A thread
 * looks at all of them every REAP_MS and shuts the sockets down that are late; libmicrohttpd then
 * sees the end of the stream and cleans up. Who changes the number first wins: a request whose
 * handler was called is not shut down any more. The same thread lets refusals go that wait
 * (shed.c).
 *
 * Only the client's own time counts. While bytes of it wait in the socket it is the server that is
 * slow: its thread is at work, perhaps waits for a database that says nothing. The deadline then
 * moves on, and the client has the time that headers may take to send the rest. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "http/server.h"

bool watch_set(struct connection_state *c, int64_t deadline_us, enum phase phase)
{
    const int64_t wanted = deadline_us * PHASE_UNIT + (int64_t)phase;
    if (atomic_exchange(&c->watch, wanted) % PHASE_UNIT != PHASE_REAPED)
        return true;
    atomic_store(&c->watch, PHASE_REAPED);
    return false;
}

/* When bytes came last on an idle connection, in ticks; the kernel counts in ms. */
static int64_t last_byte_us(int fd, int64_t now_us)
{
    struct tcp_info info = {0};
    socklen_t bytes = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0)
        return 0;
    return now_us - info.tcpi_last_data_recv * US_PER_MS;
}

/* An idle connection on which bytes have come since has begun its next request: from here on the
 * headers' deadline counts. */
static void note_first_byte(struct connection_state *c, int64_t seen, int64_t now_us)
{
    const int64_t slack_us = 20 * US_PER_MS; /* of the kernel's clock */
    const int64_t idle_since_us = seen / PHASE_UNIT - LIMIT_IDLE_MS * US_PER_MS;
    if (last_byte_us(c->fd, now_us) > idle_since_us + slack_us)
        (void)atomic_compare_exchange_strong(
            &c->watch, &seen, (now_us + c->http->header_us) * PHASE_UNIT + PHASE_HEAD);
}

/* The client has sent what the server has not read yet. */
static bool has_unread(int fd)
{
    int bytes = 0;
    return ioctl(fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

static void look_at(struct connection_state *c, int64_t now_us)
{
    int64_t seen = atomic_load(&c->watch);
    const enum phase phase = (enum phase)(seen % PHASE_UNIT);
    if (c->fd < 0 || phase == PHASE_OFF || phase == PHASE_REAPED)
        return;
    if (now_us < seen / PHASE_UNIT) {
        if (phase == PHASE_IDLE)
            note_first_byte(c, seen, now_us);
        return;
    }
    const bool is_asking = phase == PHASE_HEAD || phase == PHASE_BODY;
    if (is_asking && has_unread(c->fd)) {
        (void)atomic_compare_exchange_strong(
            &c->watch, &seen, (now_us + c->http->header_us) * PHASE_UNIT + (int64_t)phase);
        return;
    }
    if (!atomic_compare_exchange_strong(&c->watch, &seen, PHASE_REAPED))
        return;
    if (is_asking)
        reply_raw(c->fd, FAIL(E_REQUEST_TIMEOUT, NULL, NULL), NULL);
    (void)shutdown(c->fd, SHUT_RDWR);
}

static int64_t tick_us(const struct http *http)
{
    const int64_t usual_us = LIMIT_REAP_MS * US_PER_MS;
    return http->header_us / 8 < usual_us ? http->header_us / 8 : usual_us;
}

static void wait_tick(struct http *http)
{
    const int64_t until_us = clock_ticks_us() + tick_us(http);
    const struct timespec until = {.tv_sec = until_us / US_PER_S,
                                   .tv_nsec = until_us % US_PER_S * 1000};
    (void)pthread_cond_timedwait(&http->reaper_wakes, &http->lock, &until);
}

static void *reap(void *cls)
{
    struct http *http = cls;
    (void)pthread_mutex_lock(&http->lock);
    while (http->is_reaping) {
        wait_tick(http);
        const int64_t now_us = clock_ticks_us();
        for (size_t i = 0; i < http->connection_count; i++)
            look_at(http->connections[i], now_us);
        (void)pthread_mutex_unlock(&http->lock);
        shed_release(http, now_us);
        (void)pthread_mutex_lock(&http->lock);
    }
    (void)pthread_mutex_unlock(&http->lock);
    return NULL;
}

result watch_start(struct http *http)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&http->reaper_wakes, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    http->is_reaping = true;
    if (pthread_create(&http->reaper, NULL, reap, http) == 0)
        return OK;
    http->is_reaping = false;
    (void)pthread_cond_destroy(&http->reaper_wakes);
    return FAIL(E_INTERNAL, NULL, "no thread for the deadlines");
}

void watch_stop(struct http *http)
{
    (void)pthread_mutex_lock(&http->lock);
    http->is_reaping = false;
    (void)pthread_cond_signal(&http->reaper_wakes);
    (void)pthread_mutex_unlock(&http->lock);
    (void)pthread_join(http->reaper, NULL);
    (void)pthread_cond_destroy(&http->reaper_wakes);
}
