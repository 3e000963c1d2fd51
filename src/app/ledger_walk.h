/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_walk.h: an account's newest records, summed by type, back to a point in time.
 *
 * What an account was at a cutoff is what it is now less what came since. That costs the records
 * since, however old the account is: they are walked back along its chain (app/statement.h).
 *
 * Used by  app
 * Source   komoju-platform 14.2 */
#ifndef KESSAI_APP_LEDGER_WALK_H
#define KESSAI_APP_LEDGER_WALK_H

#include "core/ledger.h"
#include "core/money.h"
#include "store/db.h"

/* Records that a merchant sees; what no merchant sees is in no sum here. */
struct ledger_after {
    int64_t by_type[RECORDS];
    int64_t count;
    /* The newest record before from_us: its place in the chain, as account.last_pos has it, and its
     * time; 0: there is none. */
    int64_t pos, happened_us;
};

/* Records that happened at or after from_us.
 *   last_pos  the newest record of the account, from the account's row in the same transaction
 *   errors    those of the store; E_AMOUNT_RANGE */
MUST_USE result ledger_walk_after(struct db *db, int64_t tenant, int64_t merchant,
                                  enum currency currency, int64_t last_pos, int64_t from_us,
                                  struct ledger_after *ret);

#endif
