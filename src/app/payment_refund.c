/* SPDX-License-Identifier: Apache-2.0 */
/* payment_refund.c: gives captured money back: held first, then asked of the rail. */
#include "app/payment_actions.h"
#include "app/payment_post.h"
#include "app/rail_outcome.h"
#include "core/refund.h"

static result decide(struct tx *tx, struct payment_refund *in, struct refund_plan *plan)
{
    struct command *c = &in->p.c;
    const struct payment *p = &in->p.payment;
    const struct method_row *method = method_row(p->method);
    split_line lines[SPLIT_LINES_MAX];
    const struct refund_payment payment = {
        .state = p->status,
        .model = p->model,
        .base_minor = payment_base(p),
        .refunded_minor = p->refunded_minor,
        .refunding_minor = p->refunding_minor,
        .had_refund = p->refund_count > 0,
        .method_refunds = method->refund,
        .method_refunds_partially = method->partial_refund,
        .capture_lines = lines,
        .capture_line_count = payment_lines(p, 0, lines),
    };
    struct refund_request request = {.has_amount = in->has_amount,
                                     .amount_minor = in->amount_minor,
                                     .processor = p->merchant.key};
    TRY(platform_details_resolve(tx, c->tenant, &in->platform, c->arena, &request.split));
    TRY(refund_decide(&payment, &request, c->arena, plan));
    TRY(payment_check_room(p, plan->line_count, in->description));
    return payment_hold_refund(tx, p, plan->amount_minor, plan->lines, plan->line_count, HOLD_CHECK,
                               c->arena);
}

/* The refund's row, its split, its hold, and its place in the payment. */
static result write(struct tx *tx, struct payment_refund *in, const struct refund_plan *plan)
{
    struct command *c = &in->p.c;
    struct payment *p = &in->p.payment;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    const struct refund refund = {
        .id = id_new(tx_real_now(tx)),
        .state = REFUND_SENT,
        .amount_minor = plan->amount_minor,
        .is_reverse = plan->is_reverse,
        .has_split = !plan->is_reverse && plan->line_count > 0,
        .description = in->description,
        .created_us = now_us,
    };
    p->refunding_minor += plan->amount_minor;
    p->operation = c->operation.id.key;
    c->operation.refund = refund.id.key;
    TRY(payment_add_refund(tx, p, &refund, c->arena));
    TRY(payment_add_split(tx, p, refund.id.key, plan->lines, plan->line_count, c->arena));
    TRY(payment_hold_refund(tx, p, plan->amount_minor, plan->lines, plan->line_count, HOLD_TAKE,
                            c->arena));
    return payment_save(tx, p);
}

static result begin(struct tx *tx, struct command *c)
{
    struct payment_refund *in = (struct payment_refund *)c;
    TRY(payment_command_load(tx, &in->p));
    if (c->step == STEP_WAIT)
        return OK;
    struct refund_plan *plan = ARENA_NEW(c->arena, struct refund_plan);
    if (plan == NULL)
        return E_NO_MEMORY;
    TRY(decide(tx, in, plan));
    struct payment *p = &in->p.payment;
    struct payment_original original;
    TRY(payment_original(tx_db(tx), p, c->arena, &original));
    c->operation = (struct operation){
        .id = id_new(tx_real_now(tx)),
        .rail_op = RAIL_REFUND,
        .payment = p->id.key,
        .amount_minor = plan->amount_minor,
    };
    payment_command_ask(&in->p, &original, in->scenario);
    return write(tx, in, plan);
}

void payment_refund_init(struct payment_refund *in)
{
    in->p.c.begin = begin;
}
