/* SPDX-License-Identifier: Apache-2.0 */
/* links.c: payment links: made, listed, shown and ended with a key; looked at and opened by whoever
 * has the address.
 *
 * Source   issue 5; doc/checkout.md */
#include "app/link.h"

#include "api/list.h"
#include "api/metadata.h"
#include "api/request.h"
#include "api/session_fields.h"
#include "api/split_fields.h"

static const char *const USAGES[] = {"", "one_time", "reusable", NULL};
static const char *const LOCALES_NAMES[] = {"", "ja", "en", "ko", NULL};
enum { USAGE_REUSABLE = 2 };

/* ---- create -------------------------------------------------------------------------------- */

struct create_in {
    bool has_lifetime;
    int64_t amount, min_amount, max_amount, expires_us, lifetime_s;
    int usage, locale;
    str currency, description, return_url, external_order_num;
    json_t *payment_types, *metadata, *platform_details;
};
#define AT(member) offsetof(struct create_in, member)
static const struct field FIELDS[] = {
    {"amount", F_I64, AT(amount), FIELD_NO_FLAG, 0, 1, AMOUNT_MINOR_MAX, NULL},
    {"min_amount", F_I64, AT(min_amount), FIELD_NO_FLAG, 0, 1, AMOUNT_MINOR_MAX, NULL},
    {"max_amount", F_I64, AT(max_amount), FIELD_NO_FLAG, 0, 1, AMOUNT_MINOR_MAX, NULL},
    {"currency", F_TEXT, AT(currency), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 8, NULL},
    {"description", F_TEXT, AT(description), FIELD_NO_FLAG, 0, 1, LINK_DESCRIPTION_CHARACTERS_MAX,
     NULL},
    {"usage", F_ENUM, AT(usage), FIELD_NO_FLAG, 0, 0, 0, USAGES},
    {"expires_at", F_TIME, AT(expires_us), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"expires_in_seconds", F_I64, AT(lifetime_s), AT(has_lifetime), 0, 1, LINK_SECONDS_MAX, NULL},
    {"payment_types", F_ARRAY, AT(payment_types), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"locale", F_ENUM, AT(locale), FIELD_NO_FLAG, 0, 0, 0, LOCALES_NAMES},
    {"return_url", F_URL, AT(return_url), FIELD_NO_FLAG, 0, 1, 2000, NULL},
    {"external_order_num", F_TEXT, AT(external_order_num), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"metadata", F_ANY, AT(metadata), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"platform_details", F_ANY, AT(platform_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_payment_link = FIELD_LIST(FIELDS);
#undef AT

static result parse(struct exchange *x, struct link_create *ret)
{
    struct create_in in = {0};
    struct payment_link *link = &ret->link;
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    if (!currency_read(in.currency, &link->currency))
        return FAIL(E_INVALID_CURRENCY, "currency", "this currency is not accepted");
    if (in.expires_us != 0 && in.has_lifetime)
        return FAIL(E_INVALID_PARAMETER, "expires_in_seconds",
                    "expires_at says when the link expires");
    link->amount_minor = in.amount;
    link->min_minor = in.min_amount;
    link->max_minor = in.max_amount;
    link->is_reusable = in.usage == USAGE_REUSABLE;
    link->locale = (enum locale)in.locale;
    link->expires_us = in.expires_us;
    link->description = in.description;
    link->return_url = in.return_url;
    link->external_order_num = in.external_order_num;
    ret->lifetime_s = in.lifetime_s;
    TRY(payment_types_read(in.payment_types, x->arena, &link->payment_types));
    TRY(metadata_read(in.metadata, x->arena, &link->metadata));
    TRY(split_fields_read(in.platform_details, true, x->arena, &ret->platform));
    return split_text(&ret->platform, x->arena, &link->platform_details);
}

/* POST /api/v1/payment_links.
 *   in      FIELDS
 *   out     200 PaymentLink
 *   errors  those of link_create */
void api_payment_link_create(struct exchange *x)
{
    struct link_create *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    link_create_init(in);
    api_run_if(x, &in->c, parse(x, in));
}

/* ---- deactivate, open ---------------------------------------------------------------------- */

/* POST /api/v1/payment_links/{id}/deactivate. */
void api_payment_link_deactivate(struct exchange *x)
{
    struct link_deactivate *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    link_deactivate_init(in);
    api_run_if(x, &in->c, api_path_id(x, &in->link));
}

struct open_in {
    bool has_amount, replace;
    int64_t amount;
    int locale;
};
static const struct field OPEN[] = {
    {"amount", F_I64, offsetof(struct open_in, amount), offsetof(struct open_in, has_amount), 0, 0,
     AMOUNT_MINOR_MAX, NULL},
    {"replace", F_BOOL, offsetof(struct open_in, replace), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"locale", F_ENUM, offsetof(struct open_in, locale), FIELD_NO_FLAG, 0, 0, 0, LOCALES_NAMES},
};
const struct field_list request_link_open = FIELD_LIST(OPEN);

/* POST /links/{id}/open: from its page.
 *   in      OPEN
 *   out     200 LinkOpened
 *   errors  those of link_open */
void api_link_open(struct exchange *x)
{
    struct open_in body = {0};
    struct link_open *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    link_open_init(in);
    result r = fields_read(x->request.body, NULL, OPEN, COUNT(OPEN), x->arena, &body);
    if (r.code == E_OK)
        r = api_path_id(x, &in->link);
    in->has_amount = body.has_amount;
    in->amount_minor = body.amount;
    in->replace = body.replace;
    in->locale = (enum locale)body.locale;
    api_run_if(x, &in->c, r);
}

/* ---- show, list ---------------------------------------------------------------------------- */

static result show(struct exchange *x, struct db *db, bool is_page)
{
    const struct app *app = api_app(x);
    const int64_t tenant = x->request.caller.tenant;
    struct payment_link link;
    int64_t now_us;
    struct json j;
    id wire;
    if (!id_read(x->request.args[0], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(link_read(db, tenant, wire, x->arena, &link));
    TRY(session_now(db, app, tenant, &now_us));
    api_json(x, &j);
    if (is_page)
        return link_page_view(&j, db, &link, now_us, x->arena);
    link_view(&j, &link, app->public_url, now_us, x->arena);
    return OK;
}

static void reply_with(struct exchange *x, bool is_page)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = show(x, db, is_page);
    store_read_end(store, db);
    api_reply(x, r);
}

/* GET /api/v1/payment_links/{id}. */
void api_payment_link_show(struct exchange *x)
{
    reply_with(x, false);
}

/* GET /links/{id}/state: for its page. */
void api_link_state(struct exchange *x)
{
    reply_with(x, true);
}

static result item(struct exchange *x, const struct list_item *of, struct json *j)
{
    struct payment_link link;
    TRY(link_read_key(of->db, x->request.caller.tenant, of->key, of->arena, &link));
    link_view(j, &link, api_app(x)->public_url, *(const int64_t *)of->context, of->arena);
    return OK;
}

static result list(struct exchange *x, struct db *db)
{
    struct list_query page = {0};
    int64_t now_us;
    TRY(list_query_read(x->request.query, x->arena, &page));
    TRY(session_now(db, api_app(x), x->request.caller.tenant, &now_us));
    const struct list links = {
        .count = SQL_PAYMENT_LINK_COUNT,
        .keys = SQL_PAYMENT_LINK_LIST,
        .arena_bytes_max = LINK_ARENA_BYTES,
        .context = &now_us,
        .item = item,
    };
    return list_write(x, db, &links, &page);
}

/* GET /api/v1/payment_links: newest first.   in  list_query_read */
void api_payment_link_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
