/* SPDX-License-Identifier: Apache-2.0 */
/* payment_capture.c: takes an authorized payment, whole or in part, and splits it. */
#include "app/payment_actions.h"
#include "app/rail_outcome.h"

struct plan {
    int64_t amount_minor, tax_minor;
    struct split split;
};

static result decide(struct tx *tx, struct payment_capture *in, struct plan *plan)
{
    struct command *c = &in->p.c;
    const struct payment *p = &in->p.payment;
    const struct capture_payment payment = {
        .state = p->status,
        .is_two_step = p->is_two_step,
        .method_captures_partially = method_row(p->method)->partial_capture,
        .amount_minor = p->amount_minor,
        .tax_minor = p->tax_minor,
    };
    TRY(capture_decide(&payment, &in->request, &plan->amount_minor, &plan->tax_minor));
    const struct split_context context = {
        .currency = p->currency,
        .base_minor = plan->amount_minor + plan->tax_minor,
        .is_capture = true,
        .payment_processor = p->merchant.key,
    };
    return platform_details_split(tx, c->tenant, &in->platform, context, c->arena, &plan->split);
}

static result begin(struct tx *tx, struct command *c)
{
    struct payment_capture *in = (struct payment_capture *)c;
    TRY(payment_command_load(tx, &in->p));
    if (c->step == STEP_WAIT)
        return OK;
    struct plan plan;
    TRY(decide(tx, in, &plan));
    struct payment *p = &in->p.payment;
    struct payment_original original;
    TRY(payment_original(tx_db(tx), p, c->arena, &original));
    c->operation = (struct operation){
        .id = id_new(tx_real_now(tx)),
        .rail_op = RAIL_CAPTURE,
        .payment = p->id.key,
        .amount_minor = plan.amount_minor,
        .tax_minor = plan.tax_minor,
    };
    p->operation = c->operation.id.key;
    payment_command_ask(&in->p, &original, in->scenario);
    TRY(payment_add_split(tx, p, 0, plan.split.lines, plan.split.line_count, c->arena));
    return payment_save(tx, p);
}

void payment_capture_init(struct payment_capture *in)
{
    in->p.c.begin = begin;
}
