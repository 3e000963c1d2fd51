/* SPDX-License-Identifier: Apache-2.0 */
#include "app/session.h"

#include "app/keyed.h"

static void fill(const struct rows *rows, int64_t tenant, struct arena *arena, void *into)
{
    struct session *ret = into;
    int n = 0;
    *ret = (struct session){.tenant = tenant};
    ret->id.key = row_i64(rows, n++);
    ret->id.salt = row_i64(rows, n++);
    ret->merchant = row_i64(rows, n++);
    ret->mode = (enum session_mode)row_i64(rows, n++);
    ret->status = (enum session_status)row_i64(rows, n++);
    ret->is_two_step = row_i64(rows, n++) != 0;
    ret->currency = (enum currency)row_i64(rows, n++);
    ret->amount_minor = row_i64(rows, n++);
    ret->locale = (enum locale)row_i64(rows, n++);
    ret->intent = (enum session_intent)row_i64(rows, n++);
    ret->created_us = row_i64(rows, n++);
    ret->expires_us = row_i64(rows, n++);
    ret->completed_us = row_i64(rows, n++);
    ret->cancelled_us = row_i64(rows, n++);
    ret->payment = row_i64(rows, n++);
    ret->customer.key = row_i64(rows, n++);
    ret->customer.salt = row_i64(rows, n++);
    ret->return_url = row_copy(rows, n++, arena);
    ret->email = row_copy(rows, n++, arena);
    ret->name = row_copy(rows, n++, arena);
    ret->name_kana = row_copy(rows, n++, arena);
    ret->payment_types = row_copy(rows, n++, arena);
    ret->external_order_num = row_copy(rows, n++, arena);
    ret->external_customer_id = row_copy(rows, n++, arena);
    ret->mcc = row_copy(rows, n++, arena);
    ret->statement_descriptor = row_copy(rows, n++, arena);
    ret->metadata = row_copy(rows, n++, arena);
    ret->platform_details = row_copy(rows, n++, arena);
    ret->billing_address = row_copy(rows, n++, arena);
    ret->shipping_address = row_copy(rows, n++, arena);
    ret->line_items = row_copy(rows, n++, arena);
    ret->scenario = row_copy(rows, n++, arena);
}

result session_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                        struct session *ret)
{
    const struct keyed row = {SQL_SESSION_GET, tenant, key, fill};
    return keyed_read(db, &row, arena, ret);
}

result session_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                    struct session *ret)
{
    TRY(session_read_key(db, tenant, wire.key, arena, ret));
    return keyed_check(ret->id, wire);
}

result session_now(struct db *db, const struct app *app, int64_t tenant, int64_t *ret_us)
{
    struct rows rows;
    int64_t now_us = clock_now_us(app->clock);
    TRY(db_query(db, SQL_TENANT_GET, &rows, VI(tenant)));
    if (rows_next(&rows)) {
        now_us += row_i64(&rows, 1);
        if (now_us < row_i64(&rows, 2))
            now_us = row_i64(&rows, 2);
    }
    TRY(rows_done(&rows));
    *ret_us = now_us;
    return OK;
}

/* ---- create -------------------------------------------------------------------------------- */

result session_insert(struct tx *tx, const struct session *s)
{
    return db_exec(
        tx_db(tx), SQL_SESSION_INSERT, VI(s->tenant), VI(s->id.key), VI(s->id.salt),
        VI(s->merchant), VI(s->mode), VI(s->is_two_step), VI(s->currency), VI(s->amount_minor),
        VI(s->locale), VI(s->intent), VI(s->created_us), VI(s->expires_us), VI(s->customer.key),
        VI(s->customer.salt), VT(s->return_url), VT(s->email), VT(s->name), VT(s->name_kana),
        VT(s->payment_types), VT(s->external_order_num), VT(s->external_customer_id), VT(s->mcc),
        VT(s->statement_descriptor), VT(s->metadata), VT(s->platform_details),
        VT(s->billing_address), VT(s->shipping_address), VT(s->line_items), VT(s->scenario));
}

/* Several attempts go under one number, but all of them in one session. */
static result check_order_num(struct tx *tx, const struct session *s, const struct session *ends)
{
    if (s->external_order_num.at == NULL)
        return OK;
    int64_t sessions = 0, payments = 0;
    TRY(db_number(tx_db(tx), SQL_SESSION_ORDER_USED, &sessions, VI(s->tenant),
                  VT(s->external_order_num), VI(s->merchant), VI(s->created_us)));
    TRY(db_number(tx_db(tx), SQL_SESSION_ORDER_PAID, &payments, VI(s->tenant), VI(s->merchant),
                  VT(s->external_order_num)));
    if (ends != NULL && ends->status == SESSION_PENDING && ends->expires_us > s->created_us &&
        str_equal(ends->external_order_num, s->external_order_num))
        sessions--;
    return sessions + payments == 0
               ? OK
               : FAIL(E_INVALID_PARAMETER, "external_order_num",
                      "this external_order_num has been used for another session or payment");
}

/* A split is checked when it is given; whether there must be one is decided by the attempt
 * (rulings). */
static result choose_merchant(struct tx *tx, const struct session_create *in, int64_t *ret)
{
    *ret = in->c.tenant;
    if (!in->platform.is_present)
        return OK;
    struct split split;
    const struct split_context context = {
        .currency = in->session.currency,
        .base_minor = in->session.amount_minor,
        .is_capture = !in->session.is_two_step,
    };
    TRY(platform_details_split(tx, in->c.tenant, &in->platform, context, in->c.arena, &split));
    *ret = split.processor;
    return OK;
}

/* A client takes the first way without looking whether there is one. */
static result check_ways(struct tx *tx, const struct session *s, struct arena *arena)
{
    struct session_offer offers[METHODS];
    size_t count = 0;
    TRY(session_offers(tx_db(tx), s, arena, offers, &count));
    if (count > 0)
        return OK;
    if (s->payment_types.at != NULL)
        return FAIL(E_INVALID_PAYMENT_TYPE, "payment_types",
                    "none of these payment types can take this amount in this currency");
    return FAIL(E_INVALID_CURRENCY, "currency",
                "no payment type can take this amount in this currency");
}

result session_check(struct tx *tx, const struct session *s, const struct session *ends,
                     struct arena *arena)
{
    TRY(check_ways(tx, s, arena));
    return check_order_num(tx, s, ends);
}

static result check_customer(struct tx *tx, const struct session_create *in)
{
    struct customer customer;
    if (in->session.customer.key == 0)
        return OK;
    const result r =
        customer_read(tx_db(tx), in->c.tenant, in->session.customer, in->c.arena, &customer);
    return r.code == E_NOT_FOUND
               ? FAIL(E_INVALID_PARAMETER, "customer_id", "there is no such customer")
               : r;
}

static result answer(struct tx *tx, struct command *c, const struct session *s, int64_t now_us)
{
    struct json j;
    json_init(&j, &c->body);
    c->step = STEP_ANSWER;
    return session_view(tx_db(tx), s, c->app, now_us, c->arena, &j);
}

static result begin_create(struct tx *tx, struct command *c)
{
    struct session_create *in = (struct session_create *)c;
    struct session *s = &in->session;
    TRY(tx_now(tx, c->tenant, &s->created_us));
    s->tenant = c->tenant;
    s->status = SESSION_PENDING;
    s->expires_us = s->created_us + in->lifetime_s * US_PER_S;
    TRY(check_customer(tx, in));
    TRY(choose_merchant(tx, in, &s->merchant));
    TRY(session_check(tx, s, NULL, c->arena));
    s->id = id_new(tx_real_now(tx));
    TRY(session_insert(tx, s));
    return answer(tx, c, s, s->created_us);
}

void session_create_init(struct session_create *in)
{
    in->c.begin = begin_create;
}

/* ---- cancel -------------------------------------------------------------------------------- */

result session_stop(struct tx *tx, struct session *s, int64_t now_us, int64_t *ret_busy)
{
    TRY(db_number(tx_db(tx), SQL_SESSION_BUSY, ret_busy, VI(s->tenant), VI(s->id.key), VI(0)));
    if (*ret_busy != 0)
        return OK;
    TRY(db_exec(tx_db(tx), SQL_SESSION_CANCEL, VI(s->tenant), VI(s->id.key), VI(now_us)));
    TRY(session_close_attempts(tx, s->tenant, s->id.key, 0));
    s->status = SESSION_CANCELLED;
    s->cancelled_us = now_us;
    return OK;
}

static result begin_cancel(struct tx *tx, struct command *c)
{
    struct session_cancel *in = (struct session_cancel *)c;
    struct session s;
    int64_t now_us, busy = 0;
    TRY(session_read(tx_db(tx), c->tenant, in->session, c->arena, &s));
    TRY(tx_now(tx, c->tenant, &now_us));
    if (s.status != SESSION_PENDING)
        return FAIL(E_NOT_CANCELLABLE, NULL, "only a pending session can be cancelled");
    TRY(session_stop(tx, &s, now_us, &busy));
    if (busy != 0) {
        c->step = STEP_WAIT;
        c->wait_payment = busy;
        return OK;
    }
    return answer(tx, c, &s, now_us);
}

void session_cancel_init(struct session_cancel *in)
{
    in->c.begin = begin_cancel;
}
