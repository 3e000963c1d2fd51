/* SPDX-License-Identifier: Apache-2.0 */
#include "app/rail_outcome.h"

#include <assert.h>

#include "app/dispute.h"
#include "app/payment_actions.h"
#include "app/payment_post.h"
#include "app/prepaid.h"
#include "app/screen.h"
#include "app/session.h"
#include "app/subscription.h"
#include "app/token.h"
#include "base/log.h"
#include "base/plant.h"
#include "core/refund.h"

result payment_command_load(struct tx *tx, struct payment_command *in)
{
    struct command *c = &in->c;
    TRY(payment_read(tx_db(tx), c->tenant, in->id, c->arena, &in->payment));
    if (in->payment.operation != 0 && PLANT("missing_guard", false, true)) {
        c->step = STEP_WAIT;
        c->wait_payment = in->payment.id.key;
    }
    return OK;
}

/* What a refund takes of each part. */
static void share(struct rail_part *parts, size_t count, const struct payment *p,
                  int64_t amount_minor, struct arena *arena)
{
    int64_t *taken_minor = ARENA_ARRAY(arena, int64_t, 2 * count);
    if (taken_minor == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        taken_minor[i] = parts[i].amount.minor;
    refund_shares(taken_minor, count, p->refunded_minor, amount_minor, taken_minor + count);
    for (size_t i = 0; i < count; i++)
        parts[i].amount.minor = taken_minor[count + i];
}

void rail_outcome_aim(const struct payment_original *original, const struct payment *p,
                      struct arena *arena, struct rail_call *ret)
{
    ret->original = original->reference;
    if ((ret->op != RAIL_VOID && ret->op != RAIL_REFUND) || original->part_count == 0)
        return;
    struct rail_part *parts = ARENA_ARRAY(arena, struct rail_part, original->part_count);
    if (parts == NULL)
        return;
    for (size_t i = 0; i < original->part_count; i++)
        parts[i] = original->parts[i];
    if (ret->op == RAIL_REFUND)
        share(parts, original->part_count, p, ret->amount.minor, arena);
    ret->parts = parts;
    ret->part_count = original->part_count;
}

void payment_command_ask(struct payment_command *in, const struct payment_original *original,
                         str scenario)
{
    struct command *c = &in->c;
    c->step = STEP_RAIL;
    c->rail = in->payment.rail;
    c->call = (struct rail_call){
        .op = c->operation.rail_op,
        .amount = rail_outcome_amount(&c->operation, &in->payment),
        .scenario = scenario,
    };
    if (original != NULL)
        rail_outcome_aim(original, &in->payment, c->arena, &c->call);
    rail_outcome_describe(c->app, &in->payment, &c->call);
}

void rail_outcome_describe(const struct app *app, const struct payment *p, struct rail_call *ret)
{
    ret->method = p->method;
    ret->payment = p->id;
    ret->details = p->details;
    ret->deadline_us = p->deadline_us;
    ret->origin = app->public_url;
}

/* ---- authorize, charge --------------------------------------------------------------------- */

static result settle_token(struct tx *tx, const struct payment_command *in)
{
    return in->may_hold_token ? token_settle(tx, in->payment.tenant, in->payment.id.key,
                                             in->c.answer.outcome != RAIL_NOT_FOUND)
                              : OK;
}

static result approved_new(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    struct payment *p = &in->payment;
    const bool is_charge = in->c.operation.rail_op != RAIL_AUTHORIZE;
    p->status = pay_next(p->status, is_charge ? PE_CAPTURE : PE_AUTHORIZE);
    assert(p->status != PAY_NONE);
    p->operation = 0;
    if (is_charge) {
        p->captured_us = now_us;
        TRY(payment_post_capture(tx, p, now_us, in->c.arena));
    }
    TRY(payment_add_details(tx, p, str_of(in->c.answer.details), in->c.arena));
    TRY(settle_token(tx, in));
    TRY(payment_save(tx, p));
    TRY(payment_event(tx, p, is_charge ? EVT_PAYMENT_CAPTURED : EVT_PAYMENT_AUTHORIZED, &in->c));
    return subscription_settle(tx, p, true, in->c.arena);
}

/* The answer where nothing has happened that is an event. */
static result answer_payment(struct payment_command *in)
{
    struct json j;
    json_init(&j, &in->c.body);
    payment_view(&j, NULL, &in->payment);
    return OK;
}

/* A slip is authorized until it is paid in; a page keeps its payment pending (komoju-core 6.4). */
static result approved_register(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    (void)now_us;
    struct payment *p = &in->payment;
    const bool is_slip = method_row(p->method)->flow == FLOW_SLIP;
    if (is_slip)
        p->status = pay_next(p->status, PE_AUTHORIZE);
    assert(p->status != PAY_NONE);
    p->operation = 0;
    TRY(payment_add_details(tx, p, str_of(in->c.answer.details), in->c.arena));
    TRY(settle_token(tx, in));
    TRY(payment_save(tx, p));
    if (is_slip)
        return payment_event(tx, p, EVT_PAYMENT_AUTHORIZED, &in->c);
    return answer_payment(in);
}

/* A decline counts once, whenever it is learnt: an operation ends once. */
static result failed_new(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    struct payment *p = &in->payment;
    p->operation = 0;
    if (p->status == PAY_FAILED) /* it was opened again, to be taken back */
        return payment_save(tx, p);
    if (in->c.answer.outcome == RAIL_REFUSED && !rail_says_voided(&in->c.answer))
        TRY(screen_count_decline(tx, in->c.app, p, now_us));
    p->status = pay_next(p->status, PE_FAIL);
    assert(p->status != PAY_NONE);
    TRY(settle_token(tx, in));
    TRY(payment_save(tx, p));
    TRY(payment_event(tx, p, EVT_PAYMENT_FAILED, NULL));
    return subscription_settle(tx, p, false, in->c.arena);
}

/* ---- redeem -------------------------------------------------------------------------------- */

/* The payment is taken when nothing is missing any more. */
static result approved_redeem(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    struct payment *p = &in->payment;
    const int64_t taken_minor = in->c.answer.amount.minor;
    const bool is_first = p->reference == in->c.operation.id.key;
    p->short_minor = in->c.operation.amount_minor - taken_minor;
    TRY(prepaid_settle(tx, p, taken_minor, in->c.arena));
    if (p->short_minor == 0)
        return approved_new(tx, in, now_us);
    p->operation = 0;
    TRY(settle_token(tx, in));
    TRY(payment_save(tx, p));
    return is_first ? answer_payment(in) : payment_event(tx, p, EVT_PAYMENT_UPDATED, &in->c);
}

/* A further number that is refused leaves the payment as it was. */
static result failed_redeem(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    struct payment *p = &in->payment;
    if (p->reference == in->c.operation.id.key)
        return failed_new(tx, in, now_us);
    p->operation = 0;
    TRY(prepaid_settle(tx, p, 0, in->c.arena));
    return payment_save(tx, p);
}

/* ---- capture ------------------------------------------------------------------------------- */

static result approved_capture(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    struct payment *p = &in->payment;
    p->status = pay_next(p->status, PE_CAPTURE);
    assert(p->status != PAY_NONE);
    p->operation = 0;
    p->amount_minor = in->c.operation.amount_minor;
    p->tax_minor = in->c.operation.tax_minor;
    p->captured_us = now_us;
    TRY(payment_post_capture(tx, p, now_us, in->c.arena));
    TRY(payment_save(tx, p));
    return payment_event(tx, p, EVT_PAYMENT_CAPTURED, &in->c);
}

static result failed_capture(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    (void)now_us;
    struct payment *p = &in->payment;
    p->operation = 0;
    TRY(db_exec(tx_db(tx), SQL_SPLIT_LINE_DELETE, VI(p->tenant), VI(p->id.key), VI(0)));
    return payment_save(tx, p);
}

/* ---- void ---------------------------------------------------------------------------------- */

/* A payment whose customer is late has expired; what was on its way to it goes back. */
static result approved_void(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    struct payment *p = &in->payment;
    const bool is_late =
        (payment_is_part_paid(p) || payment_is_registered(p)) && p->deadline_us < now_us;
    p->operation = 0;
    p->refusals = 0;
    if (p->late_money == LATE_OWED) {
        p->late_money = LATE_GIVEN_BACK;
        log_event(LOG_LATE_MONEY_BACK, LI("payment", p->id.key), LT("rail", rail_slug(p->rail)));
    }
    if (p->status == PAY_AUTHORIZED && method_row(p->method)->flow == FLOW_OFFSITE)
        p->late_money = LATE_GIVEN_BACK; /* it had been paid: its rail may say so once more */
    if (pay_is_open(p->status))
        return payment_close(tx, p, is_late ? PE_EXPIRE : PE_CANCEL, &in->c);
    TRY(payment_save(tx, p));
    return answer_payment(in);
}

/* Whether a job has to insist; else somebody merely wanted it, or it ends without its rail. */
static result has_to_end(struct tx *tx, const struct payment *p, int64_t now_us, bool *ret)
{
    *ret = false;
    if (!payment_is_for_rail(p))
        return OK;
    TRY(session_is_over(tx, p, ret));
    *ret = *ret || p->late_money == LATE_OWED || p->deadline_us < now_us;
    return OK;
}

/* The rail does not let go of it: asked again, more and more slowly, and shown to the operator. */
static result failed_void(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    struct payment *p = &in->payment;
    bool insists;
    p->operation = 0;
    TRY(has_to_end(tx, p, now_us, &insists));
    if (insists)
        p->refusals++;
    if (p->refusals >= OPERATION_ATTENTION_TRIES)
        log_event(LOG_VOID_REFUSED, LI("payment", p->id.key), LT("rail", rail_slug(p->rail)),
                  LI("refusals", p->refusals), LI("late_money", p->late_money));
    return payment_save(tx, p);
}

/* ---- refund -------------------------------------------------------------------------------- */

/* The refund of an operation is a row of its payment. */
static struct refund *find_refund(struct payment *p, int64_t key)
{
    size_t i = 0;
    while (i < p->refund_row_count && p->refunds[i].id.key != key)
        i++;
    assert(i < p->refund_row_count);
    return &p->refunds[i];
}

static result end_refund(struct tx *tx, struct payment_command *in, enum refund_state state,
                         int64_t now_us)
{
    struct payment *p = &in->payment;
    struct refund *refund = find_refund(p, in->c.operation.refund);
    split_line lines[SPLIT_LINES_MAX];
    const size_t line_count = payment_lines(p, refund->id.key, lines);
    TRY(payment_hold_refund(tx, p, refund->amount_minor, lines, line_count, HOLD_RELEASE,
                            in->c.arena));
    refund->state = state;
    refund->created_us = now_us;
    p->operation = 0;
    p->refunding_minor -= refund->amount_minor;
    if (state == REFUND_DONE) {
        payment_refunded(p, refund->amount_minor);
        TRY(payment_post_refund(tx, p, refund, now_us, in->c.arena));
        TRY(dispute_follow_refund(tx, p, in->c.arena));
    } else {
        p->refund_count--;
    }
    TRY(db_exec(tx_db(tx), SQL_REFUND_FINISH, VI(p->tenant), VI(p->id.key), VI(refund->id.key),
                VI(state), VI(now_us)));
    return payment_save(tx, p);
}

static result approved_refund(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    TRY(end_refund(tx, in, REFUND_DONE, now_us));
    TRY(payment_event(tx, &in->payment, EVT_PAYMENT_REFUND_CREATED, &in->c));
    return in->payment.status == PAY_REFUNDED
               ? payment_event(tx, &in->payment, EVT_PAYMENT_REFUNDED, &in->c)
               : OK;
}

static result failed_refund(struct tx *tx, struct payment_command *in, int64_t now_us)
{
    return end_refund(tx, in, REFUND_FAILED, now_us);
}

/* ---- the table ----------------------------------------------------------------------------- */

typedef result (*outcome)(struct tx *tx, struct payment_command *in, int64_t now_us);

static const struct {
    outcome approved, failed;
} OUTCOMES[RAIL_OPS] = {
    [RAIL_AUTHORIZE] = {approved_new, failed_new},
    [RAIL_CHARGE] = {approved_new, failed_new},
    [RAIL_CAPTURE] = {approved_capture, failed_capture},
    [RAIL_VOID] = {approved_void, failed_void},
    [RAIL_REFUND] = {approved_refund, failed_refund},
    [RAIL_REGISTER] = {approved_register, failed_new},
    [RAIL_REDEEM] = {approved_redeem, failed_redeem},
};

/* A batch may be run again: the payment as it was when finish first ran is kept, and each run works
 * on a copy. */
static result start_afresh(struct payment_command *in)
{
    if (!in->is_kept)
        in->kept = in->payment;
    in->is_kept = true;
    in->payment = in->kept;
    return payment_copy_refunds(&in->payment, in->c.arena);
}

result rail_outcome_finish(struct tx *tx, struct command *c)
{
    struct payment_command *in = (struct payment_command *)c;
    TRY(start_afresh(in));
    assert(c->answer.outcome != RAIL_UNKNOWN);
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    if (c->answer.outcome == RAIL_APPROVED)
        return OUTCOMES[c->operation.rail_op].approved(tx, in, now_us);
    TRY(OUTCOMES[c->operation.rail_op].failed(tx, in, now_us));
    return c->answer.outcome == RAIL_REFUSED ? FAIL(c->answer.refusal, NULL, NULL)
                                             : FAIL(E_GATEWAY_TIMEOUT, NULL, NULL);
}

/* ---- answers that come late ---------------------------------------------------------------- */

money rail_outcome_amount(const struct operation *o, const struct payment *p)
{
    int64_t minor = payment_total(p); /* AUTHORIZE, CHARGE, VOID, REGISTER */
    if (o->rail_op == RAIL_CAPTURE)
        minor = o->amount_minor + o->tax_minor + p->customer_fee_minor;
    else if (o->rail_op == RAIL_REFUND || o->rail_op == RAIL_REDEEM)
        minor = o->amount_minor;
    return (money){.minor = minor, .cur = p->currency};
}

/* Whether what was given up can be taken back still: nothing else has been done with the payment.
 */
static bool can_reopen(const struct operation *o, const struct payment *p)
{
    if (p->operation != 0)
        return false;
    if (o->rail_op == RAIL_CAPTURE)
        return p->status == PAY_AUTHORIZED;
    if (o->rail_op == RAIL_REDEEM)
        return p->reference != o->id.key || p->status == PAY_FAILED;
    return (o->rail_op == RAIL_CHARGE || o->rail_op == RAIL_AUTHORIZE) && p->status == PAY_FAILED;
}

static result reopen(struct tx *tx, struct command *c, const struct operation *now, bool *ret)
{
    struct payment p;
    TRY(payment_read_key(tx_db(tx), c->tenant, now->payment, c->arena, &p));
    *ret = can_reopen(now, &p);
    if (!*ret)
        return OK;
    p.operation = now->id.key;
    return payment_save(tx, &p);
}

result rail_outcome_late(struct tx *tx, struct command *c, const struct operation *now)
{
    const bool has_happened = (c->answer.heard & (HEARD_APPROVED | HEARD_OTHER)) != 0;
    const bool is_success = now->state == OPERATION_DONE && now->http_status < 300;
    struct operation next = *now;
    bool is_to_open = operation_is_open(now);
    if (now->state == OPERATION_GIVEN_UP && has_happened)
        TRY(reopen(tx, c, now, &is_to_open));
    if (!operation_is_open(now) && has_happened != is_success && c->answer.outcome != RAIL_UNKNOWN)
        log_event(LOG_RAIL_CONTRADICTS, LI("operation", now->id.key), LI("state", now->state),
                  LI("heard", (int64_t)c->answer.heard));
    if (!is_to_open)
        return OK;
    next.state = OPERATION_UNKNOWN;
    next.due_us = tx_real_now(tx);
    next.heard = (enum rail_heard)(now->heard | c->answer.heard);
    return operation_postpone(tx, c->tenant, &next);
}
