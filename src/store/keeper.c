/* SPDX-License-Identifier: Apache-2.0 */
#include "store/keeper.h"

#include <pthread.h>

#include "base/heap.h"
#include "base/id.h"
#include "base/log.h"
#include "base/metric.h"
#include "store/owned.h"

enum {
    RENEW_MS = 700,
    LEASE_MS = 5000,
    MARGIN_MS = 1000, /* a server stops to trust its lease this long before others do */
    NODES = 1024,
    PAGE_ROWS = 256,
    DEAD_MAX = 16,
    TAKE_NODE_TRIES = 50
};

struct keeper {
    struct db *db;
    const struct clock *clock;
    pthread_t thread;
    _Atomic int64_t node;
    int64_t token, renewed_ticks_us;

    struct owned owned;

    pthread_mutex_t lock; /* over is_stopping */
    pthread_cond_t woken;
    bool is_stopping;
};

bool keeper_is_good(struct keeper *k)
{
    return owned_is_good(&k->owned);
}

bool keeper_owns(struct keeper *k, int64_t tenant)
{
    return owned_has(&k->owned, tenant);
}

bool keeper_job_begin(struct keeper *k, int64_t tenant)
{
    return owned_begin(&k->owned, tenant);
}

void keeper_job_end(struct keeper *k, int64_t tenant)
{
    owned_end(&k->owned, tenant);
}

/* ---- small transactions -------------------------------------------------------------------- */

/* One statement in a transaction of its own. */
static result change(struct keeper *k, enum sql sql, const struct value *values, size_t count,
                     int64_t *ret_changes)
{
    result r = db_begin(k->db, 0);
    if (r.code == E_OK)
        r = db_exec_values(k->db, sql, ret_changes, values, count);
    if (r.code == E_OK)
        r = db_commit(k->db);
    if (r.code != E_OK)
        db_rollback(k->db);
    return r;
}
#define CHANGE(k, sql, ret_changes, ...)                                                           \
    change((k), (sql), (const struct value[]){__VA_ARGS__},                                        \
           COUNT(((const struct value[]){__VA_ARGS__})), (ret_changes))

/* ---- our number and our lease -------------------------------------------------------------- */

static result find_node(struct keeper *k, int64_t *ret_node, bool *ret_is_new)
{
    struct rows rows;
    TRY(db_query_values(k->db, SQL_SERVER_FREE, &rows, NULL, 0));
    *ret_is_new = !rows_next(&rows);
    if (!*ret_is_new)
        *ret_node = row_i64(&rows, 0);
    TRY(rows_done(&rows));
    return *ret_is_new ? db_number_values(k->db, SQL_SERVER_NEXT, ret_node, NULL, 0) : OK;
}

static result take_node(struct keeper *k, bool *ret_is_taken)
{
    int64_t node = 0, changes = 0;
    bool is_new = false;
    *ret_is_taken = false;
    TRY(db_begin(k->db, 0));
    result r = find_node(k, &node, &is_new);
    if (r.code == E_OK && node >= NODES)
        r = FAIL(E_USAGE, "--db", "1024 servers serve this database already");
    const struct value values[] = {VI(node), VI(k->token), VI(LEASE_MS * INT64_C(1000))};
    if (r.code == E_OK)
        r = db_exec_values(k->db, is_new ? SQL_SERVER_INSERT : SQL_SERVER_TAKE, &changes, values,
                           COUNT(values));
    if (r.code == E_OK)
        r = db_commit(k->db);
    if (r.code != E_OK) {
        db_rollback(k->db);
        return r;
    }
    *ret_is_taken = changes == 1;
    if (*ret_is_taken)
        atomic_store(&k->node, node);
    return OK;
}

static void trust_since(struct keeper *k, int64_t ticks_us)
{
    owned_trust(&k->owned, ticks_us + (LEASE_MS - MARGIN_MS) * INT64_C(1000));
}

static result take_place(struct keeper *k)
{
    bool is_taken = false;
    for (int i = 0; i < TAKE_NODE_TRIES && !is_taken; i++) {
        const int64_t ticks_us = clock_ticks_us();
        do
            k->token = id_salt();
        while (k->token == 0);
        TRY(take_node(k, &is_taken));
        if (is_taken)
            trust_since(k, ticks_us);
    }
    if (!is_taken)
        return FAIL(E_STORE_BUSY, "--db", "too many servers start at once");
    id_node_set(atomic_load(&k->node));
    return OK;
}

/* A lease that has ended is not renewed: others may have taken what was ours. */
static result renew(struct keeper *k)
{
    const int64_t ticks_us = clock_ticks_us();
    int64_t changes = 0;
    TRY(CHANGE(k, SQL_SERVER_RENEW, &changes, VI(atomic_load(&k->node)), VI(k->token),
               VI(LEASE_MS * INT64_C(1000))));
    if (changes == 1) {
        trust_since(k, ticks_us);
        k->renewed_ticks_us = ticks_us;
        return OK;
    }
    log_event(LOG_LEASE_LOST, LI("node", atomic_load(&k->node)));
    owned_lose(&k->owned);
    return take_place(k);
}

/* Many tenants take longer than a lease. */
static result renew_in_time(struct keeper *k)
{
    const int64_t token = k->token;
    if (clock_ticks_us() < k->renewed_ticks_us + RENEW_MS * INT64_C(1000))
        return OK;
    TRY(renew(k));
    return k->token == token ? OK : FAIL(E_STORE_BUSY, NULL, "the lease was lost on the way");
}

/* ---- tenants ------------------------------------------------------------------------------- */

struct lease {
    int64_t tenant, token;
    bool is_free; /* nobody's, or a dead server's */
};

static result read_page(struct keeper *k, int64_t after, struct lease ret[PAGE_ROWS],
                        size_t *ret_count)
{
    struct rows rows;
    size_t count = 0;
    TRY(db_query(k->db, SQL_JOB_LEASE_LIST, &rows, VI(after), VI(PAGE_ROWS)));
    while (count < PAGE_ROWS && rows_next(&rows))
        ret[count++] = (struct lease){.tenant = row_i64(&rows, 0),
                                      .token = row_i64(&rows, 1),
                                      .is_free = row_i64(&rows, 2) < 0};
    *ret_count = count;
    return rows_done(&rows);
}

/* Calls visit for every tenant. Pages are read in snapshots, visits made outside them. */
static result each_lease(struct keeper *k,
                         result (*visit)(struct keeper *k, const struct lease *l, void *context),
                         void *context)
{
    struct lease page[PAGE_ROWS];
    size_t count = PAGE_ROWS;
    for (int64_t after = 0; count == PAGE_ROWS; after = page[PAGE_ROWS - 1].tenant) {
        TRY(db_begin_read(k->db));
        const result r = read_page(k, after, page, &count);
        db_end_read(k->db);
        TRY(r);
        for (size_t i = 0; i < count; i++) {
            TRY(renew_in_time(k));
            TRY(visit(k, &page[i], context));
        }
    }
    return OK;
}

/* How many tenants a server should have at most. */
static result fair_share(struct keeper *k, int64_t *ret)
{
    int64_t tenants = 0, servers = 0;
    TRY(db_begin_read(k->db));
    result r = db_number_values(k->db, SQL_SERVER_LIVING, &servers, NULL, 0);
    if (r.code == E_OK)
        r = db_number_values(k->db, SQL_TENANT_COUNT, &tenants, NULL, 0);
    db_end_read(k->db);
    TRY(r);
    if (servers < 1)
        servers = 1;
    *ret = (tenants + servers - 1) / servers;
    return OK;
}

static result visit_lease(struct keeper *k, const struct lease *lease, void *context)
{
    const int64_t *share = context;
    int64_t changes = 0;
    if (owned_is_listed(&k->owned, lease->tenant))
        return OK;
    if (lease->token == k->token) /* taken, though the answer was lost; or not given away */
        return owned_add(&k->owned, lease->tenant);
    if (!lease->is_free || (int64_t)owned_count(&k->owned) >= *share)
        return OK;
    TRY(CHANGE(k, SQL_JOB_LEASE_TAKE, &changes, VI(lease->tenant), VI(atomic_load(&k->node)),
               VI(k->token), VI(lease->token)));
    if (changes != 1)
        return OK;
    log_event(LOG_LEASE_TAKEN, LI("tenant", lease->tenant));
    return owned_add(&k->owned, lease->tenant);
}

static result share_out(struct keeper *k)
{
    int64_t share;
    TRY(fair_share(k, &share));
    TRY(each_lease(k, visit_lease, &share));
    for (int64_t tenant; (tenant = owned_give_away(&k->owned, share)) != 0;)
        TRY(CHANGE(k, SQL_JOB_LEASE_LEAVE, NULL, VI(tenant), VI(k->token)));
    return OK;
}

/* ---- the dead ------------------------------------------------------------------------------ */

struct dead {
    int64_t node, token;
};

static result adopt_from(struct keeper *k, const struct lease *lease, void *context)
{
    const struct dead *dead = context;
    return CHANGE(k, SQL_OPERATION_ADOPT, NULL, VI(lease->tenant), VI(dead->node),
                  VI(clock_now_us(k->clock)), VI(dead->token));
}

/* Makes what dead servers left open due. Done twice it changes nothing. */
static result adopt_dead(struct keeper *k)
{
    struct dead dead[DEAD_MAX];
    size_t count = 0;
    struct rows rows;
    TRY(db_begin_read(k->db));
    result r = db_query(k->db, SQL_SERVER_DEAD, &rows, VI(DEAD_MAX));
    if (r.code == E_OK) {
        for (; count < DEAD_MAX && rows_next(&rows); count++) {
            dead[count].node = row_i64(&rows, 0);
            dead[count].token = row_i64(&rows, 1);
        }
        r = rows_done(&rows);
    }
    db_end_read(k->db);
    TRY(r);
    for (size_t i = 0; i < count; i++) {
        TRY(each_lease(k, adopt_from, &dead[i]));
        TRY(CHANGE(k, SQL_SERVER_CLOSE, NULL, VI(dead[i].node), VI(dead[i].token)));
        log_event(LOG_SERVER_ADOPTED, LI("node", dead[i].node));
    }
    return OK;
}

/* ---- the thread ---------------------------------------------------------------------------- */

static result step(struct keeper *k)
{
    TRY(db_reconnect(k->db));
    TRY(renew(k));
    TRY(share_out(k));
    return adopt_dead(k);
}

static bool wait_a_while(struct keeper *k)
{
    const int64_t until_us = clock_ticks_us() + RENEW_MS * INT64_C(1000);
    const struct timespec until = {.tv_sec = until_us / US_PER_S,
                                   .tv_nsec = until_us % US_PER_S * 1000};
    int is_late = 0;
    pthread_mutex_lock(&k->lock);
    while (!k->is_stopping && is_late == 0)
        is_late = pthread_cond_timedwait(&k->woken, &k->lock, &until);
    const bool goes_on = !k->is_stopping;
    pthread_mutex_unlock(&k->lock);
    return goes_on;
}

static void *keeper_main(void *context)
{
    struct keeper *k = context;
    (void)pthread_setname_np(pthread_self(), "keeper");
    do {
        const result r = step(k);
        if (r.code != E_OK)
            log_job_failed(VALUE_JOB_KEEPER, 0, r);
    } while (wait_a_while(k));
    return NULL;
}

const _Atomic int64_t *keeper_node(const struct keeper *keeper)
{
    return &keeper->node;
}

static void keeper_free(struct keeper *k)
{
    db_close(k->db);
    pthread_mutex_destroy(&k->lock);
    pthread_cond_destroy(&k->woken);
    owned_done(&k->owned);
    heap_free(k);
}

result keeper_start(struct db *db, const struct clock *clock, struct keeper **ret)
{
    struct keeper *k = HEAP_NEW(struct keeper);
    if (k == NULL) {
        db_close(db);
        return E_NO_MEMORY;
    }
    k->db = db;
    k->clock = clock;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&k->woken, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&k->lock, NULL);
    owned_init(&k->owned);
    result r = take_place(k);
    if (r.code == E_OK && pthread_create(&k->thread, NULL, keeper_main, k) != 0)
        r = FAIL(E_INTERNAL, NULL, "no thread for the keeper");
    if (r.code != E_OK) {
        keeper_free(k);
        return r;
    }
    *ret = k;
    return OK;
}

void keeper_stop(struct keeper *k)
{
    if (k == NULL)
        return;
    pthread_mutex_lock(&k->lock);
    k->is_stopping = true;
    pthread_mutex_unlock(&k->lock);
    pthread_cond_signal(&k->woken);
    (void)pthread_join(k->thread, NULL);
    IGNORE(CHANGE(k, SQL_SERVER_CLOSE, NULL, VI(atomic_load(&k->node)), VI(k->token)),
           "the lease ends by itself");
    keeper_free(k);
}
