/* SPDX-License-Identifier: Apache-2.0 */
#include "app/keyed.h"

result keyed_read(struct db *db, const struct keyed *row, struct arena *arena, void *ret)
{
    struct rows rows;
    TRY(db_query(db, row->sql, &rows, VI(row->tenant), VI(row->key)));
    const bool found = rows_next(&rows);
    if (found)
        row->fill(&rows, row->tenant, arena, ret);
    TRY(rows_done(&rows));
    if (arena_is_broken(arena))
        return E_NO_MEMORY;
    return found ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

result keyed_check(id found, id wire)
{
    return found.key == wire.key && found.salt == wire.salt ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}
