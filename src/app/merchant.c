/* SPDX-License-Identifier: Apache-2.0 */
#include "app/merchant.h"

#include <assert.h>

static const char *const KINDS[PLATFORM_KINDS] = {
    [KIND_ORDINARY] = "ordinary", [KIND_PLATFORM] = "platform", [KIND_MARKETPLACE] = "marketplace",
    [KIND_SELLER] = "seller",     [KIND_PAYOUT] = "payout",
};

static const char *const STATUSES[APPLICATION_STATUSES] = {
    [APPLICATION_NOT_APPLIED] = "not_applied", [APPLICATION_INCOMPLETE] = "incomplete",
    [APPLICATION_PENDING] = "pending",         [APPLICATION_ACCEPTED] = "accepted",
    [APPLICATION_DECLINED] = "declined",
};

/* The role of the sub-merchants of each kind of root (komoju-platform 1). */
static const enum platform_kind SUBS[PLATFORM_KINDS] = {
    [KIND_PLATFORM] = KIND_SELLER,
    [KIND_MARKETPLACE] = KIND_PAYOUT,
};

/* E-mails with a key of their own in the view; the capture mail has none. */
static const struct {
    int64_t bit;
    const char *name;
} MAILS[] = {
    {MAIL_INSTRUCTION, "send_payment_instruction_email"},
    {MAIL_RECEIPT, "send_payment_receipt_email"},
    {MAIL_REMINDER, "send_payment_reminder_email"},
    {MAIL_REFUND, "send_payment_refund_email"},
};

/* The numbers of methods may have gaps. */
static const enum method METHODS_ALL[] = {
#define METHOD(name, ...) METHOD_##name,
#include "core/method.def"
#undef METHOD
};

const char *platform_kind_name(enum platform_kind kind)
{
    assert(KIND_NONE < kind && kind < PLATFORM_KINDS);
    return KINDS[kind];
}

bool platform_kind_is_sub(enum platform_kind kind)
{
    return kind == KIND_SELLER || kind == KIND_PAYOUT;
}

enum platform_kind platform_kind_of_sub(enum platform_kind root)
{
    assert(KIND_NONE < root && root < PLATFORM_KINDS);
    return SUBS[root];
}

const char *application_status_name(enum application_status status)
{
    assert(APPLICATION_NONE < status && status < APPLICATION_STATUSES);
    return STATUSES[status];
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void row_fill(const struct rows *rows, int64_t tenant, struct arena *arena,
                     struct merchant_row *ret)
{
    *ret = (struct merchant_row){
        .tenant = tenant,
        .id = {.key = row_i64(rows, 0), .salt = row_i64(rows, 1)},
        .account = {.key = row_i64(rows, 2), .salt = row_i64(rows, 3)},
        .kind = (enum platform_kind)row_i64(rows, 4),
        .name = row_copy(rows, 5, arena),
        .status = (enum application_status)row_i64(rows, 6),
        .payments_enabled = row_i64(rows, 7) != 0,
        .payouts_enabled = row_i64(rows, 8) != 0,
        .mails = row_i64(rows, 9),
        .konbini_days = row_i64(rows, 10),
        .bank_transfer_days = row_i64(rows, 11),
        .publishable_key = row_copy(rows, 12, arena),
        .created_us = row_i64(rows, 13),
        .updated_us = row_i64(rows, 14),
        .is_live = row_i64(rows, 15) != 0,
    };
}

result merchant_read(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                     struct merchant_row *ret)
{
    struct rows rows;
    *ret = (struct merchant_row){0};
    TRY(db_query(db, SQL_MERCHANT_SHOW, &rows, VI(tenant), VI(key)));
    const bool found = rows_next(&rows);
    if (found)
        row_fill(&rows, tenant, arena, ret);
    TRY(rows_done(&rows));
    return found && (ret->name.at == NULL || ret->publishable_key.at == NULL) ? E_NO_MEMORY : OK;
}

result merchant_read_sub(struct db *db, int64_t tenant, id wire, struct arena *arena,
                         struct merchant_row *ret)
{
    TRY(merchant_read(db, tenant, wire.key, arena, ret));
    const bool found =
        ret->id.key != 0 && ret->id.salt == wire.salt && platform_kind_is_sub(ret->kind);
    return found ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

result merchant_tenant(struct store *store, id wire, int64_t *ret)
{
    struct db *db = store_read_begin(store);
    const result r = db_number(db, SQL_MERCHANT_FIND, ret, VI(wire.key), VI(wire.salt));
    store_read_end(store, db);
    if (r.code != E_OK || *ret != 0)
        return r;
    return FAIL(E_NOT_FOUND, "--merchant", "there is no merchant with this id");
}

static struct value days_value(int64_t days)
{
    return days == 0 ? VNULL : VI(days);
}

result merchant_save(struct tx *tx, struct merchant_row *m)
{
    TRY(tx_now(tx, m->tenant, &m->updated_us));
    return db_exec(tx_db(tx), SQL_MERCHANT_UPDATE, VI(m->tenant), VI(m->id.key), VI(m->status),
                   VI(m->payments_enabled), VI(m->payouts_enabled), VI(m->mails),
                   days_value(m->konbini_days), days_value(m->bank_transfer_days),
                   VI(m->updated_us));
}

/* ---- methods ------------------------------------------------------------------------------- */

/* What the store says about methods, by method; is_there tells which have a row. */
struct stored_methods {
    bool is_there[METHODS];
    struct merchant_method rows[METHODS];
};

static result stored_methods_read(struct db *db, int64_t tenant, int64_t merchant,
                                  struct stored_methods *ret)
{
    struct rows rows;
    TRY(db_query(db, SQL_MERCHANT_METHOD_LIST, &rows, VI(tenant), VI(merchant)));
    while (rows_next(&rows)) {
        const int64_t method = row_i64(&rows, 0);
        if (method <= METHOD_NONE || method >= METHODS)
            continue; /* of a newer release */
        ret->is_there[method] = true;
        ret->rows[method] = (struct merchant_method){
            .method = (enum method)method,
            .brands = row_i64(&rows, 1),
            .rate = {.percent_e4 = row_i64(&rows, 2),
                     .fixed_minor = row_i64(&rows, 3),
                     .minimum_minor = row_i64(&rows, 4)},
            .customer_fee_minor = row_i64(&rows, 5),
        };
    }
    return rows_done(&rows);
}

void merchant_brands_view(struct json *j, const char *name, int64_t brands)
{
    json_open_array(j, name);
    for (enum card_brand brand = BRAND_VISA; brand <= BRAND_DISCOVER; brand++)
        if (brands == 0 || (brands & BRAND_BIT(brand)) != 0)
            json_text(j, NULL, card_brand_slug(brand));
    json_end(j);
}

result merchant_methods(struct db *db, const struct merchant_row *m,
                        struct merchant_method ret[METHODS], size_t *ret_count)
{
    struct stored_methods stored = {0};
    TRY(stored_methods_read(db, m->tenant, m->id.key, &stored));
    size_t count = 0;
    for (size_t i = 0; i < COUNT(METHODS_ALL); i++) {
        const struct method_row *row = method_row(METHODS_ALL[i]);
        if (stored.is_there[row->method])
            ret[count++] = stored.rows[row->method];
        else if (!platform_kind_is_sub(m->kind))
            ret[count++] = (struct merchant_method){
                .method = row->method,
                .rate = {.percent_e4 = row->percent_e4},
                .customer_fee_minor = row->customer_fee_minor,
            };
    }
    *ret_count = count;
    return OK;
}

/* ---- the view ------------------------------------------------------------------------------ */

void percent_view(struct json *j, const char *name, int64_t percent_e4)
{
    char text[PERCENT_TEXT_BYTES];
    percent_text(percent_e4, text);
    json_raw(j, name, str_of(text));
}

static result methods_view(struct db *db, const struct merchant_row *m, struct json *j)
{
    struct merchant_method methods[METHODS];
    size_t count = 0;
    TRY(merchant_methods(db, m, methods, &count));
    json_open_array(j, "active_payment_methods");
    for (size_t i = 0; i < count; i++) {
        const struct method_row *row = method_row(methods[i].method);
        json_open_object(j, NULL);
        json_text(j, "name", row->name_en);
        json_text(j, "type", row->slug);
        json_text(j, "currency", currency_code(CUR_JPY));
        percent_view(j, "percentage", methods[i].rate.percent_e4);
        json_i64(j, "fixed_amount_cents", methods[i].rate.fixed_minor);
        json_i64(j, "minimum_processing_fee_amount_cents", methods[i].rate.minimum_minor);
        json_end(j);
    }
    json_end(j);
    return OK;
}

static void expiry_view(struct json *j, const char *slug, int64_t days)
{
    if (days == 0)
        return;
    json_open_object(j, NULL);
    json_text(j, "slug", slug);
    json_text(j, "currency", currency_code(CUR_JPY));
    json_i64(j, "expiry_days", days);
    json_end(j);
}

static void mails_view(const struct merchant_row *m, struct json *j)
{
    for (size_t i = 0; i < COUNT(MAILS); i++)
        json_bool(j, MAILS[i].name, (m->mails & MAILS[i].bit) != 0);
}

result merchant_view(struct db *db, const struct merchant_row *m, struct json *j, const char *name)
{
    json_open_object(j, name);
    json_id(j, "id", m->id);
    json_bool(j, "live", m->is_live);
    json_time(j, "created_at", m->created_us);
    json_time(j, "updated_at", m->updated_us);
    json_id(j, "account_id", m->account);
    json_str(j, "name", m->name);
    json_text(j, "platform_role", platform_kind_name(m->kind));
    json_text(j, "status", application_status_name(m->status));
    if (m->kind == KIND_PAYOUT)
        json_put_null(j, "payments_enabled");
    else
        json_bool(j, "payments_enabled", m->payments_enabled);
    json_bool(j, "payouts_enabled", m->payouts_enabled);
    if (m->kind != KIND_PAYOUT)
        mails_view(m, j);
    json_open_array(j, "expiry_settings");
    expiry_view(j, "bank_transfer", m->bank_transfer_days);
    expiry_view(j, "konbini", m->konbini_days);
    json_end(j);
    TRY(methods_view(db, m, j));
    json_str(j, "publishable_key", m->publishable_key);
    json_end(j);
    return OK;
}
