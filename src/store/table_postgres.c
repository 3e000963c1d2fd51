/* SPDX-License-Identifier: Apache-2.0 */
/* table_postgres.c: whole tables of a PostgreSQL database: a cursor to read, COPY to write, both
 * binary.
 *
 * Source  postgresql.org/docs/15/sql-copy.html (binary format), libpq-exec.html */
#include <libpq-fe.h>
#include <string.h>

#include "base/buf.h"
#include "base/heap.h"
#include "store/table_driver.h"

/* Types of columns, pg_type.dat. */
enum { TYPE_BYTEA = 17, TYPE_INT8 = 20, TYPE_INT2 = 21, TYPE_INT4 = 23, TYPE_TEXT = 25 };
enum { FETCH_ROWS = 1000, PIECE_BYTES = 65536, PIECE_BYTES_MAX = 64 << 20 };

struct postgres_tables {
    struct tables tables; /* first */
    PGconn *connection;
    PGresult *page;    /* of the cursor; NULL: none */
    const char *fetch; /* the statement for the next one */
    int row;
    struct buf out;            /* of COPY */
    int bytes_of[COLUMNS_MAX]; /* of an integer column that is written */
};

static struct postgres_tables *of(struct tables *tables)
{
    return (struct postgres_tables *)tables;
}

/* The first line of what libpq says; the rest is for developers. */
static result failed(struct postgres_tables *p, enum err code)
{
    str text = str_of(PQerrorMessage(p->connection));
    text.bytes = strcspn(text.at, "\n");
    return FAIL(code, NULL, arena_cstr(p->tables.arena, text));
}

/* Runs a command; its rows, in binary, are the caller's to clear. */
static result query(struct postgres_tables *p, const char *text, PGresult **ret)
{
    PGresult *got =
        text == NULL ? NULL : PQexecParams(p->connection, text, 0, NULL, NULL, NULL, NULL, 1);
    const ExecStatusType status = PQresultStatus(got);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_COPY_IN) {
        *ret = got;
        return OK;
    }
    PQclear(got);
    return text == NULL ? E_NO_MEMORY : failed(p, E_STORE);
}

static result run_text(struct postgres_tables *p, const char *text)
{
    PGresult *got;
    TRY(query(p, text, &got));
    PQclear(got);
    return OK;
}

static int64_t number_at(const PGresult *got, int row, int column)
{
    uint64_t value = 0;
    const uint8_t *at = (const uint8_t *)PQgetvalue(got, row, column);
    const int bytes = PQgetlength(got, row, column);
    if (bytes > 0 && (at[0] & 0x80) != 0)
        value = UINT64_MAX; /* negative, whatever its width */
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    int64_t number;
    memcpy(&number, &value, sizeof number);
    return number;
}

static void close_postgres(struct tables *tables)
{
    struct postgres_tables *p = of(tables);
    PQclear(p->page);
    PQfinish(p->connection); /* undoes an open transaction */
    buf_done(&p->out);
    heap_free(p);
}

static result commit_postgres(struct tables *tables)
{
    return run_text(of(tables), "COMMIT");
}

static enum value_kind kind_of(int64_t type)
{
    switch (type) {
    case TYPE_INT8:
    case TYPE_INT4:
    case TYPE_INT2:
        return VALUE_I64;
    case TYPE_TEXT:
        return VALUE_TEXT;
    case TYPE_BYTEA:
        return VALUE_BLOB;
    default:
        return VALUE_NONE;
    }
}

static int width_of(int64_t type)
{
    return type == TYPE_INT8 ? 8 : type == TYPE_INT4 ? 4 : 2;
}

static result columns_postgres(struct tables *tables, const struct table *table,
                               struct columns *ret)
{
    struct postgres_tables *p = of(tables);
    PGresult *got;
    TRY(query(
        p,
        arena_printf(
            tables->arena,
            "SELECT attname::text, (CASE typtype WHEN 'd' THEN typbasetype "
            "ELSE t.oid END)::int8 FROM pg_attribute "
            "JOIN pg_type t ON t.oid = atttypid WHERE attrelid = to_regclass('%s') AND attnum > 0 "
            "AND NOT attisdropped ORDER BY attname::text COLLATE \"C\"",
            table->name),
        &got));
    result r = OK;
    for (int i = 0; r.code == E_OK && i < PQntuples(got); i++) {
        const int64_t type = number_at(got, i, 1);
        const char *name = arena_cstr(tables->arena, str_of(PQgetvalue(got, i, 0)));
        if (name == NULL || i == COLUMNS_MAX)
            r = E_NO_MEMORY;
        else if (kind_of(type) == VALUE_NONE)
            r = FAIL(E_USAGE, NULL,
                     arena_printf(tables->arena, "column %s of %s has a type of its own", name,
                                  table->name));
        else {
            ret->names[i] = name;
            ret->kinds[i] = kind_of(type);
            p->bytes_of[i] = width_of(type);
            ret->count++;
        }
    }
    PQclear(got);
    return r;
}

/* The next rows of the cursor. */
static result fetch(struct postgres_tables *p)
{
    PQclear(p->page);
    p->page = NULL;
    p->row = 0;
    return query(p, p->fetch, &p->page);
}

static result read_postgres(struct tables *tables, const char *select)
{
    struct postgres_tables *p = of(tables);
    TRY(run_text(p, arena_printf(tables->arena, "DECLARE rows NO SCROLL CURSOR FOR %s", select)));
    return fetch(p);
}

static struct value value_at(const PGresult *page, int row, int column, enum value_kind kind)
{
    if (PQgetisnull(page, row, column))
        return VNULL;
    if (kind == VALUE_I64)
        return VI(number_at(page, row, column));
    return (struct value){
        .kind = kind,
        .bytes = {PQgetvalue(page, row, column), (size_t)PQgetlength(page, row, column)}};
}

static bool next_postgres(struct tables *tables, struct value *ret)
{
    struct postgres_tables *p = of(tables);
    if (p->row == PQntuples(p->page) && p->row == FETCH_ROWS)
        tables->error = fetch(p);
    if (tables->error.code != E_OK || p->row == PQntuples(p->page))
        return false;
    for (size_t i = 0; i < tables->columns->count; i++)
        ret[i] = value_at(p->page, p->row, (int)i, tables->columns->kinds[i]);
    p->row++;
    return true;
}

static result read_done_postgres(struct tables *tables)
{
    struct postgres_tables *p = of(tables);
    PQclear(p->page);
    p->page = NULL;
    return tables->error.code == E_OK ? run_text(p, "CLOSE rows") : OK;
}

static void put_number(struct buf *out, int64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        buf_char(out, (char)((uint64_t)value >> (8 * i) & 0xff));
}

static result write_postgres(struct tables *tables, const struct table *table)
{
    static const char SIGNATURE[11] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', '\377', '\r', '\n', 0};
    struct postgres_tables *p = of(tables);
    const char *list = tables_column_list(tables);
    if (list == NULL)
        return E_NO_MEMORY;
    struct columns own = {0}; /* for the widths of integers */
    TRY(columns_postgres(tables, table, &own));
    TRY(run_text(p, arena_printf(tables->arena, "COPY %s (%s) FROM STDIN (FORMAT binary)",
                                 table->name, list)));
    buf_clear(&p->out);
    buf_put(&p->out, SIGNATURE, sizeof SIGNATURE);
    put_number(&p->out, 0, 4); /* flags */
    put_number(&p->out, 0, 4); /* bytes of a header extension */
    return OK;
}

static result send_piece(struct postgres_tables *p)
{
    if (p->out.is_broken)
        return E_NO_MEMORY;
    if (PQputCopyData(p->connection, p->out.at, (int)p->out.bytes) != 1)
        return failed(p, E_STORE);
    buf_clear(&p->out);
    return OK;
}

static bool fits(int64_t number, int bytes)
{
    const int64_t most = (INT64_C(1) << (8 * bytes - 1)) - 1;
    return bytes == 8 || (-most - 1 <= number && number <= most);
}

static result put_postgres(struct tables *tables, const struct value *values)
{
    struct postgres_tables *p = of(tables);
    put_number(&p->out, (int64_t)tables->columns->count, 2);
    for (size_t i = 0; i < tables->columns->count; i++) {
        const struct value *v = &values[i];
        if (v->kind != VALUE_I64) {
            put_number(&p->out, v->bytes.at == NULL ? -1 : (int64_t)v->bytes.bytes, 4);
            buf_put(&p->out, v->bytes.at, v->bytes.bytes);
            continue;
        }
        if (!fits(v->number, p->bytes_of[i]))
            return FAIL(E_STORE, NULL, "a number is too large for its column");
        put_number(&p->out, p->bytes_of[i], 4);
        put_number(&p->out, v->number, p->bytes_of[i]);
    }
    return p->out.bytes < PIECE_BYTES ? OK : send_piece(p);
}

static result write_done_postgres(struct tables *tables)
{
    struct postgres_tables *p = of(tables);
    put_number(&p->out, -1, 2);
    TRY(send_piece(p));
    if (PQputCopyEnd(p->connection, NULL) != 1)
        return failed(p, E_STORE);
    PGresult *got = PQgetResult(p->connection);
    const result r = PQresultStatus(got) == PGRES_COMMAND_OK ? OK : failed(p, E_STORE);
    while (got != NULL) {
        PQclear(got);
        got = PQgetResult(p->connection);
    }
    return r;
}

static const struct table_driver POSTGRES_DRIVER = {
    .by_bytes = " COLLATE \"C\"",
    .close = close_postgres,
    .commit = commit_postgres,
    .columns = columns_postgres,
    .read = read_postgres,
    .next = next_postgres,
    .read_done = read_done_postgres,
    .write = write_postgres,
    .put = put_postgres,
    .write_done = write_done_postgres,
};

/* Refuses while a server's lease runs; the lock keeps new ones, and every other writer, waiting. */
static result keep_writers_out(struct postgres_tables *p)
{
    const char *list = NULL;
    for (size_t i = 0; i < TABLE_COUNT; i++)
        list = list == NULL ? TABLES[i].name
                            : arena_printf(p->tables.arena, "%s, %s", list, TABLES[i].name);
    TRY(run_text(p,
                 arena_printf(p->tables.arena, "LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE", list)));
    PGresult *got;
    TRY(query(p,
              "SELECT count(*) FROM server WHERE is_open = 1 "
              "AND until_us > CAST(extract(epoch FROM now()) * 1000000 AS BIGINT)",
              &got));
    const int64_t servers = number_at(got, 0, 0);
    PQclear(got);
    if (servers == 0)
        return OK;
    return FAIL(E_USAGE, NULL, "a server is running on this database; stop it first");
}

static result begin(struct postgres_tables *p, enum tables_access access)
{
    if (access == TABLES_READ)
        return run_text(p, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    TRY(run_text(p, "SET client_min_messages = warning"));
    TRY(run_text(p, "BEGIN")); /* each statement sees what was committed before the locks */
    return keep_writers_out(p);
}

static void say_nothing(void *context, const char *text)
{
    (void)context, (void)text;
}

result tables_open_postgres(const char *url, enum tables_access access, struct arena *arena,
                            struct tables **ret)
{
    struct postgres_tables *p = HEAP_NEW(struct postgres_tables);
    if (p == NULL)
        return E_NO_MEMORY;
    p->tables = (struct tables){.driver = &POSTGRES_DRIVER, .arena = arena, .error = OK};
    p->fetch = arena_printf(arena, "FETCH %d FROM rows", (int)FETCH_ROWS);
    buf_init(&p->out, PIECE_BYTES_MAX);
    p->connection = PQconnectdb(url);
    result r = PQstatus(p->connection) == CONNECTION_OK ? OK : failed(p, E_USAGE);
    (void)PQsetNoticeProcessor(p->connection, say_nothing, NULL);
    if (r.code == E_OK)
        r = begin(p, access);
    if (r.code == E_OK)
        *ret = &p->tables;
    else
        close_postgres(&p->tables);
    return r;
}
