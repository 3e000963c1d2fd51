/* SPDX-License-Identifier: Apache-2.0 */
/* table.h: whole tables of a store of either kind, row by row: what copying and comparing stores
 * needs.
 *
 * One connection in one transaction. Columns come from the database's own catalogue, in the order
 * of their names, so that both stores give the same row for the same facts. Text that is returned
 * lives in the arena given to tables_open(); values of a row live until the next one.
 *
 *     TRY(tables_open(url, TABLES_READ, arena, &tables));
 *     r = tables_read(tables, &TABLES[i], &columns);
 *     while (tables_next(tables, values)) ...
 *     r = tables_read_done(tables);
 *     tables_close(tables);
 *
 * Used by  store/table_hash.c, store/table_copy.c */
#ifndef KESSAI_STORE_TABLE_H
#define KESSAI_STORE_TABLE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "store/db.h"

/* One row of table.def. */
struct table {
    const char *name;
    const char *key; /* columns, as ORDER BY wants them */
    bool is_copied;  /* false: housekeeping of servers */
};
extern const struct table TABLES[];
extern const size_t TABLE_COUNT;
/* False: one that all tenants share. */
bool table_leads_with_tenant(const struct table *table);

enum { COLUMNS_MAX = 64 };
struct columns {
    const char *names[COLUMNS_MAX];
    enum value_kind kinds[COLUMNS_MAX];
    size_t count;
};

enum tables_access {
    TABLES_NONE = 0,
    TABLES_READ,   /* one state of the database, whoever writes meanwhile */
    TABLES_SOURCE, /* the same, and writers wait until tables_close() */
    TABLES_TARGET, /* to be filled; nobody else writes */
};

struct tables;

/*   errors  E_USAGE: cannot be opened, or (SOURCE, TARGET) a server serves it; E_STORE */
MUST_USE result tables_open(const char *url, enum tables_access access, struct arena *arena,
                            struct tables **ret);
/* Undoes what was not committed. NULL is fine. */
void tables_close(struct tables *tables);
/* Makes durable what was written. */
MUST_USE result tables_commit(struct tables *tables);

MUST_USE result tables_columns(struct tables *tables, const struct table *table,
                               struct columns *ret);

/* Rows in the order of the key. */
MUST_USE result tables_read(struct tables *tables, const struct table *table,
                            const struct columns *columns);
bool tables_next(struct tables *tables, struct value *ret); /* false: the end, or an error */
MUST_USE result tables_read_done(struct tables *tables);

/* Adds rows, whose values are in the order of the columns. */
MUST_USE result tables_write(struct tables *tables, const struct table *table,
                             const struct columns *columns);
MUST_USE result tables_put(struct tables *tables, const struct value *values);
MUST_USE result tables_write_done(struct tables *tables);

#endif
