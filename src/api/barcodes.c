/* SPDX-License-Identifier: Apache-2.0 */
/* barcodes.c: GET /barcodes/{payment_id} (komoju-core 6.9). */
#include "app/barcode.h"

#include "api/api.h"

enum { RETRY_AFTER_S = 1 };

/* While the slip is being registered there is nothing to draw yet. */
static result view(struct exchange *x, const struct payment *p)
{
    const bool is_pending = p->method == METHOD_KONBINI && p->status == PAY_PENDING;
    char number[SLIP_DIGITS + 1];
    str picture = STR_NONE;
    if (!is_pending) {
        TRY(barcode_number(p, number));
        TRY(barcode_picture(number, x->arena, &picture));
    }
    struct json j;
    api_json(x, &j);
    json_open_object(&j, NULL);
    json_text(&j, "status", is_pending ? "pending" : "ready");
    if (is_pending) {
        json_i64(&j, "retry_after", RETRY_AFTER_S);
    } else {
        json_time(&j, "expires_at", p->deadline_us);
        json_str(&j, "image", picture);
    }
    json_end(&j);
    return OK;
}

void api_barcode_show(struct exchange *x)
{
    id wire;
    if (!id_read(x->request.args[0], &wire)) {
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
        return;
    }
    struct payment p;
    struct db *db = store_read_begin(api_app(x)->store);
    result r = payment_read(db, x->request.caller.tenant, wire, x->arena, &p);
    store_read_end(api_app(x)->store, db);
    if (r.code == E_OK)
        r = view(x, &p);
    api_reply(x, r);
}
