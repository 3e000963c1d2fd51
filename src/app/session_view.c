/* SPDX-License-Identifier: Apache-2.0 */
/* session_view.c: the Session object of komoju-core 7.3 and 7.4, and the addresses of a session. */
#include <sodium.h>
#include <string.h>

#include "app/merchant.h"
#include "app/secure_token.h"
#include "app/session.h"
#include "base/json_parse.h"
#include "core/details.h"

/* What shops know how to draw (komoju-core 15.3). */
static const char *const STORES[] = {"seven-eleven", "lawson",         "family-mart",
                                     "ministop",     "daily-yamazaki", "seicomart"};

/* ---- addresses ----------------------------------------------------------------------------- */

const char *session_url(const struct session *s, const char *public_url, const char *after,
                        struct arena *arena)
{
    char text[ID_TEXT_BYTES];
    id_text(s->id, text);
    return arena_printf(arena, "%s/sessions/%s%s", public_url == NULL ? "" : public_url, text,
                        after);
}

str session_return_url(const struct session *s, struct arena *arena)
{
    const str url = s->return_url;
    if (url.at == NULL)
        return STR_NONE;
    char text[ID_TEXT_BYTES];
    id_text(s->id, text);
    const char *fragment = memchr(url.at, '#', url.bytes);
    const size_t bytes = fragment == NULL ? url.bytes : (size_t)(fragment - url.at);
    const char *joint = memchr(url.at, '?', bytes) == NULL ? "?" : "&";
    return str_of(arena_printf(arena, "%.*s%ssession_id=%s%.*s", (int)bytes, url.at, joint, text,
                               (int)(url.bytes - bytes), url.at + bytes));
}

/* ---- ways to pay --------------------------------------------------------------------------- */

/* The same for the same merchant and type, and tells nothing of either. */
static void gateway_view(struct json *j, const struct session *s, enum method method)
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    const int64_t of[] = {s->tenant, s->merchant, method};
    char hex[17];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)of, sizeof of, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, 8);
    json_text(j, "hashed_gateway", hex);
}

static void stores_view(struct json *j, struct arena *arena)
{
    json_open_object(j, "brands");
    for (size_t i = 0; i < COUNT(STORES); i++) {
        json_open_object(j, STORES[i]);
        json_text(j, "icon", arena_printf(arena, "/assets/konbini/%s.svg", STORES[i]));
        json_end(j);
    }
    json_end(j);
    json_put_null(j, "seven_eleven_merchant_number");
}

/* What a form should ask; not the e-mail address that the session has. */
static void asked_view(struct json *j, const struct session *s, enum method method)
{
    str name;
    json_open_array(j, "additional_fields");
    for (size_t i = 0; (name = details_asked(method, i)).at != NULL; i++)
        if (s->email.at == NULL || !str_is(name, "email"))
            json_str(j, NULL, name);
    json_end(j);
}

/* The words of a text. */
static void words_view(struct json *j, const char *name, const char *words)
{
    json_open_array(j, name);
    for (str rest = str_of(words); rest.bytes > 0;) {
        const char *blank = memchr(rest.at, ' ', rest.bytes);
        const size_t bytes = blank == NULL ? rest.bytes : (size_t)(blank - rest.at);
        json_str(j, NULL, (str){rest.at, bytes});
        const size_t skip = bytes + (blank != NULL);
        rest = (str){rest.at + skip, rest.bytes - skip};
    }
    json_end(j);
}

static bool shows_customer_fee(enum method method)
{
    return method == METHOD_KONBINI || method == METHOD_BANK_TRANSFER || method == METHOD_PAY_EASY;
}

static void offer_view(struct json *j, const struct session *s, const struct session_offer *offer,
                       struct arena *arena)
{
    const struct method_row *row = method_row(offer->method);
    json_open_object(j, NULL);
    json_text(j, "type", row->slug);
    if (row->flow == FLOW_OFFSITE)
        json_bool(j, "offsite", true);
    if (shows_customer_fee(offer->method))
        json_i64(j, "customer_fee", offer->customer_fee_minor);
    if (offer->method == METHOD_KONBINI)
        stores_view(j, arena);
    else if (offer->method == METHOD_CREDIT_CARD)
        merchant_brands_view(j, "brands", offer->brands);
    else if (details_brands(offer->method) != NULL)
        words_view(j, "brands", details_brands(offer->method));
    asked_view(j, s, offer->method);
    gateway_view(j, s, offer->method);
    if (s->mode != SESSION_CUSTOMER) {
        char rate[EXCHANGE_RATE_TEXT_BYTES];
        exchange_rate_text(offer->rate_e8, rate);
        json_i64(j, "amount", offer->amount_minor);
        json_text(j, "currency", currency_code(offer->currency));
        json_raw(j, "exchange_rate", str_of(rate));
    }
    json_end(j);
}

static result offers_view(struct db *db, const struct session *s, struct arena *arena,
                          struct json *j)
{
    struct session_offer offers[METHODS];
    size_t count = 0;
    TRY(session_offers(db, s, arena, offers, &count));
    json_open_array(j, "payment_methods");
    for (size_t i = 0; i < count; i++)
        offer_view(j, s, &offers[i], arena);
    json_end(j);
    return OK;
}

/* ---- the authentication that the payment waits for ------------------------------------------- */

/* The token at the end of the address of its page, which is among the details of the payment. */
static result token_of(const struct payment *p, bool *ret_found, id *ret)
{
    static const char BEFORE[] = "/three_d_secure_service/offsite?token=";
    json_t *all = NULL;
    int64_t tenant;
    *ret_found = false;
    if (p->status != PAY_PENDING || method_row(p->method)->flow != FLOW_CARD ||
        p->details.at == NULL)
        return OK;
    TRY(json_parse(p->details, 0, &all, NULL));
    const char *url = json_string_value(json_object_get(all, "redirect_url"));
    const char *at = url == NULL ? NULL : strstr(url, BEFORE);
    *ret_found = at != NULL &&
                 secure_token_read_text(str_of(at + sizeof BEFORE - 1), &tenant, ret) &&
                 tenant == p->tenant;
    json_decref(all);
    return OK;
}

/* Null when it is over: nobody is sent to its page any more (payment_view.c). */
static result secure_token_of(struct db *db, const struct app *app, const struct payment *p,
                              int64_t now_us, struct arena *arena, struct json *j)
{
    struct secure_token s;
    id wire;
    bool is_found;
    TRY(token_of(p, &is_found, &wire));
    if (!is_found) {
        json_put_null(j, "secure_token");
        return OK;
    }
    TRY(secure_token_read(db, p->tenant, wire, arena, &s));
    secure_token_view(j, "secure_token", app, &s, secure_token_verification(&s, now_us), arena);
    return OK;
}

/* ---- the object ---------------------------------------------------------------------------- */

/*   ret  zeroed where there is none */
static result read_payment(struct db *db, const struct session *s, struct arena *arena,
                           struct payment *ret)
{
    int64_t key = s->payment;
    *ret = (struct payment){0};
    if (key == 0 && s->mode != SESSION_CUSTOMER)
        TRY(db_number(db, SQL_SESSION_LATEST, &key, VI(s->tenant), VI(s->id.key)));
    return key == 0 ? OK : payment_read_key(db, s->tenant, key, arena, ret);
}

static void given(struct json *j, const char *name, str value)
{
    if (value.at != NULL)
        json_str(j, name, value);
}

static void given_raw(struct json *j, const char *name, str value)
{
    if (value.at != NULL)
        json_raw(j, name, value);
}

static void payment_data_view(const struct session *s, struct json *j)
{
    json_open_object(j, "payment_data");
    json_text(j, "capture", s->is_two_step ? "manual" : "auto");
    given(j, "external_order_num", s->external_order_num);
    given(j, "name", s->name);
    given(j, "name_kana", s->name_kana);
    given_raw(j, "platform_details", s->platform_details);
    json_end(j);
}

static void state_view(const struct session *s, int64_t now_us, struct json *j)
{
    static const char *const NAMES[SESSION_STATUSES] = {
        [SESSION_PENDING] = "pending",
        [SESSION_COMPLETED] = "completed",
        [SESSION_CANCELLED] = "cancelled",
    };
    json_time_jst(j, "created_at", s->created_us);
    json_time_jst(j, "cancelled_at", s->cancelled_us);
    json_time_jst(j, "completed_at", s->completed_us);
    json_text(j, "status", NAMES[s->status]);
    json_bool(j, "expired", session_is_expired(s, now_us));
}

static result merchant_of(struct db *db, const struct session *s, struct arena *arena,
                          struct json *j)
{
    struct merchant_row root, own;
    TRY(merchant_read(db, s->tenant, s->tenant, arena, &root));
    TRY(merchant_read(db, s->tenant, s->merchant, arena, &own));
    json_open_object(j, "merchant");
    json_str(j, "name", own.name);
    json_end(j);
    if (root.kind != KIND_ORDINARY)
        json_id(j, "merchant_id", own.id);
    return OK;
}

static void paid_view(const struct session *s, const struct payment *p, struct json *j)
{
    if (p->id.key == 0)
        json_put_null(j, "payment");
    else
        payment_view(j, "payment", p);
    payment_data_view(s, j);
}

result session_view(struct db *db, const struct session *s, const struct app *app, int64_t now_us,
                    struct arena *arena, struct json *j)
{
    static const char *const MODES[SESSION_MODES] = {
        [SESSION_PAYMENT] = "payment",
        [SESSION_CUSTOMER] = "customer",
        [SESSION_CUSTOMER_PAYMENT] = "customer_payment",
    };
    struct payment p;
    TRY(read_payment(db, s, arena, &p));
    json_open_object(j, NULL);
    json_id(j, "id", s->id);
    json_text(j, "resource", "session");
    json_text(j, "mode", MODES[s->mode]);
    json_i64(j, "amount", s->amount_minor);
    json_text(j, "currency", currency_code(s->currency));
    json_text(j, "session_url", session_url(s, app->public_url, "", arena));
    json_str(j, "return_url", s->return_url);
    json_text(j, "default_locale", locale_name(s->locale));
    TRY(offers_view(db, s, arena, j));
    state_view(s, now_us, j);
    TRY(merchant_of(db, s, arena, j));
    json_raw(j, "metadata", s->metadata.at == NULL ? S("{}") : s->metadata);
    if (s->mode != SESSION_CUSTOMER)
        paid_view(s, &p, j);
    if (s->mode != SESSION_PAYMENT)
        json_id(j, "customer_id", s->customer);
    TRY(secure_token_of(db, app, &p, now_us, arena, j));
    given(j, "email", s->email);
    given_raw(j, "line_items", s->line_items);
    json_end(j);
    return OK;
}
