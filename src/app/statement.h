/* SPDX-License-Identifier: Apache-2.0 */
/* statement.h: an account's balance and its records, newest first.
 *
 * Records of an account form a chain from the newest back (ledger_transfer.*_prev), with a mark at
 * every 64th, so a page costs at most 63 steps and its own records, however old the account is
 * (doc/decisions).
 *
 * Used by  api
 * Source   komoju-platform 10.2, 13.1 */
#ifndef KESSAI_APP_STATEMENT_H
#define KESSAI_APP_STATEMENT_H

#include "base/id.h"
#include "core/ledger.h"
#include "core/money.h"
#include "store/db.h"

struct account_view {
    int64_t records, last_pos, held_minor;
    int64_t by_type[RECORDS];
};
MUST_USE result account_view_read(struct db *db, int64_t tenant, int64_t merchant,
                                  enum currency currency, struct account_view *ret);

struct record {
    id transaction;
    enum record_type type;
    int64_t amount_minor; /* signed */
    int64_t happened_us;
};

struct statement_query {
    int64_t tenant, merchant;
    enum currency currency;
    enum record_type type;    /* RECORD_NONE: all */
    int64_t start_us, end_us; /* after, before; 0: no limit */
    int64_t skip, count;      /* count at most 100 */
};
/* Records newest first; within one transaction in its own order. *ret_total is how many the filters
 * leave.
 *   ret   room for query->count */
MUST_USE result statement_read(struct db *db, const struct statement_query *query,
                               struct record *ret, size_t *ret_count, int64_t *ret_total);

/* The records of one transaction on one account, in order. ret has room for max. */
MUST_USE result statement_transaction(struct db *db, int64_t tenant, int64_t merchant,
                                      enum currency currency, id transaction, struct record *ret,
                                      size_t max, size_t *ret_count);

#endif
