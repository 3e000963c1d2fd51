/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite.c: connections to an SQLite file.
 *
 * WAL, synchronous=FULL: a commit that was answered survives a loss of power. The writer never
 * checkpoints on its own; store.c does it off the hot path.
 *
 * Source   sqlite.org/wal.html, sqlite.org/pragma.html */
#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

#include "base/heap.h"
#include "store/driver.h"

enum {
    APPLICATION_ID = 0x4b455353,
    BUSY_MS = 5000,
    PAGE_BYTES = 4096,
    LOG_HEADER_BYTES = 24,
    LOOKASIDE_BYTES = 1200,
    LOOKASIDE_SLOTS = 100
}; /* "KESS" in the header of the file */

struct sqlite_db {
    struct db db; /* first */
    sqlite3 *handle;
    sqlite3_stmt *statements[SQL_COUNT];
    sqlite3_stmt *begin, *commit, *rollback;
    struct arena *arena; /* texts of errors */
};

static struct sqlite_db *of(struct db *db)
{
    return (struct sqlite_db *)db;
}

/* What SQLite's codes mean to us. */
static result from_code(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return FAIL(E_STORE_BUSY, NULL, NULL);
    case SQLITE_FULL:
        return FAIL(E_STORE_FULL, NULL, NULL);
    case SQLITE_NOMEM:
        return FAIL(E_MEMORY, NULL, NULL);
    default:
        return FAIL(E_STORE, NULL, NULL);
    }
}

static result failed(struct sqlite_db *db, int code)
{
    result r = from_code(code);
    if (r.code == E_STORE) {
        arena_clear(db->arena);
        r.message = arena_printf(db->arena, "sqlite %d: %s", sqlite3_extended_errcode(db->handle),
                                 sqlite3_errmsg(db->handle));
    }
    return r;
}

static result run_text(struct sqlite_db *db, const char *text)
{
    const int code = sqlite3_exec(db->handle, text, NULL, NULL, NULL);
    return code == SQLITE_OK ? OK : failed(db, code);
}

/* No statement may change or delete what has been posted: money tables are append-only. */
static int authorize(void *context, int action, const char *first, const char *second,
                     const char *third, const char *fourth)
{
    (void)context, (void)second, (void)third, (void)fourth;
    const bool is_change = action == SQLITE_UPDATE || action == SQLITE_DELETE;
    const bool is_ledger = first != NULL && strncmp(first, "ledger_", 7) == 0;
    return is_change && is_ledger ? SQLITE_DENY : SQLITE_OK;
}

static result number_pragma(struct sqlite_db *db, const char *text, int64_t *ret)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db->handle, text, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *ret = sqlite3_column_int64(statement, 0);
    const result r = code == SQLITE_ROW ? OK : failed(db, code);
    sqlite3_finalize(statement);
    return r;
}

/* Makes a new file ours, or checks that an old one is, and applies the schema files that it does
 * not have yet. */
static result apply_schema(struct sqlite_db *db)
{
    TRY(run_text(db, "BEGIN IMMEDIATE"));
    int64_t application = 0, tables = 0, version = 0;
    result r = number_pragma(db, "PRAGMA application_id", &application);
    if (r.code == E_OK)
        r = number_pragma(db, "SELECT count(*) FROM sqlite_master", &tables);
    if (r.code == E_OK && tables > 0 && application != APPLICATION_ID)
        r = FAIL(E_USAGE, "--db", "this file is a database of another program");
    if (r.code == E_OK && tables > 0)
        r = number_pragma(db, "SELECT version FROM schema_version", &version);
    if (r.code == E_OK && tables == 0)
        r = run_text(db, "PRAGMA application_id = 1262834515");
    const int64_t newest = SQL_SCHEMA[SQL_SCHEMA_COUNT - 1].version;
    if (r.code == E_OK && version > newest)
        r = FAIL(E_USAGE, "--db", "this database was written by a newer version of Kessai");
    for (size_t i = 0; r.code == E_OK && i < SQL_SCHEMA_COUNT; i++)
        if (SQL_SCHEMA[i].version > version)
            r = run_text(db, SQL_SCHEMA[i].sqlite);
    if (r.code == E_OK && version < newest) {
        r = run_text(db, "DELETE FROM schema_version");
        const char *insert = arena_printf(
            db->arena, "INSERT INTO schema_version (version) VALUES (%d)", (int)newest);
        if (r.code == E_OK)
            r = insert == NULL ? E_NO_MEMORY : run_text(db, insert);
    }
    if (r.code == E_OK)
        r = run_text(db, "COMMIT");
    if (r.code != E_OK)
        (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    return r;
}

static result prepare_plain(struct sqlite_db *db, const char *text, sqlite3_stmt **ret)
{
    const int code = sqlite3_prepare_v3(db->handle, text, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);
    return code == SQLITE_OK ? OK : failed(db, code);
}

static result prepare_frame(struct sqlite_db *db, enum db_role role)
{
    TRY(prepare_plain(db, role == DB_WRITER ? "BEGIN IMMEDIATE" : "BEGIN", &db->begin));
    TRY(prepare_plain(db, "ROLLBACK", &db->rollback));
    return prepare_plain(db, "COMMIT", &db->commit);
}

/* A statement is compiled when it is first wanted: most connections want few of them. */
static result statement_of(struct sqlite_db *db, enum sql sql, sqlite3_stmt **ret)
{
    *ret = db->statements[sql];
    if (*ret != NULL)
        return OK;
    TRY(prepare_plain(db, SQL_STATEMENTS[sql].sqlite, ret));
    db->statements[sql] = *ret;
    return OK;
}

result sqlite_prepare_all(struct db *self)
{
    struct sqlite_db *db = of(self);
    for (int i = 1; i < SQL_COUNT; i++) {
        sqlite3_stmt *statement;
        const result r = statement_of(db, (enum sql)i, &statement);
        if ((sqlite3_errcode(db->handle) & 0xff) == SQLITE_ERROR)
            return FAIL(E_USAGE, "--db",
                        arena_printf(db->arena, "statement %s: %s", SQL_STATEMENTS[i].name,
                                     sqlite3_errmsg(db->handle)));
        TRY(r);
    }
    return OK;
}

static const char *const SETUP[DB_ROLES] = {
    [DB_WRITER] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
        "PRAGMA cache_size = -8192; PRAGMA secure_delete = OFF; PRAGMA trusted_schema = OFF;"
        "PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY",
    [DB_READER] = "PRAGMA query_only = ON; PRAGMA cache_size = -2048; PRAGMA trusted_schema = OFF;"
                  "PRAGMA temp_store = MEMORY",
    [DB_CHECKPOINTER] =
        "PRAGMA synchronous = FULL; PRAGMA cache_size = -512; PRAGMA trusted_schema = OFF",
};

static result set_up(struct sqlite_db *db, enum db_role role)
{
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS);
    (void)sqlite3_extended_result_codes(db->handle, 1);
    if (role == DB_WRITER)
        TRY(run_text(db, "PRAGMA page_size = 4096"));
    TRY(run_text(db, SETUP[role]));
    if (role == DB_WRITER)
        TRY(apply_schema(db));
    if (role == DB_CHECKPOINTER) /* a read opens the log, for sqlite_log_pages() */
        return run_text(db, "SELECT count(*) FROM sqlite_schema");
    (void)sqlite3_set_authorizer(db->handle, authorize, NULL);
    return prepare_frame(db, role);
}

/* Once, before the first connection: each connection belongs to one thread at a time, and nobody
 * asks SQLite how much memory it holds, which it would count under a lock. */
static void configure(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)sqlite3_config(SQLITE_CONFIG_LOOKASIDE, LOOKASIDE_BYTES, LOOKASIDE_SLOTS);
}

static const struct driver SQLITE;

result sqlite_db_open(const char *path, enum db_role role, struct arena *arena, struct db **ret)
{
    struct sqlite_db *db = HEAP_NEW(struct sqlite_db);
    if (db == NULL)
        return E_NO_MEMORY;
    db->db.driver = &SQLITE;
    db->arena = arena_new(65536);
    if (db->arena == NULL) {
        heap_free(db);
        return E_NO_MEMORY;
    }
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, configure);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                      (role == DB_WRITER ? SQLITE_OPEN_CREATE : 0);
    const int code = sqlite3_open_v2(path, &db->handle, flags, NULL);
    result r = code == SQLITE_OK ? set_up(db, role) : failed(db, code);
    if (r.code != E_OK) {
        if (r.message != NULL)
            r.message = arena_cstr(arena, str_of(r.message));
        db_close(&db->db);
        return r;
    }
    *ret = &db->db;
    return OK;
}

static void sqlite_close(struct db *self)
{
    struct sqlite_db *db = of(self);
    for (int i = 1; i < SQL_COUNT; i++)
        (void)sqlite3_finalize(db->statements[i]);
    (void)sqlite3_finalize(db->begin);
    (void)sqlite3_finalize(db->commit);
    (void)sqlite3_finalize(db->rollback);
    (void)sqlite3_close(db->handle);
    arena_free(db->arena);
    heap_free(db);
}

/* Runs a statement that has no parameters and gives no rows. */
static result run_plain(struct sqlite_db *db, sqlite3_stmt *statement)
{
    const int code = sqlite3_step(statement);
    const result r = code == SQLITE_DONE ? OK : failed(db, code);
    (void)sqlite3_reset(statement); /* repeats the error of the step */
    return r;
}

static result sqlite_begin(struct db *db, int64_t tenant)
{
    (void)tenant; /* the whole file is locked */
    return run_plain(of(db), of(db)->begin);
}

static result sqlite_begin_read(struct db *db)
{
    return run_plain(of(db), of(db)->begin);
}

static void sqlite_end_read(struct db *db)
{
    IGNORE(run_plain(of(db), of(db)->commit),
           "a snapshot that cannot be ended is ended by the next error");
}

/* A disk that fails while the log is written or synced leaves it open what is on it: after a failed
 * sync the system may have dropped the pages and call the next sync a success. */
static result sqlite_commit(struct db *self)
{
    struct sqlite_db *db = of(self);
    result r = run_plain(db, db->commit);
    const int code = sqlite3_extended_errcode(db->handle);
    if (r.code == E_STORE && (code & 0xff) == SQLITE_IOERR)
        r.code = E_STORE_LOST;
    return r;
}

/* A statement that has been compiled, and so needs no memory. */
static void sqlite_rollback(struct db *db)
{
    if (sqlite3_get_autocommit(of(db)->handle) == 0)
        IGNORE(run_plain(of(db), of(db)->rollback),
               "what cannot be rolled back is by the next transaction, which cannot begin");
}

result sqlite_checkpoint(struct db *db, bool is_last, int64_t *ret_pages)
{
    int pages = 0, copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(
        of(db)->handle, NULL, is_last ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE,
        &pages, &copied);
    if (ret_pages != NULL)
        *ret_pages = pages < 0 ? 0 : pages;
    if (code == SQLITE_IOERR_FSYNC)
        return FAIL(E_STORE_LOST, NULL, "a checkpoint could not be synced");
    return (code & 0xff) == SQLITE_BUSY ? OK : from_code(code);
}

/* Asked of SQLite, whose idea of where the log is and how large counts. */
int64_t sqlite_log_pages(struct db *db)
{
    sqlite3_file *log = NULL;
    sqlite3_int64 bytes = 0;
    const int code =
        sqlite3_file_control(of(db)->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (code != SQLITE_OK || log == NULL || log->pMethods == NULL ||
        log->pMethods->xFileSize(log, &bytes) != SQLITE_OK)
        return 0;
    return bytes / (PAGE_BYTES + LOG_HEADER_BYTES);
}

static int64_t sqlite_changes(struct db *db)
{
    return sqlite3_total_changes64(of(db)->handle);
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

static result sqlite_query(struct db *self, enum sql sql, struct rows *ret,
                           const struct value *values, size_t count)
{
    struct sqlite_db *db = of(self);
    sqlite3_stmt *statement;
    TRY(statement_of(db, sql, &statement));
    assert(sqlite3_stmt_busy(statement) == 0);
    for (size_t i = 0; i < count; i++) {
        const int code = bind(statement, (int)i + 1, &values[i]);
        if (code != SQLITE_OK)
            return failed(db, code);
    }
    ret->handle = statement;
    return OK;
}

static bool sqlite_next(struct rows *rows)
{
    const int code = sqlite3_step(rows->handle);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        rows->error = failed(of(rows->db), code);
    return false;
}

static void sqlite_done(struct rows *rows)
{
    (void)sqlite3_reset(rows->handle); /* repeats the error of the last step: rows->error has it */
}

static int64_t sqlite_i64(const struct rows *rows, int column)
{
    return sqlite3_column_int64(rows->handle, column);
}

static bool sqlite_is_null(const struct rows *rows, int column)
{
    return sqlite3_column_type(rows->handle, column) == SQLITE_NULL;
}

static str sqlite_bytes(const struct rows *rows, int column)
{
    const void *at = sqlite3_column_blob(rows->handle, column);
    const int bytes = sqlite3_column_bytes(rows->handle, column);
    return (str){at == NULL ? "" : at, (size_t)bytes};
}

static result sqlite_exec(struct db *db, enum sql sql, int64_t *ret_changes,
                          const struct value *values, size_t count)
{
    struct rows rows;
    TRY(db_query_values(db, sql, &rows, values, count));
    while (rows_next(&rows))
        ;
    if (ret_changes != NULL)
        *ret_changes = sqlite3_changes64(of(db)->handle);
    return rows_done(&rows);
}

static const struct driver SQLITE = {
    .query = sqlite_query,
    .next = sqlite_next,
    .done = sqlite_done,
    .i64 = sqlite_i64,
    .is_null = sqlite_is_null,
    .bytes = sqlite_bytes,
    .exec = sqlite_exec,
    .begin = sqlite_begin,
    .begin_read = sqlite_begin_read,
    .end_read = sqlite_end_read,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .changes = sqlite_changes,
    .close = sqlite_close,
};
