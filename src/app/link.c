/* SPDX-License-Identifier: Apache-2.0 */
#include "app/link.h"

#include <string.h>

#include "app/keyed.h"
#include "app/merchant.h"

enum { ITEMS_BYTES_MAX = 8192 };

/* ---- rows ----------------------------------------------------------------------------------- */

static void fill(const struct rows *rows, int64_t tenant, struct arena *arena, void *into)
{
    struct payment_link *ret = into;
    int n = 0;
    *ret = (struct payment_link){.tenant = tenant};
    ret->id.key = row_i64(rows, n++);
    ret->id.salt = row_i64(rows, n++);
    ret->merchant = row_i64(rows, n++);
    ret->is_reusable = row_i64(rows, n++) != 0;
    ret->currency = (enum currency)row_i64(rows, n++);
    ret->amount_minor = row_i64(rows, n++);
    ret->min_minor = row_i64(rows, n++);
    ret->max_minor = row_i64(rows, n++);
    ret->locale = (enum locale)row_i64(rows, n++);
    ret->created_us = row_i64(rows, n++);
    ret->expires_us = row_i64(rows, n++);
    ret->deactivated_us = row_i64(rows, n++);
    ret->session.key = row_i64(rows, n++);
    ret->session.salt = row_i64(rows, n++);
    ret->return_url = row_copy(rows, n++, arena);
    ret->description = row_copy(rows, n++, arena);
    ret->payment_types = row_copy(rows, n++, arena);
    ret->external_order_num = row_copy(rows, n++, arena);
    ret->metadata = row_copy(rows, n++, arena);
    ret->platform_details = row_copy(rows, n++, arena);
    ret->session_status = (enum session_status)row_i64(rows, n++);
    ret->session_minor = row_i64(rows, n++);
    ret->session_expires_us = row_i64(rows, n++);
    ret->payment_status = (enum pay_state)row_i64(rows, n++);
}

result link_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                     struct payment_link *ret)
{
    const struct keyed row = {SQL_PAYMENT_LINK_GET, tenant, key, fill};
    return keyed_read(db, &row, arena, ret);
}

result link_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                 struct payment_link *ret)
{
    TRY(link_read_key(db, tenant, wire.key, arena, ret));
    return keyed_check(ret->id, wire);
}

/* The money was there, though it may have gone back since. */
static bool is_paid(enum pay_state state)
{
    return state == PAY_CAPTURED || state == PAY_REFUNDED;
}

enum link_status link_status(const struct payment_link *link, int64_t now_us)
{
    const bool is_completed = link->session_status == SESSION_COMPLETED;
    if (is_completed && pay_is_open(link->payment_status))
        return LINK_PENDING;
    if (is_completed && is_paid(link->payment_status))
        return LINK_COMPLETED;
    if (link->deactivated_us != 0)
        return LINK_DEACTIVATED;
    return link->expires_us != 0 && link->expires_us <= now_us ? LINK_EXPIRED : LINK_ACTIVE;
}

result link_check_active(const struct payment_link *link, int64_t now_us)
{
    static const char *const WHY[LINK_STATUSES] = {
        [LINK_COMPLETED] = "the link has been paid",
        [LINK_DEACTIVATED] = "the link has been deactivated",
        [LINK_EXPIRED] = "the link has expired",
    };
    const enum link_status status = link_status(link, now_us);
    return WHY[status] == NULL ? OK : FAIL(E_UNPROCESSABLE, NULL, WHY[status]);
}

int64_t link_open_minor(const struct payment_link *link, int64_t now_us)
{
    const bool can_be_paid =
        link->session_status == SESSION_PENDING && link->session_expires_us > now_us;
    return can_be_paid || link_status(link, now_us) == LINK_PENDING ? link->session_minor : 0;
}

/* ---- its session ---------------------------------------------------------------------------- */

/* What the buyer reads is the one item of the session. */
static result items_of(const struct payment_link *link, int64_t amount_minor, struct arena *arena,
                       str *ret)
{
    struct buf text;
    struct json j;
    if (link->description.at == NULL)
        return OK;
    buf_init(&text, ITEMS_BYTES_MAX);
    json_init(&j, &text);
    json_open_array(&j, NULL);
    json_open_object(&j, NULL);
    json_str(&j, "description", link->description);
    json_i64(&j, "amount", amount_minor);
    json_i64(&j, "quantity", 1);
    json_end(&j);
    json_end(&j);
    *ret = text.is_broken ? STR_NONE : arena_str(arena, buf_view(&text));
    buf_done(&text);
    return ret->at == NULL ? E_NO_MEMORY : OK;
}

result link_session(const struct payment_link *link, int64_t amount_minor, struct arena *arena,
                    struct session *ret)
{
    *ret = (struct session){
        .tenant = link->tenant,
        .merchant = link->merchant,
        .mode = SESSION_PAYMENT,
        .status = SESSION_PENDING,
        .currency = link->currency,
        .amount_minor = amount_minor,
        .locale = link->locale,
        .return_url = link->return_url,
        .payment_types = link->payment_types,
        .external_order_num = link->external_order_num,
        .metadata = link->metadata,
        .platform_details = link->platform_details,
    };
    return items_of(link, amount_minor, arena, &ret->line_items);
}

/* ---- what is shown -------------------------------------------------------------------------- */

static const char *const STATUS_NAMES[LINK_STATUSES] = {
    [LINK_ACTIVE] = "active",           [LINK_PENDING] = "pending", [LINK_COMPLETED] = "completed",
    [LINK_DEACTIVATED] = "deactivated", [LINK_EXPIRED] = "expired",
};

static void amount_view(struct json *j, const char *name, int64_t minor)
{
    if (minor == 0)
        json_put_null(j, name);
    else
        json_i64(j, name, minor);
}

static void terms_view(struct json *j, const struct payment_link *link, int64_t now_us)
{
    json_text(j, "status", STATUS_NAMES[link_status(link, now_us)]);
    json_text(j, "usage", link->is_reusable ? "reusable" : "one_time");
    amount_view(j, "amount", link->amount_minor);
    amount_view(j, "min_amount", link->min_minor);
    amount_view(j, "max_amount", link->max_minor);
    json_text(j, "currency", currency_code(link->currency));
    json_str(j, "description", link->description);
    json_text(j, "locale", link->locale == LOCALE_NONE ? NULL : locale_name(link->locale));
    json_time(j, "expires_at", link->expires_us);
}

static void types_view(struct json *j, str types)
{
    json_open_array(j, "payment_types");
    while (types.bytes > 0) {
        const char *comma = memchr(types.at, ',', types.bytes);
        const size_t bytes = comma == NULL ? types.bytes : (size_t)(comma - types.at);
        json_str(j, NULL, (str){types.at, bytes});
        const size_t skip = bytes + (comma != NULL);
        types = (str){types.at + skip, types.bytes - skip};
    }
    json_end(j);
}

void link_view(struct json *j, const struct payment_link *link, const char *public_url,
               int64_t now_us, struct arena *arena)
{
    char text[ID_TEXT_BYTES];
    id_text(link->id, text);
    json_open_object(j, NULL);
    json_id(j, "id", link->id);
    json_text(j, "resource", "payment_link");
    json_text(j, "url",
              arena_printf(arena, "%s/links/%s", public_url == NULL ? "" : public_url, text));
    terms_view(j, link, now_us);
    types_view(j, link->payment_types);
    json_str(j, "external_order_num", link->external_order_num);
    json_str(j, "return_url", link->return_url);
    json_raw(j, "metadata", link->metadata.at == NULL ? S("{}") : link->metadata);
    if (link->platform_details.at != NULL)
        json_raw(j, "platform_details", link->platform_details);
    json_id(j, "session", link->session);
    json_time(j, "created_at", link->created_us);
    json_time(j, "deactivated_at", link->deactivated_us);
    json_end(j);
}

result link_page_view(struct json *j, struct db *db, const struct payment_link *link,
                      int64_t now_us, struct arena *arena)
{
    struct merchant_row merchant;
    TRY(merchant_read(db, link->tenant, link->merchant, arena, &merchant));
    json_open_object(j, NULL);
    json_id(j, "id", link->id);
    terms_view(j, link, now_us);
    amount_view(j, "open_amount", link->amount_minor == 0 ? link_open_minor(link, now_us) : 0);
    json_open_object(j, "merchant");
    json_str(j, "name", merchant.name);
    json_end(j);
    json_end(j);
    return OK;
}
