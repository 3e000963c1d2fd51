/* SPDX-License-Identifier: Apache-2.0 */
/* instructions.c: GET /instructions/{payment_id}/state, GET /sessions/{id}/instructions/state: what
 * the page of a slip tells its buyer (komoju-core 7.5, 15.3, 16). */
#include "app/session.h"

#include "api/api.h"
#include "base/json_parse.h"

/* What of a payment's details is for who pays at a store, a bank or a machine. */
static const char *const SHOWN[] = {
    "store",
    "receipt",
    "confirmation_code",
    "bank_name",
    "account_type",
    "account_number",
    "account_branch_name",
    "account_name",
    "order_id",
    "bank_id",
    "customer_id",
    "confirmation_id",
    "payment_url",
    "redirect_url",
    "bardcode",
    "transaction_code",
    "pix_payment_code",
};

static result details_view(struct json *j, const struct payment *p)
{
    json_t *all = NULL;
    if (p->details.at != NULL)
        TRY(json_parse(p->details, 0, &all, NULL));
    json_open_object(j, "details");
    for (size_t i = 0; i < COUNT(SHOWN); i++) {
        const json_t *value = json_object_get(all, SHOWN[i]);
        if (json_is_string(value))
            json_str(j, SHOWN[i], (str){json_string_value(value), json_string_length(value)});
    }
    json_end(j);
    json_decref(all);
    return OK;
}

/* Where the buyer goes on: the shop, told which session it was; not while that can still be paid,
 * which is for those alone who have its own address. */
static result return_url(struct db *db, const struct payment *p, struct arena *arena, str *ret)
{
    *ret = p->return_url;
    if (p->session.key == 0)
        return OK;
    struct session s;
    TRY(session_read_key(db, p->tenant, p->session.key, arena, &s));
    *ret = s.status == SESSION_PENDING ? s.return_url : session_return_url(&s, arena);
    return s.return_url.at != NULL && ret->at == NULL ? E_NO_MEMORY : OK;
}

static result view(struct exchange *x, struct db *db, const struct payment *p)
{
    struct merchant_row m;
    str url;
    TRY(merchant_read(db, p->tenant, p->merchant.key, x->arena, &m));
    TRY(return_url(db, p, x->arena, &url));
    struct json j;
    api_json(x, &j);
    json_open_object(&j, NULL);
    json_id(&j, "id", p->id);
    json_text(&j, "type", method_row(p->method)->slug);
    json_text(&j, "status", pay_state_name(p->status));
    json_i64(&j, "amount", payment_base(p));
    json_i64(&j, "customer_fee", p->customer_fee_minor);
    json_i64(&j, "total", payment_total(p));
    json_text(&j, "currency", currency_code(p->currency));
    json_time(&j, "payment_deadline", p->deadline_us);
    json_time(&j, "captured_at", p->captured_us);
    json_text(&j, "locale", locale_name(p->locale));
    json_str(&j, "external_order_num", p->external_order_num);
    json_str(&j, "return_url", url);
    json_open_object(&j, "merchant");
    json_str(&j, "name", m.name);
    json_end(&j);
    const result r = details_view(&j, p);
    json_end(&j);
    return r;
}

/* Of a session it is the payment that has completed it, or else its newest attempt. */
static result of_session(struct exchange *x, struct db *db, struct payment *ret)
{
    struct session s;
    TRY(api_session(x, db, &s));
    int64_t key = s.payment;
    if (key == 0)
        TRY(db_number(db, SQL_SESSION_LATEST, &key, VI(s.tenant), VI(s.id.key)));
    return key == 0 ? FAIL(E_NOT_FOUND, NULL, NULL)
                    : payment_read_key(db, s.tenant, key, x->arena, ret);
}

static result payment_of_path(struct exchange *x, struct db *db, struct payment *ret)
{
    id wire;
    if (str_starts(str_of(x->request.route->pattern), "/sessions/"))
        TRY(of_session(x, db, ret));
    else if (id_read(x->request.args[0], &wire))
        TRY(payment_read(db, x->request.caller.tenant, wire, x->arena, ret));
    else
        return FAIL(E_NOT_FOUND, NULL, NULL);
    const bool has_slip = method_row(ret->method)->flow == FLOW_SLIP;
    return has_slip ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* GET /instructions/{id}/state, GET /sessions/{id}/instructions/state.
 *   out     200 Instructions
 *   errors  E_NOT_FOUND: there is no such payment, or it has no slip */
void api_instructions_show(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct payment p;
    struct db *db = store_read_begin(store);
    result r = payment_of_path(x, db, &p);
    if (r.code == E_OK)
        r = view(x, db, &p);
    store_read_end(store, db);
    api_reply(x, r);
}
