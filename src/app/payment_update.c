/* SPDX-License-Identifier: Apache-2.0 */
/* payment_update.c: changes what a merchant wrote on a payment; no money moves. */
#include "app/payment_actions.h"
#include "app/rail_outcome.h"

static result begin(struct tx *tx, struct command *c)
{
    struct payment_update *in = (struct payment_update *)c;
    TRY(payment_command_load(tx, &in->p));
    if (c->step == STEP_WAIT)
        return OK;
    struct payment *p = &in->p.payment;
    if (in->has_description)
        p->description = in->description;
    if (in->has_metadata)
        p->metadata = in->metadata;
    TRY(db_exec(tx_db(tx), SQL_PAYMENT_DESCRIBE, VI(p->tenant), VI(p->id.key), VT(p->description),
                VT(p->metadata)));
    c->step = STEP_ANSWER;
    return payment_event(tx, p, EVT_PAYMENT_UPDATED, c);
}

void payment_update_init(struct payment_update *in)
{
    in->p.c.begin = begin;
}
