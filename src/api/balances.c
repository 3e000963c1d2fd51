/* SPDX-License-Identifier: Apache-2.0 */
/* balances.c: balances, their records, and transfers, in both spellings of their paths
 * (komoju-platform 13.1, 13.3, 10.2). */
#include <string.h>

#include "api/api.h"
#include "api/request.h"
#include "app/statement.h"
#include "app/transfer.h"

/* Whose balance in which currency: from the path, or the caller's own. */
struct place {
    struct merchant_row merchant;
    enum currency currency;
};

static result read_place(struct exchange *x, struct db *db, bool is_own, struct place *ret)
{
    const str currency = x->request.args[is_own ? 0 : 1];
    if (!currency_read(currency, &ret->currency))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    if (is_own)
        return merchant_read(db, x->request.caller.tenant, x->request.caller.tenant, x->arena,
                             &ret->merchant);
    return api_merchant(x, db, x->request.args[0], &ret->merchant);
}

static const struct {
    const char *section;
    const char *keys[7];
    bool is_of_platforms; /* left out for ordinary merchants */
} SECTIONS[] = {
    {"payments", {"captured_amount_total_cents", "processing_fees_cents"}, false},
    {"refunds",
     {"refunded_amount_total_cents", "refund_processing_fees_cents",
      "refunded_customer_fees_cents"},
     false},
    {"platform_model",
     {"fund_transfer_total_cents", "payment_share_total_cents", "payment_share_refund_total_cents",
      "platform_fee_total_cents", "platform_fee_refund_total_cents",
      "submerchant_management_fees_cents"},
     true},
    {"corrections", {NULL}, false},
    {"komoju_card_charges", {NULL}, false},
    {"disbursements", {"disbursement_amount_total_cents", "disbursement_fee_total_cents"}, false},
    {"misc",
     {"clearings_total_cents", "komoju_card_discount_total_cents",
      "chargeback_fixed_fee_total_cents", "other_fee_adjustments_total_cents"},
     false},
};

/* The sum of an account's records that record.def puts into a section (and under a key of it,
 * unless NULL). */
static int64_t sum_of(const struct account_view *account, const char *section, const char *key)
{
    int64_t sum = 0;
    for (int type = 1; type < RECORDS; type++) {
        const char *its_section = record_section((enum record_type)type);
        if (its_section != NULL && strcmp(its_section, section) == 0 &&
            (key == NULL || strcmp(record_key((enum record_type)type), key) == 0))
            sum += account->by_type[type];
    }
    return sum;
}

static void balance_view(struct json *j, const struct place *place,
                         const struct account_view *account)
{
    int64_t total = 0;
    for (size_t i = 0; i < COUNT(SECTIONS); i++)
        total += sum_of(account, SECTIONS[i].section, NULL);
    json_open_object(j, NULL);
    json_text(j, "currency", currency_code(place->currency));
    json_i64(j, "total_balance_cents", total);
    for (size_t i = 0; i < COUNT(SECTIONS); i++) {
        if (SECTIONS[i].is_of_platforms && place->merchant.kind == KIND_ORDINARY)
            continue;
        json_open_object(j, SECTIONS[i].section);
        json_i64(j, "total_cents", sum_of(account, SECTIONS[i].section, NULL));
        for (const char *const *key = SECTIONS[i].keys; *key != NULL; key++)
            json_i64(j, *key, sum_of(account, SECTIONS[i].section, *key));
        json_end(j);
    }
    json_i64(j, "balance_total", total); /* the name of API version 2024-10-01 */
    json_end(j);
}

static result show(struct exchange *x, struct db *db, bool is_own)
{
    struct place place;
    TRY(read_place(x, db, is_own, &place));
    struct account_view account;
    TRY(account_view_read(db, place.merchant.tenant, place.merchant.id.key, place.currency,
                          &account));
    struct json j;
    api_json(x, &j);
    balance_view(&j, &place, &account);
    return OK;
}

static void record_view(struct json *j, const struct record *record)
{
    json_open_object(j, NULL);
    json_id(j, "id", record->transaction);
    json_text(j, "type", record_slug(record->type));
    json_i64(j, "amount_cents", record->amount_minor);
    json_time(j, "happened_at", record->happened_us);
    json_end(j);
}

struct type_in {
    str type;
};

static const struct field FILTERS[] = {
    {"type", F_TEXT, offsetof(struct type_in, type), FIELD_NO_FLAG, 0, 1, 64, NULL}};
const struct field_list request_record_filter = FIELD_LIST(FILTERS);

static result read_type(struct exchange *x, enum record_type *ret)
{
    struct type_in in = {0};
    TRY(fields_read(x->request.query, NULL, FILTERS, COUNT(FILTERS), x->arena, &in));
    *ret = RECORD_NONE;
    if (in.type.at != NULL && !record_read(in.type, ret))
        return FAIL(E_INVALID_PARAMETER, "type", "this is not a type of a ledger record");
    return OK;
}

static result list(struct exchange *x, struct db *db, bool is_own)
{
    struct place place;
    struct list_query q;
    enum record_type type;
    TRY(read_place(x, db, is_own, &place));
    TRY(list_query_read(x->request.query, x->arena, &q));
    TRY(read_type(x, &type));
    const struct statement_query query = {.tenant = place.merchant.tenant,
                                          .merchant = place.merchant.id.key,
                                          .currency = place.currency,
                                          .type = type,
                                          .start_us = q.start_us,
                                          .end_us = q.end_us,
                                          .skip = (q.page - 1) * q.per_page,
                                          .count = q.per_page};
    struct record *records = ARENA_ARRAY(x->arena, struct record, (size_t)q.per_page);
    if (records == NULL)
        return E_NO_MEMORY;
    size_t count;
    int64_t total = 0;
    TRY(statement_read(db, &query, records, &count, &total));
    struct json j;
    api_json(x, &j);
    api_list_begin(&j, "list", total, &q);
    for (size_t i = 0; i < count; i++)
        record_view(&j, &records[i]);
    json_end(&j);
    json_time(&j, "start_time", q.start_us);
    json_time(&j, "end_time", q.end_us);
    json_end(&j);
    return OK;
}

static result transaction(struct exchange *x, struct db *db, bool is_own)
{
    struct place place;
    TRY(read_place(x, db, is_own, &place));
    id wire;
    struct record *records = ARENA_ARRAY(x->arena, struct record, TRANSFERS_MAX);
    size_t count = 0;
    if (records == NULL)
        return E_NO_MEMORY;
    if (!id_read(x->request.args[is_own ? 1 : 2], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(statement_transaction(db, place.merchant.tenant, place.merchant.id.key, place.currency,
                              wire, records, TRANSFERS_MAX, &count));
    if (count == 0)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    struct json j;
    api_json(x, &j);
    if (is_own) { /* typed as one object by the clients */
        record_view(&j, &records[0]);
        return OK;
    }
    json_open_array(&j, NULL);
    for (size_t i = 0; i < count; i++)
        record_view(&j, &records[i]);
    json_end(&j);
    return OK;
}

typedef result (*reader)(struct exchange *x, struct db *db, bool is_own);

static void read_with(struct exchange *x, reader read, bool is_own)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = read(x, db, is_own);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}

void api_balance(struct exchange *x)
{
    read_with(x, show, false);
}
void api_balance_own(struct exchange *x)
{
    read_with(x, show, true);
}
void api_transactions(struct exchange *x)
{
    read_with(x, list, false);
}
void api_transactions_own(struct exchange *x)
{
    read_with(x, list, true);
}
void api_transaction(struct exchange *x)
{
    read_with(x, transaction, false);
}
void api_transaction_own(struct exchange *x)
{
    read_with(x, transaction, true);
}

struct transfer_in {
    id to;
    int64_t amount;
};

static const struct field TRANSFER[] = {
    {"to", F_ID, offsetof(struct transfer_in, to), FIELD_NO_FLAG, FIELD_REQUIRED | FIELD_SOFT_ID, 0,
     0, NULL},
    {"amount", F_I64, offsetof(struct transfer_in, amount), FIELD_NO_FLAG, FIELD_REQUIRED, 1,
     MONEY_MAX, NULL},
};
const struct field_list request_transfer = FIELD_LIST(TRANSFER);

static result parse_transfer(struct exchange *x, bool is_own, struct transfer_create *ret)
{
    struct transfer_in in = {0};
    if (!currency_read(x->request.args[is_own ? 0 : 1], &ret->currency))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(fields_read(x->request.body, NULL, TRANSFER, COUNT(TRANSFER), x->arena, &in));
    ret->receiver = in.to;
    ret->amount_minor = in.amount;
    return OK;
}

static result read_sender(struct exchange *x, bool is_own, struct transfer_create *ret)
{
    struct db *db = store_read_begin(api_app(x)->store);
    struct merchant_row row;
    const result r = is_own ? merchant_read(db, x->request.caller.tenant, x->request.caller.tenant,
                                            x->arena, &row)
                            : api_merchant(x, db, x->request.args[0], &row);
    store_read_end(api_app(x)->store, db);
    if (r.code == E_OK)
        ret->sender = row.id;
    return r;
}

static void run_transfer(struct exchange *x, bool is_own)
{
    struct transfer_create *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    result r = read_sender(x, is_own, in);
    if (r.code == E_OK)
        r = parse_transfer(x, is_own, in);
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    transfer_create_init(in);
    api_run(x, &in->c);
}

void api_transfer(struct exchange *x)
{
    run_transfer(x, false);
}
void api_transfer_own(struct exchange *x)
{
    run_transfer(x, true);
}
