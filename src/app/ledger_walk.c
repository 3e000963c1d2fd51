/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ledger_walk.h"

enum { POS_LINES = 512 };

/* One transaction's part of the sums. */
struct group {
    int64_t happened_us, before; /* before: the place of the account's record before the first */
    int64_t by_type[RECORDS];
    int64_t count;
};

static result add_row(const struct rows *rows, struct group *ret)
{
    const int64_t type = row_i64(rows, 2);
    if (record_slug((enum record_type)type) == NULL)
        return OK;
    ret->happened_us = row_i64(rows, 4);
    if (ret->count == 0)
        ret->before = row_i64(rows, 5);
    ret->count++;
    return minor_add(ret->by_type[type], row_i64(rows, 3), &ret->by_type[type]);
}

static result read_group(struct db *db, int64_t tenant, int64_t merchant, enum currency currency,
                         int64_t seq, struct group *ret)
{
    struct rows rows;
    *ret = (struct group){0};
    TRY(db_query(db, SQL_LEDGER_TRANSACTION_RECORDS, &rows, VI(tenant), VI(seq), VI(merchant),
                 VI(currency)));
    while (rows_next(&rows)) {
        const result r = add_row(&rows, ret);
        if (r.code != E_OK)
            rows.error = r;
    }
    return rows_done(&rows);
}

result ledger_walk_after(struct db *db, int64_t tenant, int64_t merchant, enum currency currency,
                         int64_t last_pos, int64_t from_us, struct ledger_after *ret)
{
    struct ledger_after after = {.pos = last_pos};
    while (after.pos != 0) {
        struct group group;
        TRY(read_group(db, tenant, merchant, currency, after.pos / POS_LINES, &group));
        if (group.count == 0)
            return FAIL(E_INTERNAL, NULL, "the chain of an account leads to no record of it");
        if (group.happened_us < from_us) {
            after.happened_us = group.happened_us;
            break;
        }
        for (int type = 1; type < RECORDS; type++)
            TRY(minor_add(after.by_type[type], group.by_type[type], &after.by_type[type]));
        after.count += group.count;
        after.pos = group.before;
    }
    *ret = after;
    return OK;
}
