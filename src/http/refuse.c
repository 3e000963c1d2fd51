/* SPDX-License-Identifier: Apache-2.0 */
/* refuse.c: requests that libmicrohttpd itself gives up. Left alone it would send the head of its
 * answer twice (a Content-Length that is none), or close without a word (a request line without a
 * target). Here both get one 400 of ours, past the library, whose own answer then finds the sending
 * side closed.
 *
 * The library tells of the first kind in its log only, and not for which connection. But it checks
 * right after the last header, on the thread that owns the connection, so the one to blame is among
 * the requests this thread has begun and not yet given to exchange_step(), and its header shows it.
 *
 * What is left to the library is one answer and a close too, with a page of HTML as its body: a
 * header without a colon, a version that is none, heads beyond HEADER_BYTES (414, 431), chunks that
 * cannot be read (400, 413). */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "http/server.h"

/* Of this thread: the request begun last, and an address that stands for the thread. */
static _Thread_local struct connection_state *latest;

void refuse_own(struct connection_state *c)
{
    c->thread = &latest;
}

void refuse_remember(struct connection_state *c)
{
    latest = c;
}

void refuse_forget(const struct connection_state *c)
{
    if (latest == c)
        latest = NULL;
}

static bool has_header(struct MHD_Connection *mhd, const char *name, str *ret)
{
    const char *value = NULL;
    size_t bytes = 0;
    if (MHD_lookup_connection_value_n(mhd, MHD_HEADER_KIND, name, strlen(name), &value, &bytes) !=
        MHD_YES)
        return false;
    *ret = (str){value, bytes};
    return true;
}

/* Asked on the connection's own thread, while its headers are read. */
static bool is_to_blame(struct connection_state *c)
{
    str length, coding;
    size_t bytes;
    return c->mhd != NULL && c->space != NULL && c->step == STEP_HEAD &&
           !has_header(c->mhd, MHD_HTTP_HEADER_TRANSFER_ENCODING, &coding) &&
           has_header(c->mhd, MHD_HTTP_HEADER_CONTENT_LENGTH, &length) &&
           !head_length_read(length, &bytes);
}

enum MHD_Result refuse_now(struct connection_state *c, result r)
{
    if (watch_set(c, 0, PHASE_OFF))
        reply_raw(c->fd, r, c->exchange.request.request_id);
    c->step = STEP_NONE;
    return MHD_NO;
}

static struct connection_state *find(struct http *http)
{
    struct connection_state *found = NULL;
    (void)pthread_mutex_lock(&http->lock);
    for (size_t i = 0; found == NULL && i < http->connection_count; i++)
        if (http->connections[i]->thread == &latest && is_to_blame(http->connections[i]))
            found = http->connections[i];
    (void)pthread_mutex_unlock(&http->lock);
    return found;
}

void refuse_logged(void *cls, const char *format, va_list values)
{
    (void)values;
    if (strstr(format, MHD_HTTP_HEADER_CONTENT_LENGTH) == NULL)
        return;
    struct connection_state *c = latest != NULL && is_to_blame(latest) ? latest : find(cls);
    if (c != NULL)
        (void)refuse_now(c, FAIL(E_BAD_REQUEST, NULL, NULL));
}

/* Bytes came, none were sent, and the connection ends. That is only known of its first request;
 * later ones that cannot be read end it in silence. It may be us who could not read it. */
void refuse_unread(struct connection_state *c)
{
    struct tcp_info info = {0};
    socklen_t bytes = sizeof info;
    if (atomic_load(&c->watch) % PHASE_UNIT != PHASE_HEAD || atomic_load(&c->http->is_stopping) ||
        getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0 ||
        info.tcpi_data_segs_out > 0 || info.tcpi_bytes_received == 0)
        return;
    if (watch_set(c, 0, PHASE_OFF))
        reply_raw(c->fd, c->is_starved ? E_NO_MEMORY : FAIL(E_BAD_REQUEST, NULL, NULL), NULL);
}
