/* SPDX-License-Identifier: Apache-2.0 */
/* payment_settle.h: payments that their rail refuses to void, seen and ended by the operator
 * (doc/rails.md).
 *
 * Used by  cli */
#ifndef KESSAI_APP_PAYMENT_SETTLE_H
#define KESSAI_APP_PAYMENT_SETTLE_H

#include "app/payment.h"

/* A JSON line for each payment whose rail has refused to void it when it was due, or owes late
 * money: id, merchant, live, status, amount, currency, late_money, refusals, next_at. */
MUST_USE result payment_refused_list(struct store *store, struct buf *out);

/* The operator has settled with the acquirer what that refuses: an open payment has expired, or is
 * cancelled if its session ended without it; late money has been given back. Nothing is posted:
 * nothing of such a payment was ever earned.
 *   arena   holds the text of an error
 *   errors  E_NOT_FOUND, E_UNPROCESSABLE (--payment): its rail has refused nothing; E_LOCKED
 *           (--payment): the rail is being asked */
MUST_USE result payment_settle(struct store *store, id payment, struct arena *arena);

#endif
