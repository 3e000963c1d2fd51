/* SPDX-License-Identifier: Apache-2.0 */
/* session_page.c: GET /sessions/{id}/state: what a buyer is shown and asked on the page of a
 * session. What the merchant keeps for itself (metadata, a split, its customer's id) is not in it.
 */
#include "api/session_page.h"

#include <string.h>

#include "api/details.h"
#include "app/session.h"
#include "base/json_parse.h"

/* ---- what a type asks ------------------------------------------------------------------------ */

/* Fields that a page offers although the type can do without them. */
static const struct {
    enum method method;
    const char *name;
} OPTIONAL[] = {
    {METHOD_KONBINI, "name"},
    {METHOD_KONBINI, "phone"},
    {METHOD_BANK_TRANSFER, "name"},
    {METHOD_CREDIT_CARD_KOREA, "birthday"},
};

/* What no buyer is asked: where the request comes from, and what `name` stands in for. */
static const char *const NEVER[] = {"customer_ip", "customer_name"};

static bool is_optional(enum method method, const char *name)
{
    for (size_t i = 0; i < COUNT(OPTIONAL); i++)
        if (OPTIONAL[i].method == method && strcmp(OPTIONAL[i].name, name) == 0)
            return true;
    return false;
}

static bool is_never(const char *name)
{
    for (size_t i = 0; i < COUNT(NEVER); i++)
        if (strcmp(NEVER[i], name) == 0)
            return true;
    return false;
}

static bool is_word(const char *words, const char *name)
{
    const size_t bytes = strlen(name);
    for (const char *at = words; (at = strstr(at, name)) != NULL; at += bytes)
        if ((at == words || at[-1] == ' ') && (at[bytes] == ' ' || at[bytes] == '\0'))
            return true;
    return false;
}

/* The session says it already. */
static bool is_known(const struct session *s, const char *name)
{
    return (s->email.at != NULL && strcmp(name, "email") == 0) ||
           (s->name.at != NULL && strcmp(name, "name") == 0);
}

static void values_view(struct json *j, const char *values)
{
    if (values[0] == '\0')
        return;
    json_open_array(j, "values");
    for (str rest = str_of(values); rest.bytes > 0;) {
        const char *blank = memchr(rest.at, ' ', rest.bytes);
        const size_t bytes = blank == NULL ? rest.bytes : (size_t)(blank - rest.at);
        json_str(j, NULL, (str){rest.at, bytes});
        const size_t skip = bytes + (blank != NULL);
        rest = (str){rest.at + skip, rest.bytes - skip};
    }
    json_end(j);
}

static void field_view(struct json *j, const struct detail_use *use, bool is_required)
{
    json_open_object(j, NULL);
    json_text(j, "name", use->wire);
    json_bool(j, "required", is_required);
    json_i64(j, "min", use->min);
    json_i64(j, "max", use->max);
    values_view(j, use->values);
    json_end(j);
}

/* The card itself is not among them: its form is every page's own. */
static void fields_view(struct json *j, const struct session *s, enum method method)
{
    const char *also = method_row(method)->additional_fields;
    struct detail_use use;
    size_t at = 0;
    json_open_array(j, "fields");
    while (detail_use_next(method, &at, &use)) {
        const bool is_required = use.is_needed || is_word(also, use.wire);
        if (!use.is_card && !is_never(use.wire) && !is_known(s, use.wire) &&
            (is_required || is_optional(method, use.wire)))
            field_view(j, &use, is_required);
    }
    json_end(j);
}

/* ---- ways to pay ----------------------------------------------------------------------------- */

static void names_view(struct json *j, const struct method_row *row)
{
    json_open_object(j, "name");
    json_text(j, "ja", row->name_ja);
    json_text(j, "en", row->name_en);
    json_text(j, "ko", row->name_ko);
    json_end(j);
}

static void price_view(struct json *j, const struct session_offer *offer)
{
    char rate[EXCHANGE_RATE_TEXT_BYTES];
    exchange_rate_text(offer->rate_e8, rate);
    json_i64(j, "amount", offer->amount_minor);
    json_text(j, "currency", currency_code(offer->currency));
    json_raw(j, "exchange_rate", str_of(rate));
    json_i64(j, "customer_fee", offer->customer_fee_minor);
    json_i64(j, "total", offer->amount_minor + offer->customer_fee_minor);
}

static void method_view(struct json *j, const struct session *s, const struct session_offer *offer)
{
    static const char *const FLOW_NAMES[FLOWS] = {
        [FLOW_CARD] = "card", [FLOW_PREPAID] = "prepaid", [FLOW_LOGIN] = "login",
        [FLOW_SLIP] = "slip", [FLOW_OFFSITE] = "offsite",
    };
    const struct method_row *row = method_row(offer->method);
    json_open_object(j, NULL);
    json_text(j, "type", row->slug);
    json_text(j, "flow", FLOW_NAMES[row->flow]);
    names_view(j, row);
    if (offer->method == METHOD_CREDIT_CARD)
        merchant_brands_view(j, "brands", offer->brands);
    fields_view(j, s, offer->method);
    if (s->mode != SESSION_CUSTOMER)
        price_view(j, offer);
    json_end(j);
}

/* What the customer has stored, where it can be paid with: one of the offers. */
static result stored_view(struct db *db, const struct session *s,
                          const struct session_offer *offers, size_t count, struct arena *arena,
                          struct json *j)
{
    struct customer customer;
    bool is_offered = false;
    TRY(session_stored(db, s, arena, &customer));
    for (size_t i = 0; i < count; i++)
        is_offered = is_offered || offers[i].method == customer.method;
    if (customer.method == METHOD_NONE || !is_offered)
        return OK;
    json_open_object(j, "stored");
    json_text(j, "type", method_row(customer.method)->slug);
    if (customer.brand != BRAND_NONE) {
        json_text(j, "brand", card_brand_slug(customer.brand));
        json_str(j, "last_four_digits", customer.last_four);
        json_i64(j, "month", customer.month);
        json_i64(j, "year", customer.year);
    }
    json_end(j);
    return OK;
}

static result methods_view(struct db *db, const struct session *s, struct arena *arena,
                           struct json *j)
{
    struct session_offer offers[METHODS];
    size_t count = 0;
    TRY(session_offers(db, s, arena, offers, &count));
    json_open_array(j, "methods");
    for (size_t i = 0; i < count; i++)
        method_view(j, s, &offers[i]);
    json_end(j);
    return stored_view(db, s, offers, count, arena, j);
}

/* ---- the latest attempt ---------------------------------------------------------------------- */

static result payment_view_of(struct exchange *x, struct db *db, const struct session *s,
                              struct json *j)
{
    struct payment p;
    int64_t key = s->payment;
    if (key == 0)
        TRY(db_number(db, SQL_SESSION_LATEST, &key, VI(s->tenant), VI(s->id.key)));
    if (key == 0)
        return OK;
    TRY(payment_read_key(db, s->tenant, key, x->arena, &p));
    const bool is_slip = method_row(p.method)->flow == FLOW_SLIP;
    json_open_object(j, "payment");
    json_text(j, "type", method_row(p.method)->slug);
    json_text(j, "status", pay_state_name(p.status));
    json_text(j, "currency", currency_code(p.currency));
    json_i64(j, "total", payment_total(&p));
    json_i64(j, "short_amount", payment_is_part_paid(&p) ? p.short_minor : 0);
    json_bool(j, "has_instructions", is_slip && p.status == PAY_AUTHORIZED);
    json_end(j);
    return OK;
}

/* ---- the session ----------------------------------------------------------------------------- */

static void state_view(const struct session *s, int64_t now_us, struct json *j)
{
    static const char *const MODES[SESSION_MODES] = {
        [SESSION_PAYMENT] = "payment",
        [SESSION_CUSTOMER] = "customer",
        [SESSION_CUSTOMER_PAYMENT] = "customer_payment",
    };
    static const char *const STATES[SESSION_STATUSES] = {
        [SESSION_PENDING] = "pending",
        [SESSION_COMPLETED] = "completed",
        [SESSION_CANCELLED] = "cancelled",
    };
    json_text(j, "mode", MODES[s->mode]);
    json_text(j, "status", STATES[s->status]);
    json_bool(j, "expired", session_is_expired(s, now_us));
    json_text(j, "locale", locale_name(s->locale));
    json_i64(j, "amount", s->amount_minor);
    json_text(j, "currency", currency_code(s->currency));
}

static result page_view(struct exchange *x, struct db *db, struct json *j)
{
    const struct app *app = api_app(x);
    struct session s;
    struct merchant_row merchant;
    int64_t now_us;
    TRY(api_session(x, db, &s));
    TRY(session_now(db, app, s.tenant, &now_us));
    TRY(merchant_read(db, s.tenant, s.merchant, x->arena, &merchant));
    json_open_object(j, NULL);
    json_id(j, "id", s.id);
    state_view(&s, now_us, j);
    json_bool(j, "test", !x->request.caller.is_live);
    json_open_object(j, "merchant");
    json_str(j, "name", merchant.name);
    json_end(j);
    json_str(j, "return_url", session_return_url(&s, x->arena));
    if (s.line_items.at != NULL)
        json_raw(j, "line_items", s.line_items);
    TRY(methods_view(db, &s, x->arena, j));
    TRY(payment_view_of(x, db, &s, j));
    json_end(j);
    return OK;
}

void session_page_reply(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct json j;
    api_json(x, &j);
    struct db *db = store_read_begin(store);
    const result r = page_view(x, db, &j);
    store_read_end(store, db);
    api_reply(x, r);
}

/* GET /sessions/{id}/state.  out  SessionPage   errors  E_NOT_FOUND */
void api_session_page(struct exchange *x)
{
    session_page_reply(x);
}
