/* SPDX-License-Identifier: Apache-2.0 */
/* payment_explain.c: GET /payments/{id}/explain. */
#include "app/payment_explain.h"

#include "api/api.h"

/* GET /api/v1/payments/{id}/explain: where every yen of a payment went, and why.
 *   out     200 {"resource":"explanation", …}
 *   errors  E_NOT_FOUND */
void api_payment_explain(struct exchange *x)
{
    id wire;
    if (!id_read(x->request.args[0], &wire)) {
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
        return;
    }
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    struct json j;
    api_json(x, &j);
    const result r = payment_explain(db, x->request.caller.tenant, wire, x->arena, &j);
    store_read_end(store, db);
    api_reply(x, r);
}
