/* SPDX-License-Identifier: Apache-2.0 */
/* payment_update.c: changes what a merchant wrote on a payment, for which no money moves; and goes
 * on with one that prepaid numbers have paid in part. */
#include "app/payment_actions.h"
#include "app/prepaid.h"
#include "app/rail_outcome.h"
#include "app/session.h"

static result check_details(const struct payment_update *in)
{
    const struct payment *p = &in->p.payment;
    if (!payment_is_part_paid(p))
        return FAIL(E_INVALID_PARAMETER, "payment_details",
                    "only a payment that prepaid numbers have paid in part takes another one");
    return in->method == p->method ? OK
                                   : FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                                          "the payment is being paid with another payment type");
}

static result redeem(struct tx *tx, struct payment_update *in)
{
    struct command *c = &in->p.c;
    struct payment *p = &in->p.payment;
    struct payment_original original;
    TRY(payment_original(tx_db(tx), p, c->arena, &original));
    c->operation = (struct operation){
        .id = id_new(tx_real_now(tx)), .rail_op = RAIL_REDEEM, .payment = p->id.key};
    prepaid_ask(&c->operation, p->short_minor);
    p->operation = c->operation.id.key;
    TRY(prepaid_add(tx, p, in->details, c->arena));
    payment_command_ask(&in->p, &original, in->scenario);
    c->call.secret = secret_details_view(&in->secret);
    return payment_save(tx, p);
}

static result begin(struct tx *tx, struct command *c)
{
    struct payment_update *in = (struct payment_update *)c;
    TRY(payment_command_load(tx, &in->p));
    if (c->step == STEP_WAIT)
        return OK;
    struct payment *p = &in->p.payment;
    if (in->has_details) {
        TRY(check_details(in));
        TRY(session_let(tx, c, p));
    }
    if (c->step == STEP_WAIT)
        return OK;
    if (in->has_description)
        p->description = in->description;
    if (in->has_metadata)
        p->metadata = in->metadata;
    if (in->has_description || in->has_metadata || !in->has_details)
        TRY(db_exec(tx_db(tx), SQL_PAYMENT_DESCRIBE, VI(p->tenant), VI(p->id.key),
                    VT(p->description), VT(p->metadata)));
    if (in->has_details)
        return redeem(tx, in);
    c->step = STEP_ANSWER;
    return payment_event(tx, p, EVT_PAYMENT_UPDATED, c);
}

static void wipe(struct command *c)
{
    secret_details_wipe(&((struct payment_update *)c)->secret);
}

void payment_update_init(struct payment_update *in)
{
    in->p.c.begin = begin;
    in->p.c.wipe = wipe;
}
