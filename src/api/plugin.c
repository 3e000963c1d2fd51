/* SPDX-License-Identifier: Apache-2.0 */
/* plugin.c: what the quick setup of shop plugins asks about a key (komoju-core 17.4); the rest of
 * it is the routes of webhooks. */
#include "api/api.h"

static result show(struct exchange *x, struct db *db)
{
    const struct caller *caller = &x->request.caller;
    struct merchant_row m;
    struct json j;
    TRY(merchant_read(db, caller->tenant, caller->merchant, x->arena, &m));
    if (m.id.key == 0)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    api_json(x, &j);
    json_open_object(&j, NULL);
    json_id(&j, "id", m.id);
    json_str(&j, "name", m.name);
    json_bool(&j, "live", caller->is_live);
    json_str(&j, "publishable_key", m.publishable_key);
    json_end(&j);
    return OK;
}

/* GET /plugin/merchant: whose secret key it is.   out  200 PluginMerchant */
void api_plugin_merchant(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = show(x, db);
    store_read_end(store, db);
    api_reply(x, r);
}
