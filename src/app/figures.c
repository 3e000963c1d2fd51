/* SPDX-License-Identifier: Apache-2.0 */
#include "app/figures.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/metric.h"
#include "core/ledger.h"

enum {
    OUTBOX_COUNTED_MAX = 10000,     /* of a tenant; said in metric.def */
    OPERATIONS_COUNTED_MAX = 10000, /* in all; the same */
    ARENA_BYTES = 64 << 10,
};

/* Values of LABEL_ACCOUNT: house accounts as they are numbered, then acquirers. */
enum { ACQUIRER_FIRST = 8 };

static const enum metric OF_STORE[] = {
    METRIC_TENANTS,        METRIC_LEDGER_TRANSACTIONS, METRIC_EVENTS,
    METRIC_LEDGER_HOUSE,   METRIC_OUTBOX_WAITING,      METRIC_OUTBOX_AGE,
    METRIC_OUTBOX_LATE,    METRIC_OPERATIONS_OPEN,     METRIC_OPERATIONS_UNKNOWN,
    METRIC_OPERATIONS_AGE, METRIC_PAYMENTS_REFUSED,    METRIC_PAYMENTS_OWED,
};

void figures_label(void)
{
#define RAIL(name, number, slug, flow, world, text)                                                \
    metric_label(LABEL_RAIL, (number), slug);                                                      \
    metric_label(LABEL_ACCOUNT, ACQUIRER_FIRST + (number), "acquirer:" slug);
#include "rails/rail.def"
#undef RAIL
#define CURRENCY(code, number, digits) metric_label(LABEL_CURRENCY, (number), #code);
#include "core/currency.def"
#undef CURRENCY
    metric_label(LABEL_ACCOUNT, (unsigned)-HOUSE_FEE, "fee");
    metric_label(LABEL_ACCOUNT, (unsigned)-HOUSE_TAX, "tax");
    metric_label(LABEL_ACCOUNT, (unsigned)-HOUSE_CUSTOMER_FEE, "customer_fee");
    metric_label(LABEL_ACCOUNT, (unsigned)-HOUSE_PAYOUT_CLEARING, "payout_clearing");
    metric_label(LABEL_ACCOUNT, (unsigned)-HOUSE_REFUND_CLEARING, "refund_clearing");
}

/* The account's value in LABEL_ACCOUNT; 0, "other", for one without a name. */
static unsigned account_label(int64_t account)
{
    const int64_t number = -account;
    if (number > 0 && number < ACQUIRER_FIRST)
        return (unsigned)number;
    const int64_t rail = number + HOUSE_ACQUIRER(0);
    return rail > 0 && rail < RAILS ? ACQUIRER_FIRST + (unsigned)rail : 0;
}

static struct labels of_mode(bool is_live)
{
    return LABELS(is_live ? VALUE_MODE_LIVE : VALUE_MODE_TEST);
}

/* A time span as a gauge; none is negative, although clocks of test tenants move. */
static void set_age(enum metric metric, bool is_live, int64_t us)
{
    metric_set(metric, of_mode(is_live), us < 0 ? 0 : us);
}

static result collect_heads(struct db *db, bool is_live)
{
    struct rows rows;
    TRY(db_query(db, SQL_FIGURES_HEADS, &rows, VI(is_live)));
    if (rows_next(&rows)) {
        metric_set(METRIC_TENANTS, of_mode(is_live), row_i64(&rows, 0));
        metric_set(METRIC_LEDGER_TRANSACTIONS, of_mode(is_live), row_i64(&rows, 1));
        metric_set(METRIC_EVENTS, of_mode(is_live), row_i64(&rows, 2));
    }
    return rows_done(&rows);
}

static result collect_house(struct db *db, bool is_live)
{
    struct rows rows;
    TRY(db_query(db, SQL_FIGURES_HOUSE, &rows, VI(is_live)));
    while (rows_next(&rows)) {
        const struct labels labels =
            LABELS(of_mode(is_live).value[0], account_label(row_i64(&rows, 0)),
                   (unsigned)row_i64(&rows, 1));
        metric_set(METRIC_LEDGER_HOUSE, labels, row_i64(&rows, 2));
    }
    return rows_done(&rows);
}

static result collect_outbox(struct db *db, bool is_live, int64_t now_us)
{
    struct rows rows;
    TRY(db_query(db, SQL_FIGURES_OUTBOX, &rows, VI(is_live), VI(OUTBOX_COUNTED_MAX), VI(now_us)));
    if (rows_next(&rows)) {
        metric_set(METRIC_OUTBOX_WAITING, of_mode(is_live), row_i64(&rows, 0));
        set_age(METRIC_OUTBOX_AGE, is_live, row_i64(&rows, 1));
        set_age(METRIC_OUTBOX_LATE, is_live, row_i64(&rows, 2));
    }
    return rows_done(&rows);
}

static result collect_operations(struct db *db, bool is_live, int64_t now_us)
{
    struct rows rows;
    TRY(db_query(db, SQL_FIGURES_OPERATIONS, &rows, VI(is_live), VI(OPERATIONS_COUNTED_MAX),
                 VI(now_us)));
    if (rows_next(&rows)) {
        metric_set(METRIC_OPERATIONS_OPEN, of_mode(is_live), row_i64(&rows, 0));
        metric_set(METRIC_OPERATIONS_UNKNOWN, of_mode(is_live), row_i64(&rows, 1));
        set_age(METRIC_OPERATIONS_AGE, is_live, row_i64(&rows, 2));
    }
    return rows_done(&rows);
}

static result collect_refused(struct db *db, bool is_live)
{
    struct rows rows;
    TRY(db_query(db, SQL_FIGURES_REFUSED, &rows, VI(is_live), VI(OPERATIONS_COUNTED_MAX)));
    if (rows_next(&rows)) {
        metric_set(METRIC_PAYMENTS_REFUSED, of_mode(is_live), row_i64(&rows, 0));
        metric_set(METRIC_PAYMENTS_OWED, of_mode(is_live), row_i64(&rows, 1));
    }
    return rows_done(&rows);
}

static result collect_world(struct db *db, bool is_live, int64_t now_us)
{
    TRY(collect_heads(db, is_live));
    TRY(collect_house(db, is_live));
    TRY(collect_outbox(db, is_live, now_us));
    TRY(collect_refused(db, is_live));
    return collect_operations(db, is_live, now_us);
}

static int64_t bytes_of(const char *path)
{
    struct stat found;
    return path != NULL && stat(path, &found) == 0 ? (int64_t)found.st_size : -1;
}

static void set_bytes(enum metric metric, int64_t bytes)
{
    if (bytes >= 0)
        metric_set(metric, LABELS_NONE, bytes);
    else
        metric_forget(metric);
}

/* The database file, and the room it has to grow. */
static void collect_disk(const char *path)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    struct statvfs disk;
    if (arena != NULL) {
        set_bytes(METRIC_STORE_FILE_BYTES, bytes_of(path));
        set_bytes(METRIC_STORE_LOG_BYTES, bytes_of(arena_printf(arena, "%s-wal", path)));
        set_bytes(METRIC_STORE_FREE_BYTES,
                  statvfs(path, &disk) == 0 ? (int64_t)(disk.f_bavail * disk.f_frsize) : -1);
    }
    arena_free(arena);
}

void figures_collect(struct app *app)
{
    const int64_t now_us = clock_now_us(app->clock);
    struct db *db = store_read_begin(app->store);
    result r = collect_world(db, false, now_us);
    if (r.code == E_OK)
        r = collect_world(db, true, now_us);
    store_read_end(app->store, db);
    metric_set(METRIC_STORE_UP, LABELS_NONE, r.code == E_OK);
    for (size_t i = 0; r.code != E_OK && i < COUNT(OF_STORE); i++)
        metric_forget(OF_STORE[i]);
    if (!store_is_shared(app->store)) /* a server of databases has its own figures */
        collect_disk(store_path(app->store));
}
