/* SPDX-License-Identifier: Apache-2.0 */
#include "plain.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "lib/database.h"

static bool is_postgres(const char *url)
{
    return strncmp(url, "postgres", 8) == 0;
}

/* ---- SQLite -------------------------------------------------------------------------------- */

static sqlite3 *open_file(const char *path)
{
    sqlite3 *db;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        fail_msg("%s cannot be opened", path);
    (void)sqlite3_busy_timeout(db, 10000);
    return db;
}

static void run_on_file(const char *path, const char *sql)
{
    sqlite3 *db = open_file(path);
    char *error = NULL;
    (void)sqlite3_exec(db, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL);
    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
        fail_msg("%s: %s", error, sql);
    (void)sqlite3_close(db);
}

static id id_in_file(const char *path, const char *sql)
{
    sqlite3 *db = open_file(path);
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK || sqlite3_step(s) != SQLITE_ROW)
        fail_msg("no row: %s", sql);
    const id row = {.key = sqlite3_column_int64(s, 0), .salt = sqlite3_column_int64(s, 1)};
    (void)sqlite3_finalize(s);
    (void)sqlite3_close(db);
    return row;
}

static void copy_file(const char *from, const char *to)
{
    static char block[1 << 16];
    const int in = open(from, O_RDONLY | O_CLOEXEC);
    const int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t bytes;
    assert_true(in >= 0 && out >= 0);
    while ((bytes = read(in, block, sizeof block)) > 0)
        assert_int_equal(write(out, block, (size_t)bytes), bytes);
    assert_int_equal(bytes, 0);
    (void)close(in);
    (void)close(out);
}

static void drop_file(struct arena *arena, const char *path)
{
    static const char *const ENDS[] = {"", "-wal", "-shm", ".lock", ".new"};
    for (size_t i = 0; i < COUNT(ENDS); i++)
        (void)unlink(arena_printf(arena, "%s%s", path, ENDS[i]));
}

/* ---- PostgreSQL ---------------------------------------------------------------------------- */

static const char *name_in(struct arena *arena, const char *url)
{
    const char *name = strchr(strstr(url, "//") + 2, '/') + 1;
    return arena_printf(arena, "%.*s", (int)strcspn(name, "?"), name);
}

static PGconn *open_database(const char *url)
{
    PGconn *connection = PQconnectdb(url);
    if (PQstatus(connection) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(connection));
    PQclear(PQexec(connection, "SET client_min_messages = warning"));
    return connection;
}

/* What SQLite writes differently: x'00' is a byte string here. */
static void translate(const char *sql, struct buf *ret)
{
    for (const char *at = sql; *at != '\0'; at++) {
        if (at[0] != 'x' || at[1] != '\'' || at == sql || at[-1] == '\'') {
            buf_char(ret, *at);
            continue;
        }
        const size_t bytes = strcspn(at + 2, "'");
        buf_printf(ret, "'\\x%.*s'::bytea", (int)bytes, at + 2);
        at += 2 + bytes;
    }
}

/* A thief who may change tables drops what the domains of their columns say as well. */
static const char NO_CHECKS[] =
    "DO $$ DECLARE c record; BEGIN FOR c IN SELECT contypid::regtype AS d, conname FROM"
    " pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP EXECUTE"
    " format('ALTER DOMAIN %s DROP CONSTRAINT %I', c.d, c.conname); END LOOP; END $$;"
    "CREATE OR REPLACE FUNCTION zeroblob(n INTEGER) RETURNS BYTEA LANGUAGE SQL IMMUTABLE AS"
    " $$ SELECT decode(repeat('00', n), 'hex') $$;";

static PGresult *run_in_database(const char *url, const char *sql, ExecStatusType want)
{
    PGconn *connection = open_database(url);
    struct buf text;
    buf_init(&text, 1 << 20);
    translate(sql, &text);
    PGresult *got = want == PGRES_COMMAND_OK ? PQexec(connection, NO_CHECKS) : NULL;
    if (got == NULL || PQresultStatus(got) == PGRES_COMMAND_OK) {
        PQclear(got);
        got = PQexec(connection, text.at);
    }
    if (PQresultStatus(got) != want)
        fail_msg("%s: %s", PQerrorMessage(connection), sql);
    buf_done(&text);
    PQfinish(connection);
    return got;
}

static id id_in_database(const char *url, const char *sql)
{
    PGresult *got = run_in_database(url, sql, PGRES_TUPLES_OK);
    id row = {0, 0};
    if (PQntuples(got) == 0 || !str_i64(str_of(PQgetvalue(got, 0, 0)), &row.key) ||
        !str_i64(str_of(PQgetvalue(got, 0, 1)), &row.salt))
        fail_msg("no row: %s", sql);
    PQclear(got);
    return row;
}

static void drop_database(struct arena *arena, const char *url)
{
    test_cluster_run(test_cluster(), arena_printf(arena, "DROP DATABASE IF EXISTS %s WITH (FORCE)",
                                                  name_in(arena, url)));
}

/* The rows of every table, kept beside them; and given back, which is much faster than a new
 * database. */
static const char KEEP[] =
    "CREATE SCHEMA kept; DO $$ DECLARE t record; BEGIN FOR t IN SELECT relname FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP EXECUTE"
    " format('CREATE TABLE kept.%I AS TABLE public.%I', t.relname, t.relname); END LOOP; END $$";
static const char GIVE_BACK[] =
    "DO $$ DECLARE t record; BEGIN FOR t IN SELECT relname FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP EXECUTE"
    " format('DELETE FROM public.%I', t.relname); EXECUTE"
    " format('INSERT INTO public.%I SELECT * FROM kept.%I', t.relname, t.relname);"
    " END LOOP; END $$";

/* ---- either -------------------------------------------------------------------------------- */

const char *plain_url(struct arena *arena, const char *folder, const char *name)
{
    if (!test_on_postgres())
        return arena_printf(arena, "%s/%s.db", folder, name);
    const char *base = test_cluster(), *query = strchr(base, '?');
    const char *slash = strchr(strstr(base, "//") + 2, '/');
    const char *database = arena_printf(arena, "kessai_audit_%s_%d", name, (int)getpid());
    test_cluster_run(base, arena_printf(arena, "CREATE DATABASE %s", database));
    return arena_printf(arena, "%.*s/%s%s", (int)(slash - base), base, database,
                        query == NULL ? "" : query);
}

void plain_copy(struct arena *arena, const char *from, const char *to)
{
    if (!is_postgres(from)) {
        copy_file(from, to);
        return;
    }
    drop_database(arena, to);
    test_cluster_run(test_cluster(), arena_printf(arena, "CREATE DATABASE %s TEMPLATE %s",
                                                  name_in(arena, to), name_in(arena, from)));
    PQclear(run_in_database(to, KEEP, PGRES_COMMAND_OK));
}

void plain_reset(struct arena *arena, const char *from, const char *to)
{
    if (is_postgres(to))
        PQclear(run_in_database(to, GIVE_BACK, PGRES_COMMAND_OK));
    else
        plain_copy(arena, from, to);
}

void plain_drop(struct arena *arena, const char *url)
{
    if (is_postgres(url))
        drop_database(arena, url);
    else
        drop_file(arena, url);
}

void sql_run(const char *url, const char *sql)
{
    if (is_postgres(url))
        PQclear(run_in_database(url, sql, PGRES_COMMAND_OK));
    else
        run_on_file(url, sql);
}

id sql_id(const char *url, const char *sql)
{
    return is_postgres(url) ? id_in_database(url, sql) : id_in_file(url, sql);
}
