/* SPDX-License-Identifier: Apache-2.0 */
/* server.h: what the files of http share: the server, a connection, and the memory of a request.
 *
 *   connection  one slot per TCP connection; holds the one exchange that is under way on it. Slots
 *               are never freed before the server, so the reaper can look at them at any time.
 *   space       arena and buffers of one request, taken when its request line has arrived, given
 *               back when its reply is out, and reused by the next.
 *
 * A connection belongs to one thread of libmicrohttpd. The reaper looks at `watch`, `fd` and the
 * queue of shed.c, which it resumes; other threads of the library look at `thread`. Who has a kept
 * exchange owns that, and says so in `is_done` when it has ended.
 *
 * Used by  http only */
#ifndef KESSAI_HTTP_SERVER_H
#define KESSAI_HTTP_SERVER_H

#include <assert.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>

#include "http/head.h"
#include "http/http.h"
#include "http/peer.h"
#include "http/router.h"

enum limit {
#define LIMIT(name, value, unit, reason) LIMIT_##name = (value),
#include "http/limits.def"
#undef LIMIT
};

struct space {
    struct arena *arena; /* NULL: the space is cold, so is all below */
    json_t *nothing;     /* the {} of requests without query or body; nobody changes it */
    struct buf body, reply;
    struct space *next;
};

enum step {
    STEP_NONE = 0,
    STEP_HEAD,    /* headers are complete */
    STEP_BODY,    /* the body arrives and is kept */
    STEP_DISCARD, /* the request is refused; its body arrives and is dropped */
    STEP_SHED,    /* the request is one too many, and complete; its refusal waits */
    STEP_REPLY,   /* the handler has been called */
    STEPS
};

/* What the reaper waits for; the low bits of connection_state.watch. */
enum phase {
    PHASE_OFF = 0, /* nothing */
    PHASE_HEAD,
    PHASE_BODY,
    PHASE_REPLY,
    PHASE_IDLE,
    PHASE_REAPED, /* the reaper has shut the socket down; stays */
    PHASES,
    PHASE_UNIT = 8 /* watch = deadline * PHASE_UNIT + phase */
};
static_assert((int)PHASES <= (int)PHASE_UNIT, "a phase fits into the low bits");

struct connection_state {
    struct exchange exchange;
    struct http *http;
    struct MHD_Connection *mhd;
    struct space *space; /* NULL between requests */
    bool is_starved;     /* there was no memory for a request's space: the connection ends */
    struct head head;
    enum step step;
    str target;              /* request target as sent, in the arena */
    const char *target_at;   /* where it lies in libmicrohttpd's buffer */
    const void *thread;      /* libmicrohttpd's that owns the connection */
    size_t body_bytes_max;   /* of the route */
    size_t discarded_bytes;  /* of a refused body */
    int64_t begun_us;        /* ticks, when the first byte may have come */
    int64_t whole_us;        /* ticks, when the request was complete, or was refused before */
    bool is_kept, has_begun; /* has_begun: counts in http.busy */
    struct stream *stream;   /* the reply goes on; NULL: it does not */
    bool is_shed;            /* refused because too many are kept */
    int64_t shed_until_us;   /* ticks; of a shed one */
    uint64_t key_mark;       /* of the key, for rates */
    struct rate_answer rate; /* what came of it */
    struct connection_state *shed_next;
    atomic_bool is_done;   /* exchange_finish() was called */
    _Atomic int64_t watch; /* deadline in ticks, and phase */
    int fd;                /* -1: the slot is free; under http.lock */
    struct connection_state *next;
};

struct http {
    struct http_config config;
    struct arena *arena;
    struct router router;
    struct rate_limiter *limiter;
    struct proxies proxies;
    struct MHD_Daemon *daemon;
    struct MHD_Response *shed; /* one answer for all that are too many */
    uint16_t port;
    id first_request; /* of the ids of requests */
    _Atomic int64_t request_count;
    int64_t header_us, body_us;
    unsigned kept_max;

    pthread_mutex_t lock; /* connections, spaces */
    struct connection_state **connections;
    size_t connection_count;
    struct connection_state *free_connections;
    struct space *free_spaces;
    size_t warm_count; /* free spaces that hold memory */

    struct connection_state *shed_first, *shed_last; /* shed.c; under lock */

    struct stream *streams; /* stream.c; under lock */
    unsigned stream_count;

    pthread_t reaper;
    pthread_cond_t reaper_wakes;
    bool is_reaping; /* under lock; cleared to end the reaper */

    atomic_bool is_stopping; /* requests are refused */
    atomic_bool is_closed;   /* handlers are not called any more */
    _Atomic unsigned busy;   /* exchanges whose headers have come and whose reply is not out */
    _Atomic unsigned kept;   /* exchanges that are kept or in their handler */
};

/* server.c: the listening socket.  errors  E_USAGE (--listen) */
MUST_USE result listener_open(const char *host, uint16_t port, int *ret);
uint16_t listener_port(int fd);

/* space.c: both are safe in any thread; space_take is NULL when there is no memory. */
struct space *space_take(struct http *http);
void space_give(struct http *http, struct space *space);
void space_cool(struct space *space); /* frees what it holds */

/* watch.c: deadlines. False if the reaper was first: the connection is dead then. */
bool watch_set(struct connection_state *c, int64_t deadline_us, enum phase phase);
MUST_USE result watch_start(struct http *http); /* E_INTERNAL */
void watch_stop(struct http *http);

/* connection.c: callbacks of libmicrohttpd about connections, their slots in between. */
void connection_notify(void *cls, struct MHD_Connection *mhd, void **slot,
                       enum MHD_ConnectionNotificationCode what);

/* exchange.c: callbacks of libmicrohttpd about requests. */
void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result exchange_step(void *cls, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_bytes, void **slot);
void exchange_end(void *cls, struct MHD_Connection *mhd, void **slot,
                  enum MHD_RequestTerminationCode how);

/* exchange.c: where a request comes from. */
struct peer exchange_from(const struct connection_state *c);

/* shed.c: whether a request is one too many; to let it wait for its refusal (false: no time for
 * that, refuse now); to let those go on whose wait is over. */
bool shed_is_due(const struct connection_state *c);
bool shed_hold(struct connection_state *c);
void shed_release(struct http *http, int64_t now_us);

/* stream.c: the reply of one; its exchange is over; all end because the server stops. */
struct stream;
struct MHD_Response *stream_response(struct stream *stream); /* NULL without memory */
void stream_exchange_ended(struct stream *stream);
void stream_end_all(struct http *http);

/* refuse.c: what libmicrohttpd cannot read, answered in its place (see there). */
void refuse_own(struct connection_state *c); /* under http.lock, on the connection's thread */
void refuse_remember(struct connection_state *c);
void refuse_forget(const struct connection_state *c);
void refuse_logged(void *cls, const char *format, va_list values);
void refuse_unread(struct connection_state *c);
/* Answers now and ends the connection: its next bytes cannot or will not be read. Gives MHD_NO. */
enum MHD_Result refuse_now(struct connection_state *c, result r);

/* reply.c */
MUST_USE result reply_start(struct http *http); /* E_MEMORY */
void reply_stop(struct http *http);
enum MHD_Result reply_send(struct connection_state *c);
/* Writes an error past libmicrohttpd, straight to the socket, and ends the sending side. For
 * requests that will not be read to their end; nothing else may be under way. */
void reply_raw(int fd, result r, const char *request_id);

#endif
