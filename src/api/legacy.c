/* SPDX-License-Identifier: Apache-2.0 */
/* legacy.c: the legacy hosted page: old modules of shops send the buyer here with a query that they
 * have signed (komoju-core 17.3). */
#include "app/legacy.h"

#include "api/api.h"
#include "api/metadata.h"
#include "app/merchant.h"
#include "core/contact.h"

enum { AMOUNT_BYTES_MAX = 32, SEE_OTHER = 303 };

struct page_in {
    int64_t timestamp;
    json_t *transaction;
};
static const struct field PAGE[] = {
    {"timestamp", F_I64, offsetof(struct page_in, timestamp), FIELD_NO_FLAG, FIELD_REQUIRED, 1,
     INT64_MAX / US_PER_S, NULL},
    {"transaction", F_OBJECT, offsetof(struct page_in, transaction), FIELD_NO_FLAG, FIELD_REQUIRED,
     0, 0, NULL},
};

struct transaction_in {
    str amount, tax, currency, external_order_num, return_url, cancel_url, external_customer_id;
    json_t *customer, *metadata;
};
#define AT(member) offsetof(struct transaction_in, member)
static const struct field TRANSACTION[] = {
    {"amount", F_TEXT, AT(amount), FIELD_NO_FLAG, FIELD_REQUIRED, 1, AMOUNT_BYTES_MAX, NULL},
    {"tax", F_TEXT, AT(tax), FIELD_NO_FLAG, FIELD_REQUIRED, 1, AMOUNT_BYTES_MAX, NULL},
    {"currency", F_TEXT, AT(currency), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 8, NULL},
    {"external_order_num", F_TEXT, AT(external_order_num), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 255,
     NULL},
    {"return_url", F_URL, AT(return_url), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 2000, NULL},
    {"cancel_url", F_URL, AT(cancel_url), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 2000, NULL},
    {"external_customer_id", F_TEXT, AT(external_customer_id), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"customer", F_OBJECT, AT(customer), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"metadata", F_ANY, AT(metadata), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
#undef AT

struct customer_in {
    str email, given_name, family_name, given_name_kana, family_name_kana;
};
#define AT(member) offsetof(struct customer_in, member)
static const struct field CUSTOMER[] = {
    {"email", F_TEXT, AT(email), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"given_name", F_TEXT, AT(given_name), FIELD_NO_FLAG, 0, 1, 100, NULL},
    {"family_name", F_TEXT, AT(family_name), FIELD_NO_FLAG, 0, 1, 100, NULL},
    {"given_name_kana", F_TEXT, AT(given_name_kana), FIELD_NO_FLAG, 0, 1, 100, NULL},
    {"family_name_kana", F_TEXT, AT(family_name_kana), FIELD_NO_FLAG, 0, 1, 100, NULL},
};
#undef AT

/* ---- what is asked for ---------------------------------------------------------------------- */

/* Major units in decimals, "1500" or "15.50", as minor ones. */
static result read_major(str text, enum currency currency, const char *param, int64_t *ret)
{
    int64_t one = 1;
    for (int i = 0; i < currency_digits(currency); i++)
        one *= 10;
    const char *point = memchr(text.at, '.', text.bytes);
    while (point != NULL && text.bytes > 0 && text.at[text.bytes - 1] == '0')
        text.bytes--; /* "1500.00" is 1500 of a currency without decimals */
    if (point != NULL && text.at + text.bytes == point + 1)
        text.bytes--;
    if (!decimal_read(text, one, AMOUNT_MINOR_MAX, ret))
        return FAIL(E_INVALID_PARAMETER, param, "this is not an amount in the currency's units");
    return OK;
}

static result read_money(const struct transaction_in *in, struct session *s)
{
    int64_t amount, tax;
    if (!currency_read(in->currency, &s->currency))
        return FAIL(E_INVALID_CURRENCY, "transaction.currency", "this currency is not accepted");
    TRY(read_major(in->amount, s->currency, "transaction.amount", &amount));
    TRY(read_major(in->tax, s->currency, "transaction.tax", &tax));
    TRY(minor_add(amount, tax, &s->amount_minor));
    if (s->amount_minor < 1 || s->amount_minor > AMOUNT_MINOR_MAX)
        return FAIL(E_INVALID_PARAMETER, "transaction.amount", "the amount is out of range");
    return OK;
}

static str full_name(str family, str given, struct arena *arena)
{
    if (family.at == NULL || given.at == NULL)
        return family.at == NULL ? given : family;
    return str_of(
        arena_printf(arena, "%.*s %.*s", (int)family.bytes, family.at, (int)given.bytes, given.at));
}

static result read_customer(const json_t *object, struct arena *arena, struct session *s)
{
    struct customer_in in = {0};
    if (object == NULL)
        return OK;
    TRY(fields_read(object, "transaction.customer", CUSTOMER, COUNT(CUSTOMER), arena, &in));
    if (in.email.at != NULL && !contact_is_email(in.email))
        return FAIL(E_INVALID_PARAMETER, "transaction.customer.email",
                    "this is not an e-mail address");
    s->email = in.email;
    s->name = full_name(in.family_name, in.given_name, arena);
    s->name_kana = full_name(in.family_name_kana, in.given_name_kana, arena);
    return OK;
}

static result check_url(str url, const char *param)
{
    struct legacy_url parts;
    return legacy_url_read(url, &parts)
               ? OK
               : FAIL(E_INVALID_PARAMETER, param, "this is not an http or https URL in ASCII");
}

static result check_time(const struct exchange *x, int64_t timestamp_s)
{
    const int64_t late_s = clock_now_us(api_app(x)->clock) / US_PER_S - timestamp_s;
    return -LEGACY_AGE_S_MAX <= late_s && late_s <= LEGACY_AGE_S_MAX
               ? OK
               : FAIL(E_INVALID_PARAMETER, "timestamp",
                      "the timestamp is more than five minutes from the time of the server");
}

static enum locale read_locale(str name)
{
    for (int i = LOCALE_NONE + 1; i < LOCALES; i++)
        if (str_is(name, locale_name((enum locale)i)))
            return (enum locale)i;
    return LOCALE_EN;
}

static result parse(struct exchange *x, const json_t *params, struct legacy_visit *ret)
{
    struct page_in page = {0};
    struct transaction_in in = {0};
    struct session *s = &ret->session;
    enum method method;
    TRY(fields_read(params, NULL, PAGE, COUNT(PAGE), x->arena, &page));
    TRY(check_time(x, page.timestamp));
    TRY(fields_read(page.transaction, "transaction", TRANSACTION, COUNT(TRANSACTION), x->arena,
                    &in));
    if (!method_read(x->request.args[2], &method))
        return FAIL(E_INVALID_PAYMENT_TYPE, "payment_method", "there is no such payment type");
    s->payment_types = x->request.args[2];
    s->locale = read_locale(x->request.args[0]);
    TRY(read_money(&in, s));
    TRY(check_url(in.return_url, "transaction.return_url"));
    TRY(check_url(in.cancel_url, "transaction.cancel_url"));
    ret->return_url = in.return_url;
    ret->cancel_url = in.cancel_url;
    s->external_order_num = in.external_order_num;
    s->external_customer_id = in.external_customer_id;
    TRY(read_customer(in.customer, x->arena, s));
    result r = metadata_read(in.metadata, x->arena, &s->metadata);
    if (r.code == E_INVALID_PARAMETER)
        r.param = "transaction.metadata";
    return r;
}

/* ---- the page ------------------------------------------------------------------------------- */

static void redirect(struct exchange *x, const char *url)
{
    buf_clear(&x->reply.body);
    x->reply.status = SEE_OTHER;
    x->reply.location = url;
    if (url == NULL)
        reply_error(x, E_NO_MEMORY);
}

/* Session rules name the members of a session's body. */
static result of_query(result r)
{
    static const char *const NAMES[][2] = {{"external_order_num", "transaction.external_order_num"},
                                           {"payment_types", "payment_method"},
                                           {"currency", "transaction.currency"}};
    for (size_t i = 0; r.param != NULL && i < COUNT(NAMES); i++)
        if (str_is(str_of(r.param), NAMES[i][0]))
            r.param = NAMES[i][1];
    return r;
}

static void answered(struct command *c)
{
    struct exchange *x = c->context;
    const char *url = ((struct legacy_visit *)c)->url;
    const result r = of_query(c->outcome);
    command_done(c);
    if (r.code == E_OK)
        redirect(x, url);
    else
        reply_error(x, r);
    exchange_finish(x);
}

/* Whose page it is, and that the query is signed by it. */
static result verify(struct exchange *x, str query, struct legacy_proof *ret, int64_t *ret_tenant)
{
    const struct app *app = api_app(x);
    struct merchant_row m = {0};
    id wire;
    if (!id_read(x->request.args[1], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    struct db *db = store_read_begin(app->store);
    result r = merchant_read(db, wire.key, wire.key, x->arena, &m);
    if (r.code == E_OK && (m.id.key != wire.key || m.id.salt != wire.salt))
        r = FAIL(E_NOT_FOUND, NULL, NULL);
    if (r.code == E_OK)
        r = legacy_verify(db, app, wire.key, x->request.path, query, x->arena, ret);
    store_read_end(app->store, db);
    *ret_tenant = wire.key;
    return r;
}

/* GET and POST /{locale}/api/{merchant}/transactions/{method}/new
 *   in      the query, or a form: PAGE, TRANSACTION, CUSTOMER, hmac
 *   out     303 to the page of the session
 *   errors  E_NOT_FOUND: no such merchant, or the page is off for it; E_MISSING_PARAMETER,
 *           E_INVALID_PARAMETER (hmac, timestamp, transaction.…), E_INVALID_CURRENCY,
 *           E_INVALID_PAYMENT_TYPE (payment_method), those of legacy_visit */
void api_legacy_page(struct exchange *x)
{
    const struct request *rq = &x->request;
    const bool is_form = rq->query_raw.bytes == 0 && rq->verb == VERB_POST;
    struct legacy_visit *in = api_command(x, sizeof *in);
    int64_t tenant = 0;
    if (in == NULL)
        return;
    legacy_visit_init(in);
    result r = verify(x, is_form ? rq->body_raw : rq->query_raw, &in->proof, &tenant);
    if (r.code == E_OK)
        r = parse(x, is_form ? rq->body : rq->query, in);
    if (r.code != E_OK) {
        command_done(&in->c);
        reply_error(x, r);
        return;
    }
    in->c.tenant = in->c.work.tenant = tenant;
    api_run_with(x, &in->c, answered);
}

/* GET /sessions/{id}/legacy_return: the session's return_url.
 *   out     303 to the shop
 *   errors  E_NOT_FOUND: not a session of the legacy page */
void api_legacy_return(struct exchange *x)
{
    const struct app *app = api_app(x);
    str url = STR_NONE;
    id wire;
    if (!id_read(x->request.args[0], &wire)) {
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
        return;
    }
    struct db *db = store_read_begin(app->store);
    const result r = legacy_return(db, app, x->request.caller.tenant, wire, x->arena, &url);
    store_read_end(app->store, db);
    if (r.code == E_OK)
        redirect(x, url.at);
    else
        reply_error(x, r);
}
