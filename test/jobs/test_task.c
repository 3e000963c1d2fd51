/* SPDX-License-Identifier: Apache-2.0 */
/* test_task.c: payments, operations and subscriptions that are due are handed to their use cases,
 * once; what is old is swept. */
#include <string.h>

#include "base/clock.h"
#include "core/idem.h"
#include "jobs/doubles.h"
#include "jobs/place.h"
#include "jobs/sink.h"
#include "jobs/webhook.h"

enum { PAYMENTS = 600, OPERATIONS = 40, SUBSCRIPTIONS = 300, KEYS = 1300, WAITS_MAX = 5000 };

static result payments_run(struct tx *tx, struct work *work)
{
    int64_t now_us;
    (void)work;
    TRY(tx_now(tx, PLATFORM, &now_us));
    for (int64_t i = 1; i <= PAYMENTS; i++) {
        TRY(db_exec(tx_db(tx), SQL_PAYMENT_INSERT, VI(PLATFORM), VI(i), VI(1), VI(PLATFORM), VI(i),
                    VI(2), VI(1), VI(1), VI(1), VI(1), VI(1), VI(100), VI(0), VI(0), VI(0), VI(0),
                    VI(now_us), VI(now_us + 3600 * US_PER_S), VT(S("{}")), VNULL, VNULL, VNULL,
                    VI(1), VNULL, VNULL, VI(0), VI(0), VI(0), VI(0), VI(0), VNULL, VNULL, VNULL,
                    VNULL, VNULL, VNULL, VNULL, VNULL));
        TRY(db_exec(tx_db(tx), SQL_PAYMENT_SAVE, VI(PLATFORM), VI(i), VI(2), VI(100), VI(0), VI(0),
                    VI(0), VI(0), VI(0), VI(0), VI(0), VI(0), VI(0), VI(0), VI(0),
                    VI(now_us + 3600 * US_PER_S), VI(0), VI(0), VI(0)));
    }
    return OK;
}

/* Goal: moving the clock past a deadline expires all payments, each once, more than one batch of
 * them, and their events have been sent when jobs_run_due() returns. */
static void the_clock_expires_payments(void **state)
{
    struct place *p = *state;
    struct sink sink = {.statuses = {200}};
    sink_start(&sink);
    (void)endpoint_add(p, PLATFORM, sink.url, "secret");
    place_write(p, payments_run);
    atomic_store(&expire_calls, 0);
    jobs_begin(p, true);
    jobs_run_due(p->jobs, PLATFORM, 10000);
    assert_int_equal(atomic_load(&expire_calls), 0);
    clock_advance(p, PLATFORM, 3601);
    jobs_run_due(p->jobs, PLATFORM, 30000);
    assert_int_equal(atomic_load(&expire_calls), PAYMENTS);
    assert_int_equal(sink_count(&sink), PAYMENTS);
    jobs_end(p);
    sink_stop(&sink);
    assert_string_equal(sink_header(&sink, 0, "X-Komoju-Event"), "payment.expired");
    sink_done(&sink);
}

static result subscriptions_run(struct tx *tx, struct work *work)
{
    int64_t now_us;
    (void)work;
    TRY(tx_now(tx, PLATFORM, &now_us));
    for (int64_t i = 1; i <= SUBSCRIPTIONS; i++)
        TRY(db_exec(tx_db(tx), SQL_SUBSCRIPTION_INSERT, VI(PLATFORM), VI(i), VI(1), VI(1), VI(1),
                    VI(1), VI(1), VI(100), VI(now_us + 3600 * US_PER_S), VI(0), VI(0), VNULL,
                    VI(now_us)));
    return OK;
}

/* Goal: moving the clock to where subscriptions are due charges all of them, each once, more than
 * one batch of them, before jobs_run_due() returns; what is not due is left alone. */
static void the_clock_charges_subscriptions(void **state)
{
    struct place *p = *state;
    place_write(p, subscriptions_run);
    atomic_store(&renew_calls, 0);
    jobs_begin(p, true);
    jobs_run_due(p->jobs, PLATFORM, 10000);
    assert_int_equal(atomic_load(&renew_calls), 0);
    clock_advance(p, PLATFORM, 3601);
    jobs_run_due(p->jobs, PLATFORM, 30000);
    assert_int_equal(atomic_load(&renew_calls), SUBSCRIPTIONS);
    jobs_end(p);
}

static result operations_run(struct tx *tx, struct work *work)
{
    (void)work;
    for (int64_t i = 1; i <= OPERATIONS; i++)
        TRY(db_exec(tx_db(tx), SQL_OPERATION_INSERT, VI(PLATFORM), VI(i), VI(1), VI(1), VI(2),
                    VI(i), VI(0), VI(100), VI(0), VI(1), VI(1), VI(0), VI(0), VI(0), VNULL));
    return OK;
}

/* Goal: operations that are due are inquired, each once, and waiting commands are woken. */
static void operations_that_are_due_are_inquired(void **state)
{
    struct place *p = *state;
    place_write(p, operations_run);
    atomic_store(&resolve_calls, 0);
    atomic_store(&wake_calls, 0);
    jobs_begin(p, true);
    for (int i = 0; i < WAITS_MAX &&
                    (atomic_load(&resolve_calls) < OPERATIONS || atomic_load(&wake_calls) < 2);
         i++)
        wait_a_moment();
    jobs_end(p);
    assert_int_equal(atomic_load(&resolve_calls), OPERATIONS);
    assert_true(atomic_load(&wake_calls) >= 2);
}

static void key_of(int i, uint8_t ret[IDEM_HASH_BYTES])
{
    memset(ret, i * 37 % 251, IDEM_HASH_BYTES);
    ret[1] = (uint8_t)(i >> 8);
    ret[2] = (uint8_t)i;
}

static int64_t tokens[2];

/* Every third key is young; the youngest of the old ones is a second too old. */
static result keys_run(struct tx *tx, struct work *work)
{
    const int64_t now_us = tx_real_now(tx);
    (void)work;
    for (int i = 0; i < KEYS; i++) {
        uint8_t key[IDEM_HASH_BYTES];
        key_of(i, key);
        const int64_t age_us = i % 3 == 0 ? US_PER_DAY - 60 * US_PER_S : US_PER_DAY + US_PER_S;
        TRY(db_exec(tx_db(tx), SQL_IDEMPOTENCY_INSERT, VI(PLATFORM), VB(key, sizeof key), VI(i),
                    VI(id_floor(now_us - age_us))));
    }
    for (int i = 0; i < 2; i++) {
        static const int64_t AGES_S[] = {3660, 3500}; /* just expired, and not yet */
        const int64_t made_us = now_us - AGES_S[i] * US_PER_S;
        tokens[i] = id_floor(made_us);
        TRY(db_exec(tx_db(tx), SQL_TOKEN_INSERT, VI(PLATFORM), VI(tokens[i]), VI(i), VI(PLATFORM),
                    VI(1), VI(0), VB("sealed", 6), VT(S("{}")), VNULL, VI(made_us),
                    VI(made_us + 3600 * US_PER_S), VNULL));
    }
    return OK;
}

static result count_keys(struct db *db, size_t *ret_old, size_t *ret_young)
{
    for (int i = 0; i < KEYS; i++) {
        uint8_t key[IDEM_HASH_BYTES];
        struct rows rows;
        key_of(i, key);
        TRY(db_query(db, SQL_IDEMPOTENCY_GET, &rows, VI(PLATFORM), VB(key, sizeof key)));
        const size_t is_there = rows_next(&rows);
        TRY(rows_done(&rows));
        *(i % 3 == 0 ? ret_young : ret_old) += is_there;
    }
    return OK;
}

static bool is_sealed(struct place *p, int token)
{
    struct rows rows;
    bool sealed = false;
    struct db *db = store_read_begin(p->app.store);
    result r = db_query(db, SQL_TOKEN_GET, &rows, VI(PLATFORM), VI(tokens[token]));
    if (r.code == E_OK) {
        sealed = rows_next(&rows) && !row_is_null(&rows, 5);
        r = rows_done(&rows);
    }
    store_read_end(p->app.store, db);
    CHECK_OK(r);
    return sealed;
}

/* Goal: keys older than a day go, the others stay, over several steps; and so do the sealed cards
 * of tokens that have expired. */
static void old_keys_are_swept(void **state)
{
    struct place *p = *state;
    size_t old = 1, young = 0;
    place_write(p, keys_run);
    jobs_begin(p, true);
    for (int i = 0; i < WAITS_MAX && old > 0; i++) {
        struct db *db = store_read_begin(p->app.store);
        old = young = 0;
        const result r = count_keys(db, &old, &young);
        store_read_end(p->app.store, db);
        CHECK_OK(r);
        wait_a_moment();
    }
    jobs_end(p);
    assert_int_equal(old, 0);
    assert_int_equal(young, (KEYS + 2) / 3);
    assert_false(is_sealed(p, 0));
    assert_true(is_sealed(p, 1));
}

/* Goal: stopping at once, twice, with work in every queue, neither hangs nor leaks. */
static void jobs_stop_at_any_time(void **state)
{
    struct place *p = *state;
    place_write(p, payments_run);
    place_write(p, operations_run);
    clock_advance(p, PLATFORM, 3601);
    for (int i = 0; i < 5; i++) {
        jobs_begin(p, false);
        jobs_end(p);
    }
    jobs_begin(p, false);
    jobs_run_due(p->jobs, PLATFORM, 0);
    jobs_run_due(p->jobs, 424242, 1000); /* a tenant that is not there */
    jobs_end(p);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, place_begin, place_end)
int main(void)
{
    const struct CMUnitTest all[] = {
        STORY(the_clock_expires_payments),
        STORY(the_clock_charges_subscriptions),
        STORY(operations_that_are_due_are_inquired),
        STORY(old_keys_are_swept),
        STORY(jobs_stop_at_any_time),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
