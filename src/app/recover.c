/* SPDX-License-Identifier: Apache-2.0 */
#include "app/recover.h"

#include <pthread.h>

#include "app/operation_resolve.h"

enum { STEP_ROWS = 256 };

struct recovery {
    struct app *app;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int64_t open;
};

static void one_recovered(void *context)
{
    struct recovery *recovery = context;
    pthread_mutex_lock(&recovery->lock);
    recovery->open--;
    pthread_cond_signal(&recovery->changed);
    pthread_mutex_unlock(&recovery->lock);
}

static void wait_for_all(struct recovery *recovery)
{
    pthread_mutex_lock(&recovery->lock);
    while (recovery->open > 0)
        pthread_cond_wait(&recovery->changed, &recovery->lock);
    pthread_mutex_unlock(&recovery->lock);
}

/* Up to STEP_ROWS keys that a statement lists. */
static result read_keys(struct recovery *recovery, enum sql sql, const struct value *values,
                        size_t value_count, int64_t ret[STEP_ROWS], size_t *ret_count)
{
    struct store *store = recovery->app->store;
    *ret_count = 0;
    struct db *db = store_read_begin(store);
    struct rows rows;
    result r = db_query_values(db, sql, &rows, values, value_count);
    if (r.code == E_OK) {
        while (*ret_count < STEP_ROWS && rows_next(&rows))
            ret[(*ret_count)++] = row_i64(&rows, 0);
        r = rows_done(&rows);
    }
    store_read_end(store, db);
    return r;
}

static result recover_tenant(struct recovery *recovery, int64_t tenant)
{
    int64_t keys[STEP_ROWS], after = 0;
    size_t count;
    do {
        const struct value values[] = {VI(tenant), VI(after), VI(STEP_ROWS)};
        TRY(read_keys(recovery, SQL_OPERATION_OPEN, values, COUNT(values), keys, &count));
        for (size_t i = 0; i < count; i++) {
            pthread_mutex_lock(&recovery->lock);
            recovery->open++;
            pthread_mutex_unlock(&recovery->lock);
            operation_resolve_start(recovery->app, tenant, keys[i], one_recovered, recovery);
        }
        store_settle(recovery->app->store);
        wait_for_all(recovery); /* a step at a time: memory stays bounded */
        if (count > 0)
            after = keys[count - 1];
    } while (count == STEP_ROWS);
    return OK;
}

static result recover_tenants(struct recovery *recovery)
{
    int64_t tenants[STEP_ROWS], after = 0;
    size_t count;
    do {
        const struct value values[] = {VI(after), VI(STEP_ROWS)};
        TRY(read_keys(recovery, SQL_TENANT_LIST, values, COUNT(values), tenants, &count));
        for (size_t i = 0; i < count; i++)
            TRY(recover_tenant(recovery, tenants[i]));
        if (count > 0)
            after = tenants[count - 1];
    } while (count == STEP_ROWS);
    return OK;
}

result operations_recover(struct app *app)
{
    struct recovery recovery = {.app = app};
    pthread_mutex_init(&recovery.lock, NULL);
    pthread_cond_init(&recovery.changed, NULL);
    const result r = recover_tenants(&recovery);
    pthread_cond_destroy(&recovery.changed);
    pthread_mutex_destroy(&recovery.lock);
    return r;
}
