/* SPDX-License-Identifier: Apache-2.0 */
#include "store/lane.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/plant.h"
#include "store/tx_state.h"

enum {
    BATCH_WORKS_MAX = 256,  /* works that share one commit (design D4) */
    QUEUE_WORKS_MAX = 8192, /* beyond, callers are told to come back */
    BATCH_ARENA_BYTES = 64 << 20,
    EXIT_STORE_LOST = 70,
    RECONNECT_MS = 100, /* between two tries */
    OUTAGE_MS = 4000,   /* how long a batch waits for the store before its works are refused, */
    UNKNOWN_MS = 20000, /* or for the fate of its commit: longer than a server that has lost us
                           keeps a transaction open (postgres_open.c) */
};

struct lane {
    struct lane_config config;
    struct tx tx;
    pthread_t thread;
    bool has_thread;
    int64_t batch; /* of the commit that is under way: its mark */
    int64_t node;  /* the number in that mark */
    int64_t tenant;
    result error; /* of the newest batch that was not kept */

    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t filled;
    struct work *first, **last;
    size_t queued;
    bool is_closing;

    _Atomic bool is_down, is_lost;
    _Atomic int64_t batches, works, reruns;
};

/* ---- one transaction ----------------------------------------------------------------------- */

enum batch_end {
    BATCH_KEPT,    /* committed: each work has its outcome */
    BATCH_UNKEPT,  /* rolled back */
    BATCH_DOWN,    /* the connection was lost before the commit */
    BATCH_UNKNOWN, /* the connection was lost at the commit */
    BATCH_GONE,    /* given up: nobody hears of success */
};

static int64_t changes_of(struct lane *lane)
{
    return lane->tx.changes + db_changes(lane->config.db);
}

static bool is_memory_lost(const struct tx *tx)
{
    return arena_is_broken(tx->arena) || arena_is_broken(tx->kept);
}

static result run_works(struct lane *lane, struct work *list)
{
    for (struct work *work = list; work != NULL; work = work->next)
        if (work->expect != NULL)
            work->expect(&lane->tx, work);
    for (struct work *work = list; work != NULL; work = work->next) {
        const int64_t before = changes_of(lane);
        work->outcome = work->run(&lane->tx, work);
        if (is_memory_lost(&lane->tx)) /* what it remembers may have lost a text */
            work->outcome = E_NO_MEMORY;
        const enum err code = work->outcome.code;
        if (code != E_OK && (changes_of(lane) != before || err_is_of_store(code)))
            return work->outcome;
    }
    return OK;
}

/* What is remembered is written back, and the mark by which this batch can be found again. */
static result finish(struct lane *lane)
{
    TRY(remember_flush(&lane->tx));
    if (lane->config.node == NULL || lane->tenant == 0)
        return OK;
    lane->batch = id_salt();
    lane->node = atomic_load(lane->config.node);
    return db_exec(lane->config.db, SQL_COMMIT_MARK_PUT, VI(lane->tenant), VI(lane->node),
                   VI(lane->batch));
}

static void count_commit(int64_t begun_ticks_us)
{
    metric_add(METRIC_STORE_COMMITS, LABELS_NONE, 1);
    metric_observe_since(METRIC_STORE_COMMIT, LABELS_NONE, begun_ticks_us);
}

/* The works of a list in one transaction; nobody has been told yet. */
static enum batch_end run_together(struct lane *lane, struct work *list)
{
    struct db *db = lane->config.db;
    tx_begin(&lane->tx);
    const int64_t before = db_changes(db);
    result r = db_begin(db, lane->config.is_shared ? lane->tenant : 0);
    if (r.code == E_OK)
        r = run_works(lane, list);
    const bool is_change = lane->tx.changes > 0 || db_changes(db) != before;
    if (r.code == E_OK && is_change)
        r = finish(lane);
    const int64_t begun_us = clock_ticks_us();
    if (r.code == E_OK) {
        const result committed = db_commit(db);
        r = PLANT("ack_before_commit", OK, committed);
    }
    if (r.code == E_OK && is_change)
        count_commit(begun_us);
    tx_end(&lane->tx, r.code == E_OK);
    if (r.code == E_OK)
        return BATCH_KEPT;
    db_rollback(db);
    lane->error = r;
    if (r.code == E_STORE_LOST)
        return is_change ? BATCH_UNKNOWN : BATCH_DOWN;
    return r.code == E_STORE_DOWN ? BATCH_DOWN : BATCH_UNKEPT;
}

/* ---- a lost connection --------------------------------------------------------------------- */

static void mark_down(struct lane *lane)
{
    if (!atomic_exchange(&lane->is_down, true))
        log_event(LOG_STORE_DOWN, LT("message", lane->error.message));
}

static bool try_up(struct lane *lane)
{
    return db_reconnect(lane->config.db).code == E_OK;
}

static void mark_up(struct lane *lane)
{
    if (atomic_exchange(&lane->is_down, false))
        log_event(LOG_STORE_UP, LI("batches", atomic_load(&lane->batches)));
}

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    (void)nanosleep(&pause, NULL);
}

/* Whether the commit whose answer was lost has happened. The tenant's lock is taken first: whoever
 * may still be committing has it (a batch reads before it writes, so it had the lock).
 *   ret   BATCH_GONE: another server may have had our number since, and written over the mark
 *   errors  E_STORE_DOWN, E_STORE_BUSY: ask again */
static result ask_mark(struct lane *lane, enum batch_end *ret)
{
    struct db *db = lane->config.db;
    int64_t batch = 0;
    result r = db_begin(db, lane->tenant);
    if (r.code == E_OK)
        r = db_number(db, SQL_COMMIT_MARK_GET, &batch, VI(lane->tenant), VI(lane->node));
    db_rollback(db);
    *ret = batch == lane->batch                           ? BATCH_KEPT
           : atomic_load(lane->config.node) == lane->node ? BATCH_UNKEPT
                                                          : BATCH_GONE;
    return r;
}

/* Connects again and finds out what became of the batch; BATCH_UNKEPT: it can be run again. */
static enum batch_end find_end(struct lane *lane, enum batch_end end, int64_t until_ticks_us)
{
    mark_down(lane);
    for (; clock_ticks_us() < until_ticks_us; pause_ms(RECONNECT_MS)) {
        enum batch_end found = BATCH_UNKEPT;
        if (!try_up(lane) || (end == BATCH_UNKNOWN && ask_mark(lane, &found).code != E_OK))
            continue;
        if (end == BATCH_UNKNOWN)
            log_event(LOG_STORE_COMMIT_FOUND, LI("kept", found == BATCH_KEPT));
        mark_up(lane);
        return found;
    }
    return BATCH_GONE;
}

void lane_lose(struct lane *lane, const char *why)
{
    log_event(LOG_STORE_LOST, LT("message", why));
    if (lane->config.lost == NULL)
        _exit(EXIT_STORE_LOST);
    atomic_store(&lane->is_lost, true);
    lane->config.lost(why);
}

/* A file whose commit failed half-way: only a new process sees what is really on the disk. */
static enum batch_end give_up(struct lane *lane)
{
    lane_lose(lane, lane->error.message);
    return BATCH_GONE;
}

/* A work that only wants to know what would happen. */
static enum batch_end run_dry(struct lane *lane, struct work *work)
{
    struct db *db = lane->config.db;
    tx_begin(&lane->tx);
    work->outcome = db_begin(db, lane->config.is_shared ? lane->tenant : 0);
    if (work->outcome.code == E_OK)
        work->outcome = work->run(&lane->tx, work);
    if (is_memory_lost(&lane->tx))
        work->outcome = E_NO_MEMORY;
    db_rollback(db);
    tx_end(&lane->tx, false);
    return BATCH_KEPT;
}

/* KEPT, UNKEPT or GONE. */
static enum batch_end run_list(struct lane *lane, struct work *list)
{
    if (list->is_dry)
        return run_dry(lane, list);
    enum batch_end end = run_together(lane, list);
    const int64_t begun_us = clock_ticks_us();
    while (end == BATCH_DOWN || end == BATCH_UNKNOWN) {
        if (end == BATCH_UNKNOWN && !lane->config.is_shared)
            return give_up(lane);
        if (end == BATCH_UNKNOWN && (lane->tenant == 0 || lane->config.node == NULL))
            return BATCH_GONE; /* without a mark nobody can tell */
        const int64_t wait_ms = end == BATCH_UNKNOWN ? UNKNOWN_MS : OUTAGE_MS;
        end = find_end(lane, end, begun_us + wait_ms * 1000);
        if (end == BATCH_UNKEPT)
            end = run_together(lane, list);
        if (end == BATCH_DOWN)
            pause_ms(RECONNECT_MS); /* connects, and is lost again */
    }
    return end;
}

/* ---- a batch ------------------------------------------------------------------------------- */

static result gone(struct lane *lane)
{
    return FAIL(lane->error.code == E_STORE_LOST ? E_STORE_LOST : E_STORE_DOWN, NULL, NULL);
}

result lane_run(struct lane *lane, struct work *work)
{
    work->next = NULL;
    lane->tenant = work->tenant;
    const enum batch_end end = run_list(lane, work);
    if (end == BATCH_GONE)
        return gone(lane);
    return end == BATCH_UNKEPT && work->outcome.code == E_OK ? lane->error : work->outcome;
}

static void refuse_all(struct lane *lane, struct work *list)
{
    for (struct work *work = list; work != NULL; work = work->next)
        work->outcome = gone(lane);
}

static void run_one_by_one(struct lane *lane, struct work *list, int64_t count)
{
    atomic_fetch_add(&lane->reruns, 1);
    metric_add(METRIC_STORE_RERUNS, LABELS_NONE, 1);
    if (count > 1)
        log_event(LOG_STORE_BATCH_RERUN, LI("works", count));
    for (struct work *work = list, *next; work != NULL; work = next) {
        next = work->next;
        work->outcome = lane_run(lane, work);
        work->next = next;
        if (atomic_load(&lane->is_down) || atomic_load(&lane->is_lost)) {
            lane->error =
                FAIL(atomic_load(&lane->is_lost) ? E_STORE_LOST : E_STORE_DOWN, NULL, NULL);
            refuse_all(lane, next);
            return;
        }
        if (work->outcome.code ==
            E_STORE_BUSY) { /* whoever has the lock keeps it: do not wait again */
            for (struct work *rest = next; rest != NULL; rest = rest->next)
                rest->outcome = work->outcome;
            return;
        }
    }
}

static void tell_all(struct work *list)
{
    for (struct work *work = list, *next; work != NULL; work = next) {
        next = work->next; /* done may free the work or queue it again */
        work->done(work, work->outcome);
    }
}

static void count_batch(const struct work *list, int64_t count, int64_t begun_ticks_us)
{
    metric_add(METRIC_STORE_WORKS, LABELS_NONE, count);
    metric_observe(METRIC_STORE_BATCH_WORKS, LABELS_NONE, count);
    for (const struct work *work = list; work != NULL; work = work->next)
        metric_observe(METRIC_STORE_WAIT, LABELS_NONE, begun_ticks_us - work->queued_ticks_us);
}

static void run_batch(struct lane *lane, struct work *list, int64_t count)
{
    const int64_t begun_ticks_us = clock_ticks_us();
    atomic_fetch_add(&lane->batches, 1);
    atomic_fetch_add(&lane->works, count);
    count_batch(list, count, begun_ticks_us);
    lane->tenant = list->tenant;
    const bool is_lost = atomic_load(&lane->is_lost);
    const enum batch_end end = is_lost ? BATCH_GONE : run_list(lane, list);
    metric_observe_since(METRIC_STORE_BATCH, LABELS_NONE, begun_ticks_us);
    if (end == BATCH_UNKEPT)
        run_one_by_one(lane, list, count);
    else if (end == BATCH_GONE)
        refuse_all(lane, list);
    tell_all(list);
    if (lane->config.after_batch != NULL)
        lane->config.after_batch(lane->config.context);
}

/* ---- the queue ----------------------------------------------------------------------------- */

/* Up to BATCH_WORKS_MAX works from the queue, in order; where servers share the database, of the
 * first one's tenant. One whose effects are not kept is alone. Under the lock. */
static struct work *take(struct lane *lane, int64_t *ret_count)
{
    struct work *list = NULL, **end = &list, **link = &lane->first;
    const int64_t tenant = lane->first == NULL ? 0 : lane->first->tenant;
    int64_t count = 0;
    while (*link != NULL && count < BATCH_WORKS_MAX) {
        struct work *work = *link;
        if (count > 0 && (work->is_dry || list->is_dry))
            break;
        if (lane->config.is_shared && work->tenant != tenant) {
            link = &work->next;
            continue;
        }
        *link = work->next;
        *end = work;
        end = &work->next;
        count++;
    }
    *end = NULL;
    while (*link != NULL)
        link = &(*link)->next;
    lane->last = link;
    lane->queued -= (size_t)count;
    metric_add(METRIC_STORE_QUEUE, LABELS_NONE, -count);
    *ret_count = count;
    return list;
}

/* Waits for works, while the store is down no longer than until the next try to reach it. False
 * when the lane closes and nothing is left. */
static bool wait_and_take(struct lane *lane, struct work **ret, int64_t *ret_count)
{
    const int64_t until_us = clock_ticks_us() + RECONNECT_MS * INT64_C(1000);
    const struct timespec until = {.tv_sec = until_us / US_PER_S,
                                   .tv_nsec = until_us % US_PER_S * 1000};
    int is_late = 0;
    pthread_mutex_lock(&lane->lock);
    while (lane->first == NULL && !lane->is_closing && is_late == 0)
        if (atomic_load(&lane->is_down))
            is_late = pthread_cond_timedwait(&lane->filled, &lane->lock, &until);
        else
            (void)pthread_cond_wait(&lane->filled, &lane->lock);
    *ret = take(lane, ret_count);
    const bool goes_on = *ret != NULL || !lane->is_closing;
    pthread_mutex_unlock(&lane->lock);
    return goes_on;
}

static void *lane_main(void *context)
{
    struct lane *lane = context;
    struct work *list;
    int64_t count;
    (void)pthread_setname_np(pthread_self(), "writer");
    while (wait_and_take(lane, &list, &count)) {
        const bool is_up = !atomic_load(&lane->is_down) || try_up(lane);
        if (is_up)
            mark_up(lane);
        if (!is_up) {
            lane->error = FAIL(E_STORE_DOWN, NULL, NULL);
            refuse_all(lane, list);
            tell_all(list);
        } else if (list != NULL) {
            run_batch(lane, list, count);
        }
    }
    return NULL;
}

size_t lane_step(struct lane *lane)
{
    int64_t count;
    pthread_mutex_lock(&lane->lock);
    struct work *list = take(lane, &count);
    pthread_mutex_unlock(&lane->lock);
    if (list != NULL)
        run_batch(lane, list, count);
    return (size_t)count;
}

result lane_put(struct lane *lane, struct work *work)
{
    result refusal = OK;
    work->next = NULL;
    work->queued_ticks_us = clock_ticks_us();
    pthread_mutex_lock(&lane->lock);
    if (atomic_load(&lane->is_lost))
        refusal = FAIL(E_STORE_LOST, NULL, NULL);
    else if (!work->is_internal && lane->is_closing)
        refusal = FAIL(E_SHUTTING_DOWN, NULL, NULL);
    else if (!work->is_internal && atomic_load(&lane->is_down))
        refusal = FAIL(E_STORE_DOWN, NULL, NULL);
    else if (!work->is_internal && lane->queued >= QUEUE_WORKS_MAX)
        refusal = FAIL(E_OVERLOADED, NULL, NULL);
    const bool was_empty = lane->first == NULL;
    if (refusal.code == E_OK) {
        *lane->last = work;
        lane->last = &work->next;
        lane->queued++;
        metric_add(METRIC_STORE_QUEUE, LABELS_NONE, 1);
    }
    pthread_mutex_unlock(&lane->lock);
    if (refusal.code == E_OK && was_empty)
        pthread_cond_signal(&lane->filled);
    return refusal;
}

/* ---- opening and closing ------------------------------------------------------------------- */

static result changed(void *context, int64_t tenant)
{
    return remember_changed((struct tx *)context, tenant);
}

result lane_open(const struct lane_config *config, struct lane **ret)
{
    struct lane *lane = HEAP_NEW(struct lane);
    struct arena *arena = arena_new(BATCH_ARENA_BYTES), *kept = arena_new(BATCH_ARENA_BYTES);
    if (lane == NULL || arena == NULL || kept == NULL) {
        heap_free(lane);
        arena_free(arena);
        arena_free(kept);
        db_close(config->db);
        return E_NO_MEMORY;
    }
    lane->config = *config;
    lane->tx.arena = arena;
    lane->tx.kept = kept;
    lane->tx.clock = config->clock;
    lane->tx.is_alone = !config->is_shared;
    lane->tx.ways = config->emails;
    lane->tx.db = config->db;
    config->db->changed = changed;
    config->db->context = &lane->tx;
    lane->last = &lane->first;
    pthread_mutex_init(&lane->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&lane->filled, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *ret = lane;
    return OK;
}

result lane_start(struct lane *lane)
{
    if (pthread_create(&lane->thread, NULL, lane_main, lane) != 0)
        return FAIL(E_INTERNAL, NULL, "no thread for the writer");
    lane->has_thread = true;
    return OK;
}

void lane_stop(struct lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    lane->is_closing = true;
    pthread_mutex_unlock(&lane->lock);
    pthread_cond_signal(&lane->filled);
    if (lane->has_thread)
        (void)pthread_join(lane->thread, NULL);
    lane->has_thread = false;
    while (lane_step(lane) > 0)
        ;
}

void lane_close(struct lane *lane)
{
    if (lane == NULL)
        return;
    db_close(lane->config.db);
    arena_free(lane->tx.arena);
    arena_free(lane->tx.kept);
    pthread_mutex_destroy(&lane->lock);
    pthread_cond_destroy(&lane->filled);
    heap_free(lane);
}

struct store_stats lane_stats(struct lane *lane)
{
    return (struct store_stats){.batches = atomic_load(&lane->batches),
                                .works = atomic_load(&lane->works),
                                .reruns = atomic_load(&lane->reruns)};
}
