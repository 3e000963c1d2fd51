/* SPDX-License-Identifier: Apache-2.0 */
#include "store/table.h"

#include <string.h>

#include "store/store.h"
#include "store/table_driver.h"

enum { HOUSEKEEPING = false, DATA = true };

const struct table TABLES[] = {
#define TABLE(name_, key_, what_) {#name_, (key_), (what_)},
#include "store/table.def"
#undef TABLE
};
const size_t TABLE_COUNT = COUNT(TABLES);

bool table_leads_with_tenant(const struct table *table)
{
    return str_is(str_of(table->key), "tenant") || str_starts(str_of(table->key), "tenant,");
}

result tables_open(const char *url, enum tables_access access, struct arena *arena,
                   struct tables **ret)
{
    return store_url_is_postgres(url) ? tables_open_postgres(url, access, arena, ret)
                                      : tables_open_sqlite(store_url_path(url), access, arena, ret);
}

void tables_close(struct tables *tables)
{
    if (tables != NULL)
        tables->driver->close(tables);
}

result tables_commit(struct tables *tables)
{
    return tables->driver->commit(tables);
}

result tables_columns(struct tables *tables, const struct table *table, struct columns *ret)
{
    *ret = (struct columns){0};
    TRY(tables->driver->columns(tables, table, ret));
    if (ret->count > 0)
        return OK;
    return FAIL(E_USAGE, NULL,
                arena_printf(tables->arena, "there is no table %s; is this a Kessai database?",
                             table->name));
}

const char *tables_column_list(struct tables *tables)
{
    const char *list = tables->columns->names[0];
    for (size_t i = 1; i < tables->columns->count && list != NULL; i++)
        list = arena_printf(tables->arena, "%s, %s", list, tables->columns->names[i]);
    return list;
}

/* A key of one text column is ordered by its bytes, whatever the database's language. */
static bool is_text_key(const struct table *table, const struct columns *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        if (strcmp(table->key, columns->names[i]) == 0)
            return columns->kinds[i] == VALUE_TEXT;
    return false;
}

result tables_read(struct tables *tables, const struct table *table, const struct columns *columns)
{
    tables->columns = columns;
    tables->error = OK;
    const char *list = tables_column_list(tables);
    const char *select =
        list == NULL
            ? NULL
            : arena_printf(tables->arena, "SELECT %s FROM %s ORDER BY %s%s", list, table->name,
                           table->key, is_text_key(table, columns) ? tables->driver->by_bytes : "");
    return select == NULL ? E_NO_MEMORY : tables->driver->read(tables, select);
}

bool tables_next(struct tables *tables, struct value *ret)
{
    return tables->error.code == E_OK && tables->driver->next(tables, ret);
}

result tables_read_done(struct tables *tables)
{
    const result r = tables->driver->read_done(tables);
    return tables->error.code == E_OK ? r : tables->error;
}

result tables_write(struct tables *tables, const struct table *table, const struct columns *columns)
{
    tables->columns = columns;
    return tables->driver->write(tables, table);
}

result tables_put(struct tables *tables, const struct value *values)
{
    return tables->driver->put(tables, values);
}

result tables_write_done(struct tables *tables)
{
    return tables->driver->write_done(tables);
}
