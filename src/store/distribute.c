/* SPDX-License-Identifier: Apache-2.0 */
#include "store/distribute.h"

#include <libpq-fe.h>
#include <string.h>

#include "store/table.h"

/* One command with one text parameter or none; its first value lands in ret, absent without a row.
 */
static result ask(PGconn *connection, const char *text, const char *parameter, struct arena *arena,
                  str *ret)
{
    const char *const values[] = {parameter};
    PGresult *got =
        PQexecParams(connection, text, parameter == NULL ? 0 : 1, NULL, values, NULL, NULL, 0);
    result r = OK;
    *ret = STR_NONE;
    if (PQresultStatus(got) == PGRES_TUPLES_OK) {
        if (PQntuples(got) > 0 && !PQgetisnull(got, 0, 0))
            *ret = arena_str(arena, str_of(PQgetvalue(got, 0, 0)));
    } else if (PQresultStatus(got) != PGRES_COMMAND_OK) {
        str said = str_of(PQerrorMessage(connection));
        said.bytes = strcspn(said.at, "\n");
        r = FAIL(E_STORE, "--db", arena_cstr(arena, said));
    }
    PQclear(got);
    return r;
}

static result check_cluster(PGconn *connection, struct arena *arena)
{
    str version, table;
    TRY(ask(connection, "SELECT extversion FROM pg_extension WHERE extname = 'citus'", NULL, arena,
            &version));
    if (version.at == NULL)
        return FAIL(E_USAGE, "--db",
                    "the database has no citus extension; on a cluster, CREATE EXTENSION citus");
    TRY(ask(connection, "SELECT to_regclass('tenant')::text", NULL, arena, &table));
    if (table.at == NULL)
        return FAIL(E_USAGE, "--db",
                    "the database has no tables yet; kessai merchant create makes them");
    return OK;
}

/* All distributed tables are in the group of `tenant`, which comes first. */
static const char *statement_for(const struct table *table)
{
    if (!table_leads_with_tenant(table))
        return "SELECT create_reference_table($1::regclass)::text";
    if (strcmp(table->name, "tenant") == 0)
        return "SELECT create_distributed_table($1::regclass, 'tenant')::text";
    return "SELECT create_distributed_table($1::regclass, 'tenant', "
           "colocate_with => 'tenant')::text";
}

static result distribute_table(PGconn *connection, const struct table *table, struct arena *arena,
                               struct distribution *ret)
{
    str found;
    TRY(ask(connection, "SELECT 'yes' FROM pg_dist_partition WHERE logicalrelid = $1::regclass",
            table->name, arena, &found));
    if (found.at != NULL) {
        ret->already++;
        return OK;
    }
    TRY(ask(connection, statement_for(table), table->name, arena, &found));
    if (table_leads_with_tenant(table))
        ret->distributed++;
    else
        ret->shared++;
    return OK;
}

static result distribute_all(PGconn *connection, struct arena *arena, struct distribution *ret)
{
    static const struct table FIRST = {"tenant", "tenant", true};
    TRY(check_cluster(connection, arena));
    TRY(distribute_table(connection, &FIRST, arena, ret));
    for (size_t i = 0; i < TABLE_COUNT; i++)
        if (strcmp(TABLES[i].name, FIRST.name) != 0)
            TRY(distribute_table(connection, &TABLES[i], arena, ret));
    return OK;
}

static void say_nothing(void *context, const char *text)
{
    (void)context, (void)text;
}

result distribute_run(const char *url, struct arena *arena, struct distribution *ret)
{
    PGconn *connection = PQconnectdb(url);
    struct distribution done = {0};
    result r = OK;
    (void)PQsetNoticeProcessor(connection, say_nothing, NULL);
    if (PQstatus(connection) != CONNECTION_OK) {
        str said = str_of(PQerrorMessage(connection));
        said.bytes = strcspn(said.at, "\n");
        r = FAIL(E_USAGE, "--db", arena_cstr(arena, said));
    } else {
        r = distribute_all(connection, arena, &done);
    }
    PQfinish(connection);
    if (r.code == E_OK)
        *ret = done;
    return r;
}
