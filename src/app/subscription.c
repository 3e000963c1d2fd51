/* SPDX-License-Identifier: Apache-2.0 */
#include "app/subscription.h"

#include "app/keyed.h"

/* Rows of other systems have small numbers; ours are told by this part of their keys, which a
 * client can read as a whole number (2^53). */
enum { NUMBER_SHIFT = 10 };

/* ---- rows ---------------------------------------------------------------------------------- */

static void fill_row(const struct rows *rows, int64_t tenant, struct arena *arena, void *into)
{
    struct subscription *ret = into;
    int n = 0;
    *ret = (struct subscription){.tenant = tenant};
    ret->id.key = row_i64(rows, n++);
    ret->id.salt = row_i64(rows, n++);
    ret->customer = row_i64(rows, n++);
    ret->course.state = (enum subscription_state)row_i64(rows, n++);
    ret->period = (enum subscription_period)row_i64(rows, n++);
    ret->currency = (enum currency)row_i64(rows, n++);
    ret->amount_minor = row_i64(rows, n++);
    ret->course.paid = row_i64(rows, n++);
    ret->course.tries = row_i64(rows, n++);
    ret->payment = row_i64(rows, n++);
    ret->course.due_us = row_i64(rows, n++);
    ret->platform.is_present = row_i64(rows, n++) != 0;
    ret->platform.has_processing_merchant = ret->platform.is_present;
    ret->platform.processing_merchant.key = row_i64(rows, n++);
    ret->platform.processing_merchant.salt = row_i64(rows, n++);
    ret->metadata = row_copy(rows, n++, arena);
    ret->created_us = row_i64(rows, n++);
    ret->ended_us = row_i64(rows, n++);
}

static result read_lines(struct db *db, struct arena *arena, struct subscription *s)
{
    struct platform_line *lines = ARENA_ARRAY(arena, struct platform_line, SPLIT_LINES_MAX);
    if (lines == NULL)
        return E_NO_MEMORY;
    struct rows rows;
    size_t count = 0;
    TRY(db_query(db, SQL_SUBSCRIPTION_LINE_LIST, &rows, VI(s->tenant), VI(s->id.key)));
    while (count < SPLIT_LINES_MAX && rows_next(&rows))
        lines[count++] = (struct platform_line){
            .has_id = true,
            .has_amount = true,
            .has_platform_fee = true,
            .merchant = {.key = row_i64(&rows, 0), .salt = row_i64(&rows, 1)},
            .amount_minor = row_i64(&rows, 2),
            .platform_fee_minor = row_i64(&rows, 3),
        };
    TRY(rows_done(&rows));
    s->platform.has_lines = true;
    s->platform.lines = lines;
    s->platform.line_count = count;
    return OK;
}

result subscription_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                             struct subscription *ret)
{
    const struct keyed row = {SQL_SUBSCRIPTION_GET, tenant, key, fill_row};
    TRY(keyed_read(db, &row, arena, ret));
    return ret->platform.is_present ? read_lines(db, arena, ret) : OK;
}

result subscription_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                         struct subscription *ret)
{
    TRY(subscription_read_key(db, tenant, wire.key, arena, ret));
    return keyed_check(ret->id, wire);
}

result subscription_save(struct tx *tx, const struct subscription *s)
{
    const struct subscription_course *course = &s->course;
    return db_exec(tx_db(tx), SQL_SUBSCRIPTION_SAVE, VI(s->tenant), VI(s->id.key),
                   VI(course->state), VI(course->paid), VI(course->tries), VI(s->payment),
                   VI(course->due_us), VI(s->ended_us));
}

/* ---- the object ---------------------------------------------------------------------------- */

void customer_record(struct json *j, const struct customer *c)
{
    json_open_object(j, "customer");
    json_i64(j, "id", c->id.key >> NUMBER_SHIFT);
    json_id(j, "uuid", c->id);
    json_i64(j, "merchant_id", c->tenant >> NUMBER_SHIFT);
    json_time_jst(j, "created_at", c->created_us);
    json_time_jst(j, "updated_at", c->updated_us);
    json_str(j, "email", c->email);
    json_text(j, "currency", c->currency == CUR_NONE ? NULL : currency_code(c->currency));
    json_text(j, "locale", locale_name(c->locale));
    json_str(j, "name", c->name);
    json_str(j, "phone", c->phone);
    json_time_jst(j, "archived_at", c->deleted_us);
    json_raw(j, "metadata", c->metadata.at == NULL ? S("{}") : c->metadata);
    json_end(j);
}

static void source_record(struct json *j, const struct customer *c, struct arena *arena)
{
    if (c->method == METHOD_NONE) {
        json_put_null(j, "payment_details");
        return;
    }
    json_open_object(j, "payment_details");
    json_text(j, "type", method_row(c->method)->slug);
    if (c->brand != BRAND_NONE) {
        json_text(j, "month", arena_printf(arena, "%02lld", (long long)c->month));
        json_text(j, "year", arena_printf(arena, "%lld", (long long)c->year));
    }
    json_str(j, "email", c->email);
    json_end(j);
}

static void split_record(struct json *j, const struct platform_details *platform)
{
    if (!platform->is_present)
        return;
    json_open_object(j, "platform_details");
    json_id(j, "processing_merchant_id", platform->processing_merchant);
    json_open_array(j, "submerchants");
    for (size_t i = 0; i < platform->line_count; i++) {
        json_open_object(j, NULL);
        json_id(j, "submerchant_id", platform->lines[i].merchant);
        json_i64(j, "amount", platform->lines[i].amount_minor);
        json_i64(j, "platform_fee", platform->lines[i].platform_fee_minor);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static result payments_record(struct json *j, struct db *db, const struct subscription *s)
{
    struct rows rows;
    TRY(db_query(db, SQL_SUBSCRIPTION_CHARGE_PAYMENTS, &rows, VI(s->tenant), VI(s->id.key)));
    json_open_array(j, "payments");
    while (rows_next(&rows))
        json_id(j, NULL, (id){.key = row_i64(&rows, 0), .salt = row_i64(&rows, 1)});
    json_end(j);
    return rows_done(&rows);
}

/* The charge of the next period that has not been tried yet; also told when nothing is charged any
 * more, because clients take it for a time. */
static int64_t next_capture_us(const struct subscription *s, int64_t failed_tries)
{
    return subscription_due_us(s->created_us, s->period,
                               s->course.paid + (failed_tries > 0 ? 1 : 0));
}

result subscription_view(struct db *db, const struct subscription *s, struct arena *arena,
                         struct json *j)
{
    struct customer customer;
    const struct subscription_course *course = &s->course;
    const int64_t failed_tries = course->tries - (s->payment != 0 ? 1 : 0);
    TRY(customer_read_key(db, s->tenant, s->customer, arena, &customer));
    json_open_object(j, NULL);
    json_id(j, "id", s->id);
    json_text(j, "resource", "subscription");
    json_text(j, "status", subscription_state_name(course->state));
    json_i64(j, "amount", s->amount_minor);
    json_text(j, "currency", currency_code(s->currency));
    customer_record(j, &customer);
    json_text(j, "period", subscription_period_name(s->period));
    json_i64(j, "day", subscription_day(s->created_us, s->period));
    source_record(j, &customer, arena);
    json_i64(j, "retry_count", failed_tries);
    json_time(j, "retry_at", failed_tries > 0 ? course->due_us : 0);
    json_time(j, "next_capture_at", next_capture_us(s, failed_tries));
    json_time(j, "created_at", s->created_us);
    json_time(j, "ended_at", s->ended_us);
    json_raw(j, "metadata", s->metadata.at == NULL ? S("{}") : s->metadata);
    split_record(j, &s->platform);
    TRY(payments_record(j, db, s));
    json_end(j);
    return OK;
}

result subscription_event(struct tx *tx, const struct subscription *s, enum event_type type,
                          struct arena *arena, struct command *c)
{
    struct buf own;
    buf_init(&own, REPLY_BYTES_MAX);
    struct buf *out = c == NULL ? &own : &c->body;
    buf_clear(out);
    struct json j;
    json_init(&j, out);
    result r = subscription_view(tx_db(tx), s, arena, &j);
    if (r.code == E_OK && out->is_broken)
        r = E_NO_MEMORY;
    int64_t now_us = 0, seq = 0;
    if (r.code == E_OK)
        r = tx_now(tx, s->tenant, &now_us);
    const struct event_entry entry = {.tenant = s->tenant,
                                      .merchant = s->tenant,
                                      .type = type,
                                      .created_us = now_us,
                                      .data = buf_view(out)};
    if (r.code == E_OK)
        r = tx_event(tx, &entry, &seq);
    if (r.code == E_OK && c != NULL)
        c->event_seq = seq;
    buf_done(&own);
    return r;
}

/* ---- charges ------------------------------------------------------------------------------- */

void subscription_fill(const struct subscription *s, const struct customer *customer,
                       struct payment_create *ret)
{
    ret->subscription = s->id.key;
    ret->customer = customer->id;
    ret->amount_minor = s->amount_minor;
    ret->currency = s->currency;
    ret->tax =
        (struct tax_request){.has_tax = true, .has_platform_details = s->platform.is_present};
    ret->is_captured = true;
    ret->platform = s->platform;
    ret->locale = customer->locale;
    ret->metadata = s->metadata;
}

result subscription_conclude(struct tx *tx, struct subscription *s, bool is_paid,
                             struct arena *arena)
{
    int64_t now_us;
    TRY(tx_now(tx, s->tenant, &now_us));
    s->payment = 0;
    subscription_end(&s->course, s->created_us, s->period, is_paid, now_us);
    const bool is_suspended = s->course.state == SUBSCRIPTION_SUSPENDED;
    if (is_suspended)
        s->ended_us = now_us;
    TRY(subscription_save(tx, s));
    TRY(subscription_event(tx, s, is_paid ? EVT_SUBSCRIPTION_CAPTURED : EVT_SUBSCRIPTION_FAILED,
                           arena, NULL));
    return is_suspended ? subscription_event(tx, s, EVT_SUBSCRIPTION_SUSPENDED, arena, NULL) : OK;
}

result subscription_settle(struct tx *tx, const struct payment *p, bool is_paid,
                           struct arena *arena)
{
    if (p->subscription == 0)
        return OK;
    struct subscription s;
    TRY(subscription_read_key(tx_db(tx), p->tenant, p->subscription, arena, &s));
    return s.payment == p->id.key ? subscription_conclude(tx, &s, is_paid, arena) : OK;
}
