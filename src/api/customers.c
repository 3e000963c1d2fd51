/* SPDX-License-Identifier: Apache-2.0 */
/* customers.c: customers and their stored cards (komoju-core 10). */
#include "api/buyer.h"
#include "api/customer_source.h"
#include "api/list.h"
#include "api/metadata.h"
#include "api/payment_source.h"
#include "api/request.h"
#include "app/customer_change.h"
#include "core/contact.h"

/* ---- create, update ------------------------------------------------------------------------ */

struct customer_in {
    str email, currency, external_customer_id;
    json_t *payment_details, *metadata;
};
#define AT(member) offsetof(struct customer_in, member)
static const struct field FIELDS[] = {
    {"email", F_TEXT, AT(email), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"currency", F_TEXT, AT(currency), FIELD_NO_FLAG, 0, 1, 8, NULL},
    {"external_customer_id", F_TEXT, AT(external_customer_id), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"payment_details", F_ANY, AT(payment_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"metadata", F_ANY, AT(metadata), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_customer = FIELD_LIST(FIELDS);
#undef AT

struct expiry_in {
    int64_t month, year;
};
static const struct field EXPIRY[] = {
    {"month", F_I64, offsetof(struct expiry_in, month), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 12, NULL},
    {"year", F_I64, offsetof(struct expiry_in, year), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 2100, NULL},
};
const struct field_list request_card_expiry = FIELD_LIST(EXPIRY);

static result read_expiry(const json_t *details, struct arena *arena, struct customer_change *ret)
{
    struct expiry_in in = {0};
    TRY(fields_read(details, "payment_details", EXPIRY, COUNT(EXPIRY), arena, &in));
    TRY(card_expiry_check(in.month, in.year, &ret->card.year));
    ret->card.month = in.month;
    ret->source = CUSTOMER_SOURCE_EXPIRY;
    return OK;
}

result customer_source_take(struct payment_source *source, struct customer_change *ret)
{
    if (source->is_token) {
        ret->token = source->token;
        ret->source = CUSTOMER_SOURCE_TOKEN;
        return OK;
    }
    const struct method_row *row = method_row(source->method);
    if (row->flow != FLOW_CARD || !row->storable)
        return FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                    "only a credit_card can be stored for a customer");
    ret->card = source->card;
    ret->details = source->details;
    ret->source = CUSTOMER_SOURCE_CARD;
    return OK;
}

/* Details of a stored card without its number are a new expiry of it. */
static result read_source(const json_t *details, bool may_be_expiry, struct arena *arena,
                          struct customer_change *ret)
{
    if (details == NULL || json_is_null(details))
        return OK;
    const json_t *number = json_object_get(details, "number");
    if (may_be_expiry && json_is_object(details) && (number == NULL || json_is_null(number)))
        return read_expiry(details, arena, ret);
    struct payment_source source;
    TRY(payment_source_read(details, NULL, arena, &source));
    const result r = customer_source_take(&source, ret);
    payment_source_wipe(&source);
    return r;
}

static result parse(struct exchange *x, struct customer_change *ret)
{
    struct customer_in in = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    if (in.email.at != NULL && !contact_is_email(in.email))
        return FAIL(E_INVALID_PARAMETER, "email", "this is not an e-mail address");
    if (in.currency.at != NULL && !currency_read(in.currency, &ret->currency))
        return FAIL(E_INVALID_CURRENCY, "currency", "this currency is not accepted");
    TRY(metadata_read(in.metadata, x->arena, &ret->metadata));
    if (ret->metadata.at == NULL && in.metadata != NULL && !json_is_null(in.metadata))
        ret->metadata = S("{}");
    ret->email = in.email;
    ret->external_id = in.external_customer_id;
    ret->scenario = x->request.scenario;
    TRY(buyer_read(x, &ret->buyer));
    if (ret->buyer.email.at == NULL)
        ret->buyer.email = in.email;
    return read_source(in.payment_details, ret->id.key != 0, x->arena, ret);
}

static void change(struct exchange *x, id wire)
{
    struct customer_change *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    in->id = wire;
    customer_change_init(in);
    api_run_if(x, &in->c, parse(x, in));
}

/* POST /api/v1/customers */
void api_customer_create(struct exchange *x)
{
    change(x, (id){0});
}

/* PATCH /api/v1/customers/{id} */
void api_customer_update(struct exchange *x)
{
    id wire;
    if (id_read(x->request.args[0], &wire))
        change(x, wire);
    else
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
}

/* ---- delete -------------------------------------------------------------------------------- */

static void delete_one(struct exchange *x, id wire, str external_id)
{
    struct customer_delete *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    in->id = wire;
    in->external_id = external_id;
    customer_delete_init(in);
    api_run(x, &in->c);
}

/* DELETE /api/v1/customers/{id}: the deleted Customer, without its source. */
void api_customer_delete(struct exchange *x)
{
    id wire;
    if (id_read(x->request.args[0], &wire))
        delete_one(x, wire, STR_NONE);
    else
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
}

/* DELETE /api/v1/external_customers/{id}: {"id": what was asked for}. */
void api_external_customer_delete(struct exchange *x)
{
    delete_one(x, (id){0}, x->request.args[0]);
}

/* ---- show, list ---------------------------------------------------------------------------- */

static result show(struct exchange *x, struct db *db)
{
    id wire;
    struct customer customer;
    struct json j;
    if (!id_read(x->request.args[0], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(customer_read(db, x->request.caller.tenant, wire, x->arena, &customer));
    api_json(x, &j);
    customer_view(&j, &customer);
    return OK;
}

void api_customer_show(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = show(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}

struct list_in {
    struct list_query page;
    str expiration;
    int64_t month, year; /* of it; 0: any */
};
static const struct field FILTERS[] = {
    {"expiration", F_TEXT, offsetof(struct list_in, expiration), FIELD_NO_FLAG, 0, 4, 4, NULL},
};
const struct field_list request_customer_filter = FIELD_LIST(FILTERS);

/* "0431" is April 2031. */
static result read_expiration(struct list_in *in)
{
    int64_t number;
    if (in->expiration.at == NULL)
        return OK;
    if (in->expiration.at[0] < '0' || in->expiration.at[0] > '1' ||
        !str_i64(in->expiration, &number) || number / 100 < 1 || number / 100 > 12)
        return FAIL(E_INVALID_PARAMETER, "expiration", "expiration is MMYY");
    in->month = number / 100;
    in->year = 2000 + number % 100;
    return OK;
}

static result item(struct exchange *x, const struct list_item *of, struct json *j)
{
    struct customer customer;
    TRY(customer_read_key(of->db, x->request.caller.tenant, of->key, of->arena, &customer));
    customer_view(j, &customer);
    return OK;
}

static result list(struct exchange *x, struct db *db)
{
    struct list_in in = {0};
    TRY(list_query_read(x->request.query, x->arena, &in.page));
    TRY(fields_read(x->request.query, NULL, FILTERS, COUNT(FILTERS), x->arena, &in));
    TRY(read_expiration(&in));
    const struct list customers = {
        .count = SQL_CUSTOMER_COUNT,
        .keys = SQL_CUSTOMER_LIST,
        .filters = {VI(in.month), VI(in.year)},
        .filter_count = 2,
        .arena_bytes_max = CUSTOMER_ARENA_BYTES,
        .item = item,
    };
    return list_write(x, db, &customers, &in.page);
}

/* GET /api/v1/customers: newest first.
 *   in   list_query_read, FILTERS */
void api_customer_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
