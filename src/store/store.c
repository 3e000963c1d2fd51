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
#include "store/keeper.h"
#include "store/lane.h"

enum {
    READERS_DEFAULT = 4,
    LANES_DEFAULT = 4,
    LANES_MAX = 16,
    READERS_MAX = 32,
    CHECKPOINT_EVERY_MS = 250,
    LOG_PAGES_SMALL = 1000,  /* 4 MB: not worth a checkpoint */
    LOG_PAGES_LARGE = 16384, /* 64 MB: the writer stands still for the rest of it */
};

struct store {
    const char *path;    /* or the URL */
    struct arena *arena; /* lives as long as the store */
    enum store_access access;
    bool is_shared;
    struct email_ways emails;

    struct lane *lanes[LANES_MAX];
    size_t lane_count;
    struct keeper *keeper; /* of a server on a shared database */

    int lock_fd; /* SQLite: the server's lock, and its checkpoints */
    struct db *writer, *checkpointer;
    pthread_t checkpoint_thread;
    bool has_checkpoint_thread;
    _Atomic int64_t log_pages;
    _Atomic bool is_stopping;

    pthread_mutex_t readers_lock;
    pthread_cond_t reader_free;
    struct db *readers[READERS_MAX];
    unsigned reader_count, readers_idle;
};

/* ---- works ---------------------------------------------------------------------------------- */

/* All works of a tenant go through one lane. */
static struct lane *lane_of(const struct store *store, int64_t tenant)
{
    const uint64_t mixed = (uint64_t)tenant * UINT64_C(0x9e3779b97f4a7c15);
    return store->lanes[(mixed >> 32) % store->lane_count];
}

void store_transact(struct store *store, struct work *work)
{
    struct lane *lane = lane_of(store, work->tenant);
    if (store->access == STORE_COMMAND) {
        work->done(work, lane_run(lane, work));
        return;
    }
    const result refusal = lane_put(lane, work);
    if (refusal.code != E_OK)
        work->done(work, refusal);
}

size_t store_step(struct store *store)
{
    return lane_step(store->lanes[0]);
}

void store_settle(struct store *store)
{
    while (store->access == STORE_STEPPED && store_step(store) > 0)
        ;
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
    struct waiter waiter = {.work = {.run = waiter_run,
                                     .done = waiter_done,
                                     .tenant = work->tenant,
                                     .is_dry = work->is_dry,
                                     .is_internal = true},
                            .run = run,
                            .inner = work};
    pthread_mutex_init(&waiter.lock, NULL);
    pthread_cond_init(&waiter.finished, NULL);
    store_transact(store, &waiter.work);
    store_settle(store);
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
    IGNORE(db_begin_read(db), "each statement then fails where this one failed");
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

/* ---- jobs ----------------------------------------------------------------------------------- */

bool store_is_ours(struct store *store)
{
    return store->keeper == NULL || keeper_is_good(store->keeper);
}

bool store_job_owns(struct store *store, int64_t tenant)
{
    return store->keeper == NULL || keeper_owns(store->keeper, tenant);
}

bool store_job_begin(struct store *store, int64_t tenant)
{
    return store->keeper == NULL || keeper_job_begin(store->keeper, tenant);
}

void store_job_end(struct store *store, int64_t tenant)
{
    if (store->keeper != NULL)
        keeper_job_end(store->keeper, tenant);
}

/* ---- checkpoints of SQLite ------------------------------------------------------------------ */

/* One whose sync failed is as a commit whose sync failed. What fails otherwise is tried again. */
static int64_t checkpoint(struct store *store, struct db *db, bool is_last)
{
    int64_t pages = 0;
    const result r = sqlite_checkpoint(db, is_last, &pages);
    if (r.code == E_STORE_LOST)
        lane_lose(store->lanes[0], r.message);
    return pages;
}

static void *checkpoint_main(void *context)
{
    struct store *store = context;
    (void)pthread_setname_np(pthread_self(), "checkpoint");
    const struct timespec pause = {.tv_nsec = CHECKPOINT_EVERY_MS * 1000000L};
    while (!atomic_load(&store->is_stopping)) {
        (void)nanosleep(&pause, NULL);
        if (sqlite_log_pages(store->checkpointer) < LOG_PAGES_SMALL)
            continue;
        atomic_store(&store->log_pages, checkpoint(store, store->checkpointer, false));
    }
    return NULL;
}

/* On the writer's thread: a log that readers have kept from being copied for too long. */
static void after_batch(void *context)
{
    struct store *store = context;
    if (atomic_load(&store->log_pages) <= LOG_PAGES_LARGE)
        return;
    (void)checkpoint(store, store->writer, true);
    atomic_store(&store->log_pages, 0);
}

/* ---- opening and closing --------------------------------------------------------------------- */

const char *store_url_path(const char *url)
{
    static const char SCHEME[] = "sqlite:";
    return strncmp(url, SCHEME, sizeof SCHEME - 1) == 0 ? url + sizeof SCHEME - 1 : url;
}

bool store_url_is_postgres(const char *url)
{
    return strncmp(url, "postgres://", 11) == 0 || strncmp(url, "postgresql://", 13) == 0;
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

static result open_db(struct store *store, enum db_role role, struct db **ret)
{
    return store->is_shared ? postgres_db_open(store->path, role, store->arena, ret)
                            : sqlite_db_open(store->path, role, store->arena, ret);
}

static result open_lane(struct store *store, const struct store_config *config)
{
    struct lane_config lane = {
        .clock = config->clock,
        .is_shared = store->is_shared,
        .emails = config->emails,
        .node = store->keeper == NULL ? NULL : keeper_node(store->keeper),
        .lost = config->lost,
        .after_batch = store->is_shared || config->access != STORE_SERVER ? NULL : after_batch,
        .context = store,
    };
    TRY(open_db(store, DB_WRITER, &lane.db));
    if (!store->is_shared)
        store->writer = lane.db;
    struct db *db = lane.db;
    TRY(lane_open(&lane, &store->lanes[store->lane_count]));
    store->lane_count++;
    return config->access == STORE_SERVER && !store->is_shared ? sqlite_prepare_all(db) : OK;
}

static result open_lanes(struct store *store, const struct store_config *config)
{
    const bool is_one = !store->is_shared || config->access != STORE_SERVER;
    const size_t wanted = is_one ? 1 : config->lanes == 0 ? LANES_DEFAULT : config->lanes;
    for (size_t i = 0; i < wanted && i < LANES_MAX; i++)
        TRY(open_lane(store, config));
    return OK;
}

static result open_readers(struct store *store, unsigned wanted)
{
    const unsigned count = wanted == 0 ? READERS_DEFAULT : wanted;
    for (unsigned i = 0; i < count && i < READERS_MAX; i++) {
        TRY(open_db(store, DB_READER, &store->readers[i]));
        store->reader_count = store->readers_idle = i + 1;
    }
    return OK;
}

/* The keeper's connection is the first that writes: it makes the tables. */
static result open_keeper(struct store *store, const struct store_config *config)
{
    struct db *db = NULL;
    TRY(open_db(store, DB_KEEPER, &db));
    return keeper_start(db, config->clock, &store->keeper);
}

static result open_all(struct store *store, const struct store_config *config)
{
    const bool is_server = config->access == STORE_SERVER;
    if (is_server && !store->is_shared)
        TRY(take_server_lock(store));
    if (is_server && store->is_shared)
        TRY(open_keeper(store, config));
    if (config->access != STORE_READ_ONLY)
        TRY(open_lanes(store, config));
    TRY(open_readers(store, is_server ? config->readers : 1));
    if (is_server && !store->is_shared)
        TRY(open_db(store, DB_CHECKPOINTER, &store->checkpointer));
    return OK;
}

static result start_threads(struct store *store)
{
    for (size_t i = 0; i < store->lane_count; i++)
        TRY(lane_start(store->lanes[i]));
    if (store->checkpointer == NULL)
        return OK;
    if (pthread_create(&store->checkpoint_thread, NULL, checkpoint_main, store) != 0)
        return FAIL(E_INTERNAL, NULL, "no thread for checkpoints");
    store->has_checkpoint_thread = true;
    return OK;
}

static struct store *store_new(const struct store_config *config)
{
    struct store *store = HEAP_NEW(struct store);
    if (store == NULL)
        return NULL;
    store->access = config->access;
    store->is_shared = store_url_is_postgres(config->url);
    store->emails = config->emails;
    store->lock_fd = -1;
    store->arena = arena_new(1 << 20);
    store->path =
        store->arena == NULL ? NULL : arena_cstr(store->arena, str_of(store_url_path(config->url)));
    pthread_mutex_init(&store->readers_lock, NULL);
    pthread_cond_init(&store->reader_free, NULL);
    return store;
}

/* The message of an error, out of what is about to be freed. */
static result keep_message(result r)
{
    static _Thread_local char message[256];
    const str text = str_of(r.message);
    const size_t bytes = text.bytes < sizeof message - 1 ? text.bytes : sizeof message - 1;
    if (text.at == NULL)
        return r;
    memcpy(message, text.at, bytes);
    message[bytes] = '\0';
    r.message = message;
    return r;
}

result store_open(const struct store_config *config, struct store **ret)
{
    struct store *store = store_new(config);
    if (store == NULL)
        return E_NO_MEMORY;
    result r = store->path == NULL ? E_NO_MEMORY : open_all(store, config);
    if (r.code == E_OK && config->access == STORE_SERVER)
        r = start_threads(store);
    if (r.code != E_OK) {
        r = keep_message(r);
        store_close(store);
        return r;
    }
    *ret = store;
    return OK;
}

void store_close(struct store *store)
{
    for (size_t i = 0; i < store->lane_count; i++)
        lane_stop(store->lanes[i]);
    atomic_store(&store->is_stopping, true);
    if (store->has_checkpoint_thread)
        (void)pthread_join(store->checkpoint_thread, NULL);
    keeper_stop(store->keeper);
    for (unsigned i = 0; i < store->reader_count; i++)
        db_close(store->readers[i]);
    db_close(store->checkpointer);
    for (size_t i = 0; i < store->lane_count; i++)
        lane_close(store->lanes[i]);
    if (store->lock_fd >= 0)
        (void)close(store->lock_fd);
    arena_free(store->arena);
    heap_free(store);
}

const char *store_path(const struct store *store)
{
    return store->path;
}

bool store_is_shared(const struct store *store)
{
    return store->is_shared;
}

enum email_way store_email_way(const struct store *store, bool is_live)
{
    return is_live ? store->emails.live : store->emails.test;
}

struct store_stats store_stats_read(struct store *store)
{
    struct store_stats all = {0};
    for (size_t i = 0; i < store->lane_count; i++) {
        const struct store_stats one = lane_stats(store->lanes[i]);
        all.batches += one.batches;
        all.works += one.works;
        all.reruns += one.reruns;
    }
    return all;
}
