/* SPDX-License-Identifier: Apache-2.0 */
#include "api/event_hub.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "app/bank_account.h"
#include "app/event_view.h"
#include "app/payment.h"
#include "base/heap.h"
#include "base/log.h"

enum {
    GAP_MS = 5,            /* between two looks, at least */
    EVENTS_AT_ONCE = 200,  /* for one follower, before the next one's turn */
    IDLE_MS = 3600 * 1000, /* nobody follows */
    EVENT_BYTES_MAX = 4 << 20,
    HEAD_BYTES_MAX = 256, /* of a block of the stream */
};

struct follower {
    struct follower *next;
    struct stream *stream;
    int64_t tenant, last_seq;
    int64_t beat_ticks_us; /* when something was written last */
    bool has_begun;
};

struct event_hub {
    struct app *app;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wakes;
    /* under lock; `first`, in the order of tenants, is changed by the thread alone */
    struct follower *arrived, *first;
    bool is_kicked, is_stopping;
    _Atomic int count; /* of followers */
    /* the thread's */
    struct arena *arena; /* of one event after the other */
    struct buf text;
    bool is_behind; /* somebody could take more at once */
};

/* ---- writing ------------------------------------------------------------------------------- */

/* The bytes of a webhook, as one block of a stream. Its JSON has no line ends. */
static result write_event(struct event_hub *hub, struct db *db, int64_t tenant, int64_t seq)
{
    struct event_row event;
    struct buf body;
    struct json j;
    arena_clear(hub->arena);
    buf_clear(&hub->text);
    TRY(event_read(db, tenant, seq, hub->arena, &event));
    if (event.seq == 0 || arena_is_broken(hub->arena))
        return E_NO_MEMORY; /* the log has no gaps */
    buf_init(&body, EVENT_BYTES_MAX);
    json_init(&j, &body);
    event_json(&j, &event);
    const result r = bank_accounts_open(hub->app->vault, hub->arena, &body);
    buf_printf(&hub->text, "id: %lld\nevent: %s\ndata: ", (long long)seq, event_type_of(&event));
    buf_str(&hub->text, buf_view(&body));
    buf_text(&hub->text, "\n\n");
    const bool is_whole = !body.is_broken && !hub->text.is_broken;
    buf_done(&body);
    if (r.code != E_OK)
        return r;
    return is_whole ? OK : E_NO_MEMORY;
}

/* Its first words: where it begins, so that a client that is cut off before the first event knows
 * what to ask for. */
static enum stream_room write_greeting(struct event_hub *hub, const struct follower *f)
{
    buf_clear(&hub->text);
    buf_printf(&hub->text, "retry: 1000\nid: %lld\n\n", (long long)f->last_seq);
    return stream_write(f->stream, buf_view(&hub->text));
}

/* Writes what is new, as far as the stream takes it.
 *   ret_is_there   false: the client is gone */
static result serve_follower(struct event_hub *hub, struct db *db, struct follower *f, int64_t head,
                             bool *ret_is_there)
{
    enum stream_room room = STREAM_TAKEN;
    if (stream_is_gone(f->stream))
        room = STREAM_GONE;
    if (!f->has_begun && room == STREAM_TAKEN) {
        room = write_greeting(hub, f);
        f->has_begun = true;
        f->beat_ticks_us = clock_ticks_us();
    }
    for (int i = 0; room == STREAM_TAKEN && f->last_seq < head; i++) {
        if (i == EVENTS_AT_ONCE) {
            hub->is_behind = true;
            break;
        }
        TRY(write_event(hub, db, f->tenant, f->last_seq + 1));
        room = stream_write(f->stream, buf_view(&hub->text));
        if (room == STREAM_TAKEN) {
            f->last_seq++;
            f->beat_ticks_us = clock_ticks_us();
        }
    }
    if (room == STREAM_TAKEN &&
        clock_ticks_us() - f->beat_ticks_us >= HUB_HEARTBEAT_MS * US_PER_MS) {
        room = stream_write(f->stream, S(":\n\n"));
        f->beat_ticks_us = clock_ticks_us();
    }
    *ret_is_there = room != STREAM_GONE;
    return OK;
}

static void drop(struct event_hub *hub, struct follower **link)
{
    struct follower *f = *link;
    pthread_mutex_lock(&hub->lock);
    *link = f->next;
    pthread_mutex_unlock(&hub->lock);
    stream_close(f->stream);
    heap_free(f);
    atomic_fetch_sub(&hub->count, 1);
}

/* Goes round once. Whom an error stops comes again, and then begins where it stopped. */
static void serve_all(struct event_hub *hub)
{
    struct db *db = store_read_begin(hub->app->store);
    int64_t tenant = 0, head = 0;
    hub->is_behind = false;
    for (struct follower **link = &hub->first; *link != NULL;) {
        struct follower *f = *link;
        bool is_there = true;
        result r = OK;
        if (f->tenant != tenant)
            r = db_number(db, SQL_EVENT_HEAD, &head, VI(f->tenant));
        tenant = r.code == E_OK ? f->tenant : 0;
        if (r.code == E_OK)
            r = serve_follower(hub, db, f, head, &is_there);
        if (r.code != E_OK)
            log_job_failed(VALUE_JOB_WEBHOOK, 0, r);
        if (r.code != E_OK || !is_there)
            drop(hub, link);
        else
            link = &f->next;
    }
    store_read_end(hub->app->store, db);
}

/* ---- the thread ---------------------------------------------------------------------------- */

static void kick(void *context)
{
    struct event_hub *hub = context;
    if (atomic_load(&hub->count) == 0)
        return;
    pthread_mutex_lock(&hub->lock);
    hub->is_kicked = true;
    pthread_cond_signal(&hub->wakes);
    pthread_mutex_unlock(&hub->lock);
}

/* Takes in those that have arrived; the list stays in the order of tenants. Under the lock. */
static void take_arrived(struct event_hub *hub)
{
    for (struct follower *f; (f = hub->arrived) != NULL;) {
        hub->arrived = f->next;
        struct follower **link = &hub->first;
        while (*link != NULL && (*link)->tenant < f->tenant)
            link = &(*link)->next;
        f->next = *link;
        *link = f;
    }
}

/* Waits until there may be something to do. False: the hub stops. */
static bool wait_for_work(struct event_hub *hub, int64_t looked_ticks_us)
{
    pthread_mutex_lock(&hub->lock);
    for (;;) {
        const int64_t wait_ms = hub->is_kicked || hub->is_behind || hub->arrived != NULL ? GAP_MS
                                : hub->first != NULL ? HUB_POLL_MS
                                                     : IDLE_MS;
        const int64_t until_us = looked_ticks_us + wait_ms * US_PER_MS;
        const struct timespec until = {.tv_sec = until_us / US_PER_S,
                                       .tv_nsec = until_us % US_PER_S * 1000};
        if (hub->is_stopping || clock_ticks_us() >= until_us)
            break;
        (void)pthread_cond_timedwait(&hub->wakes, &hub->lock, &until);
    }
    hub->is_kicked = false;
    take_arrived(hub);
    const bool goes_on = !hub->is_stopping;
    pthread_mutex_unlock(&hub->lock);
    return goes_on;
}

static void *hub_main(void *context)
{
    struct event_hub *hub = context;
    int64_t looked_ticks_us = 0;
    while (wait_for_work(hub, looked_ticks_us)) {
        looked_ticks_us = clock_ticks_us();
        if (hub->first != NULL)
            serve_all(hub);
    }
    while (hub->first != NULL)
        drop(hub, &hub->first);
    return NULL; /* those that had arrived were taken in by the last wait */
}

/* ---- start, stop, follow ------------------------------------------------------------------- */

static void hub_free(struct event_hub *hub)
{
    arena_free(hub->arena);
    buf_done(&hub->text);
    pthread_cond_destroy(&hub->wakes);
    pthread_mutex_destroy(&hub->lock);
    heap_free(hub);
}

result event_hub_start(struct app *app)
{
    struct event_hub *hub = HEAP_NEW(struct event_hub);
    if (hub == NULL)
        return E_NO_MEMORY;
    hub->app = app;
    hub->arena = arena_new(PAYMENT_ARENA_BYTES);
    buf_init(&hub->text, EVENT_BYTES_MAX + HEAD_BYTES_MAX);
    pthread_mutex_init(&hub->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&hub->wakes, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (hub->arena == NULL || pthread_create(&hub->thread, NULL, hub_main, hub) != 0) {
        const bool has_memory = hub->arena != NULL;
        hub_free(hub);
        return has_memory ? FAIL(E_INTERNAL, NULL, "no thread for the streams") : E_NO_MEMORY;
    }
    app->event_hub = hub;
    app_event_listen(app, kick, hub);
    return OK;
}

void event_hub_stop(struct app *app)
{
    struct event_hub *hub = app->event_hub;
    if (hub == NULL)
        return;
    app_event_listen(app, NULL, NULL);
    pthread_mutex_lock(&hub->lock);
    hub->is_stopping = true;
    pthread_cond_signal(&hub->wakes);
    pthread_mutex_unlock(&hub->lock);
    (void)pthread_join(hub->thread, NULL);
    app->event_hub = NULL;
    hub_free(hub);
}

static int count_of(const struct follower *list, int64_t tenant)
{
    int count = 0;
    for (const struct follower *f = list; f != NULL; f = f->next)
        count += f->tenant == tenant;
    return count;
}

/* False: the tenant has too many. */
static bool let_in(struct event_hub *hub, struct follower *f)
{
    pthread_mutex_lock(&hub->lock);
    const bool has_room =
        count_of(hub->first, f->tenant) + count_of(hub->arrived, f->tenant) < HUB_FOLLOWERS_MAX;
    if (has_room) {
        f->next = hub->arrived;
        hub->arrived = f;
        atomic_fetch_add(&hub->count, 1);
        pthread_cond_signal(&hub->wakes);
    }
    pthread_mutex_unlock(&hub->lock);
    return has_room;
}

result event_hub_follow(struct event_hub *hub, struct exchange *x, int64_t tenant,
                        int64_t after_seq)
{
    struct follower *f = HEAP_NEW(struct follower);
    if (f == NULL)
        return E_NO_MEMORY;
    f->tenant = tenant;
    f->last_seq = after_seq;
    result r = stream_open(x, "text/event-stream", kick, hub, &f->stream);
    if (r.code == E_OK && !let_in(hub, f)) {
        stream_cancel(x, f->stream);
        r = FAIL(E_OVERLOADED, NULL, NULL);
    }
    if (r.code != E_OK)
        heap_free(f);
    return r;
}
