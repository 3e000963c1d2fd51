/* SPDX-License-Identifier: Apache-2.0 */
/* dispute_operator.h: what the operator does to disputes: passes on what the acquirer says, and to
 * the acquirer what the merchant says.
 *
 * Used by  cli
 * Source   komoju-core 13; komoju-platform 8 (fixed fee) */
#ifndef KESSAI_APP_DISPUTE_OPERATOR_H
#define KESSAI_APP_DISPUTE_OPERATOR_H

#include "app/dispute.h"

/* Writes one JSON line for each open dispute of every tenant, oldest first: the object of
 * komoju-core 13 in short, and what is at stake.  errors  E_MEMORY, those of the store */
MUST_USE result dispute_list(struct store *store, struct buf *out);

/* The acquirer has opened a dispute of a payment, or has told how one has ended.
 *   errors  E_NOT_FOUND (--payment, --id); E_LOCKED: a rail works on the payment; those of
 *           dispute_open(); E_UNPROCESSABLE (--id): it has ended already */
struct dispute_order {
    bool opens;
    id payment;                 /* opens */
    struct dispute_claim claim; /* opens */
    id dispute;                 /* ends */
    bool is_won;                /* ends */
};
/*   arena   holds the texts of an error
 *   ret     as it is afterwards; without texts */
MUST_USE result dispute_order_run(struct store *store, const struct dispute_order *order,
                                  struct arena *arena, struct dispute *ret);

/* Writes the object of a dispute, whoever's it is, its defence opened; or its document alone.
 *   errors  E_NOT_FOUND (--id): there is no such dispute, or it has no document; E_CRYPTO */
MUST_USE result dispute_show(struct store *store, struct vault *vault, id wire, bool is_document,
                             struct buf *out);

/* Reads what a lost dispute costs a merchant besides, or sets it for those that are lost from now
 * on. In yen, without tax.
 *   errors  E_NOT_FOUND (--merchant) */
struct chargeback_fee {
    id merchant;
    bool is_set;
    int64_t fee_minor; /* afterwards: as it is */
};
MUST_USE result chargeback_fee(struct store *store, struct chargeback_fee *change);

#endif
