/* SPDX-License-Identifier: Apache-2.0 */
#include "app/payment_page.h"

#include <jansson.h>

#include "app/merchant.h"
#include "app/session.h"
#include "base/json_parse.h"

/* ---- what can be done ----------------------------------------------------------------------- */

static const char *const ACTS[VISIT_ACTS] = {
    [VISIT_LOOK] = "",         [VISIT_PAY] = "pay",       [VISIT_REFUSE] = "refuse",
    [VISIT_CANCEL] = "cancel", [VISIT_EXPIRE] = "expire",
};

bool payment_has_page(const struct payment *p)
{
    const enum flow flow = method_row(p->method)->flow;
    return p->rail == RAIL_SIMULATOR && (flow == FLOW_SLIP || flow == FLOW_OFFSITE);
}

bool payment_page_offers(const struct payment *p, enum visit_act act)
{
    if (method_row(p->method)->flow == FLOW_SLIP)
        return act == VISIT_PAY || act == VISIT_EXPIRE;
    return act != VISIT_LOOK;
}

/* ---- what the page shows ------------------------------------------------------------------- */

/* Where the customer goes from a payment that does not wait any more: cancel_url when they did not
 * want to, else return_url; absent without one. */
static str redirect_of(const struct payment *p)
{
    return p->status == PAY_CANCELLED && p->cancel_url.at != NULL ? p->cancel_url : p->return_url;
}

/* Absent where there is none. */
static result read_store(const struct payment *p, struct arena *arena, str *ret)
{
    *ret = STR_NONE;
    if (p->method != METHOD_KONBINI)
        return OK;
    json_t *details;
    TRY(json_parse(p->details, 0, &details, NULL));
    const char *store = json_string_value(json_object_get(details, "store"));
    if (store != NULL)
        *ret = arena_str(arena, str_of(store));
    json_decref(details);
    return store == NULL || ret->at != NULL ? OK : E_NO_MEMORY;
}

result payment_page_read(struct db *db, const struct app *app, const struct payment *p,
                         struct arena *arena, struct payment_page *ret)
{
    struct merchant_row merchant;
    TRY(merchant_read(db, p->tenant, p->merchant.key, arena, &merchant));
    *ret = (struct payment_page){.payment = p, .merchant_name = merchant.name};
    TRY(read_store(p, arena, &ret->store));
    return session_now(db, app, p->tenant, &ret->now_us);
}

void page_method_view(struct json *j, enum method method)
{
    const struct method_row *row = method_row(method);
    json_text(j, "type", row->slug);
    json_text(j, "name_en", row->name_en);
    json_text(j, "name_ja", row->name_ja);
    json_text(j, "name_ko", row->name_ko);
}

bool payment_page_waits(const struct payment_page *page)
{
    return payment_is_elsewhere(page->payment) && page->payment->deadline_us >= page->now_us;
}

void payment_page_view(struct json *j, const struct payment_page *page)
{
    const struct payment *p = page->payment;
    const bool waits = payment_page_waits(page);
    json_open_object(j, NULL);
    json_text(j, "resource", "simulator_page");
    json_id(j, "payment", p->id);
    json_open_object(j, "merchant");
    json_str(j, "name", page->merchant_name);
    json_end(j);
    page_method_view(j, p->method);
    if (page->store.at != NULL)
        json_str(j, "store", page->store);
    json_text(j, "status", pay_state_name(p->status));
    json_i64(j, "total", payment_total(p));
    json_text(j, "currency", currency_code(p->currency));
    json_str(j, "description", p->description);
    json_text(j, "locale", locale_name(p->locale));
    json_time(j, "payment_deadline", p->deadline_us);
    json_open_array(j, "acts");
    for (int i = VISIT_LOOK + 1; waits && i < VISIT_ACTS; i++)
        if (payment_page_offers(p, (enum visit_act)i))
            json_text(j, NULL, ACTS[i]);
    json_end(j);
    json_str(j, "redirect_url", waits ? STR_NONE : redirect_of(p));
    json_end(j);
}
