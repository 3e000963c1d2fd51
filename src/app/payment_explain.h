/* SPDX-License-Identifier: Apache-2.0 */
/* payment_explain.h: every yen of a payment: which row of posting.def moved it, from what, and how
 * it was rounded.
 *
 * Used by  api
 * Source   core/posting.def, doc/ledger.md */
#ifndef KESSAI_APP_PAYMENT_EXPLAIN_H
#define KESSAI_APP_PAYMENT_EXPLAIN_H

#include "app/payment.h"

/* Writes the explanation object: the payment's ledger transactions, oldest first.
 *   errors  E_NOT_FOUND */
MUST_USE result payment_explain(struct db *db, int64_t tenant, id wire, struct arena *arena,
                                struct json *j);

#endif
