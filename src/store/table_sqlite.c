/* SPDX-License-Identifier: Apache-2.0 */
/* table_sqlite.c: whole tables of an SQLite file. */
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/heap.h"
#include "store/table_driver.h"

enum { BUSY_MS = 5000 };

struct sqlite_tables {
    struct tables tables; /* first */
    sqlite3 *handle;
    sqlite3_stmt *statement;
    int lock_fd; /* -1: none */
};

static struct sqlite_tables *of(struct tables *tables)
{
    return (struct sqlite_tables *)tables;
}

static result failed(struct sqlite_tables *s)
{
    const enum err code = sqlite3_errcode(s->handle) == SQLITE_BUSY ? E_STORE_BUSY : E_STORE;
    return FAIL(code, NULL,
                arena_printf(s->tables.arena, "sqlite %d: %s", sqlite3_extended_errcode(s->handle),
                             sqlite3_errmsg(s->handle)));
}

static result run_text(struct sqlite_tables *s, const char *text)
{
    return sqlite3_exec(s->handle, text, NULL, NULL, NULL) == SQLITE_OK ? OK : failed(s);
}

static result prepare(struct sqlite_tables *s, const char *text)
{
    if (text == NULL)
        return E_NO_MEMORY;
    return sqlite3_prepare_v2(s->handle, text, -1, &s->statement, NULL) == SQLITE_OK ? OK
                                                                                     : failed(s);
}

static result finalize(struct sqlite_tables *s)
{
    const int code = sqlite3_finalize(s->statement);
    s->statement = NULL;
    return code == SQLITE_OK ? OK : failed(s);
}

static void close_sqlite(struct tables *tables)
{
    struct sqlite_tables *s = of(tables);
    (void)sqlite3_finalize(s->statement);
    (void)sqlite3_close(s->handle); /* undoes an open transaction */
    if (s->lock_fd >= 0)
        (void)close(s->lock_fd);
    heap_free(s);
}

static result commit_sqlite(struct tables *tables)
{
    return run_text(of(tables), "COMMIT");
}

static enum value_kind kind_of(const char *type)
{
    if (strcmp(type, "INTEGER") == 0)
        return VALUE_I64;
    return strcmp(type, "BLOB") == 0 ? VALUE_BLOB : VALUE_TEXT;
}

static result columns_sqlite(struct tables *tables, const struct table *table, struct columns *ret)
{
    struct sqlite_tables *s = of(tables);
    TRY(prepare(s, arena_printf(tables->arena,
                                "SELECT name, type FROM pragma_table_info('%s') ORDER BY name",
                                table->name)));
    result r = OK;
    int code = SQLITE_DONE;
    while (r.code == E_OK && (code = sqlite3_step(s->statement)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(s->statement, 0);
        ret->names[ret->count] = arena_cstr(tables->arena, str_of(name));
        ret->kinds[ret->count] = kind_of((const char *)sqlite3_column_text(s->statement, 1));
        r = ret->names[ret->count++] == NULL || ret->count == COLUMNS_MAX ? E_NO_MEMORY : OK;
    }
    const result finalized = finalize(s);
    return r.code == E_OK ? finalized : r;
}

static result read_sqlite(struct tables *tables, const char *select)
{
    return prepare(of(tables), select);
}

static struct value value_at(sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return VI(sqlite3_column_int64(statement, column));
    case SQLITE_NULL:
        return VNULL;
    case SQLITE_TEXT: {
        const char *at = (const char *)sqlite3_column_text(statement, column);
        return VT(((str){at, (size_t)sqlite3_column_bytes(statement, column)}));
    }
    default: {
        const char *at = sqlite3_column_blob(statement, column); /* NULL for no bytes */
        return VB(at == NULL ? "" : at, (size_t)sqlite3_column_bytes(statement, column));
    }
    }
}

static bool next_sqlite(struct tables *tables, struct value *ret)
{
    struct sqlite_tables *s = of(tables);
    const int code = sqlite3_step(s->statement);
    if (code != SQLITE_ROW) {
        if (code != SQLITE_DONE)
            tables->error = failed(s);
        return false;
    }
    for (size_t i = 0; i < tables->columns->count; i++)
        ret[i] = value_at(s->statement, (int)i);
    return true;
}

static result read_done_sqlite(struct tables *tables)
{
    return finalize(of(tables));
}

static result write_sqlite(struct tables *tables, const struct table *table)
{
    const char *marks = "?1";
    for (size_t i = 1; i < tables->columns->count && marks != NULL; i++)
        marks = arena_printf(tables->arena, "%s, ?%d", marks, (int)i + 1);
    const char *list = tables_column_list(tables);
    if (marks == NULL || list == NULL)
        return E_NO_MEMORY;
    return prepare(of(tables), arena_printf(tables->arena, "INSERT INTO %s (%s) VALUES (%s)",
                                            table->name, list, marks));
}

static int bind(sqlite3_stmt *statement, int index, const struct value *value)
{
    if (value->kind == VALUE_I64)
        return sqlite3_bind_int64(statement, index, value->number);
    if (value->bytes.at == NULL)
        return sqlite3_bind_null(statement, index);
    if (value->kind == VALUE_BLOB)
        return sqlite3_bind_blob64(statement, index, value->bytes.at, value->bytes.bytes,
                                   SQLITE_STATIC);
    return sqlite3_bind_text64(statement, index, value->bytes.at, value->bytes.bytes, SQLITE_STATIC,
                               SQLITE_UTF8);
}

static result put_sqlite(struct tables *tables, const struct value *values)
{
    struct sqlite_tables *s = of(tables);
    for (size_t i = 0; i < tables->columns->count; i++)
        if (bind(s->statement, (int)i + 1, &values[i]) != SQLITE_OK)
            return failed(s);
    const result r = sqlite3_step(s->statement) == SQLITE_DONE ? OK : failed(s);
    (void)sqlite3_reset(s->statement); /* repeats the error of the step */
    return r;
}

static result write_done_sqlite(struct tables *tables)
{
    return finalize(of(tables));
}

static const struct table_driver SQLITE_DRIVER = {
    .by_bytes = " COLLATE BINARY",
    .close = close_sqlite,
    .commit = commit_sqlite,
    .columns = columns_sqlite,
    .read = read_sqlite,
    .next = next_sqlite,
    .read_done = read_done_sqlite,
    .write = write_sqlite,
    .put = put_sqlite,
    .write_done = write_done_sqlite,
};

/* The lock of a server: while we have it, none starts. */
static result keep_servers_out(struct sqlite_tables *s, const char *path)
{
    const char *lock_path = arena_printf(s->tables.arena, "%s.lock", path);
    if (lock_path == NULL)
        return E_NO_MEMORY;
    s->lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd >= 0 && flock(s->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return OK;
    return FAIL(E_USAGE, NULL,
                arena_printf(s->tables.arena, "a server is running on %s; stop it first", path));
}

static result begin(struct sqlite_tables *s, const char *path, enum tables_access access)
{
    (void)sqlite3_busy_timeout(s->handle, BUSY_MS);
    (void)sqlite3_extended_result_codes(s->handle, 1);
    if (access != TABLES_READ)
        TRY(keep_servers_out(s, path));
    if (access == TABLES_READ)
        return run_text(s, "PRAGMA query_only = ON; BEGIN; SELECT 1 FROM sqlite_master");
    return run_text(s, "PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
}

result tables_open_sqlite(const char *path, enum tables_access access, struct arena *arena,
                          struct tables **ret)
{
    struct sqlite_tables *s = HEAP_NEW(struct sqlite_tables);
    if (s == NULL)
        return E_NO_MEMORY;
    s->tables = (struct tables){.driver = &SQLITE_DRIVER, .arena = arena, .error = OK};
    s->lock_fd = -1;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    result r = sqlite3_open_v2(path, &s->handle, flags, NULL) == SQLITE_OK ? OK : failed(s);
    if (r.code != E_OK)
        r.code = E_USAGE;
    else
        r = begin(s, path, access);
    if (r.code == E_OK)
        *ret = &s->tables;
    else
        close_sqlite(&s->tables);
    return r;
}
