/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/place.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "lib/database.h"

enum { HASH_BYTES = 32, WAITS_MAX = 5000 };

/* What the works below are told; one test runs one at a time. */
static struct {
    struct app *app;
    struct arena *arena;
    int64_t tenant, merchant, seconds, seq;
    id endpoint;
    const char *url, *secret, *data;
} told;

void place_write(struct place *p, result (*run)(struct tx *tx, struct work *work))
{
    struct work work = {0};
    told.app = &p->app;
    told.arena = p->arena;
    CHECK_OK(store_transact_wait(p->app.store, run, &work));
}

static result merchant_put(struct db *db, int64_t tenant, int64_t key, const char *name)
{
    return db_exec(db, SQL_MERCHANT_INSERT, VI(tenant), VI(key), VI(11), VI(key), VI(12), VI(2),
                   VT(str_of(name)), VI(4), VI(1), VI(1), VI(0), VT(S("pk_test_x")), VI(1));
}

static result tenant_run(struct tx *tx, struct work *work)
{
    static const uint8_t ZEROS[HASH_BYTES];
    (void)work;
    TRY(db_exec(tx_db(tx), SQL_TENANT_INSERT, VI(told.tenant), VI(0), VB(ZEROS, sizeof ZEROS)));
    TRY(merchant_put(tx_db(tx), told.tenant, told.tenant, "Platform \"One\""));
    return merchant_put(tx_db(tx), told.tenant, told.tenant + 1, "Seller");
}

void tenant_add(struct place *p, int64_t tenant)
{
    told.tenant = tenant;
    place_write(p, tenant_run);
}

static result endpoint_run(struct tx *tx, struct work *work)
{
    str sealed;
    (void)work;
    TRY(vault_seal_text(told.app->vault, VAULT_WEBHOOK_SECRET, told.endpoint, str_of(told.secret),
                        told.arena, &sealed));
    return db_exec(tx_db(tx), SQL_WEBHOOK_ENDPOINT_INSERT, VI(told.tenant), VI(told.endpoint.key),
                   VI(told.endpoint.salt), VT(str_of(told.url)), VT(S("")),
                   VB(sealed.at, sealed.bytes), VI(1), VI(0));
}

int64_t endpoint_add(struct place *p, int64_t tenant, const char *url, const char *secret)
{
    told.tenant = tenant;
    told.endpoint = id_new(clock_now_us(p->app.clock));
    told.url = url;
    told.secret = secret;
    place_write(p, endpoint_run);
    return told.endpoint.key;
}

static result event_run(struct tx *tx, struct work *work)
{
    struct event_entry entry = {.tenant = told.tenant,
                                .merchant = told.merchant,
                                .type = EVT_PAYMENT_CAPTURED,
                                .data = str_of(told.data),
                                .reason = STR_NONE};
    (void)work;
    TRY(tx_now(tx, told.tenant, &entry.created_us));
    return tx_event(tx, &entry, &told.seq);
}

int64_t event_add(struct place *p, int64_t tenant, int64_t merchant, const char *data)
{
    told.tenant = tenant;
    told.merchant = merchant;
    told.data = data;
    place_write(p, event_run);
    if (p->jobs != NULL)
        jobs_kick(p->jobs);
    return told.seq;
}

static result advance_run(struct tx *tx, struct work *work)
{
    int64_t now_us;
    (void)work;
    TRY(tx_now(tx, told.tenant, &now_us));
    return tx_clock_set(tx, told.tenant, now_us + told.seconds * US_PER_S);
}

void clock_advance(struct place *p, int64_t tenant, int64_t seconds)
{
    told.tenant = tenant;
    told.seconds = seconds;
    place_write(p, advance_run);
}

static result read_delivery(struct place *p, struct db *db, int64_t tenant, int64_t event,
                            int64_t endpoint, struct delivery_row *ret)
{
    struct rows rows;
    TRY(db_query(db, SQL_WEBHOOK_DELIVERY_RECENT, &rows, VI(tenant), VI(endpoint), VI(1000)));
    while (rows_next(&rows))
        if (row_i64(&rows, 0) == event)
            *ret = (struct delivery_row){.found = true,
                                         .state = row_i64(&rows, 1),
                                         .tries = row_i64(&rows, 2),
                                         .due_us = row_i64(&rows, 3),
                                         .last_us = row_i64(&rows, 4),
                                         .last_status = row_i64(&rows, 5),
                                         .last_error = row_copy(&rows, 6, p->arena)};
    return rows_done(&rows);
}

struct delivery_row delivery_of(struct place *p, int64_t tenant, int64_t event, int64_t endpoint)
{
    struct delivery_row row = {0};
    struct db *db = store_read_begin(p->app.store);
    const result r = read_delivery(p, db, tenant, event, endpoint, &row);
    store_read_end(p->app.store, db);
    CHECK_OK(r);
    return row;
}

void wait_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = 2000000};
    (void)nanosleep(&moment, NULL);
}

struct delivery_row delivery_wait(struct place *p, int64_t tenant, int64_t event, int64_t endpoint,
                                  int64_t state)
{
    struct delivery_row row = {0};
    for (int i = 0; i < WAITS_MAX; i++) {
        row = delivery_of(p, tenant, event, endpoint);
        if (row.state == state)
            return row;
        wait_a_moment();
    }
    fail_msg("the delivery of event %d is in state %d, not %d", (int)event, (int)row.state,
             (int)state);
    return row;
}

void jobs_begin(struct place *p, bool allow_private)
{
    const struct jobs_config config = {.allow_private_webhooks = allow_private};
    CHECK_OK(jobs_start(&p->app, &config, &p->jobs));
    assert_non_null(p->app.outbox_filled);
}

void jobs_end(struct place *p)
{
    jobs_stop(p->jobs);
    p->jobs = NULL;
    assert_null(p->app.outbox_filled);
}

int place_begin(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    if (p == NULL)
        return -1;
    *state = p;
    memcpy(p->directory, "/tmp/kessai-jobs-XXXXXX", sizeof "/tmp/kessai-jobs-XXXXXX");
    p->arena = arena_new(16 << 20);
    if (p->arena == NULL || mkdtemp(p->directory) == NULL)
        return -1;
    p->app.clock = &CLOCK_SYSTEM;
    p->url = test_store_url(p->directory, p->arena);
    const struct store_config config = {
        .url = p->url, .access = STORE_SERVER, .clock = &CLOCK_SYSTEM};
    CHECK_OK(vault_open(test_store_key(p->directory, p->arena), &p->app.vault));
    CHECK_OK(store_open(&config, &p->app.store));
    tenant_add(p, PLATFORM);
    return 0;
}

int place_end(void **state)
{
    struct place *p = *state;
    if (p->jobs != NULL)
        jobs_end(p);
    store_close(p->app.store);
    vault_close(p->app.vault);
    test_store_drop(p->url, p->directory, p->arena);
    const int left = access(p->directory, F_OK) == 0 ? -1 : 0; /* a file that nobody knows of */
    arena_free(p->arena);
    free(p);
    return left;
}
