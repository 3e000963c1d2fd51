/* SPDX-License-Identifier: Apache-2.0 */
/* refund_request_end.c: a refund request is completed or rejected, by the operator or by a test. */
#include <assert.h>

#include "app/payment_post.h"
#include "app/rail_outcome.h"
#include "app/refund_request.h"

struct ending {
    struct payment *p;
    struct bank_refund *request;
    struct arena *arena;
    str reason;
};

static struct bank_refund *find(struct payment *p, id wire)
{
    for (size_t i = 0; i < p->request_count; i++)
        if (p->requests[i].id.key == wire.key && p->requests[i].id.salt == wire.salt)
            return &p->requests[i];
    return NULL;
}

static struct refund *refund_of(struct payment *p, int64_t key)
{
    size_t i = 0;
    while (i < p->refund_row_count && p->refunds[i].id.key != key)
        i++;
    assert(i < p->refund_row_count);
    return &p->refunds[i];
}

/* The payment whose refund request it is; key 0: there is none in this tenant. */
static result find_payment(struct db *db, int64_t tenant, id wire, int64_t *ret)
{
    struct rows rows;
    int64_t payment = 0;
    TRY(db_query(db, SQL_REFUND_REQUEST_GET, &rows, VI(tenant), VI(wire.key)));
    if (rows_next(&rows) && row_i64(&rows, 1) == wire.salt)
        payment = row_i64(&rows, 0);
    TRY(rows_done(&rows));
    *ret = payment;
    return OK;
}

/* A balance that has become short since the request was made rejects it.
 *   ret   what came of it: REFUND_DONE or REFUND_FAILED
 *   ret_refusal   E_NOT_REFUNDABLE when it is rejected for that */
static result test_again(struct tx *tx, const struct ending *e, bool is_completed,
                         enum refund_state *ret, result *ret_refusal)
{
    split_line lines[SPLIT_LINES_MAX];
    const size_t count = payment_lines(e->p, e->request->id.key, lines);
    TRY(payment_hold_request(tx, e->p, e->request, lines, count, HOLD_RELEASE, e->arena));
    *ret_refusal = !is_completed ? OK
                                 : payment_hold_request(tx, e->p, e->request, lines, count,
                                                        HOLD_CHECK, e->arena);
    if (ret_refusal->code != E_OK && ret_refusal->code != E_NOT_REFUNDABLE)
        return *ret_refusal;
    *ret = is_completed && ret_refusal->code == E_OK ? REFUND_DONE : REFUND_FAILED;
    return OK;
}

static result write(struct tx *tx, const struct ending *e, enum refund_state state)
{
    struct payment *p = e->p;
    struct bank_refund *request = e->request;
    struct refund *refund = refund_of(p, request->id.key);
    int64_t now_us;
    TRY(tx_now(tx, p->tenant, &now_us));
    request->state = refund->state = state;
    refund->created_us = now_us;
    p->refunding_minor -= request->amount_minor;
    if (state == REFUND_DONE) {
        payment_refunded(p, request->amount_minor);
        TRY(payment_post_request(tx, p, request, now_us, e->arena));
    } else {
        p->refund_count--;
    }
    TRY(db_exec(tx_db(tx), SQL_REFUND_FINISH, VI(p->tenant), VI(p->id.key), VI(request->id.key),
                VI(state), VI(now_us)));
    TRY(db_exec(tx_db(tx), SQL_REFUND_REQUEST_END, VI(p->tenant), VI(request->id.key)));
    return payment_save(tx, p);
}

/* refund_request.updated, whose data is the RefundRequest (komoju-platform 15). */
static result tell(struct tx *tx, const struct ending *e, str reason)
{
    struct buf data;
    struct json j;
    buf_init(&data, REPLY_BYTES_MAX);
    json_init(&j, &data);
    refund_request_view(&j, e->p, e->request);
    struct event_entry entry = {.tenant = e->p->tenant,
                                .merchant = e->p->merchant.key,
                                .type = EVT_REFUND_REQUEST_UPDATED,
                                .data = buf_view(&data),
                                .reason = reason};
    result r = data.is_broken ? E_NO_MEMORY : tx_now(tx, entry.tenant, &entry.created_us);
    if (r.code == E_OK)
        r = tx_event(tx, &entry, NULL);
    buf_done(&data);
    return r;
}

/* Everything that the end of a request does.
 *   c             NULL, or whose answer the Payment is
 *   ret_refusal   why it was rejected though it was to be completed; E_OK otherwise */
static result end(struct tx *tx, const struct ending *e, bool is_completed, struct command *c,
                  result *ret_refusal)
{
    enum refund_state state;
    if (e->request->state != REFUND_SENT)
        return FAIL(E_UNPROCESSABLE, "outcome", "the refund request has ended already");
    TRY(test_again(tx, e, is_completed, &state, ret_refusal));
    TRY(write(tx, e, state));
    TRY(tell(tx, e, ret_refusal->code == E_OK ? e->reason : str_of(ret_refusal->message)));
    if (state != REFUND_DONE)
        return OK;
    TRY(payment_event(tx, e->p, EVT_PAYMENT_REFUND_CREATED, c));
    return e->p->status == PAY_REFUNDED ? payment_event(tx, e->p, EVT_PAYMENT_REFUNDED, c) : OK;
}

/* ---- a command ----------------------------------------------------------------------------- */

/* Reads the payment; waits when a rail works on it. */
static result load(struct tx *tx, struct refund_request_end *in)
{
    struct command *c = &in->p.c;
    int64_t payment;
    TRY(find_payment(tx_db(tx), c->tenant, in->request, &payment));
    if (payment == 0)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(payment_read_key(tx_db(tx), c->tenant, payment, c->arena, &in->p.payment));
    in->p.id = in->p.payment.id;
    return payment_command_load(tx, &in->p);
}

static result begin(struct tx *tx, struct command *c)
{
    struct refund_request_end *in = (struct refund_request_end *)c;
    TRY(load(tx, in));
    if (c->step == STEP_WAIT)
        return OK;
    const struct ending e = {.p = &in->p.payment,
                             .request = find(&in->p.payment, in->request),
                             .arena = c->arena,
                             .reason = in->reason};
    assert(e.request != NULL);
    result refusal = OK;
    TRY(end(tx, &e, in->is_completed, c, &refusal));
    if (refusal.code != E_OK) { /* that it is rejected is kept */
        command_refuse(c, refusal);
        return OK;
    }
    if (c->event_seq == 0) {
        struct json j;
        json_init(&j, &c->body);
        payment_view(&j, NULL, e.p);
    }
    c->step = STEP_ANSWER;
    return OK;
}

void refund_request_end_init(struct refund_request_end *in)
{
    in->p.c.begin = begin;
}

/* ---- the operator's ------------------------------------------------------------------------ */

struct order_work {
    struct work work;
    const struct refund_request_order *order;
    struct arena *arena;
    int64_t payment;
    result refusal; /* the request was rejected for that, though it was to be completed */
};

static result order_run(struct tx *tx, struct work *work)
{
    struct order_work *w = (struct order_work *)work;
    struct payment p;
    arena_clear(w->arena);
    TRY(payment_read_key(tx_db(tx), work->tenant, w->payment, w->arena, &p));
    if (p.operation != 0)
        return FAIL(E_LOCKED, "--id", NULL);
    const struct ending e = {.p = &p,
                             .request = find(&p, w->order->request),
                             .arena = w->arena,
                             .reason = w->order->reason};
    assert(e.request != NULL);
    w->refusal = OK;
    result r = end(tx, &e, w->order->is_completed, NULL, &w->refusal);
    if (r.code == E_UNPROCESSABLE)
        r.param = "--id";
    TRY(r);
    return arena_is_broken(w->arena) ? E_NO_MEMORY : OK;
}

/* Looks for the request in one tenant after the other. */
static result find_tenant(struct db *db, id wire, int64_t *ret_tenant, int64_t *ret_payment)
{
    int64_t tenant = 0, payment = 0;
    do {
        TRY(db_number(db, SQL_TENANT_LIST, &tenant, VI(tenant), VI(1)));
        if (tenant != 0)
            TRY(find_payment(db, tenant, wire, &payment));
    } while (tenant != 0 && payment == 0);
    if (payment == 0)
        return FAIL(E_NOT_FOUND, "--id", "there is no such refund request");
    *ret_tenant = tenant;
    *ret_payment = payment;
    return OK;
}

static result run_order(struct store *store, struct order_work *w)
{
    struct db *db = store_read_begin(store);
    const result r = find_tenant(db, w->order->request, &w->work.tenant, &w->payment);
    store_read_end(store, db);
    TRY(r);
    TRY(store_transact_wait(store, order_run, &w->work));
    return w->refusal;
}

result refund_request_settle(struct store *store, const struct refund_request_order *order,
                             struct arena *arena)
{
    struct order_work w = {.order = order, .arena = arena_new(PAYMENT_ARENA_BYTES)};
    if (w.arena == NULL)
        return E_NO_MEMORY;
    result r = run_order(store, &w);
    r.message = arena_cstr(arena, str_of(r.message));
    arena_free(w.arena);
    return r;
}

static result pending_line(struct db *db, struct vault *vault, const struct payment *p,
                           const struct bank_refund *request, struct arena *arena, struct buf *out)
{
    static const char *const TYPES[] = {"", "normal", "checking", "savings"};
    const struct refund_fees *fees = &request->fees;
    int64_t live = 0;
    TRY(db_number(db, SQL_TENANT_GET, &live, VI(p->tenant)));
    struct buf line;
    struct json j;
    buf_init(&line, REPLY_BYTES_MAX);
    json_init(&j, &line);
    json_open_object(&j, NULL);
    json_id(&j, "id", request->id);
    json_id(&j, "payment", p->id);
    json_id(&j, "merchant", p->merchant);
    json_bool(&j, "live", live != 0);
    json_i64(&j, "transfer",
             request->amount_minor + fees->customer_fee_minor + fees->customer_fee_tax_minor);
    json_text(&j, "currency", currency_code(p->currency));
    bank_account_view(&j, request->id, request->sealed);
    json_text(&j, "account_type", TYPES[request->account_type]);
    json_str(&j, "bank_name", request->bank_name);
    json_str(&j, "bank_code", request->bank_code);
    json_str(&j, "branch_name", request->branch_name);
    json_str(&j, "branch_number", request->branch_number);
    json_time(&j, "created_at", request->created_us);
    json_end(&j);
    buf_char(&line, '\n');
    const result r = bank_accounts_open(vault, arena, &line);
    buf_str(out, buf_view(&line));
    buf_done(&line);
    return r.code == E_OK && out->is_broken ? E_NO_MEMORY : r;
}

/* The pending request after *last of a tenant, which becomes it; 0: there is none. */
static result next_pending(struct db *db, struct vault *vault, int64_t tenant, int64_t *last,
                           struct arena *arena, struct buf *out)
{
    struct rows rows;
    int64_t key = 0, payment = 0;
    TRY(db_query(db, SQL_REFUND_REQUEST_PENDING, &rows, VI(tenant), VI(*last), VI(1)));
    if (rows_next(&rows)) {
        key = row_i64(&rows, 0);
        payment = row_i64(&rows, 1);
    }
    TRY(rows_done(&rows));
    *last = key;
    if (key == 0)
        return OK;
    struct payment p;
    TRY(payment_read_key(db, tenant, payment, arena, &p));
    for (size_t i = 0; i < p.request_count; i++)
        if (p.requests[i].id.key == key)
            TRY(pending_line(db, vault, &p, &p.requests[i], arena, out));
    return arena_is_broken(arena) ? E_NO_MEMORY : OK;
}

static result list(struct db *db, struct vault *vault, struct arena *arena, struct buf *out)
{
    int64_t tenant = 0;
    do {
        int64_t last = 0;
        TRY(db_number(db, SQL_TENANT_LIST, &tenant, VI(tenant), VI(1)));
        do {
            arena_clear(arena);
            if (tenant != 0)
                TRY(next_pending(db, vault, tenant, &last, arena, out));
        } while (last != 0);
    } while (tenant != 0);
    return OK;
}

result refund_request_list(struct store *store, struct vault *vault, struct buf *out)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    if (arena == NULL)
        return E_NO_MEMORY;
    struct db *db = store_read_begin(store);
    const result r = list(db, vault, arena, out);
    store_read_end(store, db);
    arena_free(arena);
    return r;
}
