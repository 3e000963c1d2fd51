/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_plan.h"

#include <assert.h>

/* ---- what it costs ------------------------------------------------------------------------- */

/* A session's payment costs what the session offers with its method, without a tax. */
static result read_price(struct tx *tx, struct payment_create *in)
{
    if (in->session == NULL)
        return OK;
    struct session_offer offer;
    TRY(session_price(tx, in->session, in->method, in->p.c.arena, &offer));
    in->amount_minor = offer.amount_minor;
    in->currency = offer.currency;
    in->tax = (struct tax_request){.has_tax = true};
    return OK;
}

static result read_split(struct tx *tx, struct payment_create *in, struct payment_plan *plan)
{
    const struct split_context context = {
        .currency = in->currency,
        .base_minor = in->amount_minor + plan->tax_minor,
        .is_capture = in->is_captured,
    };
    return platform_details_split(tx, in->p.c.tenant, &in->platform, context, in->p.c.arena,
                                  &plan->split);
}

static result check_amount(struct payment_create *in, struct payment_plan *plan)
{
    if (in->installments != NULL && in->currency != CUR_JPY)
        return FAIL(E_INVALID_PARAMETER, in->installments,
                    "cards are paid in installments in yen alone");
    plan->customer_fee_minor = in->currency == CUR_JPY ? plan->owned.customer_fee_minor : 0;
    return method_check(in->method, in->currency,
                        in->amount_minor + plan->tax_minor + plan->customer_fee_minor);
}

/* ---- who takes it, and how ----------------------------------------------------------------- */

static result read_processor(struct tx *tx, struct payment_create *in, struct payment_plan *plan)
{
    TRY(tx_merchant(tx, in->p.c.tenant, plan->split.processor, &plan->processor));
    TRY(tx_method(tx, plan->processor, in->method, &plan->owned));
    return split_check_method(plan->processor->kind, plan->processor->payments_enabled,
                              plan->owned.is_owned);
}

/* The days of the request, else what the processing merchant has set, else the method's. */
static result read_expiry(const struct payment_create *in, struct payment_plan *plan)
{
    const struct merchant *m = plan->processor;
    const int64_t own = in->method == METHOD_KONBINI         ? m->konbini_days
                        : in->method == METHOD_BANK_TRANSFER ? m->bank_transfer_days
                                                             : 0;
    return method_expiry_days(in->method, in->has_expiry_days || own > 0,
                              in->has_expiry_days ? in->expiry_days : own, &plan->expiry_days);
}

static result check_brand(const struct payment_create *in, const struct owned_method *owned)
{
    if (method_row(in->method)->flow != FLOW_CARD)
        return OK;
    const enum card_brand brand = card_brand_of(str_of(in->card.number));
    if (owned->brands == 0 || (owned->brands & (INT64_C(1) << brand)) != 0)
        return OK;
    return FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                "the processing merchant does not accept this card brand");
}

/* ---- what is asked of which rail ----------------------------------------------------------- */

/* komoju-core 15.1 */
static enum rail_op first_op(enum method method, bool is_agreed, bool is_captured)
{
    switch (is_agreed ? FLOW_CARD : method_row(method)->flow) {
    case FLOW_CARD:
        return is_captured ? RAIL_CHARGE : RAIL_AUTHORIZE;
    case FLOW_LOGIN:
        return RAIL_CHARGE;
    case FLOW_PREPAID:
        return RAIL_REDEEM;
    case FLOW_SLIP:
    case FLOW_OFFSITE:
        return RAIL_REGISTER;
    case FLOW_NONE:
    case FLOWS:
        break;
    }
    assert(false); /* a method has a flow */
    return RAIL_OP_NONE;
}

/* A code is its owner's word for one charge; what is stored needs the consent of the wallet's page.
 */
static result check_code(const struct payment_create *in)
{
    if (in->code == NULL || in->session == NULL || in->session->mode != SESSION_CUSTOMER_PAYMENT)
        return OK;
    return FAIL(
        E_INVALID_PARAMETER, in->code,
        "a session that stores its customer's wallet takes no code: its owner agrees at the "
        "wallet's page");
}

/* Real money needs a real rail: the simulator never serves a live merchant. */
static result choose_rail(const struct payment_create *in, struct payment_plan *plan)
{
    const bool is_agreed = in->code != NULL || source_is_agreed(&plan->source);
    plan->op = first_op(in->method, is_agreed, in->is_captured);
    const bool sends_away =
        plan->op == RAIL_REGISTER && method_row(in->method)->flow == FLOW_OFFSITE;
    if (sends_away && in->return_url.at == NULL)
        return FAIL(E_MISSING_PARAMETER, "return_url",
                    "A required parameter (return_url) is missing.");
    plan->rail = rail_for(in->method, plan->processor->is_live);
    return plan->rail != RAIL_NONE
               ? OK
               : FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                      "no acquirer is connected for live payments of this type");
}

static result check_order_num(struct tx *tx, const struct payment_create *in, int64_t processor)
{
    if (in->external_order_num.at == NULL || in->session != NULL)
        return OK; /* a session's number is its own, for all its attempts */
    int64_t used = 0;
    TRY(db_number(tx_db(tx), SQL_PAYMENT_ORDER_USED, &used, VI(in->p.c.tenant), VI(processor),
                  VT(in->external_order_num)));
    return used == 0 ? OK
                     : FAIL(E_INVALID_PARAMETER, "external_order_num",
                            "this external_order_num has been used for another payment");
}

/* ---- one after the other ------------------------------------------------------------------- */

/* The order is part of the promise: of two things that are wrong, the first is told. */
result payment_plan(struct tx *tx, struct payment_create *in, struct payment_plan *ret)
{
    struct command *c = &in->p.c;
    *ret = (struct payment_plan){0};
    TRY(tx_now(tx, c->tenant, &ret->now_us));
    if (in->session != NULL)
        TRY(session_admit(tx, c, in->session->id));
    if (c->step == STEP_WAIT)
        return OK;
    TRY(source_find(tx, in, &ret->source));
    TRY(read_price(tx, in));
    TRY(source_check(&ret->source, in, ret->now_us));
    /* what cannot be taken later than it is authorized is taken at once */
    in->is_captured = in->is_captured || !method_row(in->method)->two_step;
    TRY(payment_tax(in->amount_minor, &in->tax, &ret->tax_minor));
    TRY(source_cover(&ret->source, in, ret->tax_minor));
    TRY(read_split(tx, in, ret));
    TRY(source_open(&ret->source, in, ret->split.processor, ret->now_us));
    TRY(read_processor(tx, in, ret));
    TRY(read_expiry(in, ret));
    TRY(check_brand(in, &ret->owned));
    TRY(check_amount(in, ret));
    TRY(check_code(in));
    TRY(choose_rail(in, ret));
    return check_order_num(tx, in, ret->split.processor);
}
