/* SPDX-License-Identifier: Apache-2.0 */
#include "http/stream.h"

#include <string.h>

#include "base/clock.h"
#include "base/heap.h"
#include "http/server.h"

enum { BLOCK_BYTES = 16384, PENDING_BYTES_MAX = LIMIT_STREAM_BYTES + LIMIT_STREAM_ONE_BYTES };

struct stream {
    struct stream *next; /* of the server's; under http->lock */
    struct http *http;
    pthread_mutex_t lock;
    /* all under lock */
    struct connection_state *c; /* NULL: the exchange is over */
    struct buf pending;
    size_t sent; /* of pending */
    bool is_suspended, is_ended, wants_room;
    void (*drained)(void *context);
    void *context;
    int references; /* the connection's and the writer's */
};

static void let_go(struct stream *s)
{
    pthread_mutex_lock(&s->lock);
    const bool is_last = --s->references == 0;
    pthread_mutex_unlock(&s->lock);
    if (!is_last)
        return;
    pthread_mutex_destroy(&s->lock);
    buf_done(&s->pending);
    heap_free(s);
}

/* Under the lock. */
static void wake(struct stream *s)
{
    if (!s->is_suspended)
        return;
    s->is_suspended = false;
    MHD_resume_connection(s->c->mhd);
}

/* ---- the connection's side ----------------------------------------------------------------- */

/* Under the lock: gives the next bytes, or 0. */
static size_t take(struct stream *s, char *at, size_t max)
{
    const size_t left = s->pending.bytes - s->sent;
    const size_t bytes = left < max ? left : max;
    if (bytes > 0)
        memcpy(at, s->pending.at + s->sent, bytes);
    s->sent += bytes;
    if (s->sent < s->pending.bytes)
        return bytes;
    if (s->pending.room > LIMIT_STREAM_BYTES)
        buf_done(&s->pending);
    buf_clear(&s->pending);
    s->sent = 0;
    if (s->wants_room && s->drained != NULL)
        s->drained(s->context);
    s->wants_room = false;
    return bytes;
}

/* Under the lock. */
static ssize_t read_or_wait(struct stream *s, char *at, size_t max)
{
    struct connection_state *c = s->c;
    if (c == NULL || atomic_load(&s->http->is_stopping))
        return MHD_CONTENT_READER_END_OF_STREAM;
    const size_t bytes = take(s, at, max);
    if (bytes > 0) {
        const int64_t until_us = clock_ticks_us() + LIMIT_REPLY_MS * US_PER_MS;
        return watch_set(c, until_us, PHASE_REPLY) ? (ssize_t)bytes
                                                   : MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (s->is_ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (!watch_set(c, 0, PHASE_OFF))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    s->is_suspended = true;
    MHD_suspend_connection(c->mhd);
    return 0;
}

/* libmicrohttpd asks for more. */
static ssize_t read_more(void *cls, uint64_t position, char *at, size_t max)
{
    struct stream *s = cls;
    (void)position;
    pthread_mutex_lock(&s->lock);
    const ssize_t bytes = read_or_wait(s, at, max);
    pthread_mutex_unlock(&s->lock);
    return bytes;
}

struct MHD_Response *stream_response(struct stream *s)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_more, s, NULL);
}

void stream_exchange_ended(struct stream *s)
{
    struct http *http = s->http;
    pthread_mutex_lock(&http->lock);
    struct stream **link = &http->streams;
    while (*link != s)
        link = &(*link)->next;
    *link = s->next;
    http->stream_count--;
    pthread_mutex_unlock(&http->lock);

    pthread_mutex_lock(&s->lock);
    s->c = NULL;
    s->is_suspended = false;
    if (s->drained != NULL)
        s->drained(s->context); /* so that the writer sees that nobody is there */
    pthread_mutex_unlock(&s->lock);
    let_go(s);
}

void stream_end_all(struct http *http)
{
    pthread_mutex_lock(&http->lock);
    for (struct stream *s = http->streams; s != NULL; s = s->next) {
        pthread_mutex_lock(&s->lock);
        wake(s);
        pthread_mutex_unlock(&s->lock);
    }
    pthread_mutex_unlock(&http->lock);
}

/* ---- the writer's side --------------------------------------------------------------------- */

/* False: there are too many, or the server stops. */
static bool enlist(struct http *http, struct stream *s)
{
    pthread_mutex_lock(&http->lock);
    const bool has_room = http->stream_count < LIMIT_STREAMS && !atomic_load(&http->is_stopping);
    if (has_room) {
        s->next = http->streams;
        http->streams = s;
        http->stream_count++;
    }
    pthread_mutex_unlock(&http->lock);
    return has_room;
}

result stream_open(struct exchange *x, const char *content_type, void (*drained)(void *context),
                   void *context, struct stream **ret)
{
    struct connection_state *c = x->state;
    struct stream *s = HEAP_NEW(struct stream);
    if (s == NULL)
        return E_NO_MEMORY;
    s->http = x->http;
    s->c = c;
    s->drained = drained;
    s->context = context;
    s->references = 2;
    pthread_mutex_init(&s->lock, NULL);
    buf_init(&s->pending, PENDING_BYTES_MAX);
    if (!enlist(x->http, s)) {
        pthread_mutex_destroy(&s->lock);
        heap_free(s);
        return FAIL(E_OVERLOADED, NULL, NULL);
    }
    c->stream = s;
    x->reply.content_type = content_type;
    *ret = s;
    return OK;
}

void stream_cancel(struct exchange *x, struct stream *s)
{
    struct connection_state *c = x->state;
    c->stream = NULL;
    stream_close(s);
    stream_exchange_ended(s);
}

enum stream_room stream_write(struct stream *s, str bytes)
{
    enum stream_room room = STREAM_TAKEN;
    pthread_mutex_lock(&s->lock);
    if (s->c == NULL || s->is_ended || atomic_load(&s->http->is_stopping)) {
        room = STREAM_GONE;
    } else if (s->pending.bytes > 0 && s->pending.bytes + bytes.bytes > LIMIT_STREAM_BYTES) {
        s->wants_room = true;
        room = STREAM_FULL;
    } else {
        buf_str(&s->pending, bytes);
        if (s->pending.is_broken) { /* half an event must not be sent: the client comes again */
            buf_clear(&s->pending);
            s->sent = 0;
            s->is_ended = true;
            room = STREAM_GONE;
        }
        wake(s);
    }
    pthread_mutex_unlock(&s->lock);
    return room;
}

bool stream_is_gone(struct stream *s)
{
    pthread_mutex_lock(&s->lock);
    const bool is_gone = s->c == NULL || s->is_ended || atomic_load(&s->http->is_stopping);
    pthread_mutex_unlock(&s->lock);
    return is_gone;
}

void stream_close(struct stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->drained = NULL;
    s->is_ended = true;
    wake(s);
    pthread_mutex_unlock(&s->lock);
    let_go(s);
}
