/* SPDX-License-Identifier: Apache-2.0 */
/* payment_read.c: GET /payments, /payments/{id}, /merchants/{id}/payments (komoju-core 4, 6.1). */
#include <string.h>

#include "api/api.h"
#include "api/request.h"
#include "app/payment.h"
#include "app/time_range.h"

void api_payment_show(struct exchange *x)
{
    id wire;
    if (!id_read(x->request.args[0], &wire)) {
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
        return;
    }
    struct payment p;
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = payment_read(db, x->request.caller.tenant, wire, x->arena, &p);
    store_read_end(api_app(x)->store, db);
    if (r.code == E_OK) {
        struct json j;
        api_json(x, &j);
        payment_view(&j, NULL, &p);
    }
    api_reply(x, r);
}

struct filter {
    str currency_text, status_text, order_num;
    id merchant;
    bool has_merchant;
    enum currency currency;
    int64_t statuses; /* bit set, 0: any */
};

static result read_statuses(str text, int64_t *ret)
{
    while (text.bytes > 0) {
        const char *comma = memchr(text.at, ',', text.bytes);
        const size_t bytes = comma == NULL ? text.bytes : (size_t)(comma - text.at);
        enum pay_state state;
        if (!pay_state_read(str_trim((str){text.at, bytes}), &state))
            return FAIL(E_INVALID_PARAMETER, "status", "this is not a status of a payment");
        *ret |= INT64_C(1) << state;
        const size_t skip = bytes + (comma != NULL);
        text = (str){text.at + skip, text.bytes - skip};
    }
    return OK;
}

static const struct field FILTERS[] = {
    {"currency", F_TEXT, offsetof(struct filter, currency_text), FIELD_NO_FLAG, 0, 1, 8, NULL},
    {"status", F_TEXT, offsetof(struct filter, status_text), FIELD_NO_FLAG, 0, 1, 200, NULL},
    {"external_order_num", F_TEXT, offsetof(struct filter, order_num), FIELD_NO_FLAG, 0, 1, 255,
     NULL},
    {"merchant_id", F_ID, offsetof(struct filter, merchant), offsetof(struct filter, has_merchant),
     FIELD_SOFT_ID, 0, 0, NULL},
};
const struct field_list request_payment_filter = FIELD_LIST(FILTERS);

static result read_filter(struct exchange *x, struct filter *ret)
{
    TRY(fields_read(x->request.query, NULL, FILTERS, COUNT(FILTERS), x->arena, ret));
    if (ret->currency_text.at != NULL && !currency_read(ret->currency_text, &ret->currency))
        return FAIL(E_INVALID_PARAMETER, "currency", "this is not a currency");
    return read_statuses(ret->status_text, &ret->statuses);
}

/* A merchant's payments, numbered by their ordinals. */
struct numbered {
    struct db *db;
    int64_t tenant, merchant;
};

static result created_at(void *context, int64_t ordinal, int64_t *ret_us)
{
    const struct numbered *of = context;
    return db_number(of->db, SQL_PAYMENT_CREATED_AT, ret_us, VI(of->tenant), VI(of->merchant),
                     VI(ordinal));
}

struct page {
    int64_t keys[100]; /* per_page is at most 100 */
    size_t count;
    int64_t total;
};

static result read_keys(struct rows *rows, struct page *ret)
{
    while (rows_next(rows) && ret->count < COUNT(ret->keys))
        ret->keys[ret->count++] = row_i64(rows, 0);
    return rows_done(rows);
}

static result find_page(struct db *db, int64_t tenant, int64_t merchant, const struct filter *f,
                        const struct list_query *q, struct page *ret)
{
    struct numbered numbered = {.db = db, .tenant = tenant, .merchant = merchant};
    struct time_range range = {
        .start_us = q->start_us, .end_us = q->end_us, .time_of = created_at, .context = &numbered};
    TRY(db_number(db, SQL_PAYMENT_COUNT_OF, &range.count, VI(tenant), VI(merchant)));
    int64_t first, last;
    TRY(time_range_find(&range, &first, &last));
    const int64_t skip = (q->page - 1) * q->per_page;
    struct rows rows;
    if (f->order_num.at != NULL) {
        TRY(db_number(db, SQL_PAYMENT_ORDER_COUNT, &ret->total, VI(tenant), VI(merchant),
                      VT(f->order_num), VI(first), VI(last), VI(f->currency), VI(f->statuses)));
        TRY(db_query(db, SQL_PAYMENT_ORDER_LIST, &rows, VI(tenant), VI(merchant), VT(f->order_num),
                     VI(first), VI(last), VI(f->currency), VI(f->statuses), VI(q->per_page),
                     VI(skip)));
    } else if (f->currency != CUR_NONE || f->statuses != 0) {
        TRY(db_number(db, SQL_PAYMENT_FILTER_COUNT, &ret->total, VI(tenant), VI(merchant),
                      VI(first), VI(last), VI(f->currency), VI(f->statuses)));
        TRY(db_query(db, SQL_PAYMENT_FILTER, &rows, VI(tenant), VI(merchant), VI(first), VI(last),
                     VI(f->currency), VI(f->statuses), VI(q->per_page), VI(skip)));
    } else {
        ret->total = last >= first ? last - first + 1 : 0;
        const int64_t newest = last - skip;
        const int64_t oldest = newest - q->per_page + 1;
        TRY(db_query(db, SQL_PAYMENT_PAGE, &rows, VI(tenant), VI(merchant),
                     VI(oldest > first ? oldest : first), VI(newest)));
    }
    return read_keys(&rows, ret);
}

static result list(struct exchange *x, struct db *db, int64_t merchant, const struct filter *f,
                   const struct list_query *q)
{
    const int64_t tenant = x->request.caller.tenant;
    struct page page = {.count = 0};
    TRY(find_page(db, tenant, merchant, f, q, &page));
    struct json j;
    api_json(x, &j);
    api_list_begin(&j, "list", page.total, q);
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES); /* of one payment after the other */
    result r = arena == NULL ? E_NO_MEMORY : OK;
    for (size_t i = 0; r.code == E_OK && i < page.count; i++) {
        struct payment p;
        r = payment_read_key(db, tenant, page.keys[i], arena, &p);
        if (r.code == E_OK)
            payment_view(&j, NULL, &p);
        if (r.code == E_OK && arena_is_broken(arena))
            r = E_NO_MEMORY;
        arena_clear(arena);
    }
    arena_free(arena);
    json_end(&j);
    json_end(&j);
    return r;
}

static result list_of(struct exchange *x, struct db *db, str merchant_text)
{
    struct list_query q;
    struct filter f = {.merchant = {0}};
    TRY(list_query_read(x->request.query, x->arena, &q));
    TRY(read_filter(x, &f));
    int64_t merchant = x->request.caller.tenant;
    if (merchant_text.at != NULL) {
        struct merchant_row row;
        TRY(api_merchant(x, db, merchant_text, &row));
        merchant = row.id.key;
    } else if (f.has_merchant) {
        struct merchant_row row;
        TRY(merchant_read(db, x->request.caller.tenant, f.merchant.key, x->arena, &row));
        if (row.id.key == 0 || row.id.salt != f.merchant.salt)
            return FAIL(E_NOT_FOUND, "merchant_id", NULL);
        merchant = row.id.key;
    }
    return list(x, db, merchant, &f, &q);
}

void api_payment_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list_of(x, db, STR_NONE);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}

void api_merchant_payments(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list_of(x, db, x->request.args[0]);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
