/* SPDX-License-Identifier: Apache-2.0 */
/* table_driver.h: what a kind of store does for table.h; private to store. */
#ifndef KESSAI_STORE_TABLE_DRIVER_H
#define KESSAI_STORE_TABLE_DRIVER_H

#include "store/table.h"

struct table_driver {
    const char *by_bytes; /* after a column of text in ORDER BY */
    void (*close)(struct tables *tables);
    result (*commit)(struct tables *tables);
    result (*columns)(struct tables *tables, const struct table *table, struct columns *ret);
    result (*read)(struct tables *tables, const char *select);
    bool (*next)(struct tables *tables, struct value *ret);
    result (*read_done)(struct tables *tables);
    result (*write)(struct tables *tables, const struct table *table);
    result (*put)(struct tables *tables, const struct value *values);
    result (*write_done)(struct tables *tables);
};

/* Each driver's own struct begins with this. */
struct tables {
    const struct table_driver *driver;
    struct arena *arena;
    const struct columns *columns; /* of what is being read or written */
    result error;                  /* of the reading under way */
};

/* "a, b, c" */
const char *tables_column_list(struct tables *tables);

MUST_USE result tables_open_sqlite(const char *path, enum tables_access access, struct arena *arena,
                                   struct tables **ret);
MUST_USE result tables_open_postgres(const char *url, enum tables_access access,
                                     struct arena *arena, struct tables **ret);

#endif
