/* SPDX-License-Identifier: Apache-2.0 */
/* model.c: the order of things: batches, waiting, idempotency keys, operations without an outcome.
 */
#include "model.h"

#include <assert.h>

#define KEY_LIVES_US    INT64_C(86400000000)
#define LOST_AFTER_US   INT64_C(60000000)
#define WAIT_MAX_US     INT64_C(10000000)
#define INQUIRE_MAX_US  INT64_C(300000000)
#define INQUIRE_SLOW_US INT64_C(3600000000)
#define CLAIM_US        INT64_C(120000000)
enum { PATIENCE_TRIES = 20 };

int64_t model_tenant_now(const struct oracle *m, int tenant)
{
    return m->now_us + m->tenants[tenant].offset_us;
}

static void confused(struct oracle *m, const char *what)
{
    if (m->confusion == NULL)
        m->confusion = what;
}

/* What is kept under a key: refusals of state, of balance, of the rail (rulings). */
bool model_is_kept(enum err code)
{
    return code == E_NOT_REFUNDABLE || code == E_NOT_CAPTURABLE || code == E_NOT_CANCELLABLE ||
           code == E_NOT_CHARGEBACKABLE || code == E_BALANCE_SHORT || code == E_CARD_DECLINED;
}

int model_status(enum err code)
{
    static const struct {
        enum err code;
        int status;
    } ROWS[] = {{E_OK, 200},
                {E_NOT_FOUND, 404},
                {E_FORBIDDEN, 403},
                {E_IDEMPOTENCY_IN_FLIGHT, 409},
                {E_LOCKED, 423},
                {E_CARD_DECLINED, 502},
                {E_GATEWAY_TIMEOUT, 504}};
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        if (ROWS[i].code == code)
            return ROWS[i].status;
    return 422;
}

/* ---- the queue ------------------------------------------------------------------------------- */

static void push(struct oracle *m, struct item item)
{
    assert(m->queued < QUEUE_MAX);
    m->queue[m->queued++] = item;
}

void model_call(struct oracle *m, struct call *call)
{
    call->started_us = m->now_us;
    call->woken_for = call->waits_for = call->touched = NOBODY;
    push(m, (struct item){.kind = ITEM_BEGIN, .call = call, .payment = NOBODY});
}

void model_expire(struct oracle *m, int payment)
{
    push(m, (struct item){.kind = ITEM_EXPIRE, .payment = payment});
}

void model_resolve(struct oracle *m, int payment)
{
    push(m, (struct item){.kind = ITEM_RESOLVE, .payment = payment});
}

void model_forget_calls(struct oracle *m)
{
    m->waiting_count = 0;
}

static void answer(struct call *call, enum err code, int status)
{
    call->is_expected = true;
    call->expected_code = code;
    call->expected_status = status;
}

static void answer_code(struct call *call, enum err code)
{
    answer(call, code, model_status(code));
}

/* Those that have waited too long are told so. */
static void refuse_late(struct oracle *m)
{
    int kept = 0;
    for (int i = 0; i < m->waiting_count; i++)
        if (m->waiting[i]->started_us < m->now_us - WAIT_MAX_US)
            answer_code(m->waiting[i], E_LOCKED);
        else
            m->waiting[kept++] = m->waiting[i];
    m->waiting_count = kept;
}

void model_wake(struct oracle *m, int payment)
{
    if (payment == NOBODY)
        refuse_late(m);
    for (int i = 0; payment != NOBODY && i < m->waiting_count; i++) {
        struct call *call = m->waiting[i];
        if (call->waits_for != payment)
            continue;
        for (int n = i + 1; n < m->waiting_count; n++)
            m->waiting[n - 1] = m->waiting[n];
        m->waiting_count--;
        call->woken_for = payment;
        push(m, (struct item){.kind = ITEM_BEGIN, .call = call, .payment = NOBODY});
        return;
    }
}

/* ---- keys ------------------------------------------------------------------------------------ */

static struct model_key *key_of(struct oracle *m, const struct intent *in)
{
    return in->key == 0 ? NULL : &m->keys[in->key][in->tenant];
}

static void key_take(struct oracle *m, struct call *call)
{
    struct model_key *key = key_of(m, &call->intent);
    if (key == NULL)
        return;
    *key = (struct model_key){
        .is_taken = true, .fingerprint = call->intent.fingerprint, .sent_us = m->now_us};
}

/* The answer that the key gives again from now on; call is NULL when nobody heard it. */
static void key_done(struct model_key *key, int status, const struct call *call)
{
    if (key == NULL)
        return;
    key->is_done = true;
    key->status = status;
    key->has_body = call != NULL && call->is_answered && call->fate == FATE_NONE;
    key->body_hash = key->has_body ? call->body_hash : 0;
}

static void replay(struct oracle *m, struct call *call, struct model_key *key)
{
    answer(call, E_OK, key->status);
    if (!call->is_answered)
        return;
    if (key->has_body && key->body_hash != call->body_hash)
        confused(m, "a replay is not the first answer, byte for byte");
    key->has_body = true;
    key->body_hash = call->body_hash;
}

/* False when the key has answered the call. */
static bool key_is_free(struct oracle *m, struct call *call)
{
    struct model_key *key = key_of(m, &call->intent);
    if (key == NULL || !key->is_taken || (key->is_done && key->sent_us + KEY_LIVES_US < m->now_us))
        return true;
    if (key->fingerprint != call->intent.fingerprint)
        answer_code(call, E_IDEMPOTENCY_MISMATCH);
    else if (!key->is_done)
        answer_code(call, E_IDEMPOTENCY_IN_FLIGHT);
    else
        replay(m, call, key);
    return false;
}

/* ---- beginning ------------------------------------------------------------------------------- */

static bool is_about_payment(enum intent_kind kind)
{
    return kind == INTENT_CAPTURE || kind == INTENT_CANCEL || kind == INTENT_REFUND ||
           kind == INTENT_HAPPEN || kind == INTENT_UPDATE;
}

/* The payment a call is about. False when it has been answered, or must wait. */
static bool find_payment(struct oracle *m, struct item *item)
{
    const struct intent *in = &item->call->intent;
    if (!is_about_payment(in->kind))
        return true;
    const struct model_payment *p = in->payment == NOBODY ? NULL : &m->payments[in->payment];
    item->next = NEXT_ANSWERED;
    if (p == NULL || p->tenant != in->tenant || in->is_salt_wrong) {
        answer_code(item->call, E_NOT_FOUND);
        return false;
    }
    item->call->touched = in->payment;
    if (!p->op.is_open)
        return true;
    item->call->waits_for = in->payment;
    item->next = NEXT_WAIT;
    return false;
}

static void run_begin(struct oracle *m, struct item *item)
{
    struct call *call = item->call;
    item->next = NEXT_ANSWERED;
    if (call->fate == FATE_ABSENT || !key_is_free(m, call) || !find_payment(m, item))
        return;
    bool needs_rail;
    const enum err code = rules_begin(m, call, &needs_rail);
    if (!needs_rail) {
        if (code == E_OK || model_is_kept(code)) {
            key_take(m, call);
            key_done(key_of(m, &call->intent), model_status(code), call);
        }
        item->next = NEXT_ANSWERED;
        answer_code(call, code);
        return;
    }
    struct model_op *op = &m->payments[call->touched].op;
    op->is_open = true;
    op->reference = call->operation;
    op->key = call->intent.key;
    op->due_us = m->now_us + LOST_AFTER_US;
    key_take(m, call);
    item->next = NEXT_RAIL;
}

/* What the rail said to the call, and to the one question after it. */
static void take_outcome(struct oracle *m, struct call *call)
{
    call->has_outcome = sim_rail_take(m->rail, call->operation, &call->outcome);
    if (call->has_outcome && call->outcome.outcome == RAIL_UNKNOWN &&
        !sim_rail_take(m->rail, call->operation, &call->outcome))
        confused(m, "nobody inquired after an answer was lost");
}

static void begin_done(struct oracle *m, const struct item *item)
{
    struct call *call = item->call;
    if (item->next == NEXT_RAIL) {
        take_outcome(m, call);
        if (call->has_outcome)
            push(m, (struct item){.kind = ITEM_FINISH, .call = call, .payment = call->touched});
        else if (call->fate == FATE_NONE || call->fate == FATE_DONE)
            confused(m, "the rail was not asked");
    } else if (item->next == NEXT_WAIT) {
        assert(m->waiting_count < QUEUE_MAX);
        m->waiting[m->waiting_count++] = call;
    } else if (call->woken_for != NOBODY) {
        model_wake(m, call->woken_for);
    }
}

/* ---- outcomes -------------------------------------------------------------------------------- */

static struct model_key *op_key(struct oracle *m, const struct model_payment *p)
{
    return p->op.key == 0 ? NULL : &m->keys[p->op.key][p->tenant];
}

/* The operation ends; its key gives the answer again, or is free when nothing was done. */
static enum err end_op(struct oracle *m, struct model_payment *p, const struct rail_answer *a,
                       const struct call *call)
{
    const enum err code = a->outcome == RAIL_APPROVED  ? E_OK
                          : a->outcome == RAIL_REFUSED ? a->refusal
                                                       : E_GATEWAY_TIMEOUT;
    struct model_key *key = op_key(m, p);
    effect_outcome(m, p, a->outcome);
    if (key != NULL && a->outcome == RAIL_NOT_FOUND)
        key->is_taken = false;
    else
        key_done(key, model_status(code), call);
    return code;
}

static void run_finish(struct oracle *m, struct item *item)
{
    struct call *call = item->call;
    struct model_payment *p = &m->payments[item->payment];
    if (call->fate == FATE_SENT)
        return; /* the store refused the outcome: the operation stays open */
    if (call->outcome.outcome == RAIL_UNKNOWN || call->fate == FATE_UNKNOWN) {
        p->op.is_unknown = true;
        p->op.due_us = m->now_us;
        answer_code(call, E_GATEWAY_TIMEOUT);
        return;
    }
    answer_code(call, end_op(m, p, &call->outcome, call));
}

/* One more inquiry is counted; who has counted the newest may settle. */
static void run_resolve(struct oracle *m, struct item *item)
{
    struct model_op *op = &m->payments[item->payment].op;
    if (!op->is_open)
        return;
    op->tries++;
    op->due_us = m->now_us + CLAIM_US;
    item->next = NEXT_ASK;
}

static bool take(struct oracle *m, id reference, struct rail_answer *ret)
{
    if (sim_rail_take(m->rail, reference, ret))
        return true;
    confused(m, "the rail was not asked about an operation, or to undo it");
    return false;
}

/* A client was told that its charge was not made: it is voided, whatever became of it, and the
 * acquirer asked once more. */
static void take_reversal(struct oracle *m, const struct model_op *op, struct rail_answer *a)
{
    const id undo = {.key = op->reference.key, .salt = ~op->reference.salt};
    struct rail_answer undone, again;
    if (!take(m, undo, &undone))
        return;
    if (undone.outcome != RAIL_APPROVED || !take(m, op->reference, &again) ||
        again.outcome == RAIL_APPROVED)
        a->outcome = RAIL_UNKNOWN;
    else if (a->outcome != RAIL_REFUSED)
        a->outcome = RAIL_NOT_FOUND;
}

static void resolve_done(struct oracle *m, const struct item *item)
{
    const struct model_op *op = &m->payments[item->payment].op;
    const bool is_new = op->op == RAIL_CHARGE || op->op == RAIL_AUTHORIZE;
    struct rail_answer a;
    if (item->next != NEXT_ASK || !take(m, op->reference, &a))
        return;
    if (a.outcome == RAIL_REFUSED && a.refusal == E_GATEWAY_TIMEOUT)
        a.outcome = RAIL_NOT_FOUND; /* undone before */
    else if (is_new && op->is_unknown && a.outcome != RAIL_NOT_FOUND)
        take_reversal(m, op, &a);
    push(m, (struct item){.kind = ITEM_SETTLE, .payment = item->payment, .outcome = a});
}

static void run_settle(struct oracle *m, struct item *item)
{
    struct model_payment *p = &m->payments[item->payment];
    if (item->outcome.outcome != RAIL_UNKNOWN) {
        (void)end_op(m, p, &item->outcome, NULL);
        return;
    }
    int64_t pause_us = US_PER_S;
    for (int64_t i = 1; i < p->op.tries && pause_us < INQUIRE_MAX_US; i++)
        pause_us *= 2;
    pause_us = pause_us < INQUIRE_MAX_US ? pause_us : INQUIRE_MAX_US;
    p->op.due_us = m->now_us + (p->op.tries < PATIENCE_TRIES ? pause_us : INQUIRE_SLOW_US);
}

static void run_expire(struct oracle *m, struct item *item)
{
    struct model_payment *p = &m->payments[item->payment];
    if (p->state != PAY_AUTHORIZED || p->op.is_open ||
        p->deadline_us >= model_tenant_now(m, p->tenant))
        return;
    p->state = PAY_EXPIRED;
    effect_event(m, p->tenant, p->merchant, item->payment, EVT_PAYMENT_EXPIRED);
}

/* ---- batches --------------------------------------------------------------------------------- */

static void run(struct oracle *m, struct item *item)
{
    static void (*const RUNS[])(struct oracle *, struct item *) = {
        [ITEM_BEGIN] = run_begin,     [ITEM_FINISH] = run_finish, [ITEM_EXPIRE] = run_expire,
        [ITEM_RESOLVE] = run_resolve, [ITEM_SETTLE] = run_settle,
    };
    RUNS[item->kind](m, item);
}

static void done(struct oracle *m, const struct item *item)
{
    if (item->kind == ITEM_BEGIN)
        begin_done(m, item);
    else if (item->kind == ITEM_RESOLVE)
        resolve_done(m, item);
    else if (item->kind == ITEM_FINISH || item->kind == ITEM_SETTLE)
        model_wake(m, item->payment);
}

bool model_step(struct oracle *m)
{
    struct item batch[QUEUE_MAX];
    const int count = m->queued;
    for (int i = 0; i < count; i++)
        batch[i] = m->queue[i];
    m->queued = 0;
    for (int i = 0; i < count; i++)
        run(m, &batch[i]);
    for (int i = 0; i < count; i++)
        done(m, &batch[i]);
    return count > 0;
}

void model_run(struct oracle *m)
{
    while (model_step(m))
        ;
}
