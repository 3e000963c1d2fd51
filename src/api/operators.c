/* SPDX-License-Identifier: Apache-2.0 */
/* operators.c: what a person of the operator is told about its own key. */
#include "app/operator.h"

#include "api/api.h"

static result show(struct exchange *x, struct db *db)
{
    const struct caller *caller = &x->request.caller;
    struct merchant_row m;
    struct operator_row row;
    struct json j;
    TRY(operator_read(db, caller->tenant, caller->operator_id, x->arena, &row));
    TRY(merchant_read(db, caller->tenant, caller->tenant, x->arena, &m));
    api_json(x, &j);
    json_open_object(&j, NULL);
    json_id(&j, "id", row.id);
    json_text(&j, "resource", "operator");
    json_str(&j, "name", row.name);
    operator_rights_view(&j, "rights", row.rights);
    json_id(&j, "merchant", m.id);
    json_bool(&j, "live", caller->is_live);
    json_time(&j, "created_at", row.created_us);
    json_end(&j);
    return OK;
}

/* GET /api/v1/operator: whose key it is, and what it may do.   out  200 Operator */
void api_operator(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = show(x, db);
    store_read_end(store, db);
    api_reply(x, r);
}
