/* SPDX-License-Identifier: Apache-2.0 */
/* merchants.c: the Merchants API of a platform: its sub-merchants.
 * Source   komoju-platform 6; design 5 (an item of a list equals the object that show gives) */
#include <stddef.h>

#include "api/api.h"
#include "api/request.h"

enum { NAME_BYTES_MAX = 255, EXPIRY_SETTINGS_MAX = 16 };

static const char *const ROLES[] = {"", "seller", "payout", NULL};
static const enum platform_kind KIND_OF_ROLE[] = {KIND_NONE, KIND_SELLER, KIND_PAYOUT};
static const char *const STATUSES[] = {"",         "not_applied", "incomplete", "pending",
                                       "accepted", "declined",    NULL};

result api_merchant(struct exchange *x, struct db *db, str id_text, struct merchant_row *ret)
{
    id wire;
    if (!id_read(id_text, &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(merchant_read(db, x->request.caller.tenant, wire.key, x->arena, ret));
    const bool found = ret->id.key != 0 && ret->id.salt == wire.salt;
    return found ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* ---- create -------------------------------------------------------------------------------- */

struct create_in {
    str name;
    int role;
};
#define AT(type, member) offsetof(struct type, member)

static const struct field CREATE[] = {
    {"name", F_TEXT, AT(create_in, name), FIELD_NO_FLAG, FIELD_REQUIRED, 1, NAME_BYTES_MAX, NULL},
    {"platform_role", F_ENUM, AT(create_in, role), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0, ROLES},
};
const struct field_list request_merchant_create = FIELD_LIST(CREATE);

static result create_read(struct exchange *x, struct create_in *ret)
{
    TRY(fields_read(x->request.body, NULL, CREATE, COUNT(CREATE), x->arena, ret));
    ret->name = str_trim(ret->name);
    return ret->name.bytes > 0 ? OK : FAIL(E_INVALID_PARAMETER, "name", "The name is blank.");
}

/* POST /api/v1/merchants: a new sub-merchant, incomplete.
 *   in      CREATE
 *   out     200 SubmerchantDetail
 *   errors  E_INVALID_PARAMETER (platform_role): not the role of this kind of platform */
void api_merchant_create(struct exchange *x)
{
    struct create_in in = {0};
    const result r = create_read(x, &in);
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    struct merchant_create *c = api_command(x, sizeof *c);
    if (c == NULL)
        return;
    c->name = in.name;
    c->kind = KIND_OF_ROLE[in.role];
    c->command.begin = merchant_create_begin;
    api_run(x, &c->command);
}

/* ---- list ---------------------------------------------------------------------------------- */

struct list_in {
    struct list_query page;
    bool has_live, live, has_payments, payments_enabled, has_payouts, payouts_enabled;
    int role, status; /* 0: any */
};
#define BOTH(member, has) AT(list_in, member), AT(list_in, has), 0, 0, 0, NULL

static const struct field FILTERS[] = {
    {"live", F_BOOL, BOTH(live, has_live)},
    {"platform_role", F_ENUM, AT(list_in, role), FIELD_NO_FLAG, 0, 0, 0, ROLES},
    {"status", F_ENUM, AT(list_in, status), FIELD_NO_FLAG, 0, 0, 0, STATUSES},
    {"payments_enabled", F_BOOL, BOTH(payments_enabled, has_payments)},
    {"payouts_enabled", F_BOOL, BOTH(payouts_enabled, has_payouts)},
};
const struct field_list request_merchant_filter = FIELD_LIST(FILTERS);
enum { FILTER_VALUES = 7 }; /* tenant, kind, status, both flags, both times */

static void filter_values(const struct exchange *x, const struct list_in *in,
                          struct value ret[FILTER_VALUES])
{
    const struct value values[FILTER_VALUES] = {
        VI(x->request.caller.tenant),
        VI(in->role == 0 ? -1 : (int64_t)KIND_OF_ROLE[in->role]),
        VI(in->status == 0 ? -1 : in->status), /* STATUSES is in the order of the enum */
        VI(in->has_payments ? in->payments_enabled : -1),
        VI(in->has_payouts ? in->payouts_enabled : -1),
        VI(in->page.start_us),
        VI(in->page.end_us),
    };
    for (size_t i = 0; i < FILTER_VALUES; i++)
        ret[i] = values[i];
}

static result item_view(struct exchange *x, struct db *db, int64_t key, struct json *j)
{
    struct merchant_row m;
    TRY(merchant_read(db, x->request.caller.tenant, key, x->arena, &m));
    return merchant_view(db, &m, j, NULL);
}

static result items_view(struct exchange *x, struct db *db, const struct list_in *in,
                         struct json *j)
{
    struct value values[FILTER_VALUES + 2];
    filter_values(x, in, values);
    values[FILTER_VALUES] = VI(in->page.per_page);
    values[FILTER_VALUES + 1] = VI((in->page.page - 1) * in->page.per_page);
    struct rows rows;
    TRY(db_query_values(db, SQL_MERCHANT_LIST, &rows, values, COUNT(values)));
    while (rows_next(&rows)) {
        const result r = item_view(x, db, row_i64(&rows, 0), j);
        if (r.code != E_OK) {
            rows.error = r;
            break;
        }
    }
    return rows_done(&rows);
}

static result list(struct exchange *x, struct db *db)
{
    struct list_in in = {0};
    struct value values[FILTER_VALUES];
    int64_t total = 0;
    TRY(list_query_read(x->request.query, x->arena, &in.page));
    TRY(fields_read(x->request.query, NULL, FILTERS, COUNT(FILTERS), x->arena, &in));
    const bool is_other_world = in.has_live && in.live != x->request.caller.is_live;
    filter_values(x, &in, values);
    if (!is_other_world)
        TRY(db_number_values(db, SQL_MERCHANT_COUNT, &total, values, COUNT(values)));

    struct json j;
    api_json(x, &j);
    api_list_begin(&j, "list", total, &in.page);
    if (!is_other_world)
        TRY(items_view(x, db, &in, &j));
    json_end(&j);
    json_end(&j);
    return OK;
}

/* GET /api/v1/merchants: the sub-merchants, newest first.
 *   in      list_query_read, FILTERS
 *   out     200 list of SubmerchantDetail */
void api_merchant_list(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = list(x, db);
    store_read_end(store, db);
    api_reply(x, r);
}

/* ---- show ---------------------------------------------------------------------------------- */

static result show(struct exchange *x, struct db *db)
{
    struct merchant_row m;
    TRY(api_merchant(x, db, x->request.args[0], &m));
    if (!platform_kind_is_sub(m.kind))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    struct json j;
    api_json(x, &j);
    return merchant_view(db, &m, &j, NULL);
}

/* GET /api/v1/merchants/{id}: a sub-merchant.
 *   out     200 SubmerchantDetail
 *   errors  E_NOT_FOUND */
void api_merchant_show(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = show(x, db);
    store_read_end(store, db);
    api_reply(x, r);
}

/* ---- update -------------------------------------------------------------------------------- */

struct update_in {
    bool has_payments, payments_enabled, has_payouts, payouts_enabled;
    bool has_mail[5], mail[5]; /* as MAIL_BITS */
    json_t *expiry_settings;
    int64_t konbini_days, bank_transfer_days; /* read from it */
};
static const int64_t MAIL_BITS[] = {MAIL_INSTRUCTION, MAIL_RECEIPT, MAIL_REMINDER, MAIL_REFUND,
                                    MAIL_CAPTURE};
#define FLAG(member, has) AT(update_in, member), AT(update_in, has), 0, 0, 0, NULL

static const struct field UPDATE[] = {
    {"payments_enabled", F_BOOL, FLAG(payments_enabled, has_payments)},
    {"payouts_enabled", F_BOOL, FLAG(payouts_enabled, has_payouts)},
    {"send_payment_instruction_email", F_BOOL, FLAG(mail[0], has_mail[0])},
    {"send_payment_receipt_email", F_BOOL, FLAG(mail[1], has_mail[1])},
    {"send_payment_reminder_email", F_BOOL, FLAG(mail[2], has_mail[2])},
    {"send_payment_refund_email", F_BOOL, FLAG(mail[3], has_mail[3])},
    {"send_payment_capture_email", F_BOOL, FLAG(mail[4], has_mail[4])},
    {"expiry_settings", F_ARRAY, AT(update_in, expiry_settings), FIELD_NO_FLAG, 0, 0,
     EXPIRY_SETTINGS_MAX, NULL},
};
const struct field_list request_merchant_update = FIELD_LIST(UPDATE);

/* Methods whose payments wait for the customer, and how many days they may. */
enum { EXPIRY_BOTH = 0, EXPIRY_KONBINI, EXPIRY_BANK_TRANSFER };
static const char *const EXPIRY_SLUGS[] = {"", "konbini", "bank_transfer", NULL};
static const char *const EXPIRY_CURRENCIES[] = {"", "JPY", NULL};
enum { KONBINI_DAYS_MIN = 1, BANK_TRANSFER_DAYS_MIN = 14, DAYS_MAX = 59 };

struct expiry_in {
    int slug, currency;
    int64_t days;
};
static const struct field EXPIRY[] = {
    {"slug", F_ENUM, AT(expiry_in, slug), FIELD_NO_FLAG, 0, 0, 0, EXPIRY_SLUGS},
    {"currency", F_ENUM, AT(expiry_in, currency), FIELD_NO_FLAG, 0, 0, 0, EXPIRY_CURRENCIES},
    {"expiry_days", F_I64, AT(expiry_in, days), FIELD_NO_FLAG, FIELD_REQUIRED, KONBINI_DAYS_MIN,
     DAYS_MAX, NULL},
};
const struct field_list request_expiry_setting = FIELD_LIST(EXPIRY);

/* One element; without a slug it is for both methods. */
static result expiry_read(const json_t *item, size_t index, struct arena *arena,
                          struct update_in *ret)
{
    struct expiry_in in = {0};
    const char *prefix = arena_printf(arena, "expiry_settings[%zu]", index);
    if (!json_is_object(item))
        return FAIL(E_INVALID_PARAMETER, prefix, "The parameter must be an object.");
    TRY(fields_read(item, prefix, EXPIRY, COUNT(EXPIRY), arena, &in));
    if (in.slug != EXPIRY_KONBINI && in.days < BANK_TRANSFER_DAYS_MIN)
        return FAIL(E_INVALID_PARAMETER, arena_printf(arena, "%s.expiry_days", prefix),
                    "A bank transfer has 14 to 59 days.");
    if (in.slug != EXPIRY_BANK_TRANSFER)
        ret->konbini_days = in.days;
    if (in.slug != EXPIRY_KONBINI)
        ret->bank_transfer_days = in.days;
    return OK;
}

static result update_read(struct exchange *x, struct update_in *ret)
{
    TRY(fields_read(x->request.body, NULL, UPDATE, COUNT(UPDATE), x->arena, ret));
    for (size_t i = 0; i < json_array_size(ret->expiry_settings); i++)
        TRY(expiry_read(json_array_get(ret->expiry_settings, i), i, x->arena, ret));
    return OK;
}

/* PATCH /api/v1/merchants/{id}: changes settings; what is not given stays. Name and role cannot
 * change.
 *   in      UPDATE
 *   out     200 SubmerchantDetail
 *   errors  E_NOT_FOUND, E_INVALID_PARAMETER (payments_enabled, payouts_enabled,
 *           expiry_settings[i].…) */
void api_merchant_update(struct exchange *x)
{
    struct update_in in = {0};
    id merchant = {0};
    result r = update_read(x, &in);
    if (!id_read(x->request.args[0], &merchant))
        r = FAIL(E_NOT_FOUND, NULL, NULL);
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    struct merchant_update *c = api_command(x, sizeof *c);
    if (c == NULL)
        return;
    c->merchant = merchant;
    c->has_payments = in.has_payments;
    c->payments_enabled = in.payments_enabled;
    c->has_payouts = in.has_payouts;
    c->payouts_enabled = in.payouts_enabled;
    for (size_t i = 0; i < COUNT(MAIL_BITS); i++) {
        c->mails_mask |= in.has_mail[i] ? MAIL_BITS[i] : 0;
        c->mails |= in.mail[i] ? MAIL_BITS[i] : 0;
    }
    c->konbini_days = in.konbini_days;
    c->bank_transfer_days = in.bank_transfer_days;
    c->command.begin = merchant_update_begin;
    api_run(x, &c->command);
}
