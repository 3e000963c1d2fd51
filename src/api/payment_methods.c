/* SPDX-License-Identifier: Apache-2.0 */
/* payment_methods.c: which payment types the caller's merchant can use: those it owns and that a
 * rail is connected for in its world.
 * Source   komoju-core 14 */
#include "api/api.h"

static void method_view(struct json *j, const struct merchant_method *method,
                        enum currency currency)
{
    const struct method_row *row = method_row(method->method);
    json_open_object(j, NULL);
    json_text(j, "name_en", row->name_en);
    json_text(j, "name_ja", row->name_ja);
    json_text(j, "name_ko", row->name_ko);
    json_text(j, "type_slug", row->slug);
    json_text(j, "currency", currency_code(currency));
    if (row->flow == FLOW_CARD)
        merchant_brands_view(j, "subtypes", method->brands);
    if (method->customer_fee_minor > 0 && currency == CUR_JPY)
        json_i64(j, "payment_method_fee", method->customer_fee_minor);
    json_end(j);
}

/* A row for each currency that the method takes. */
static void methods_view(struct json *j, const struct merchant_method *method)
{
    enum currency currency;
    for (size_t i = 0; (currency = method_currency_at(method->method, i)) != CUR_NONE; i++)
        method_view(j, method, currency);
}

static result list(struct exchange *x, struct db *db)
{
    const struct caller *caller = &x->request.caller;
    struct merchant_row m;
    struct merchant_method methods[METHODS];
    size_t count = 0;
    TRY(merchant_read(db, caller->tenant, caller->merchant, x->arena, &m));
    if (m.id.key == 0)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(merchant_methods(db, &m, methods, &count));
    struct json j;
    api_json(x, &j);
    json_open_array(&j, NULL);
    for (size_t i = 0; i < count; i++)
        if (rail_for(methods[i].method, m.is_live) != RAIL_NONE)
            methods_view(&j, &methods[i]);
    json_end(&j);
    return OK;
}

/* GET /api/v1/payment_methods: a bare array, without an envelope.
 *   out     200 [{"name_en", "name_ja", "name_ko", "type_slug", "currency", "subtypes", …}] */
void api_payment_methods(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = list(x, db);
    store_read_end(store, db);
    api_reply(x, r);
}
