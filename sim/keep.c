/* SPDX-License-Identifier: Apache-2.0 */
#include "keep.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_MAX = 1024 };

static struct {
    char *sql;
    sqlite3_stmt *statement;
    bool is_used;
} statements[STATEMENTS_MAX];
static int count;
static sqlite3 *connection;
static bool is_on;

/* __real_x is SQLite's x, __wrap_x takes its place. */
int __real_sqlite3_open_v2(const char *path, sqlite3 **ret, int flags, const char *vfs);
int __real_sqlite3_prepare_v2(sqlite3 *db, const char *sql, int bytes, sqlite3_stmt **ret,
                              const char **tail);
int __real_sqlite3_finalize(sqlite3_stmt *statement);
int __real_sqlite3_close(sqlite3 *db);
int __wrap_sqlite3_open_v2(const char *path, sqlite3 **ret, int flags, const char *vfs);
int __wrap_sqlite3_prepare_v2(sqlite3 *db, const char *sql, int bytes, sqlite3_stmt **ret,
                              const char **tail);
int __wrap_sqlite3_finalize(sqlite3_stmt *statement);
int __wrap_sqlite3_close(sqlite3 *db);

void keep_begin(void)
{
    is_on = true;
}

void keep_end(void)
{
    is_on = false;
}

void keep_drop(void)
{
    for (int i = 0; i < count; i++) {
        (void)__real_sqlite3_finalize(statements[i].statement);
        free(statements[i].sql);
    }
    (void)__real_sqlite3_close(connection);
    connection = NULL;
    count = 0;
}

int __wrap_sqlite3_open_v2(const char *path, sqlite3 **ret, int flags, const char *vfs)
{
    if (!is_on)
        return __real_sqlite3_open_v2(path, ret, flags, vfs);
    if (connection == NULL) {
        const int code = __real_sqlite3_open_v2(path, ret, flags, vfs);
        if (code != SQLITE_OK)
            return code;
        connection = *ret;
    }
    *ret = connection;
    return SQLITE_OK;
}

int __wrap_sqlite3_close(sqlite3 *db)
{
    if (db == NULL || db != connection)
        return __real_sqlite3_close(db);
    return sqlite3_get_autocommit(db) ? SQLITE_OK : sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
}

int __wrap_sqlite3_prepare_v2(sqlite3 *db, const char *sql, int bytes, sqlite3_stmt **ret,
                              const char **tail)
{
    if (db == NULL || db != connection)
        return __real_sqlite3_prepare_v2(db, sql, bytes, ret, tail);
    for (int i = 0; i < count; i++)
        if (!statements[i].is_used && strcmp(statements[i].sql, sql) == 0) {
            statements[i].is_used = true;
            *ret = statements[i].statement;
            return SQLITE_OK;
        }
    const int code = __real_sqlite3_prepare_v2(db, sql, bytes, ret, tail);
    if (code == SQLITE_OK && count < STATEMENTS_MAX) {
        statements[count].sql = strdup(sql);
        statements[count].statement = *ret;
        statements[count].is_used = true;
        count++;
    }
    return code;
}

int __wrap_sqlite3_finalize(sqlite3_stmt *statement)
{
    for (int i = 0; statement != NULL && i < count; i++)
        if (statements[i].statement == statement) {
            (void)sqlite3_reset(statement);
            (void)sqlite3_clear_bindings(statement);
            statements[i].is_used = false;
            return SQLITE_OK;
        }
    return __real_sqlite3_finalize(statement);
}
