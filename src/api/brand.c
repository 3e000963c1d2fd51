/* SPDX-License-Identifier: Apache-2.0 */
/* brand.c: GET /sessions/{id}/brand and logo, GET /instructions/{id}/brand and logo: how the
 * merchant looks whose page a buyer sees. */
#include "app/brand.h"

#include "api/api.h"
#include "app/session.h"

/* Who processes the session or the payment of the path. */
static result merchant_of_path(struct exchange *x, struct db *db, int64_t *ret)
{
    struct session s;
    struct payment p;
    id wire;
    if (str_starts(str_of(x->request.route->pattern), "/sessions/")) {
        TRY(api_session(x, db, &s));
        *ret = s.merchant;
        return OK;
    }
    if (!id_read(x->request.args[0], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(payment_read(db, x->request.caller.tenant, wire, x->arena, &p));
    *ret = p.merchant.key;
    return OK;
}

/* The address of the logo beside that of the brand; another one when it has changed. */
static const char *logo_url(struct exchange *x, const struct brand *brand)
{
    const str path = x->request.path;
    const size_t bytes = path.bytes - (sizeof "brand" - 1);
    return arena_printf(x->arena, "%.*slogo?v=%lld", (int)bytes, path.at,
                        (long long)brand->updated_us);
}

static result show(struct exchange *x, struct db *db)
{
    struct brand brand;
    int64_t merchant = 0;
    char color[BRAND_COLOR_TEXT_BYTES];
    TRY(merchant_of_path(x, db, &merchant));
    TRY(brand_read(db, x->request.caller.tenant, merchant, x->arena, &brand));
    const char *url = brand.has_logo ? logo_url(x, &brand) : NULL;
    if (brand.has_logo && url == NULL)
        return E_NO_MEMORY;
    if (brand.color != BRAND_COLOR_NONE)
        brand_color_text(brand.color, color);
    struct json j;
    api_json(x, &j);
    json_open_object(&j, NULL);
    json_str(&j, "name", brand.name);
    json_text(&j, "color", brand.color == BRAND_COLOR_NONE ? NULL : color);
    json_text(&j, "logo_url", url);
    json_str(&j, "contact", brand.contact);
    json_end(&j);
    return OK;
}

/* GET …/brand.  out  200 Brand */
void api_brand_show(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = show(x, db);
    store_read_end(store, db);
    api_reply(x, r);
}

static result logo(struct exchange *x, struct db *db)
{
    int64_t merchant = 0;
    str bytes = STR_NONE;
    TRY(merchant_of_path(x, db, &merchant));
    TRY(brand_logo(db, x->request.caller.tenant, merchant, x->arena, &bytes));
    const enum logo_kind kind = logo_kind_of(bytes);
    if (kind == LOGO_NONE)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    buf_clear(&x->reply.body);
    buf_str(&x->reply.body, bytes);
    x->reply.content_type = logo_type(kind);
    x->reply.security_policy = "default-src 'none'; frame-ancestors 'none'";
    x->reply.cache_control = "private, max-age=86400";
    return x->reply.body.is_broken ? E_NO_MEMORY : OK;
}

/* GET …/logo.
 *   out     200, the file
 *   errors  E_NOT_FOUND: there is none */
void api_brand_logo(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = logo(x, db);
    store_read_end(store, db);
    if (r.code != E_OK)
        reply_error(x, r); /* not api_reply(), which reads what is JSON */
}
