/* SPDX-License-Identifier: Apache-2.0 */
/* database.h: where a C test keeps its store: a file, or with KESSAI_STORE=postgres a new database
 * of the cluster whose URL is KESSAI_TEST_POSTGRES (script/postgres).
 *
 * Used by  test/store, test/app, test/jobs, test/audit */
#ifndef KESSAI_TEST_DATABASE_H
#define KESSAI_TEST_DATABASE_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/id.h"

static inline bool test_on_postgres(void)
{
    const char *store = getenv("KESSAI_STORE");
    return store != NULL && strcmp(store, "postgres") == 0;
}

/* Runs one statement on the cluster's own database, or ends the test program. */
static inline void test_cluster_run(const char *url, const char *sql)
{
    PGconn *connection = PQconnectdb(url);
    PGresult *got = PQexec(connection, sql);
    if (PQresultStatus(got) != PGRES_COMMAND_OK) {
        (void)fprintf(stderr, "%s: %s", sql, PQerrorMessage(connection));
        abort();
    }
    PQclear(got);
    PQfinish(connection);
}

static inline const char *test_cluster(void)
{
    const char *url = getenv("KESSAI_TEST_POSTGRES");
    if (url == NULL) {
        (void)fprintf(stderr, "KESSAI_TEST_POSTGRES is not set\n");
        abort();
    }
    return url;
}

/* The URL of a store that is not there yet: a path in the directory, or an empty database.
 *   url  of one that test_store_drop() removes; lives in the arena */
static inline const char *test_store_url(const char *directory, struct arena *arena)
{
    if (!test_on_postgres())
        return arena_printf(arena, "%s/k.db", directory);
    const id name = id_new(1);
    const char *base = test_cluster(),
               *database = arena_printf(arena, "kessai_c_%016llx_%d", (unsigned long long)name.salt,
                                        (int)getpid());
    test_cluster_run(base, arena_printf(arena, "CREATE DATABASE %s", database));
    /* base is postgres://user@host:port/postgres, perhaps with ?… */
    const char *slash = strchr(strstr(base, "//") + 2, '/');
    const char *query = strchr(base, '?');
    return arena_printf(arena, "%.*s/%s%s", (int)(slash - base), base, database,
                        query == NULL ? "" : query);
}

/* Where the vault's key of that store lies. */
static inline const char *test_store_key(const char *directory, struct arena *arena)
{
    return arena_printf(arena, "%s/k.db.key", directory);
}

/* Removes the store, its key and its directory. */
static inline void test_store_drop(const char *url, const char *directory, struct arena *arena)
{
    static const char *const SUFFIXES[] = {"", "-wal", "-shm", ".lock", ".key", ".rail"};
    if (test_on_postgres()) {
        const char *name = strstr(url, "kessai_c_");
        test_cluster_run(test_cluster(), arena_printf(arena, "DROP DATABASE %.*s WITH (FORCE)",
                                                      (int)strcspn(name, "?"), name));
    }
    for (size_t i = 0; i < COUNT(SUFFIXES); i++)
        (void)unlink(arena_printf(arena, "%s/k.db%s", directory, SUFFIXES[i]));
    (void)rmdir(directory);
}

#endif
