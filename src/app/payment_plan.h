/* SPDX-License-Identifier: Apache-2.0 */
/* payment_plan.h: what is decided of a new payment before anything is written.
 *
 * Used by  app/payment_create */
#ifndef KESSAI_APP_PAYMENT_PLAN_H
#define KESSAI_APP_PAYMENT_PLAN_H

#include "app/payment_create.h"
#include "app/source.h"

struct payment_plan {
    struct source source;
    struct split split;
    const struct merchant *processor;
    struct owned_method owned;
    enum rail_number rail;
    enum rail_op op; /* what is asked of it first */
    int64_t tax_minor, customer_fee_minor, expiry_days, now_us;
};

/* Decides everything; writes nothing. Fills in what the source and the session say. When another
 * attempt of its session is under way, the command's step is STEP_WAIT.
 *   errors  as payment_create_init(), but for the rail's and screening's */
MUST_USE result payment_plan(struct tx *tx, struct payment_create *in, struct payment_plan *ret);

#endif
