/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_create.h"

#include <string.h>

#include "app/payment_plan.h"
#include "app/prepaid.h"
#include "app/rail_outcome.h"

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

static result write(struct tx *tx, struct payment_create *in, const struct payment_plan *plan)
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
        .session = in->session == NULL ? (id){0} : in->session->id,
        .customer = in->customer,
        .subscription = in->subscription,
        .family_name = in->family_name,
        .given_name = in->given_name,
    };
    TRY(add_instructions(in));
    TRY(tx_payment_ordinal(tx, c->tenant, p->merchant.key, &p->ordinal));
    in->p.may_hold_token = false;
    TRY(source_take(tx, &plan->source, in, plan->now_us));
    struct screen_marks marks;
    screen_keep(&in->screening, &marks, p);
    TRY(payment_insert(tx, p));
    p->ip_hash = p->card_hash = p->bin_hash = STR_NONE; /* they were here for the row */
    /* the owner of a wallet agrees at its page, nowhere else */
    const bool is_card = method_row(in->method)->flow == FLOW_CARD;
    if (in->session != NULL && (is_card || plan->op == RAIL_REGISTER))
        TRY(session_keep_source(tx, c, in->session, p, &in->card, &in->consent));
    if (in->is_captured)
        TRY(payment_add_split(tx, p, 0, plan->split.lines, plan->split.line_count, c->arena));
    c->operation = (struct operation){
        .id = operation,
        .rail_op = plan->op,
        .payment = p->id.key,
        .amount_minor = p->amount_minor,
        .tax_minor = p->tax_minor,
    };
    if (c->operation.rail_op == RAIL_REDEEM)
        prepaid_ask(&c->operation, payment_total(p));
    return OK;
}

/* Comes last before the first write, so that a refusal of it is the only thing that is kept. */
static result screen(struct tx *tx, struct payment_create *in, const struct payment_plan *plan,
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
        .ip = plan->source.token.ip,
        .is_counted_before = plan->source.token.ip.is_known,
    };
    TRY(screen_attempt(tx, s, plan->now_us, ret));
    if (*ret != SCREEN_PASSED)
        command_refuse(&in->p.c, screen_refusal(*ret, screening_is_hidden(s)));
    return OK;
}

result payment_create_check(struct tx *tx, struct payment_create *in)
{
    struct payment_plan plan;
    return payment_plan(tx, in, &plan);
}

result payment_create_begin(struct tx *tx, struct command *c)
{
    struct payment_create *in = (struct payment_create *)c;
    struct payment_plan plan;
    enum screen_verdict verdict;
    TRY(payment_plan(tx, in, &plan));
    if (c->step == STEP_WAIT)
        return OK;
    TRY(screen(tx, in, &plan, &verdict));
    if (verdict != SCREEN_PASSED)
        return OK;
    TRY(write(tx, in, &plan));
    payment_command_ask(&in->p, NULL, in->scenario);
    c->call.card = &in->card;
    c->call.secret = secret_details_view(&in->secret);
    c->call.consent = in->consent;
    in->authentication.is_wanted = false;
    c->ask_first = NULL;
    if (in->wants_authentication && method_row(in->method)->flow == FLOW_CARD &&
        !source_is_authenticated(&plan.source))
        payment_authenticate(in, plan.processor->name, plan.now_us);
    return OK;
}

/* As every outcome; a buyer is told of each decline the same. */
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
    return screen_decline(r, screening_is_hidden(&in->screening));
}

static void wipe(struct command *c)
{
    struct payment_create *in = (struct payment_create *)c;
    explicit_bzero(&in->card, sizeof in->card);
    secret_details_wipe(&in->secret);
    payment_authenticate_wipe(in);
}

void payment_create_init(struct payment_create *in)
{
    in->p.c.begin = payment_create_begin;
    in->p.c.finish = finish;
    in->p.c.wipe = wipe;
}
