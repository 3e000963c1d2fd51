/* SPDX-License-Identifier: Apache-2.0 */
/* postgres.c: transactions and rows on PostgreSQL. See postgres.h. */
#include "store/postgres.h"

#include <endian.h>
#include <string.h>

#include "base/clock.h"
#include "base/heap.h"

#define RETRY_US INT64_C(200000)
enum { PLAN_AGAIN_FACTOR = 3 };

static struct postgres_db *of(struct db *db)
{
    return (struct postgres_db *)db;
}

/* ---- transactions -------------------------------------------------------------------------- */

static result start(struct postgres_db *db, const char *text)
{
    db->error = OK;
    db->is_open = true;
    postgres_forget_expected(db);
    if (db->is_bad)
        return postgres_keep(db, FAIL(E_STORE_DOWN, NULL, NULL));
    TRY(postgres_send(db, text));
    if (db->transactions++ != db->plan_again_at)
        return OK;
    /* While a table is nearly empty, all its indexes look equally good to the planner, and the one
     * it takes then is slow later. Statistics mend that, but only after a minute or more. */
    db->plan_again_at *= PLAN_AGAIN_FACTOR;
    return postgres_send(db, "DISCARD PLANS");
}

static void expect(struct db *self, enum sql sql, int64_t tenant, struct value key)
{
    postgres_expect(of(self), sql, tenant, key);
}

static result postgres_begin(struct db *self, int64_t tenant)
{
    struct postgres_db *db = of(self);
    TRY(start(db, "BEGIN"));
    self->tenant = tenant;
    if (tenant == 0)
        return OK;
    return postgres_send_statement(db, SQL_TENANT_LOCK, (const struct value[]){VI(tenant)}, 1);
}

static result postgres_commit(struct db *self)
{
    struct postgres_db *db = of(self);
    char tag[16] = "";
    self->tenant = 0;
    if (db->is_bad)
        (void)postgres_keep(db, FAIL(E_STORE_DOWN, NULL, NULL));
    if (db->error.code != E_OK)
        return db->error;
    result r = postgres_send(db, "COMMIT"); /* skipped by the server after an error before it */
    if (r.code == E_OK)
        r = postgres_synchronise(db, tag);
    if (db->is_bad)
        return FAIL(E_STORE_LOST, NULL, NULL);
    db->is_open = PQtransactionStatus(db->connection) != PQTRANS_IDLE; /* a skipped COMMIT */
    if (r.code == E_OK && strcmp(tag, "COMMIT") != 0)
        return FAIL(E_STORE, NULL, "the transaction was rolled back");
    return r;
}

static void postgres_rollback(struct db *self)
{
    struct postgres_db *db = of(self);
    self->tenant = 0;
    if (!db->is_open || db->is_bad)
        return;
    (void)postgres_synchronise(db, NULL); /* the error that led here is known */
    db->error = OK;
    if (!db->is_bad && PQtransactionStatus(db->connection) != PQTRANS_IDLE &&
        postgres_send(db, "ROLLBACK").code == E_OK)
        (void)postgres_synchronise(db, NULL); /* is_bad says whether it worked */
    db->is_open = false;
}

static result begin_snapshot(struct postgres_db *db)
{
    TRY(start(db, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    db->is_fresh = true;
    return OK;
}

static result postgres_reconnect(struct db *self)
{
    struct postgres_db *db = of(self);
    if (!db->is_bad && PQstatus(db->connection) == CONNECTION_OK)
        return OK;
    if (clock_ticks_us() < db->retry_ticks_us)
        return FAIL(E_STORE_DOWN, NULL, NULL);
    postgres_disconnect(db);
    const result r = postgres_connect(db);
    if (r.code != E_OK) {
        postgres_disconnect(db);
        db->retry_ticks_us = clock_ticks_us() + RETRY_US;
    }
    return r;
}

static result postgres_begin_read(struct db *self)
{
    struct postgres_db *db = of(self);
    if (db->is_bad)
        TRY(postgres_reconnect(self));
    return begin_snapshot(db);
}

static void postgres_end_read(struct db *self)
{
    struct postgres_db *db = of(self);
    db->is_fresh = false;
    if (db->is_bad)
        return;
    if (db->error.code == E_OK)
        IGNORE(postgres_send(db, "COMMIT"), "is_bad says whether it worked");
    postgres_rollback(self);
}

/* ---- statements ---------------------------------------------------------------------------- */

static result postgres_query(struct db *self, enum sql sql, struct rows *ret,
                             const struct value *values, size_t count)
{
    struct postgres_db *db = of(self);
    PGresult *answer = NULL;
    result r = postgres_ask(db, sql, values, count, &answer);
    if (r.code == E_STORE_DOWN && db->is_fresh && postgres_reconnect(self).code == E_OK) {
        TRY(begin_snapshot(db)); /* the connection had gone while nobody used it */
        r = postgres_ask(db, sql, values, count, &answer);
    }
    db->is_fresh = false;
    ret->handle = answer;
    ret->at = -1;
    return r;
}

static bool postgres_next(struct rows *rows)
{
    rows->at++;
    return rows->at < PQntuples(rows->handle);
}

static void postgres_done(struct rows *rows)
{
    PQclear(rows->handle);
    rows->handle = NULL;
}

static int64_t postgres_i64(const struct rows *rows, int column)
{
    const int row = (int)rows->at;
    const char *at = PQgetvalue(rows->handle, row, column);
    uint64_t wide;
    uint32_t narrow;
    if (PQgetisnull(rows->handle, row, column) == 1)
        return 0;
    switch (PQgetlength(rows->handle, row, column)) {
    case sizeof wide:
        memcpy(&wide, at, sizeof wide);
        return (int64_t)be64toh(wide);
    case sizeof narrow:
        memcpy(&narrow, at, sizeof narrow);
        return (int32_t)be32toh(narrow);
    default:
        return at[0]; /* a boolean */
    }
}

static bool postgres_is_null(const struct rows *rows, int column)
{
    return PQgetisnull(rows->handle, (int)rows->at, column) == 1;
}

static str postgres_bytes(const struct rows *rows, int column)
{
    return (str){PQgetvalue(rows->handle, (int)rows->at, column),
                 (size_t)PQgetlength(rows->handle, (int)rows->at, column)};
}

static result postgres_exec(struct db *self, enum sql sql, int64_t *ret_changes,
                            const struct value *values, size_t count)
{
    struct postgres_db *db = of(self);
    PGresult *answer;
    db->changes++;
    postgres_changing(db, sql, values);
    if (ret_changes == NULL && db->is_open && !db->is_fresh)
        return db->error.code != E_OK ? db->error : postgres_send_statement(db, sql, values, count);
    TRY(postgres_ask(db, sql, values, count, &answer));
    const str rows = str_of(PQcmdTuples(answer));
    if (ret_changes != NULL && (rows.bytes == 0 || !str_i64(rows, ret_changes)))
        *ret_changes = 0;
    PQclear(answer);
    return OK;
}

static int64_t postgres_changes(struct db *db)
{
    return of(db)->changes;
}

/* ---- opening and closing ------------------------------------------------------------------- */

static void postgres_close(struct db *self)
{
    struct postgres_db *db = of(self);
    postgres_forget_expected(db);
    postgres_disconnect(db);
    arena_free(db->arena);
    arena_free(db->texts);
    heap_free(db);
}

static const struct driver POSTGRES = {
    .query = postgres_query,
    .next = postgres_next,
    .done = postgres_done,
    .i64 = postgres_i64,
    .is_null = postgres_is_null,
    .bytes = postgres_bytes,
    .exec = postgres_exec,
    .expect = expect,
    .begin = postgres_begin,
    .begin_read = postgres_begin_read,
    .end_read = postgres_end_read,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .changes = postgres_changes,
    .reconnect = postgres_reconnect,
    .close = postgres_close,
};

result postgres_db_open(const char *url, enum db_role role, struct arena *arena, struct db **ret)
{
    struct postgres_db *db = HEAP_NEW(struct postgres_db);
    if (db == NULL)
        return E_NO_MEMORY;
    db->db.driver = &POSTGRES;
    db->role = role;
    db->arena = arena_new(65536);
    db->texts = arena_new(65536);
    db->url = db->arena == NULL ? NULL : arena_cstr(db->arena, str_of(url));
    result r = db->url == NULL || db->texts == NULL ? E_NO_MEMORY : postgres_connect(db);
    if (r.code != E_OK) {
        if (r.message != NULL)
            r.message = arena_cstr(arena, str_of(r.message));
        postgres_close(&db->db);
        return r;
    }
    *ret = &db->db;
    return OK;
}
