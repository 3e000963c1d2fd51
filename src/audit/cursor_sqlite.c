/* SPDX-License-Identifier: Apache-2.0 */
/* cursor_sqlite.c: an SQLite file, opened read-only, in one read transaction. */
#include <assert.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit_state.h"
#include "audit/progress.h"
#include "base/buf.h"

enum {
    APPLICATION_ID = 0x4b455353, /* "KESS" in the header of the file */
    BUSY_MS = 10000,
    URI_BYTES_MAX = 16384
};

static sqlite3 *handle_of(const struct audit *a)
{
    return a->connection;
}

/* A page that cannot be read is a finding about the file; anything else ends the audit. */
static void failed(struct audit *a, int code)
{
    const int kind = code & 0xff;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
        finding(a, "file", "%s", sqlite3_errmsg(handle_of(a)));
    else if (kind == SQLITE_NOMEM)
        audit_fail(a, E_NO_MEMORY);
    else if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED)
        audit_fail(a, FAIL(E_STORE_BUSY, NULL, NULL));
    else
        audit_fail(a, FAIL(E_STORE, NULL, sqlite3_errmsg(handle_of(a))));
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void bind(sqlite3_stmt *statement, int number, int64_t value)
{
    static const char *const NAMES[] = {"", "$1", "$2", "$3", "$4", "$5"};
    const int index = sqlite3_bind_parameter_index(statement, NAMES[number]);
    if (index > 0)
        (void)sqlite3_bind_int64(statement, index, value);
}

static void prepare(struct cursor *c, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    const int code = sqlite3_prepare_v2(handle_of(c->audit), sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        failed(c->audit, code);
    else
        bind(statement, 1, c->audit->tenant);
    c->rows = statement;
}

static void bind_keys(const struct cursor *c, const int64_t *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bind(c->rows, (int)i + 2, keys[i]);
}

static void scan(struct cursor *c, const char *sql, const int64_t *keys, size_t count)
{
    prepare(c, sql);
    if (c->rows != NULL)
        bind_keys(c, keys, count);
}

static bool next(struct cursor *c)
{
    const int code = sqlite3_step(c->rows);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        failed(c->audit, code);
        cursor_close(c);
    }
    return code == SQLITE_ROW;
}

static bool seek(struct cursor *c, const int64_t *keys, size_t count)
{
    (void)sqlite3_reset(c->rows);
    bind_keys(c, keys, count);
    return next(c);
}

static void end(struct cursor *c)
{
    (void)sqlite3_finalize(c->rows);
}

static int64_t i64(const struct cursor *c, int column)
{
    return sqlite3_column_int64(c->rows, column);
}

static bool is_null(const struct cursor *c, int column)
{
    return sqlite3_column_type(c->rows, column) == SQLITE_NULL;
}

static str text(const struct cursor *c, int column)
{
    if (is_null(c, column))
        return STR_NONE;
    const void *at = sqlite3_column_blob(c->rows, column);
    return (str){at == NULL ? "" : at, (size_t)sqlite3_column_bytes(c->rows, column)};
}

/* ---- the file ------------------------------------------------------------------------------ */

/* A URI of the path, every byte that means something there escaped. */
static const char *uri_of(struct audit *a, const char *path, const char *options)
{
    struct buf uri;
    buf_init(&uri, URI_BYTES_MAX);
    buf_text(&uri, "file:");
    for (; *path != '\0'; path++) {
        if (*path == '%' || *path == '?' || *path == '#')
            buf_printf(&uri, "%%%02x", (unsigned)(unsigned char)*path);
        else
            buf_char(&uri, *path);
    }
    buf_text(&uri, options);
    const char *kept = uri.is_broken ? NULL : arena_cstr(a->arena, buf_view(&uri));
    buf_done(&uri);
    return kept;
}

static int open_with(struct audit *a, const char *path, const char *options)
{
    const char *uri = uri_of(a, path, options);
    if (uri == NULL)
        return SQLITE_NOMEM;
    sqlite3 *handle = NULL;
    int code = sqlite3_open_v2(uri, &handle,
                               SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                                   SQLITE_OPEN_PRIVATECACHE,
                               NULL);
    a->connection = handle;
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(handle, BUSY_MS);
    if (code == SQLITE_OK) /* the pragma of this name would have every statement prepared anew */
        code = sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(handle, "PRAGMA cache_size = -65536; PRAGMA mmap_size = 0", NULL, NULL,
                            NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(handle, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL,
                            NULL); /* the snapshot begins with the first read */
    return code;
}

/* A log beside the file needs a place for its index; where neither is there and none can be made
 * (a backup on read-only media), nobody writes, and the file may be read as it is. */
static int open_file(struct audit *a, const char *path)
{
    int code = open_with(a, path, "?mode=ro");
    const int kind = code & 0xff; /* which of the two depends on who forbids it: mode or medium */
    const char *log_path = arena_printf(a->arena, "%s-wal", path);
    if ((kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY) && log_path != NULL &&
        access(path, R_OK) == 0 && access(log_path, F_OK) != 0) {
        (void)sqlite3_close(handle_of(a));
        code = open_with(a, path, "?mode=ro&immutable=1");
    }
    return code;
}

static result open_failed(const struct audit *a, int code)
{
    const int kind = code & 0xff;
    if (kind == SQLITE_NOMEM)
        return E_NO_MEMORY;
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED)
        return FAIL(E_STORE_BUSY, NULL, NULL);
    if (kind == SQLITE_NOTADB)
        return FAIL(E_USAGE, "--db", "this file is not a Kessai database");
    return FAIL(E_USAGE, "--db", sqlite3_errmsg(handle_of(a)));
}

static result open_url(struct audit *a, const char *url)
{
    const int code = open_file(a, strncmp(url, "sqlite:", 7) == 0 ? url + 7 : url);
    if (code != SQLITE_OK)
        return open_failed(a, code);
    if (audit_number(a, "PRAGMA application_id") != APPLICATION_ID)
        audit_fail(a, FAIL(E_USAGE, "--db", "this file is not a Kessai database"));
    return a->error;
}

static void close_handle(struct audit *a)
{
    (void)sqlite3_close(handle_of(a));
    a->connection = NULL;
}

/* ---- what SQLite itself can say ------------------------------------------------------------ */

/* SQLite puts some of its messages on several lines. */
static const char *one_line(struct audit *a, str message)
{
    char *line = arena_alloc(a->names, message.bytes + 1);
    for (size_t i = 0; line != NULL && i < message.bytes; i++)
        line[i] = message.at[i];
    for (size_t i = 0; line != NULL && i < message.bytes; i++)
        if (line[i] == '\n')
            line[i] = ' ';
    return line == NULL ? "?" : line;
}

/* SQLite says that it had no memory for a page in the same words as that the page is broken. */
static bool is_about_memory(str message)
{
    static_assert(SQLITE_NOMEM == 7, "the code in the text");
    static const char CODE[] = "error code=7";
    const char *at = memmem(message.at, message.bytes, CODE, sizeof CODE - 1);
    const char *end = message.at + message.bytes;
    return at != NULL && (at + sizeof CODE - 1 == end || at[sizeof CODE - 1] == '\n');
}

/* Pages, keys, indexes, NOT NULL. It knows no CHECK of a file that is opened read-only;
 * check_values has those. */
static void check_integrity(struct audit *a)
{
    struct cursor c;
    cursor_open(a, &c, "PRAGMA integrity_check(100)");
    while (cursor_next(&c)) {
        const str message = cursor_str(&c, 0);
        if (is_about_memory(message))
            audit_fail(a, E_NO_MEMORY);
        else if (!str_is(message, "ok"))
            finding(a, "file", "%s", one_line(a, message));
    }
    cursor_close(&c);
}

static void check(struct audit *a)
{
    struct cursor c;
    if (a->progress == NULL || a->progress->points.count == 0)
        check_integrity(a);
    cursor_stream(a, &c, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'index')");
    schema_check(a, &c);
    cursor_close(&c);
}

const struct cursor_driver CURSOR_SQLITE = {
    .open = open_url,
    .close = close_handle,
    .check = check,
    .scan = scan,
    .stream = scan,
    .prepare = prepare,
    .seek = seek,
    .next = next,
    .end = end,
    .i64 = i64,
    .is_null = is_null,
    .text = text,
};
