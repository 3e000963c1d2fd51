/* SPDX-License-Identifier: Apache-2.0 */
/* payment_finalize.c: what the card itself said at a terminal, after the issuer had authorized it:
 * approved, so the payment is taken; or not, so it is voided. */
#include "app/payment_actions.h"
#include "app/rail_outcome.h"

static result describe(struct tx *tx, const struct payment_finalize *in, struct payment *p)
{
    if (!in->has_metadata)
        return OK;
    p->metadata = in->metadata;
    return db_exec(tx_db(tx), SQL_PAYMENT_DESCRIBE, VI(p->tenant), VI(p->id.key),
                   VT(p->description), VT(p->metadata));
}

static result capture(struct tx *tx, struct payment_finalize *in)
{
    struct command *c = &in->capture.p.c;
    TRY(in->capture_begin(tx, c));
    c->call.secret = secret_details_view(&in->secret);
    return OK;
}

/* The card has approved; the merchant captures later. */
static result keep(struct tx *tx, struct payment_finalize *in)
{
    struct command *c = &in->capture.p.c;
    struct payment *p = &in->capture.p.payment;
    if (p->status != PAY_AUTHORIZED)
        return FAIL(E_NOT_CAPTURABLE, NULL, "the payment is not authorized");
    c->step = STEP_ANSWER;
    TRY(describe(tx, in, p));
    return payment_event(tx, p, EVT_PAYMENT_UPDATED, c);
}

static result give_up(struct tx *tx, struct payment_finalize *in)
{
    struct payment *p = &in->capture.p.payment;
    if (p->status != PAY_AUTHORIZED)
        return FAIL(E_NOT_CANCELLABLE, NULL, "the payment is not authorized");
    TRY(payment_void_begin(tx, &in->capture.p, in->capture.scenario));
    in->capture.p.c.call.secret = secret_details_view(&in->secret);
    return OK;
}

static result begin(struct tx *tx, struct command *c)
{
    struct payment_finalize *in = (struct payment_finalize *)c;
    TRY(payment_command_load(tx, &in->capture.p));
    if (c->step == STEP_WAIT)
        return OK;
    if (method_row(in->capture.p.payment.method)->flow != FLOW_CARD)
        return FAIL(E_UNPROCESSABLE, NULL, "only a payment with a card can be finalized");
    if (in->word != CARD_APPROVES)
        return give_up(tx, in);
    return in->is_captured ? capture(tx, in) : keep(tx, in);
}

/* A refusal leaves the payment as it was; an approval shows it as it is now. */
static result finish(struct tx *tx, struct command *c)
{
    struct payment_finalize *in = (struct payment_finalize *)c;
    if (c->answer.outcome == RAIL_APPROVED)
        TRY(describe(tx, in, &in->capture.p.payment));
    return rail_outcome_finish(tx, c);
}

static void wipe(struct command *c)
{
    secret_details_wipe(&((struct payment_finalize *)c)->secret);
}

void payment_finalize_init(struct payment_finalize *in)
{
    payment_capture_init(&in->capture);
    in->capture_begin = in->capture.p.c.begin;
    in->capture.p.c.begin = begin;
    in->capture.p.c.finish = finish;
    in->capture.p.c.wipe = wipe;
}
