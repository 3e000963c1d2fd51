/* SPDX-License-Identifier: Apache-2.0 */
/* payment_view.c: the Payment and Refund objects of komoju-core 6.3 and 6.7. */
#include <string.h>

#include "app/email.h"
#include "app/refund_request.h"
#include "app/session.h"
#include "base/plant.h"

const char *locale_name(enum locale locale)
{
    static const char *const NAMES[LOCALES] = {
        [LOCALE_JA] = "ja", [LOCALE_EN] = "en", [LOCALE_KO] = "ko"};
    return NAMES[locale];
}

void payment_details_view(struct json *j, const struct payment *p, int64_t refund)
{
    json_open_object(j, "platform_details");
    json_id(j, "processing_merchant_id", p->merchant);
    json_open_array(j, "submerchants");
    for (size_t i = 0; i < p->split_count; i++) {
        const struct split_view *line = &p->splits[i];
        if (line->refund != refund)
            continue;
        json_open_object(j, NULL);
        json_id(j, "submerchant_id", line->merchant);
        json_i64(j, "amount", line->amount_minor);
        json_i64(j, "platform_fee", line->platform_fee_minor);
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void refund_view(struct json *j, const struct payment *p, const struct refund *refund)
{
    json_open_object(j, NULL);
    json_id(j, "id", refund->id);
    json_text(j, "resource", "refund");
    json_i64(j, "amount", refund->amount_minor);
    json_text(j, "currency", currency_code(p->currency));
    json_id(j, "payment", p->id);
    json_str(j, "description", refund->description);
    json_time(j, "created_at", refund->created_us);
    json_bool(j, "chargeback", refund->is_chargeback);
    if (p->model != MODEL_ALONE && !refund->is_chargeback)
        payment_details_view(j, p, refund->id.key);
    json_end(j);
}

/* The page of a card's authentication names a token: nobody is sent there once that is over. */
static void how_view(struct json *j, const struct payment *p)
{
    static const char PAGE[] = ",\"redirect_url\":\"";
    const str all = p->details;
    const bool is_over = method_row(p->method)->flow == FLOW_CARD && p->status != PAY_PENDING;
    const bool is_there = is_over && all.at != NULL; /* without memory the text is lost */
    const char *at = is_there ? memmem(all.at, all.bytes, PAGE, sizeof PAGE - 1) : NULL;
    if (at == NULL) {
        json_raw(j, "payment_details", all);
        return;
    }
    const char *url = at + sizeof PAGE - 1, *end = all.at + all.bytes;
    const char *rest = memchr(url, '"', (size_t)(end - url)); /* an address has none */
    struct buf text;
    buf_init(&text, all.bytes);
    buf_str(&text, (str){all.at, (size_t)(at - all.at)});
    if (rest != NULL)
        buf_str(&text, (str){rest + 1, (size_t)(end - rest) - 1});
    json_raw(j, "payment_details", buf_view(&text));
    if (text.is_broken)
        buf_break(j->out);
    buf_done(&text);
}

void payment_view(struct json *j, const char *name, const struct payment *p)
{
    json_open_object(j, name);
    json_id(j, "id", p->id);
    json_text(j, "resource", "payment");
    json_text(j, "status", pay_state_name(p->status));
    json_i64(j, "amount", p->amount_minor);
    json_i64(j, "tax", p->tax_minor);
    json_id(j, "customer", p->customer);
    json_time(j, "payment_deadline", p->deadline_us);
    how_view(j, p);
    json_i64(j, "payment_method_fee", p->customer_fee_minor);
    json_i64(j, "total", payment_total(p));
    json_text(j, "currency", currency_code(p->currency));
    json_str(j, "description", p->description);
    json_time(j, "captured_at", p->captured_us);
    json_str(j, "external_order_num", p->external_order_num);
    json_raw(j, "metadata", p->metadata.at == NULL ? S("{}") : p->metadata);
    json_time(j, "created_at", p->created_us);
    json_i64(j, "amount_refunded", p->refunded_minor);
    json_text(j, "locale", locale_name(p->locale));
    json_id(j, "session", p->session);
    json_str(j, "customer_family_name", p->family_name);
    json_str(j, "customer_given_name", p->given_name);
    json_str(j, "mcc", p->mcc);
    json_raw(j, "statement_descriptor", p->statement_descriptor);
    if (p->model != MODEL_ALONE)
        payment_details_view(j, p, 0);
    json_open_array(j, "refunds");
    for (size_t i = 0; i < p->refund_row_count; i++)
        if (p->refunds[i].state == REFUND_DONE)
            refund_view(j, p, &p->refunds[i]);
    json_end(j);
    json_open_array(j, "refund_requests");
    for (size_t i = 0; i < p->request_count; i++)
        refund_request_view(j, p, &p->requests[i]);
    json_end(j);
    json_end(j);
}

/* Bytes of a refund in the object, at the most: its own keys, a line, a byte of text as \u00xx. */
enum { REFUND_BYTES = 512, LINE_BYTES = 128, CHARACTER_BYTES = 6 };

static size_t refund_bytes(size_t line_count, size_t text_bytes)
{
    return REFUND_BYTES + line_count * LINE_BYTES + text_bytes * CHARACTER_BYTES;
}

static result check_room(const struct payment *p, size_t more)
{
    if (p->refund_row_count >= REFUNDS_MAX || p->request_count >= REFUNDS_MAX)
        return FAIL(E_NOT_REFUNDABLE, NULL, "a payment takes at most 500 refunds");
    struct buf object;
    buf_init(&object, PAYMENT_BYTES_MAX);
    struct json j;
    json_init(&j, &object);
    payment_view(&j, NULL, p);
    const bool is_starved = object.is_starved;
    const bool fits = !object.is_broken && object.bytes + more <= PAYMENT_BYTES_MAX;
    buf_done(&object);
    if (is_starved)
        return E_NO_MEMORY;
    return fits ? OK
                : FAIL(E_NOT_REFUNDABLE, NULL,
                       "this payment has too many refunds to take another one");
}

result payment_check_room(const struct payment *p, size_t line_count, str description)
{
    return check_room(p, refund_bytes(line_count, description.bytes));
}

result payment_check_request_room(const struct payment *p, size_t line_count,
                                  const struct bank_refund *request)
{
    const size_t names = request->bank_name.bytes + request->branch_name.bytes;
    return check_room(p, refund_bytes(line_count, request->description.bytes) +
                             refund_bytes(line_count, request->description.bytes + names) +
                             2 * request->sealed.bytes);
}

/* Whether it ends without having been paid, and its session needs it no more. */
static result is_left(struct tx *tx, const struct payment *p, enum event_type type, bool *ret)
{
    *ret =
        type == EVT_PAYMENT_CANCELLED || type == EVT_PAYMENT_EXPIRED || type == EVT_PAYMENT_FAILED;
    return *ret ? session_was_paid_otherwise(tx, p, ret) : OK;
}

static result answer_alone(const struct payment *p, struct command *c)
{
    struct json j;
    if (c == NULL)
        return OK;
    buf_clear(&c->body);
    json_init(&j, &c->body);
    payment_view(&j, NULL, p);
    return c->body.is_broken ? E_NO_MEMORY : OK;
}

result payment_event(struct tx *tx, const struct payment *p, enum event_type type,
                     struct command *c)
{
    if (PLANT("lost_event", c == NULL, false))
        return OK;
    bool left;
    TRY(is_left(tx, p, type, &left));
    if (left)
        return answer_alone(p, c);
    struct buf own;
    buf_init(&own, REPLY_BYTES_MAX);
    struct buf *out = c == NULL ? &own : &c->body;
    const bool is_first =
        c != NULL && c->event_seq == 0; /* a second event repeats the first one's data */
    if (c == NULL || is_first) {
        struct json j;
        buf_clear(out);
        json_init(&j, out);
        payment_view(&j, NULL, p);
    }
    result r = out->is_broken ? E_NO_MEMORY : OK;
    int64_t now_us = 0, seq = 0;
    if (r.code == E_OK)
        r = tx_now(tx, p->tenant, &now_us);
    const struct event_entry entry = {.tenant = p->tenant,
                                      .merchant = p->merchant.key,
                                      .type = type,
                                      .created_us = now_us,
                                      .data = buf_view(out)};
    if (r.code == E_OK)
        r = tx_event(tx, &entry, &seq);
    if (r.code == E_OK && is_first)
        c->event_seq = seq;
    buf_done(&own);
    return r.code == E_OK ? email_queue(tx, p, type) : r;
}
