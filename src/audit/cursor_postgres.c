/* SPDX-License-Identifier: Apache-2.0 */
/* cursor_postgres.c: a PostgreSQL database, in one read-only transaction with one snapshot.
 *
 * A scan is a cursor of the server, fetched in portions of bounded size, in binary. While the
 * checks work on a portion, the server makes the next one: at most one FETCH is on its way
 * (`ahead`), and whoever needs the connection takes its result in first. A look-up is a prepared
 * statement. A stream is a query whose rows arrive one by one, while the connection is its alone.
 */
#include <assert.h>
#include <libpq-fe.h>
#include <string.h>

#include "audit/audit_state.h"
#include "base/buf.h"
#include "base/heap.h"

enum {
    INT8_OID = 20,
    BINARY = 1,
    NAME_BYTES = 64,
    FETCH_FIRST = 64, /* rows of the first portion; then as many as fit PORTION_BYTES */
    FETCH_MOST = 16384,
    PORTION_BYTES = 2 << 20,
    PARAMETERS_MAX = 1 + CURSOR_KEYS_MAX
};

enum rows_kind { ROWS_NONE = 0, LOOK_UP, SCAN, STREAM };

struct rows {
    PGresult *result, *coming; /* the portion in hand, and the next one once it has arrived */
    int row, count;
    int parameters;   /* that the statement has */
    int portion_rows; /* how many to fetch next */
    char name[NAME_BYTES];
    enum rows_kind kind;
    bool is_last;
};

struct connection {
    PGconn *handle;
    struct rows *ahead; /* whose FETCH is on its way; NULL: nobody's */
    int64_t names;      /* given out so far */
    bool is_streaming;  /* the connection is a stream's alone */
};

static struct connection *connection_of(const struct audit *a)
{
    return a->connection;
}

/* ---- errors -------------------------------------------------------------------------------- */

/* The first line of a message, kept as long as the audit. */
static const char *first_line(struct audit *a, const char *message)
{
    const size_t bytes = strcspn(message, "\n");
    const char *line = arena_cstr(a->names, (str){message, bytes});
    return line == NULL ? "?" : line;
}

/* Damaged storage (class XX) is a finding about the database; anything else ends the audit. */
static void failed(struct audit *a, const PGresult *r)
{
    const char *state = r == NULL ? NULL : PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char *text = r == NULL ? PQerrorMessage(connection_of(a)->handle)
                                 : PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    if (text == NULL || text[0] == '\0')
        text = PQerrorMessage(connection_of(a)->handle);
    if (state != NULL && strncmp(state, "XX00", 4) == 0)
        finding(a, "database", "%s", first_line(a, text));
    /* after any error the transaction can read no more */
    audit_fail(a, FAIL(E_STORE, NULL, first_line(a, text)));
}

/* ---- portions ------------------------------------------------------------------------------ */

/* Takes in the FETCH that is on its way. */
static void settle(struct connection *c)
{
    struct rows *rows = c->ahead;
    assert(!c->is_streaming);
    if (rows == NULL)
        return;
    c->ahead = NULL;
    for (PGresult *r; (r = PQgetResult(c->handle)) != NULL;) {
        PQclear(rows->coming);
        rows->coming = r;
    }
}

static bool send_fetch(struct connection *c, struct rows *rows)
{
    struct buf text;
    buf_init(&text, 2 * NAME_BYTES);
    buf_printf(&text, "FETCH %d FROM %s", rows->portion_rows, rows->name);
    const bool is_sent = !text.is_broken && PQsendQueryParams(c->handle, text.at, 0, NULL, NULL,
                                                              NULL, NULL, BINARY) == 1;
    buf_done(&text);
    if (is_sent)
        c->ahead = rows;
    return is_sent;
}

/* As many rows as fit a portion, going by the one in hand; at most twice as many as before. */
static int next_portion(const struct rows *rows)
{
    const size_t bytes = PQresultMemorySize(rows->result) / (size_t)rows->count + 1;
    const size_t fit = PORTION_BYTES / bytes + 1;
    const size_t most = (size_t)rows->portion_rows * 2;
    const size_t wanted = fit < most ? fit : most;
    return wanted < FETCH_MOST ? (int)wanted : FETCH_MOST;
}

/* The next portion of a scan into `result`, and the one after it on its way. */
static bool turn(struct cursor *c)
{
    struct connection *connection = connection_of(c->audit);
    struct rows *rows = c->rows;
    PQclear(rows->result);
    rows->result = NULL;
    if (rows->coming == NULL && connection->ahead != rows) {
        settle(connection);
        if (!send_fetch(connection, rows)) {
            failed(c->audit, NULL);
            return false;
        }
    }
    if (connection->ahead == rows)
        settle(connection);
    rows->result = rows->coming;
    rows->coming = NULL;
    if (PQresultStatus(rows->result) != PGRES_TUPLES_OK) {
        failed(c->audit, rows->result);
        return false;
    }
    rows->row = 0;
    rows->count = PQntuples(rows->result);
    rows->is_last = rows->count < rows->portion_rows;
    if (rows->is_last)
        return rows->count > 0;
    rows->portion_rows = next_portion(rows);
    settle(connection);
    if (!send_fetch(connection, rows))
        failed(c->audit, NULL);
    return true;
}

/* ---- rows ---------------------------------------------------------------------------------- */

struct parameters {
    uint64_t wire[PARAMETERS_MAX]; /* in network order */
    const char *values[PARAMETERS_MAX];
    int bytes[PARAMETERS_MAX], formats[PARAMETERS_MAX];
};
static const Oid TYPES[PARAMETERS_MAX] = {INT8_OID, INT8_OID, INT8_OID, INT8_OID, INT8_OID};

static void set_parameters(struct parameters *p, int64_t tenant, const int64_t *keys, size_t count)
{
    for (size_t i = 0; i < PARAMETERS_MAX; i++) {
        uint64_t value = i == 0 ? (uint64_t)tenant : i <= count ? (uint64_t)keys[i - 1] : 0;
        unsigned char *at = (unsigned char *)&p->wire[i];
        for (int byte = 7; byte >= 0; byte--, value >>= 8)
            at[byte] = (unsigned char)(value & 0xff);
        p->values[i] = (const char *)at;
        p->bytes[i] = sizeof p->wire[i];
        p->formats[i] = BINARY;
    }
}

static struct rows *rows_new(struct cursor *c, const char *sql, enum rows_kind kind)
{
    struct connection *connection = connection_of(c->audit);
    struct rows *rows = HEAP_NEW(struct rows);
    c->rows = rows;
    if (rows == NULL) {
        audit_fail(c->audit, E_NO_MEMORY);
        return NULL;
    }
    struct buf name;
    buf_init(&name, NAME_BYTES);
    buf_text(&name, "kessai_audit_");
    buf_i64(&name, ++connection->names);
    memcpy(rows->name, name.at, name.bytes + 1);
    buf_done(&name);
    rows->parameters = cursor_parameters(sql);
    rows->portion_rows = FETCH_FIRST;
    rows->kind = kind;
    return rows;
}

static void scan(struct cursor *c, const char *sql, const int64_t *keys, size_t count)
{
    struct connection *connection = connection_of(c->audit);
    struct rows *rows = rows_new(c, sql, SCAN);
    if (rows == NULL)
        return;
    struct parameters p;
    struct buf text;
    set_parameters(&p, c->audit->tenant, keys, count);
    buf_init(&text, 1 << 16);
    buf_printf(&text, "DECLARE %s NO SCROLL CURSOR FOR %s", rows->name, sql);
    settle(connection);
    PGresult *r = text.is_broken ? NULL
                                 : PQexecParams(connection->handle, text.at, rows->parameters,
                                                TYPES, p.values, p.bytes, p.formats, BINARY);
    buf_done(&text);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        failed(c->audit, r);
    PQclear(r);
}

static void stream(struct cursor *c, const char *sql, const int64_t *keys, size_t count)
{
    struct connection *connection = connection_of(c->audit);
    struct rows *rows = rows_new(c, sql, STREAM);
    if (rows == NULL)
        return;
    struct parameters p;
    set_parameters(&p, c->audit->tenant, keys, count);
    settle(connection);
    connection->is_streaming = true;
    if (PQsendQueryParams(connection->handle, sql, rows->parameters, TYPES, p.values, p.bytes,
                          p.formats, BINARY) != 1 ||
        PQsetSingleRowMode(connection->handle) != 1)
        failed(c->audit, NULL);
}

/* The next row of a stream: a result of its own. The last result has none. */
static bool next_of_stream(struct cursor *c)
{
    struct rows *rows = c->rows;
    PQclear(rows->result);
    rows->result = NULL;
    if (rows->is_last)
        return false;
    rows->result = PQgetResult(connection_of(c->audit)->handle);
    const ExecStatusType status = PQresultStatus(rows->result);
    if (rows->result == NULL || (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK))
        failed(c->audit, rows->result);
    rows->is_last = status != PGRES_SINGLE_TUPLE;
    return !rows->is_last;
}

static void prepare(struct cursor *c, const char *sql)
{
    struct connection *connection = connection_of(c->audit);
    struct rows *rows = rows_new(c, sql, LOOK_UP);
    if (rows == NULL)
        return;
    settle(connection);
    PGresult *r = PQprepare(connection->handle, rows->name, sql, rows->parameters, TYPES);
    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        failed(c->audit, r);
    PQclear(r);
}

static bool seek(struct cursor *c, const int64_t *keys, size_t count)
{
    struct connection *connection = connection_of(c->audit);
    struct rows *rows = c->rows;
    struct parameters p;
    set_parameters(&p, c->audit->tenant, keys, count);
    PQclear(rows->result);
    settle(connection);
    rows->result = PQexecPrepared(connection->handle, rows->name, rows->parameters, p.values,
                                  p.bytes, p.formats, BINARY);
    rows->row = 0;
    rows->count = PQntuples(rows->result);
    if (PQresultStatus(rows->result) != PGRES_TUPLES_OK)
        failed(c->audit, rows->result);
    return rows->count > 0;
}

static bool next(struct cursor *c)
{
    struct rows *rows = c->rows;
    if (rows->kind == STREAM)
        return next_of_stream(c);
    if (rows->result != NULL && ++rows->row < rows->count)
        return true;
    return rows->kind == SCAN && !rows->is_last && turn(c);
}

/* Tells the server to forget a cursor or a statement. */
static void forget(struct connection *connection, const struct rows *rows)
{
    struct buf text;
    buf_init(&text, 2 * NAME_BYTES);
    buf_printf(&text, "%s %s", rows->kind == SCAN ? "CLOSE" : "DEALLOCATE", rows->name);
    settle(connection);
    PQclear(PQexec(connection->handle, text.at)); /* fails only where all has failed already */
    buf_done(&text);
}

static void end(struct cursor *c)
{
    struct connection *connection = connection_of(c->audit);
    struct rows *rows = c->rows;
    if (rows->kind == STREAM) {
        for (PGresult *r; (r = PQgetResult(connection->handle)) != NULL;)
            PQclear(r);
        connection->is_streaming = false;
    } else {
        forget(connection, rows);
    }
    PQclear(rows->result);
    PQclear(rows->coming);
    heap_free(rows);
}

static bool is_null(const struct cursor *c, int column)
{
    const struct rows *rows = c->rows;
    return PQgetisnull(rows->result, rows->row, column) == 1;
}

static str text(const struct cursor *c, int column)
{
    const struct rows *rows = c->rows;
    if (is_null(c, column))
        return STR_NONE;
    return (str){PQgetvalue(rows->result, rows->row, column),
                 (size_t)PQgetlength(rows->result, rows->row, column)};
}

/* Integers of 2, 4 and 8 bytes, and booleans. */
static int64_t i64(const struct cursor *c, int column)
{
    const str value = text(c, column);
    uint64_t number = value.bytes > 1 && (value.at[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < value.bytes; i++)
        number = number << 8 | (unsigned char)value.at[i];
    return (int64_t)number;
}

/* ---- the connection ------------------------------------------------------------------------ */

static result connect_failed(struct audit *a, const char *message)
{
    return FAIL(E_USAGE, "--db", first_line(a, message));
}

static bool run(struct connection *c, const char *sql)
{
    PGresult *r = PQexec(c->handle, sql);
    const ExecStatusType status = PQresultStatus(r);
    PQclear(r);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static void say_nothing(void *context, const char *message)
{
    (void)context, (void)message;
}

/* A connection that waits for nobody's locks for long, and does no more than read. */
static const char SNAPSHOT[] =
    "SET client_encoding = 'UTF8'; SET statement_timeout = 0; SET lock_timeout = '10s';"
    "SET idle_in_transaction_session_timeout = 0; SET cursor_tuple_fraction = 1;"
    "SET work_mem = '64MB'; SET jit = off;"
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1";

static result open_url(struct audit *a, const char *url)
{
    static const char *const NAMES[] = {"connect_timeout", "dbname", "fallback_application_name",
                                        NULL};
    const char *const values[] = {"10", url, "kessai audit", NULL};
    struct connection *c = HEAP_NEW(struct connection);
    if (c == NULL)
        return E_NO_MEMORY;
    a->connection = c;
    c->handle = PQconnectdbParams(NAMES, values, 1);
    if (c->handle == NULL)
        return E_NO_MEMORY;
    if (PQstatus(c->handle) != CONNECTION_OK)
        return connect_failed(a, PQerrorMessage(c->handle));
    (void)PQsetNoticeProcessor(c->handle, say_nothing, NULL);
    if (!run(c, SNAPSHOT))
        return connect_failed(a, PQerrorMessage(c->handle));
    if (audit_number(a, "SELECT count(*) FROM pg_class WHERE oid = to_regclass('schema_version')"
                        " OR oid = to_regclass('ledger_transfer')") != 2)
        audit_fail(a, FAIL(E_USAGE, "--db", "this is not a Kessai database"));
    return a->error;
}

static void close_handle(struct audit *a)
{
    struct connection *c = connection_of(a);
    if (c != NULL)
        PQfinish(c->handle);
    heap_free(c);
    a->connection = NULL;
}

/* ---- what PostgreSQL itself can say -------------------------------------------------------- */

static const struct rule STORAGE[] = {
    {"", "SELECT 0, NULL, 'the index ' || c.relname || ' is not valid' "
         "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t"
         " ON t.oid = i.indrelid WHERE t.relnamespace = (SELECT relnamespace FROM pg_class"
         " WHERE oid = to_regclass('ledger_transfer')) AND NOT (i.indisvalid AND i.indisready)"},
    {"", "SELECT 0, NULL, 'the table ' || t.relname || ' has the trigger ' || g.tgname "
         "FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal"
         " AND t.relnamespace = (SELECT relnamespace FROM pg_class"
         " WHERE oid = to_regclass('ledger_transfer'))"},
};

/* No check of pages, as SQLite has: PostgreSQL's is pg_amcheck, which wants rights of its own. */
static void check(struct audit *a)
{
    struct cursor c;
    for (size_t i = 0; i < COUNT(STORAGE); i++) {
        cursor_stream(a, &c, STORAGE[i].sql);
        while (cursor_next(&c)) {
            const str message = cursor_str(&c, 2);
            finding(a, "database", "%.*s", (int)message.bytes, message.at);
        }
        cursor_close(&c);
    }
    cursor_stream(a, &c,
                  "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'i', 'I')"
                  " AND relnamespace = (SELECT relnamespace FROM pg_class"
                  " WHERE oid = to_regclass('ledger_transfer'))");
    schema_check(a, &c);
    cursor_close(&c);
}

const struct cursor_driver CURSOR_POSTGRES = {
    .open = open_url,
    .close = close_handle,
    .check = check,
    .scan = scan,
    .stream = stream,
    .prepare = prepare,
    .seek = seek,
    .next = next,
    .end = end,
    .i64 = i64,
    .is_null = is_null,
    .text = text,
};
