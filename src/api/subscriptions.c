/* SPDX-License-Identifier: Apache-2.0 */
/* subscriptions.c: charges of a customer that repeat (komoju-core 11). */
#include "app/subscription.h"

#include "api/api.h"
#include "api/metadata.h"
#include "api/request.h"
#include "api/split_fields.h"

/* ---- create -------------------------------------------------------------------------------- */

struct create_in {
    bool has_amount;
    int64_t amount;
    str customer, currency;
    int period;
    json_t *metadata, *platform_details;
};

/* The numbers of enum subscription_period. */
static const char *const PERIODS[] = {"", "weekly", "monthly", "yearly", NULL};

#define AT(member) offsetof(struct create_in, member)
static const struct field FIELDS[] = {
    {"customer", F_TEXT, AT(customer), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 64, NULL},
    {"amount", F_I64, AT(amount), AT(has_amount), FIELD_REQUIRED, 1, AMOUNT_MINOR_MAX, NULL},
    {"currency", F_TEXT, AT(currency), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 8, NULL},
    {"period", F_ENUM, AT(period), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0, PERIODS},
    {"metadata", F_ANY, AT(metadata), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"platform_details", F_ANY, AT(platform_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_subscription = FIELD_LIST(FIELDS);
#undef AT

static result parse(struct exchange *x, struct subscription_create *ret)
{
    struct create_in in = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    if (!currency_read(in.currency, &ret->currency))
        return FAIL(E_INVALID_CURRENCY, "currency", "this currency is not accepted");
    if (!id_read(in.customer, &ret->customer))
        return FAIL(E_INVALID_PARAMETER, "customer", "there is no such customer");
    TRY(split_fields_read(in.platform_details, split_counts_lines(true), x->arena, &ret->platform));
    ret->amount_minor = in.amount;
    ret->period = (enum subscription_period)in.period;
    return metadata_read(in.metadata, x->arena, &ret->metadata);
}

/* POST /api/v1/subscriptions */
void api_subscription_create(struct exchange *x)
{
    struct subscription_create *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    subscription_create_init(in);
    const result r = parse(x, in);
    if (r.code != E_OK)
        reply_error(x, r);
    else
        api_run(x, &in->c);
}

/* ---- delete -------------------------------------------------------------------------------- */

/* DELETE /api/v1/subscriptions/{id} */
void api_subscription_delete(struct exchange *x)
{
    struct subscription_delete *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    subscription_delete_init(in);
    if (id_read(x->request.args[0], &in->id))
        api_run(x, &in->c);
    else
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
}

/* ---- show, list ---------------------------------------------------------------------------- */

static result show(struct exchange *x, struct db *db)
{
    id wire;
    struct subscription s;
    struct json j;
    if (!id_read(x->request.args[0], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(subscription_read(db, x->request.caller.tenant, wire, x->arena, &s));
    api_json(x, &j);
    return subscription_view(db, &s, x->arena, &j);
}

void api_subscription_show(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = show(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}

enum { FILTER_VALUES = 3 }; /* tenant, both times */

static result read_keys(struct exchange *x, struct db *db, const struct list_query *q,
                        int64_t *ret_total, int64_t *keys, size_t *ret_count)
{
    struct value values[FILTER_VALUES + 2] = {VI(x->request.caller.tenant), VI(q->start_us),
                                              VI(q->end_us), VI(q->per_page),
                                              VI((q->page - 1) * q->per_page)};
    TRY(db_number_values(db, SQL_SUBSCRIPTION_COUNT, ret_total, values, FILTER_VALUES));
    struct rows rows;
    size_t count = 0;
    TRY(db_query_values(db, SQL_SUBSCRIPTION_LIST, &rows, values, COUNT(values)));
    while (count < (size_t)q->per_page && rows_next(&rows))
        keys[count++] = row_i64(&rows, 0);
    *ret_count = count;
    return rows_done(&rows);
}

static result item(struct exchange *x, struct db *db, int64_t key, struct arena *arena,
                   struct json *j)
{
    struct subscription s;
    TRY(subscription_read_key(db, x->request.caller.tenant, key, arena, &s));
    TRY(subscription_view(db, &s, arena, j));
    return arena_is_broken(arena) ? E_NO_MEMORY : OK;
}

static result items(struct exchange *x, struct db *db, const int64_t *keys, size_t count,
                    struct json *j)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES); /* of one after the other */
    result r = arena == NULL ? E_NO_MEMORY : OK;
    for (size_t i = 0; i < count && r.code == E_OK; i++) {
        r = item(x, db, keys[i], arena, j);
        arena_clear(arena);
    }
    arena_free(arena);
    return r;
}

static result list(struct exchange *x, struct db *db)
{
    struct list_query q = {0};
    int64_t total = 0;
    size_t count = 0;
    TRY(list_query_read(x->request.query, x->arena, &q));
    int64_t *keys = ARENA_ARRAY(x->arena, int64_t, (size_t)q.per_page);
    if (keys == NULL)
        return E_NO_MEMORY;
    TRY(read_keys(x, db, &q, &total, keys, &count));
    struct json j;
    api_json(x, &j);
    api_list_begin(&j, "list", total, &q);
    TRY(items(x, db, keys, count, &j));
    json_end(&j);
    json_end(&j);
    return OK;
}

/* GET /api/v1/subscriptions: newest first.
 *   in   list_query_read */
void api_subscription_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
