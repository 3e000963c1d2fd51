/* SPDX-License-Identifier: Apache-2.0 */
/* table_copy.h: a whole store into an empty one of either kind, proved by hashes.
 *
 * Both sides stand still meanwhile: no server may run on them, and other writers wait. The target's
 * tables are read back and hashed before its one transaction commits, so a target is either empty
 * or a whole and equal copy.
 *
 * Used by  cli/migrate.c */
#ifndef KESSAI_STORE_TABLE_COPY_H
#define KESSAI_STORE_TABLE_COPY_H

#include "store/table_hash.h"

struct table_copy {
    const char *from, *to; /* URLs; the target has its schema and no row */
    struct arena *arena;
    /* Told of each table once it is copied and equal. */
    void (*copied)(void *context, const struct table *table, const struct table_digest *digest);
    void *context;
};

/*   ret_rows  of all tables
 *   errors    E_USAGE: param is --from or --to: cannot be opened, a server runs on it, the target
 * is not empty, the schemas differ; E_STORE: a copy that is not equal, and the store's own */
MUST_USE result table_copy_run(const struct table_copy *copy, int64_t *ret_rows);

#endif
