/* SPDX-License-Identifier: Apache-2.0 */
#include "empty.h"

#include <libpq-fe.h>

#include "base/buf.h"
#include "store/table.h"

enum { TEXT_BYTES_MAX = 8192 };

static bool has_tables(PGconn *connection)
{
    PGresult *found = PQexec(connection, "SELECT 1 FROM pg_tables WHERE tablename = 'tenant'");
    const bool is_there = PQntuples(found) > 0;
    PQclear(found);
    return is_there;
}

static bool delete_rows(PGconn *connection)
{
    struct buf text;
    buf_init(&text, TEXT_BYTES_MAX);
    for (size_t i = 0; i < TABLE_COUNT; i++)
        if (!str_is(str_of(TABLES[i].name), "schema_version"))
            buf_printf(&text, "DELETE FROM %s;", TABLES[i].name);
    PGresult *done = text.is_broken ? NULL : PQexec(connection, text.at);
    const bool is_done = PQresultStatus(done) == PGRES_COMMAND_OK;
    PQclear(done);
    buf_done(&text);
    return is_done;
}

bool empty_database(const char *url)
{
    PGconn *connection = PQconnectdb(url);
    bool is_empty = PQstatus(connection) == CONNECTION_OK;
    if (is_empty && has_tables(connection))
        is_empty = delete_rows(connection);
    PQfinish(connection);
    return is_empty;
}
