/* SPDX-License-Identifier: Apache-2.0 */
/* identify.c: what pages are about. Whoever has the id of a session or a payment, 128 bits that
 * cannot be guessed, may see and pay it: the page has no key of the merchant. */
#include <assert.h>

#include "api/api.h"

/* The first segment of a route's pattern, and who has what it names: tenant, live. */
static const struct {
    const char *prefix;
    enum sql owner;
} THINGS[] = {
    {"/sessions/{id}", SQL_SESSION_TENANT},
    {"/instructions/{id}", SQL_PAYMENT_TENANT},
    {"/links/{id}", SQL_PAYMENT_LINK_TENANT},
};

static result read_owner(struct db *db, enum sql sql, id wire, struct caller *ret)
{
    struct rows rows;
    TRY(db_query(db, sql, &rows, VI(wire.key), VI(wire.salt)));
    const bool is_found = rows_next(&rows);
    if (is_found)
        *ret = (struct caller){.tenant = row_i64(&rows, 0),
                               .merchant = row_i64(&rows, 0),
                               .is_live = row_i64(&rows, 1) != 0};
    TRY(rows_done(&rows));
    return is_found ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

result api_identify(void *app, const struct request *rq, const struct route *route,
                    struct caller *ret)
{
    struct store *store = ((struct app *)app)->store;
    size_t i = 0;
    id wire;
    while (i < COUNT(THINGS) && !str_starts(str_of(route->pattern), THINGS[i].prefix))
        i++;
    assert(i < COUNT(THINGS));
    if (!id_read(rq->args[0], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    struct db *db = store_read_begin(store);
    const result r = read_owner(db, THINGS[i].owner, wire, ret);
    store_read_end(store, db);
    return r;
}
