/* SPDX-License-Identifier: Apache-2.0 */
/* subscriptions.c: charges of a customer that repeat (komoju-core 11). */
#include "app/subscription.h"

#include "api/list.h"
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
    api_run_if(x, &in->c, parse(x, in));
}

/* ---- delete -------------------------------------------------------------------------------- */

/* DELETE /api/v1/subscriptions/{id} */
void api_subscription_delete(struct exchange *x)
{
    struct subscription_delete *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    subscription_delete_init(in);
    api_run_if(x, &in->c, api_path_id(x, &in->id));
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

static result item(struct exchange *x, const struct list_item *of, struct json *j)
{
    struct subscription s;
    TRY(subscription_read_key(of->db, x->request.caller.tenant, of->key, of->arena, &s));
    return subscription_view(of->db, &s, of->arena, j);
}

/* GET /api/v1/subscriptions: newest first.   in  list_query_read */
void api_subscription_list(struct exchange *x)
{
    list_reply(x, &(const struct list){.count = SQL_SUBSCRIPTION_COUNT,
                                       .keys = SQL_SUBSCRIPTION_LIST,
                                       .arena_bytes_max = PAYMENT_ARENA_BYTES,
                                       .item = item});
}
