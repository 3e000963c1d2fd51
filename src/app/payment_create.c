/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_create.h"

#include <assert.h>
#include <string.h>

#include "app/customer.h"
#include "app/prepaid.h"
#include "app/rail_outcome.h"
#include "app/token.h"

/* What begin decides before it writes anything. */
struct plan {
    struct split split;
    const struct merchant *processor;
    struct owned_method owned;
    enum rail_number rail;
    struct token token;
    struct customer customer;
    int64_t tax_minor, customer_fee_minor, expiry_days, now_us;
};

/* What is asked of the rail first (komoju-core 15.1). */
static enum rail_op first_op(enum method method, bool is_captured)
{
    switch (method_row(method)->flow) {
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

/* Only a card can be charged without its owner. */
static result read_customer(struct tx *tx, struct payment_create *in, struct customer *ret)
{
    struct command *c = &in->p.c;
    const result r = customer_read(tx_db(tx), c->tenant, in->customer, c->arena, ret);
    if (r.code == E_NOT_FOUND)
        return FAIL(E_INVALID_PARAMETER, "customer", "there is no such customer");
    TRY(r);
    in->method = ret->method;
    return ret->sealed.at != NULL ? OK
                                  : FAIL(E_UNPROCESSABLE, "customer",
                                         "the customer has no card that could be charged");
}

/* The method says whether it can be taken later than it is authorized: others are taken at once. */
static result read_method(struct tx *tx, struct payment_create *in, struct plan *plan)
{
    struct command *c = &in->p.c;
    if (in->is_token) {
        TRY(token_read(tx_db(tx), c->tenant, in->token, c->arena, &plan->token));
        in->method = plan->token.method;
    }
    if (in->customer.key != 0)
        TRY(read_customer(tx, in, &plan->customer));
    TRY(read_price(tx, in));
    if (in->is_token)
        TRY(token_check(&plan->token, in->currency, plan->now_us));
    in->is_captured = in->is_captured || !method_row(in->method)->two_step;
    return OK;
}

/* The days of the request, else what the processing merchant has set, else the method's. */
static result read_expiry(const struct payment_create *in, struct plan *plan)
{
    const struct merchant *m = plan->processor;
    const int64_t own = in->method == METHOD_KONBINI         ? m->konbini_days
                        : in->method == METHOD_BANK_TRANSFER ? m->bank_transfer_days
                                                             : 0;
    return method_expiry_days(in->method, in->has_expiry_days || own > 0,
                              in->has_expiry_days ? in->expiry_days : own, &plan->expiry_days);
}

static result use_customer(struct payment_create *in, const struct customer *customer)
{
    struct command *c = &in->p.c;
    TRY(customer_open_card(c->app->vault, customer, &in->card));
    if (in->scenario.at == NULL)
        in->scenario = customer->scenario;
    return customer_details(customer, c->arena, &in->details);
}

static result read_source(struct payment_create *in, struct plan *plan)
{
    if (in->customer.key != 0)
        return use_customer(in, &plan->customer);
    if (!in->is_token)
        return OK;
    struct command *c = &in->p.c;
    /* a token is for the merchant whose key made it, or for all if that is the platform */
    if (plan->token.merchant != c->tenant && plan->token.merchant != plan->split.processor)
        return FAIL(E_INVALID_TOKEN, "payment_details", NULL);
    if (in->details.at == NULL) { /* else the batch is run again */
        struct token_given given;
        TRY(token_open(c->app->vault, &plan->token, !c->is_dry, plan->now_us, c->arena, &in->card,
                       &given));
        in->secret = given.secret;
        in->family_name = given.family_name;
        in->given_name = given.given_name;
        in->has_expiry_days = given.has_expiry_days;
        in->expiry_days = given.expiry_days;
    }
    in->details = plan->token.details;
    if (in->scenario.at == NULL)
        in->scenario = plan->token.scenario;
    return OK;
}

/* Real money needs a real rail: the simulator never serves a live merchant. */
static result choose_rail(const struct payment_create *in, bool is_live, enum rail_number *ret)
{
    *ret = rail_for(in->method, is_live);
    return *ret != RAIL_NONE ? OK
                             : FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                                    "no acquirer is connected for live payments of this type");
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

static result decide(struct tx *tx, struct payment_create *in, struct plan *plan)
{
    struct command *c = &in->p.c;
    TRY(tx_now(tx, c->tenant, &plan->now_us));
    if (in->session != NULL)
        TRY(session_admit(tx, c, in->session->id));
    if (c->step == STEP_WAIT)
        return OK;
    TRY(read_method(tx, in, plan));
    TRY(payment_tax(in->amount_minor, &in->tax, &plan->tax_minor));
    if (plan->token.verification != VERIFICATION_NONE)
        TRY(three_d_covers(plan->token.authenticated,
                           (struct three_d_amount){in->amount_minor, plan->tax_minor}));
    const struct split_context context = {
        .currency = in->currency,
        .base_minor = in->amount_minor + plan->tax_minor,
        .is_capture = in->is_captured,
    };
    TRY(platform_details_split(tx, c->tenant, &in->platform, context, c->arena, &plan->split));
    TRY(read_source(in, plan));
    TRY(tx_merchant(tx, c->tenant, plan->split.processor, &plan->processor));
    TRY(tx_method(tx, plan->processor, in->method, &plan->owned));
    TRY(split_check_method(plan->processor->kind, plan->processor->payments_enabled,
                           plan->owned.is_owned));
    TRY(read_expiry(in, plan));
    TRY(check_brand(in, &plan->owned));
    plan->customer_fee_minor = in->currency == CUR_JPY ? plan->owned.customer_fee_minor : 0;
    TRY(method_check(in->method, in->currency, context.base_minor + plan->customer_fee_minor));
    if (method_row(in->method)->flow == FLOW_OFFSITE && in->return_url.at == NULL)
        return FAIL(E_MISSING_PARAMETER, "return_url",
                    "A required parameter (return_url) is missing.");
    TRY(choose_rail(in, plan->processor->is_live, &plan->rail));
    return check_order_num(tx, in, plan->split.processor);
}

/* Where a customer with a slip reads how to pay it. */
static result add_instructions(struct payment_create *in)
{
    struct payment *p = &in->p.payment;
    if (method_row(p->method)->flow != FLOW_SLIP)
        return OK;
    char payment[ID_TEXT_BYTES];
    id_text(p->id, payment);
    const char *url = in->p.c.app->public_url;
    const char *text =
        arena_printf(in->p.c.arena, "%.*s,\"instructions_url\":\"%s/%s/instructions/%s\"}",
                     (int)p->details.bytes - 1, p->details.at, url == NULL ? "" : url,
                     locale_name(p->locale), payment);
    p->details = str_of(text);
    return text == NULL ? E_NO_MEMORY : OK;
}

static result write(struct tx *tx, struct payment_create *in, const struct plan *plan)
{
    struct command *c = &in->p.c;
    struct payment *p = &in->p.payment;
    const id operation = id_new(tx_real_now(tx));
    *p = (struct payment){
        .id = id_new(tx_real_now(tx)),
        .tenant = c->tenant,
        .merchant = plan->processor->id,
        .status = PAY_PENDING,
        .model = plan->split.model,
        .method = in->method,
        .rail = plan->rail,
        .is_two_step = !in->is_captured,
        .currency = in->currency,
        .amount_minor = in->amount_minor,
        .tax_minor = plan->tax_minor,
        .customer_fee_minor = plan->customer_fee_minor,
        .operation = operation.key,
        .reference = operation.key,
        .created_us = plan->now_us,
        .deadline_us = time_end_of_day_jst(plan->now_us, plan->expiry_days),
        .details = in->details,
        .external_order_num = in->external_order_num,
        .description = in->description,
        .metadata = in->metadata,
        .locale = in->locale,
        .mcc = in->mcc,
        .statement_descriptor = in->statement_descriptor,
        .return_url = in->return_url,
        .cancel_url = in->cancel_url,
        .three_d_secure = plan->token.three_d_secure,
        .session = in->session == NULL ? (id){0} : in->session->id,
        .customer = in->customer,
        .subscription = in->subscription,
        .family_name = in->family_name,
        .given_name = in->given_name,
    };
    TRY(add_instructions(in));
    TRY(tx_payment_ordinal(tx, c->tenant, p->merchant.key, &p->ordinal));
    in->p.may_hold_token = in->is_token;
    if (in->is_token)
        TRY(token_use(tx, c->tenant, in->token, p->id.key, plan->now_us));
    struct screen_hash card;
    screen_hash_card(&in->screening, &card);
    if (card.is_known)
        p->card_hash = (str){(const char *)card.bytes, sizeof card.bytes};
    TRY(payment_insert(tx, p));
    p->card_hash = STR_NONE; /* it was here for the row */
    if (in->session != NULL)
        TRY(session_keep_source(tx, c, in->session, p, &in->card));
    if (in->is_captured)
        TRY(payment_add_split(tx, p, 0, plan->split.lines, plan->split.line_count, c->arena));
    c->operation = (struct operation){
        .id = operation,
        .rail_op = first_op(in->method, in->is_captured),
        .payment = p->id.key,
        .amount_minor = p->amount_minor,
        .tax_minor = p->tax_minor,
    };
    if (c->operation.rail_op == RAIL_REDEEM)
        prepaid_ask(&c->operation, payment_total(p));
    return OK;
}

/* Comes last before the first write, so that a refusal of it is the only thing that is kept. */
static result screen(struct tx *tx, struct payment_create *in, const struct plan *plan,
                     enum screen_verdict *ret)
{
    struct screening *s = &in->screening;
    *s = (struct screening){
        .vault = in->p.c.app->vault,
        .tenant = in->p.c.tenant,
        .merchant = plan->processor->id.key,
        .method = in->method,
        .buyer = s->buyer,
        .card = &in->card,
        .ip = plan->token.ip,
        .is_counted_before = plan->token.ip.is_known,
    };
    TRY(screen_attempt(tx, s, plan->now_us, ret));
    if (*ret != SCREEN_PASSED)
        command_refuse(&in->p.c, screen_refusal(*ret, screening_is_hidden(s)));
    return OK;
}

result payment_create_check(struct tx *tx, struct payment_create *in)
{
    struct plan plan = {0};
    return decide(tx, in, &plan);
}

result payment_create_begin(struct tx *tx, struct command *c)
{
    struct payment_create *in = (struct payment_create *)c;
    struct plan plan = {0};
    enum screen_verdict verdict;
    TRY(decide(tx, in, &plan));
    if (c->step == STEP_WAIT)
        return OK;
    TRY(screen(tx, in, &plan, &verdict));
    if (verdict != SCREEN_PASSED)
        return OK;
    TRY(write(tx, in, &plan));
    payment_command_ask(&in->p, (id){0}, in->scenario);
    c->call.card = &in->card;
    c->call.secret = secret_details_view(&in->secret);
    in->authentication.is_wanted = false;
    c->ask_first = NULL;
    if (in->wants_authentication && method_row(in->method)->flow == FLOW_CARD &&
        plan.token.verification == VERIFICATION_NONE)
        payment_authenticate(in, plan.processor->name, plan.now_us);
    return OK;
}

/* As every outcome, and a decline is counted; a buyer is told of each the same. */
static result finish(struct tx *tx, struct command *c)
{
    struct payment_create *in = (struct payment_create *)c;
    bool waits;
    TRY(payment_authenticate_finish(tx, in, &waits));
    if (waits)
        return OK;
    const result r = rail_outcome_finish(tx, c);
    if (c->answer.outcome != RAIL_REFUSED || rail_says_voided(&c->answer) ||
        err_is_of_store(r.code))
        return r;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(screen_count_decline(tx, &in->screening, now_us));
    return screen_decline(r, screening_is_hidden(&in->screening));
}

static void wipe(struct command *c)
{
    struct payment_create *in = (struct payment_create *)c;
    explicit_bzero(&in->card, sizeof in->card);
    secret_details_wipe(&in->secret);
}

void payment_create_init(struct payment_create *in)
{
    in->p.c.begin = payment_create_begin;
    in->p.c.finish = finish;
    in->p.c.wipe = wipe;
}
