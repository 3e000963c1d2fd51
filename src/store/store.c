/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/heap.h"
#include "base/log.h"
#include "store/tx_state.h"

enum {
    BATCH_WORKS_MAX = 256,  /* works that share one commit (design D4) */
    QUEUE_WORKS_MAX = 8192, /* beyond, callers are told to come back */
    READERS_DEFAULT = 4,
    BATCH_ARENA_BYTES = 64 << 20,
    CHECKPOINT_EVERY_MS = 250,
    LOG_PAGES_SMALL = 1000,  /* 4 MB: not worth a checkpoint */
    LOG_PAGES_LARGE = 16384, /* 64 MB: the writer stands still for the rest of it */
};

struct store {
    const struct clock *clock;
    const char *path;
    struct arena *arena; /* lives as long as the store */
    int lock_fd;
    enum store_access access;

    struct db *writer, *checkpointer;
    struct tx tx;
    pthread_mutex_t queue_lock; /* over the queue, is_closing and is_idle */
    pthread_cond_t queue_filled;
    struct work *first, **last;
    size_t queued;
    bool is_closing;
    pthread_t writer_thread, checkpoint_thread;
    bool has_threads;
    _Atomic int64_t log_pages;
    _Atomic bool is_stopping;
    _Atomic int64_t batches, works, reruns;

    pthread_mutex_t readers_lock;
    pthread_cond_t reader_free;
    struct db *readers[32];
    unsigned reader_count, readers_idle;
};

/* ---- running works ------------------------------------------------------------------------- */

/* One work alone in its own transaction. */
static result run_alone(struct store *store, struct work *work)
{
    struct tx *tx = &store->tx;
    tx_reset(tx);
    result r = db_begin(store->writer);
    if (r.code == E_OK)
        r = work->run(tx, work);
    if (r.code == E_OK)
        r = tx_flush(tx);
    if (r.code == E_OK)
        r = db_commit(store->writer);
    if (r.code != E_OK)
        db_rollback(store->writer);
    return r;
}

/* The works of a list in one transaction. False if one of them failed after it had changed
 * something, or the store refused: then nothing has been kept, and nobody has been told. */
static bool run_together(struct store *store, struct work *list)
{
    struct tx *tx = &store->tx;
    tx_reset(tx);
    bool is_clean = db_begin(store->writer).code == E_OK;
    for (struct work *work = list; is_clean && work != NULL; work = work->next) {
        const int64_t changes_before = tx->changes + db_changes(store->writer);
        work->outcome = work->run(tx, work);
        if (work->outcome.code != E_OK)
            is_clean = changes_before == tx->changes + db_changes(store->writer) &&
                       !err_is_of_store(work->outcome.code);
    }
    if (is_clean)
        is_clean = tx_flush(tx).code == E_OK && db_commit(store->writer).code == E_OK;
    if (!is_clean)
        db_rollback(store->writer);
    return is_clean;
}

static void run_batch(struct store *store, struct work *list, int64_t count)
{
    atomic_fetch_add(&store->batches, 1);
    atomic_fetch_add(&store->works, count);
    if (!run_together(store, list)) {
        atomic_fetch_add(&store->reruns, 1);
        if (count > 1)
            log_event(LOG_STORE_BATCH_RERUN, LI("works", count));
        for (struct work *work = list; work != NULL; work = work->next)
            work->outcome = run_alone(store, work);
    }
    for (struct work *work = list, *next; work != NULL; work = next) {
        next = work->next; /* done may free the work or queue it again */
        work->done(work, work->outcome);
    }
}

/* Takes up to BATCH_WORKS_MAX works; waits for the first. NULL when the store closes and the queue
 * is empty. */
static struct work *take_batch(struct store *store, int64_t *ret_count)
{
    pthread_mutex_lock(&store->queue_lock);
    while (store->first == NULL && !store->is_closing)
        pthread_cond_wait(&store->queue_filled, &store->queue_lock);
    struct work *list = store->first;
    struct work **end = &list;
    int64_t count = 0;
    while (*end != NULL && count < BATCH_WORKS_MAX) {
        end = &(*end)->next;
        count++;
    }
    store->first = *end;
    *end = NULL;
    if (store->first == NULL)
        store->last = &store->first;
    store->queued -= (size_t)count;
    pthread_mutex_unlock(&store->queue_lock);
    *ret_count = count;
    return list;
}

static void *writer_main(void *context)
{
    struct store *store = context;
    (void)pthread_setname_np(pthread_self(), "writer");
    int64_t count;
    for (struct work *list; (list = take_batch(store, &count)) != NULL;) {
        run_batch(store, list, count);
        if (atomic_load(&store->log_pages) > LOG_PAGES_LARGE) {
            int64_t pages = 0;
            IGNORE(db_checkpoint(store->writer, true, &pages), "tried again after the next batch");
            atomic_store(&store->log_pages, 0);
        }
    }
    return NULL;
}

static void *checkpoint_main(void *context)
{
    struct store *store = context;
    (void)pthread_setname_np(pthread_self(), "checkpoint");
    const struct timespec pause = {.tv_nsec = CHECKPOINT_EVERY_MS * 1000000L};
    while (!atomic_load(&store->is_stopping)) {
        (void)nanosleep(&pause, NULL);
        int64_t pages = 0;
        if (db_log_pages(store->checkpointer, store->path) < LOG_PAGES_SMALL)
            continue;
        IGNORE(db_checkpoint(store->checkpointer, false, &pages), "tried again soon");
        atomic_store(&store->log_pages, pages);
    }
    return NULL;
}

/* ---- the queue ------------------------------------------------------------------------------ */

void store_transact(struct store *store, struct work *work)
{
    work->next = NULL;
    if (store->access == STORE_COMMAND) {
        work->done(work, run_alone(store, work));
        return;
    }
    result refusal = OK;
    pthread_mutex_lock(&store->queue_lock);
    if (!work->is_internal && store->is_closing)
        refusal = FAIL(E_SHUTTING_DOWN, NULL, NULL);
    else if (!work->is_internal && store->queued >= QUEUE_WORKS_MAX)
        refusal = FAIL(E_OVERLOADED, NULL, NULL);
    const bool was_empty = store->first == NULL;
    if (refusal.code == E_OK) {
        *store->last = work;
        store->last = &work->next;
        store->queued++;
    }
    pthread_mutex_unlock(&store->queue_lock);
    if (refusal.code != E_OK)
        work->done(work, refusal);
    else if (was_empty)
        pthread_cond_signal(&store->queue_filled);
}

struct waiter {
    struct work work;
    result (*run)(struct tx *tx, struct work *work);
    struct work *inner;
    pthread_mutex_t lock;
    pthread_cond_t finished;
    bool is_finished;
    result outcome;
};

static result waiter_run(struct tx *tx, struct work *work)
{
    struct waiter *waiter = (struct waiter *)work;
    return waiter->run(tx, waiter->inner);
}

static void waiter_done(struct work *work, result outcome)
{
    struct waiter *waiter = (struct waiter *)work;
    pthread_mutex_lock(&waiter->lock);
    waiter->outcome = outcome;
    waiter->is_finished = true;
    pthread_cond_signal(&waiter->finished);
    pthread_mutex_unlock(&waiter->lock);
}

result store_transact_wait(struct store *store, result (*run)(struct tx *tx, struct work *work),
                           struct work *work)
{
    struct waiter waiter = {.work = {.run = waiter_run, .done = waiter_done, .is_internal = true},
                            .run = run,
                            .inner = work};
    pthread_mutex_init(&waiter.lock, NULL);
    pthread_cond_init(&waiter.finished, NULL);
    store_transact(store, &waiter.work);
    pthread_mutex_lock(&waiter.lock);
    while (!waiter.is_finished)
        pthread_cond_wait(&waiter.finished, &waiter.lock);
    pthread_mutex_unlock(&waiter.lock);
    pthread_cond_destroy(&waiter.finished);
    pthread_mutex_destroy(&waiter.lock);
    return waiter.outcome;
}

/* ---- readers -------------------------------------------------------------------------------- */

struct db *store_read_begin(struct store *store)
{
    pthread_mutex_lock(&store->readers_lock);
    while (store->readers_idle == 0)
        pthread_cond_wait(&store->reader_free, &store->readers_lock);
    struct db *db = store->readers[--store->readers_idle];
    pthread_mutex_unlock(&store->readers_lock);
    IGNORE(db_begin_read(db),
           "each statement then sees its own state, and fails where this one failed");
    return db;
}

void store_read_end(struct store *store, struct db *db)
{
    db_end_read(db);
    pthread_mutex_lock(&store->readers_lock);
    store->readers[store->readers_idle++] = db;
    pthread_cond_signal(&store->reader_free);
    pthread_mutex_unlock(&store->readers_lock);
}

/* ---- opening and closing --------------------------------------------------------------------- */

static const char *path_of(const char *url)
{
    static const char SCHEME[] = "sqlite:";
    return strncmp(url, SCHEME, sizeof SCHEME - 1) == 0 ? url + sizeof SCHEME - 1 : url;
}

/* One server per file: a lock on a file beside it, which the kernel drops when the process ends. */
static result take_server_lock(struct store *store)
{
    const char *lock_path = arena_printf(store->arena, "%s.lock", store->path);
    if (lock_path == NULL)
        return E_NO_MEMORY;
    store->lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock_fd < 0)
        return FAIL(E_USAGE, "--db", "the directory of the database cannot be written");
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return FAIL(E_USAGE, "--db",
                    errno == EWOULDBLOCK ? "another server is running on this database"
                                         : "the database cannot be locked");
    return OK;
}

static result open_readers(struct store *store, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        TRY(sqlite_db_open(store->path, DB_READER, store->arena, &store->readers[i]));
        store->reader_count = store->readers_idle = i + 1;
    }
    return OK;
}

static result open_all(struct store *store, const struct store_config *config)
{
    if (config->access == STORE_SERVER)
        TRY(take_server_lock(store));
    if (config->access != STORE_READ_ONLY)
        TRY(sqlite_db_open(store->path, DB_WRITER, store->arena, &store->writer));
    TRY(open_readers(store, config->access == STORE_SERVER ? config->readers : 1));
    if (config->access == STORE_SERVER)
        TRY(sqlite_db_open(store->path, DB_CHECKPOINTER, store->arena, &store->checkpointer));
    return OK;
}

static result start_threads(struct store *store)
{
    if (pthread_create(&store->writer_thread, NULL, writer_main, store) != 0)
        return FAIL(E_INTERNAL, NULL, "no thread for the writer");
    if (pthread_create(&store->checkpoint_thread, NULL, checkpoint_main, store) != 0) {
        pthread_mutex_lock(&store->queue_lock);
        store->is_closing = true;
        pthread_mutex_unlock(&store->queue_lock);
        pthread_cond_signal(&store->queue_filled);
        (void)pthread_join(store->writer_thread, NULL);
        return FAIL(E_INTERNAL, NULL, "no thread for checkpoints");
    }
    store->has_threads = true;
    return OK;
}

static struct store *store_new(const struct store_config *config)
{
    struct store *store = HEAP_NEW(struct store);
    if (store == NULL)
        return NULL;
    store->clock = config->clock;
    store->access = config->access;
    store->lock_fd = -1;
    store->last = &store->first;
    store->arena = arena_new(1 << 20);
    store->tx.arena = arena_new(BATCH_ARENA_BYTES);
    store->tx.clock = config->clock;
    store->path =
        store->arena == NULL ? NULL : arena_cstr(store->arena, str_of(path_of(config->url)));
    pthread_mutex_init(&store->queue_lock, NULL);
    pthread_cond_init(&store->queue_filled, NULL);
    pthread_mutex_init(&store->readers_lock, NULL);
    pthread_cond_init(&store->reader_free, NULL);
    return store;
}

result store_open(const struct store_config *config, struct store **ret)
{
    struct store_config c = *config;
    c.readers = c.readers == 0 ? READERS_DEFAULT : c.readers;
    if (strncmp(c.url, "postgres", 8) == 0)
        return FAIL(E_USAGE, "--db",
                    "this release keeps its data in SQLite: give a path or sqlite:PATH");
    struct store *store = store_new(&c);
    if (store == NULL || store->path == NULL || store->tx.arena == NULL)
        return E_NO_MEMORY;
    result r = open_all(store, &c);
    store->tx.db = store->writer;
    if (r.code == E_OK && c.access == STORE_SERVER)
        r = start_threads(store);
    if (r.code != E_OK) {
        static _Thread_local char message[256]; /* outlives the store that failed */
        const str text = str_of(r.message);
        const size_t bytes = text.bytes < sizeof message - 1 ? text.bytes : sizeof message - 1;
        if (text.at != NULL) {
            memcpy(message, text.at, bytes);
            message[bytes] = '\0';
            r.message = message;
        }
        store_close(store);
        return r;
    }
    *ret = store;
    return OK;
}

static void stop_threads(struct store *store)
{
    pthread_mutex_lock(&store->queue_lock);
    store->is_closing = true;
    pthread_mutex_unlock(&store->queue_lock);
    pthread_cond_signal(&store->queue_filled);
    (void)pthread_join(store->writer_thread, NULL);
    atomic_store(&store->is_stopping, true);
    (void)pthread_join(store->checkpoint_thread, NULL);
}

void store_close(struct store *store)
{
    if (store->has_threads)
        stop_threads(store);
    for (unsigned i = 0; i < store->reader_count; i++)
        sqlite_db_close(store->readers[i]);
    sqlite_db_close(store->checkpointer);
    sqlite_db_close(store->writer);
    if (store->lock_fd >= 0)
        (void)close(store->lock_fd);
    arena_free(store->tx.arena);
    arena_free(store->arena);
    heap_free(store);
}

const char *store_path(const struct store *store)
{
    return store->path;
}

struct store_stats store_stats_read(struct store *store)
{
    return (struct store_stats){.batches = atomic_load(&store->batches),
                                .works = atomic_load(&store->works),
                                .reruns = atomic_load(&store->reruns)};
}
