/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "core/fee.h"
#include "core/ledger.h"
#include "store/store.h"
#include "store/tx.h"

#define NOW_US INT64_C(1800000000000000)

/* ---- plain SQL ----------------------------------------------------------------------------- */

static sqlite3 *open_plain(const char *path)
{
    sqlite3 *db;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        fail_msg("%s cannot be opened", path);
    (void)sqlite3_busy_timeout(db, 10000);
    return db;
}

void sql_run(const char *path, const char *sql)
{
    sqlite3 *db = open_plain(path);
    char *error = NULL;
    (void)sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", error, sql);
    (void)sqlite3_close(db);
}

id sql_id(const char *path, const char *sql)
{
    sqlite3 *db = open_plain(path);
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
        fail_msg("no row: %s", sql);
    const id row = {.key = sqlite3_column_int64(s, 0), .salt = sqlite3_column_int64(s, 1)};
    (void)sqlite3_finalize(s);
    (void)sqlite3_close(db);
    return row;
}

/* ---- what the store writes ----------------------------------------------------------------- */

/* A payment and what becomes of it. Amounts 0: none. */
struct story {
    int64_t tenant, payment, processor;
    enum model model;
    enum pay { PAYS_NONE = 0, PAYS, HOLDS, GIVES_BACK, CHARGES_BACK, MOVES, NUMBERS, TELLS } step;
    int64_t base_minor, customer_fee_minor;
    int64_t refund, refund_minor;
    split_line lines[2];
    size_t line_count;
    enum event_type event;
    int64_t only_endpoint;
};

static const struct story STORIES[] = {
    /* the marketplace */
    {.tenant = 1001, .step = TELLS, .event = EVT_PING, .only_endpoint = 9001},
    {.tenant = 1001, .step = TELLS, .event = EVT_PING, .only_endpoint = 9002},
    {1001,
     5001,
     1001,
     MODEL_PLATFORM,
     PAYS,
     1000,
     0,
     0,
     0,
     {{1002, 700, 70}, {1003, 300, 30}},
     2,
     EVT_PAYMENT_CAPTURED,
     0},
    {1001,
     5002,
     1001,
     MODEL_PLATFORM,
     PAYS,
     2200,
     0,
     0,
     0,
     {{1002, 2200, 220}},
     1,
     EVT_PAYMENT_CAPTURED,
     0},
    {1001,
     5003,
     1001,
     MODEL_PLATFORM,
     PAYS,
     1000,
     0,
     0,
     0,
     {{1003, 1000, 100}},
     1,
     EVT_PAYMENT_CAPTURED,
     0},
    {1001,
     5004,
     1001,
     MODEL_PLATFORM,
     PAYS,
     1000,
     0,
     0,
     0,
     {{1002, 1000, 0}},
     1,
     EVT_PAYMENT_CAPTURED,
     0},
    {1001, 5005, 1001, MODEL_PLATFORM, NUMBERS, 0, 0, 0, 0, {{0}}, 0, EVT_PAYMENT_AUTHORIZED, 0},
    {1001, 5006, 1001, MODEL_PLATFORM, NUMBERS, 0, 0, 0, 0, {{0}}, 0, EVT_PAYMENT_FAILED, 0},
    {1001,
     5007,
     1001,
     MODEL_PLATFORM,
     PAYS,
     100,
     190,
     0,
     0,
     {{1002, 100, 10}},
     1,
     EVT_PAYMENT_CAPTURED,
     0},
    {1001,
     5001,
     1001,
     MODEL_PLATFORM,
     GIVES_BACK,
     0,
     0,
     6001,
     500,
     {{1002, 300, 30}, {1003, 150, 20}},
     2,
     EVT_PAYMENT_REFUND_CREATED,
     0},
    {1001,
     5002,
     1001,
     MODEL_PLATFORM,
     GIVES_BACK,
     0,
     0,
     6002,
     2200,
     {{1002, 1980, 220}},
     1,
     EVT_PAYMENT_REFUNDED,
     0},
    {1001,
     5003,
     1001,
     MODEL_PLATFORM,
     HOLDS,
     0,
     0,
     6003,
     1000,
     {{1003, 900, 100}},
     1,
     EVT_PAYMENT_UPDATED,
     0},
    {1001,
     5004,
     1001,
     MODEL_PLATFORM,
     CHARGES_BACK,
     0,
     0,
     6004,
     1000,
     {{0}},
     0,
     EVT_PAYMENT_REFUNDED,
     0},
    {1001, 0, 1001, MODEL_ALONE, MOVES, 50, 0, 0, 0, {{1002, 0, 0}}, 1, EVENT_TYPE_NONE, 0},
    /* the platform */
    {2001,
     5101,
     2002,
     MODEL_SELLER,
     PAYS,
     1000,
     0,
     0,
     0,
     {{2002, 1000, 100}},
     1,
     EVT_PAYMENT_CAPTURED,
     0},
    {2001,
     5101,
     2002,
     MODEL_SELLER,
     GIVES_BACK,
     0,
     0,
     6101,
     900,
     {{2002, 850, 50}},
     1,
     EVT_PAYMENT_REFUND_CREATED,
     0},
    {2001,
     5101,
     2002,
     MODEL_SELLER,
     HOLDS,
     0,
     0,
     6102,
     50,
     {{2002, 45, 5}},
     1,
     EVT_PAYMENT_UPDATED,
     0},
    /* the ordinary merchant */
    {3001, 5201, 3001, MODEL_ALONE, PAYS, 1100, 0, 0, 0, {{0}}, 0, EVT_PAYMENT_CAPTURED, 0},
    {3001,
     5201,
     3001,
     MODEL_ALONE,
     GIVES_BACK,
     0,
     0,
     6201,
     300,
     {{0}},
     0,
     EVT_PAYMENT_REFUND_CREATED,
     0},
};

static enum money_event money_event_of(const struct story *f)
{
    return f->step == PAYS           ? EVENT_CAPTURE
           : f->step == CHARGES_BACK ? EVENT_CHARGEBACK
           : f->step == MOVES        ? EVENT_BALANCE_TRANSFER
                                     : EVENT_REFUND;
}

static result transfers_of(const struct story *f, transfer *ret, size_t *ret_count)
{
    struct posting posting = {
        .event = money_event_of(f),
        .model = f->model,
        .acquirer = HOUSE_ACQUIRER(1),
        .processor = f->processor,
        .platform = f->tenant,
        .base_minor = f->base_minor,
        .customer_fee_minor = f->customer_fee_minor,
        .refund_minor = f->refund_minor,
        .sender = f->tenant,
        .receiver = f->lines[0].merchant,
        .transfer_minor = f->base_minor,
        .lines = f->lines,
        .line_count = f->step == CHARGES_BACK ? 0 : f->line_count,
    };
    const struct rate rate = {.percent_e4 = 32500};
    TRY(fee_processing(f->base_minor, &rate, &posting.fee_minor, &posting.fee_tax_minor));
    return posting_transfers(&posting, ret, ret_count);
}

static result hold(struct tx *tx, const struct story *f, const transfer *transfers, size_t count)
{
    const int64_t parties[] = {f->processor, f->lines[0].merchant, f->tenant};
    for (size_t i = 0; i < COUNT(parties); i++) {
        bool is_first = true;
        for (size_t n = 0; n < i; n++)
            is_first = is_first && parties[n] != parties[i];
        const int64_t need_minor = -transfers_net(transfers, count, parties[i]);
        if (is_first && need_minor > 0)
            TRY(tx_hold(tx, f->tenant, parties[i], CUR_JPY, need_minor));
    }
    return OK;
}

static result tell(struct tx *tx, const struct story *f)
{
    char wire[ID_TEXT_BYTES];
    id_text((id){f->payment, SALT}, wire);
    const char *data =
        arena_printf(tx_arena(tx), "{\"id\":\"%s\",\"amount\":%" PRId64 "}", wire, f->base_minor);
    const struct event_entry event = {
        .tenant = f->tenant,
        .merchant = f->processor == 0 ? f->tenant : f->processor,
        .type = f->event,
        .created_us = NOW_US,
        .data = str_of(data),
        .only_endpoint = f->only_endpoint,
    };
    return tx_event(tx, &event, NULL);
}

struct story_work {
    struct work work;
    const struct story *story;
};

static result story_run(struct tx *tx, struct work *work)
{
    const struct story *f = ((const struct story_work *)work)->story;
    transfer transfers[TRANSFERS_MAX];
    size_t count = 0;
    int64_t ordinal;
    if (f->step == PAYS || f->step == NUMBERS)
        TRY(tx_payment_ordinal(tx, f->tenant, f->processor, &ordinal));
    if (f->step != NUMBERS && f->step != TELLS)
        TRY(transfers_of(f, transfers, &count));
    const struct ledger_entry entry = {.tenant = f->tenant,
                                       .event = money_event_of(f),
                                       .currency = CUR_JPY,
                                       .happened_us = NOW_US,
                                       .payment = f->payment,
                                       .refund = f->refund,
                                       .transfers = transfers,
                                       .count = count};
    if (f->step == HOLDS)
        TRY(hold(tx, f, transfers, count));
    else if (count > 0)
        TRY(tx_post(tx, &entry, NULL));
    return f->event == EVENT_TYPE_NONE ? OK : tell(tx, f);
}

static void tell_story(struct store *store, const struct story *f)
{
    struct story_work w = {.story = f};
    const result r = store_transact_wait(store, story_run, &w.work);
    if (r.code != E_OK)
        fail_msg("%s: %s", err_name(r.code), r.message == NULL ? "" : r.message);
}

/* ---- what SQL writes ----------------------------------------------------------------------- */

static const char TREE[] =
    "INSERT INTO tenant (tenant, live, event_hash, ledger_hash) VALUES"
    " (1001, 0, zeroblob(32), zeroblob(32)), (2001, 0, zeroblob(32), zeroblob(32)),"
    " (3001, 0, zeroblob(32), zeroblob(32));"
    "INSERT INTO merchant (tenant, id, salt, account_key, account_salt, kind, name, status,"
    " payments_enabled, payouts_enabled, mails, publishable_key, created_us, updated_us)"
    " SELECT column1, column2, 7, column2, 7, column3, 'm', 4, 1, 1, 0, 'pk', 1, 1 FROM (VALUES"
    " (1001, 1001, 3), (1001, 1002, 5), (1001, 1003, 5), (2001, 2001, 2), (2001, 2002, 4),"
    " (3001, 3001, 1));"
    "INSERT INTO webhook_endpoint (tenant, id, salt, url, types, secret, created_us, since_seq)"
    " VALUES (1001, 9001, 7, 'http://a', '', x'00', 1, 0),"
    " (1001, 9002, 7, 'http://b', 'ping,payment.refunded', x'00', 1, 1);";

/* id, tenant, merchant, ordinal, status, model, two-step, amount, tax, customer fee, refunded,
 * refunding, refunds, operation, reference, dispute, captured */
static const char PAYMENTS[] =
    "INSERT INTO payment (id, tenant, merchant, ordinal, status, model, is_two_step, amount_minor,"
    " tax_minor, customer_fee_minor, refunded_minor, refunding_minor, refund_count, operation,"
    " reference, dispute, captured_us, salt, method, rail, currency, created_us, deadline_us,"
    " details, locale) SELECT *, 7, 1, 1, 1, 1, 1, '{}', 1 FROM (VALUES"
    " (5001, 1001, 1001, 1, 3, 2, 0, 1000, 0, 0, 500, 0, 1, 0, 7001, 0, 1),"
    " (5002, 1001, 1001, 2, 4, 2, 0, 2000, 200, 0, 2200, 0, 1, 0, 7002, 0, 1),"
    " (5003, 1001, 1001, 3, 3, 2, 1, 1000, 0, 0, 0, 1000, 1, 7004, 7003, 0, 1),"
    " (5004, 1001, 1001, 4, 4, 2, 0, 1000, 0, 0, 1000, 0, 1, 0, 7005, 2, 1),"
    " (5005, 1001, 1001, 5, 2, 2, 1, 500, 0, 0, 0, 0, 0, 0, 7006, 0, 0),"
    " (5006, 1001, 1001, 6, 7, 2, 0, 500, 0, 0, 0, 0, 0, 0, 7007, 0, 0),"
    " (5007, 1001, 1001, 7, 3, 2, 0, 100, 0, 190, 0, 0, 0, 0, 7008, 1, 1),"
    " (5101, 2001, 2002, 1, 3, 3, 0, 1000, 0, 0, 900, 50, 2, 7102, 7101, 0, 1),"
    " (5201, 3001, 3001, 1, 3, 1, 0, 1000, 100, 0, 300, 0, 1, 0, 7201, 0, 1));";

static const char REFUNDS[] =
    "INSERT INTO refund (tenant, payment, id, state, amount_minor, is_reverse, chargeback,"
    " has_split, salt, created_us) SELECT *, 7, 1 FROM (VALUES"
    " (1001, 5001, 6001, 2, 500, 0, 0, 1), (1001, 5002, 6002, 2, 2200, 1, 0, 0),"
    " (1001, 5003, 6003, 1, 1000, 1, 0, 0), (1001, 5004, 6004, 2, 1000, 0, 1, 0),"
    " (1001, 5007, 6005, 3, 50, 0, 0, 1), (2001, 5101, 6101, 2, 900, 0, 0, 1),"
    " (2001, 5101, 6102, 1, 50, 0, 0, 1), (3001, 5201, 6201, 2, 300, 0, 0, 0));"
    "INSERT INTO split_line VALUES"
    " (1001, 5001, 0, 1, 1002, 700, 70), (1001, 5001, 0, 2, 1003, 300, 30),"
    " (1001, 5001, 6001, 1, 1002, 300, 30), (1001, 5001, 6001, 2, 1003, 150, 20),"
    " (1001, 5002, 0, 1, 1002, 2200, 220), (1001, 5002, 6002, 1, 1002, 1980, 220),"
    " (1001, 5003, 0, 1, 1003, 1000, 100), (1001, 5003, 6003, 1, 1003, 900, 100),"
    " (1001, 5004, 0, 1, 1002, 1000, 0), (1001, 5007, 0, 1, 1002, 100, 10),"
    " (1001, 5007, 6005, 1, 1002, 45, 5), (2001, 5101, 0, 1, 2002, 1000, 100),"
    " (2001, 5101, 6101, 1, 2002, 850, 50), (2001, 5101, 6102, 1, 2002, 45, 5);";

/* tenant, id, rail_op, state, payment, refund, due, key-bound, status, event, body */
static const char OPERATIONS[] =
    "INSERT INTO operation (tenant, id, rail_op, state, payment, refund, due_us, is_key_bound,"
    " http_status, event_seq, body, salt, sent_us) SELECT *, 7, 1 FROM (VALUES"
    " (1001, 7001, 2, 3, 5001, 0, 0, 1, 200, 3, NULL),"
    " (1001, 7002, 2, 3, 5002, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7003, 1, 3, 5003, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7004, 5, 1, 5003, 6003, 9, 1, 0, 0, NULL),"
    " (1001, 7005, 2, 3, 5004, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7006, 1, 3, 5005, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7007, 2, 3, 5006, 0, 0, 1, 402, 0, '{}'),"
    " (1001, 7008, 2, 3, 5007, 0, 0, 0, 200, 0, NULL),"
    " (1001, 7009, 5, 4, 5007, 6005, 0, 0, 504, 0, '{}'),"
    " (2001, 7101, 2, 3, 5101, 0, 0, 0, 200, 0, NULL),"
    " (2001, 7102, 5, 2, 5101, 6102, 9, 0, 0, 0, NULL),"
    " (2001, 7103, 5, 3, 5101, 6101, 0, 0, 200, 0, NULL),"
    " (3001, 7201, 2, 3, 5201, 0, 0, 0, 200, 0, NULL));"
    "INSERT INTO idempotency VALUES (1001, x'0011', 1, 7001), (1001, x'0012', 1, 7004),"
    " (1001, x'0013', 1, 7007);"
    "INSERT INTO token (tenant, id, salt, merchant, method, sealed, details, created_us,"
    " expires_us, used_by) VALUES (1001, 8001, 7, 1001, 1, NULL, '{}', 1, 2, 5001),"
    " (1001, 8002, 7, 1001, 1, x'00', '{}', 1, 2, 0);"
    "UPDATE webhook_delivery SET state = 2, tries = 1, due_us = 0, last_us = 1, last_status = 204"
    " WHERE event_seq = 3;";

void world_move(struct store *store)
{
    const struct story f = {.tenant = 1001,
                            .processor = 1002,
                            .step = MOVES,
                            .model = MODEL_ALONE,
                            .base_minor = 1,
                            .lines = {{1002, 0, 0}},
                            .event = EVT_APPLICATION_ACCEPTED};
    tell_story(store, &f);
}

/* More captures of the ordinary merchant, so that its statement has marks. */
static void post_many(struct store *store, int64_t from, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const struct story f = {.tenant = 3001,
                                .payment = from + i,
                                .processor = 3001,
                                .model = MODEL_ALONE,
                                .step = PAYS,
                                .base_minor = 1000,
                                .event = EVT_PAYMENT_CAPTURED};
        tell_story(store, &f);
    }
}

static struct store *open_store(const char *path)
{
    struct store *store;
    const struct store_config config = {
        .url = path, .access = STORE_COMMAND, .clock = &CLOCK_SYSTEM};
    const result r = store_open(&config, &store);
    if (r.code != E_OK)
        fail_msg("%s: %s", err_name(r.code), r.message == NULL ? "" : r.message);
    return store;
}

void world_build(const char *path)
{
    struct store *store = open_store(path);
    store_close(store);
    sql_run(path, TREE);
    store = open_store(path);
    for (size_t i = 0; i < COUNT(STORIES); i++)
        tell_story(store, &STORIES[i]);
    post_many(store, 5301, 60);
    store_close(store);
    sql_run(path, PAYMENTS);
    sql_run(path, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) "
                  "INSERT INTO payment (tenant, id, salt, merchant, ordinal, status, model, method,"
                  " rail, is_two_step, currency, amount_minor, tax_minor, customer_fee_minor,"
                  " created_us, deadline_us, captured_us, details, locale) "
                  "SELECT 3001, 5300 + i, 7, 3001, 1 + i, 3, 1, 1, 1, 0, 1, 1000, 0, 0, 1, 1, 1,"
                  " '{}', 1 FROM n");
    sql_run(path, REFUNDS);
    sql_run(path, OPERATIONS);
}
