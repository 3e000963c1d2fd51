/* SPDX-License-Identifier: Apache-2.0 */
#include "store/db.h"

#include <assert.h>

#include "store/driver.h"

/* The ledger is written by book.c alone, and only by these. */
static bool is_ledger_write(enum sql sql)
{
    return sql == SQL_LEDGER_TRANSACTION_INSERT || sql == SQL_LEDGER_TRANSFER_INSERT ||
           sql == SQL_LEDGER_TRANSFER_INSERT_2 || sql == SQL_LEDGER_TRANSFER_INSERT_4 ||
           sql == SQL_LEDGER_MARK_INSERT || sql == SQL_ACCOUNT_SAVE;
}

/* A write touches one tenant (design D8), and every statement says which. */
static void check(const struct db *db, enum sql sql, const struct value *values, size_t count)
{
    const struct sql_statement *statement = &SQL_STATEMENTS[sql];
    assert((int)count == statement->param_count);
    assert(!is_ledger_write(sql) || db->is_ledger_open);
    assert(statement->is_shared || db->tenant == 0 || values[0].number == db->tenant);
    (void)db, (void)values, (void)count, (void)statement;
}

result db_query_values(struct db *db, enum sql sql, struct rows *ret, const struct value *values,
                       size_t count)
{
    check(db, sql, values, count);
    *ret = (struct rows){.db = db, .sql = sql, .error = OK};
    const result r = db->driver->query(db, sql, ret, values, count);
    ret->is_open = r.code == E_OK;
    return r;
}

void db_expect(struct db *db, enum sql sql, int64_t tenant, struct value key)
{
    if (db->driver->expect != NULL)
        db->driver->expect(db, sql, tenant, key);
}

bool rows_next(struct rows *rows)
{
    assert(rows->is_open);
    return rows->db->driver->next(rows);
}

result rows_done(struct rows *rows)
{
    if (rows->is_open)
        rows->db->driver->done(rows);
    rows->is_open = false;
    return rows->error;
}

int64_t row_i64(const struct rows *rows, int column)
{
    return rows->db->driver->i64(rows, column);
}

bool row_is_null(const struct rows *rows, int column)
{
    return rows->db->driver->is_null(rows, column);
}

str row_str(const struct rows *rows, int column)
{
    return row_is_null(rows, column) ? STR_NONE : rows->db->driver->bytes(rows, column);
}

str row_copy(const struct rows *rows, int column, struct arena *arena)
{
    return arena_str(arena, row_str(rows, column));
}

result db_exec_values(struct db *db, enum sql sql, int64_t *ret_changes, const struct value *values,
                      size_t count)
{
    check(db, sql, values, count);
    TRY(db->driver->exec(db, sql, ret_changes, values, count));
    const bool is_heard = SQL_STATEMENTS[sql].is_remembered && db->changed != NULL;
    return is_heard ? db->changed(db->context, values[0].number) : OK;
}

result db_number_values(struct db *db, enum sql sql, int64_t *ret, const struct value *values,
                        size_t count)
{
    struct rows rows;
    TRY(db_query_values(db, sql, &rows, values, count));
    *ret = rows_next(&rows) ? row_i64(&rows, 0) : 0;
    return rows_done(&rows);
}

result db_begin(struct db *db, int64_t tenant)
{
    return db->driver->begin(db, tenant);
}

result db_begin_read(struct db *db)
{
    return db->driver->begin_read(db);
}

void db_end_read(struct db *db)
{
    db->driver->end_read(db);
}

result db_commit(struct db *db)
{
    return db->driver->commit(db);
}

void db_rollback(struct db *db)
{
    db->driver->rollback(db);
}

result db_reconnect(struct db *db)
{
    return db->driver->reconnect == NULL ? OK : db->driver->reconnect(db);
}

void db_ledger_open(struct db *db)
{
    db->is_ledger_open = true;
}

void db_ledger_close(struct db *db)
{
    db->is_ledger_open = false;
}

int64_t db_changes(struct db *db)
{
    return db->driver->changes(db);
}

void db_close(struct db *db)
{
    if (db != NULL)
        db->driver->close(db);
}
