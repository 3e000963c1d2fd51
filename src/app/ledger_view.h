/* SPDX-License-Identifier: Apache-2.0 */
/* ledger_view.h: accounts and transfers of the ledger as clients are shown them.
 *
 * An account is a merchant's id, or the name of a house account: "acquirer:simulator", "fee".
 *
 * Used by  app (dry runs, explanations) */
#ifndef KESSAI_APP_LEDGER_VIEW_H
#define KESSAI_APP_LEDGER_VIEW_H

#include "base/arena.h"
#include "base/json.h"
#include "store/tx.h"

/* "type", "debit", "credit" and "amount" of a transfer, into the object that is open.
 *   errors  of the store only; E_NO_MEMORY */
MUST_USE result ledger_transfer_view(struct json *j, struct db *db, int64_t tenant,
                                     const transfer *t, struct arena *arena);
/* All transfers of an entry, an object each with its "currency", into the array that is open. */
MUST_USE result ledger_entry_view(struct json *j, struct db *db, const struct ledger_entry *entry,
                                  struct arena *arena);

#endif
