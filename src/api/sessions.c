/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.c: POST /sessions, GET /sessions/{id}, POST /sessions/{id}/cancel (komoju-core 7). */
#include "app/session.h"

#include "api/api.h"
#include "api/metadata.h"
#include "api/request.h"
#include "api/session_fields.h"
#include "api/split_fields.h"
#include "core/contact.h"

static const char *const MODES[] = {"", "payment", "customer", "customer_payment", NULL};
static const char *const LOCALES_NAMES[] = {"", "ja", "en", "ko", NULL};
static const char *const CAPTURES[] = {"", "auto", "manual", NULL};
static const char *const INTENTS[] = {
    "", "one_time", "card_on_file", "subscription", "installment", NULL};
enum { CAPTURE_MANUAL = 2 };

/* ---- create -------------------------------------------------------------------------------- */

struct create_in {
    bool has_amount, has_lifetime, has_customer;
    int64_t amount, lifetime_s;
    int mode, locale;
    id customer;
    str currency, return_url, email, name, external_customer_id;
    json_t *payment_types, *line_items, *metadata, *payment_data, *platform_details;
};
#define AT(member) offsetof(struct create_in, member)
static const struct field FIELDS[] = {
    {"mode", F_ENUM, AT(mode), FIELD_NO_FLAG, 0, 0, 0, MODES},
    {"amount", F_I64, AT(amount), AT(has_amount), 0, 0, AMOUNT_MINOR_MAX, NULL},
    {"currency", F_TEXT, AT(currency), FIELD_NO_FLAG, 0, 1, 8, NULL},
    {"return_url", F_URL, AT(return_url), FIELD_NO_FLAG, 0, 1, 2000, NULL},
    {"email", F_TEXT, AT(email), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"name", F_TEXT, AT(name), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"expires_in_seconds", F_I64, AT(lifetime_s), AT(has_lifetime), 0, 1, SESSION_SECONDS_MAX,
     NULL},
    {"external_customer_id", F_TEXT, AT(external_customer_id), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"customer_id", F_ID, AT(customer), AT(has_customer), 0, 0, 0, NULL},
    {"payment_types", F_ARRAY, AT(payment_types), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"default_locale", F_ENUM, AT(locale), FIELD_NO_FLAG, 0, 0, 0, LOCALES_NAMES},
    {"line_items", F_ARRAY, AT(line_items), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"metadata", F_ANY, AT(metadata), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"payment_data", F_ANY, AT(payment_data), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"platform_details", F_ANY, AT(platform_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_session = FIELD_LIST(FIELDS);
#undef AT

struct data_in {
    bool has_amount;
    int64_t amount;
    int capture, intent;
    str currency, external_order_num, name, name_kana, mcc;
    json_t *statement_descriptor, *platform_details, *billing_address, *shipping_address;
};
#define AT(member) offsetof(struct data_in, member)
static const struct field DATA[] = {
    {"amount", F_I64, AT(amount), AT(has_amount), 0, 0, AMOUNT_MINOR_MAX, NULL},
    {"currency", F_TEXT, AT(currency), FIELD_NO_FLAG, 0, 1, 8, NULL},
    {"capture", F_ENUM, AT(capture), FIELD_NO_FLAG, 0, 0, 0, CAPTURES},
    {"external_order_num", F_TEXT, AT(external_order_num), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"name", F_TEXT, AT(name), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"name_kana", F_TEXT, AT(name_kana), FIELD_NO_FLAG, 0, 1, 255, NULL},
    {"mcc", F_TEXT, AT(mcc), FIELD_NO_FLAG, 0, 1, 8, NULL},
    {"intent", F_ENUM, AT(intent), FIELD_NO_FLAG, 0, 0, 0, INTENTS},
    {"statement_descriptor", F_ANY, AT(statement_descriptor), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"platform_details", F_ANY, AT(platform_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"billing_address", F_ANY, AT(billing_address), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"shipping_address", F_ANY, AT(shipping_address), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_payment_data = FIELD_LIST(DATA);
#undef AT

/* What is said of the payment; nothing of it in mode customer, which has none. */
static result read_data(struct exchange *x, const struct create_in *in, struct data_in *data,
                        struct session_create *ret)
{
    struct session *s = &ret->session;
    const json_t *object = in->payment_data;
    if (object != NULL && !json_is_null(object) && !json_is_object(object) &&
        !(json_is_array(object) && json_array_size(object) == 0))
        return FAIL(E_INVALID_PARAMETER, "payment_data", "payment_data is an object");
    if (json_is_object(object))
        TRY(fields_read(object, "payment_data", DATA, COUNT(DATA), x->arena, data));
    s->is_two_step = data->capture == CAPTURE_MANUAL;
    s->intent = (enum session_intent)data->intent;
    s->external_order_num = data->external_order_num;
    if (data->name.at != NULL)
        s->name = data->name;
    s->name_kana = data->name_kana;
    s->mcc = data->mcc;
    TRY(statement_descriptor_read(data->statement_descriptor, x->arena, &s->statement_descriptor));
    TRY(address_read(data->billing_address, "payment_data.billing_address", x->arena,
                     &s->billing_address));
    TRY(address_read(data->shipping_address, "payment_data.shipping_address", x->arena,
                     &s->shipping_address));
    const json_t *split =
        data->platform_details != NULL ? data->platform_details : in->platform_details;
    TRY(split_fields_read(split, split_counts_lines(!s->is_two_step), x->arena, &ret->platform));
    return split_text(&ret->platform, x->arena, &s->platform_details);
}

/* Either place may name them, or both the same (komoju-core 7.2); nothing is paid in mode customer.
 */
static result read_amount(const struct create_in *in, const struct data_in *data, struct session *s)
{
    const bool has_amount = in->has_amount || data->has_amount;
    const str currency = in->currency.at != NULL ? in->currency : data->currency;
    if (in->has_amount && data->has_amount && in->amount != data->amount)
        return FAIL(E_INVALID_PARAMETER, "payment_data.amount", "this is not the session's amount");
    s->amount_minor = in->has_amount ? in->amount : data->amount;
    if (!has_amount && s->mode != SESSION_CUSTOMER)
        return FAIL(E_MISSING_PARAMETER, "amount", "A required parameter (amount) is missing.");
    if (s->amount_minor == 0 && s->mode != SESSION_CUSTOMER)
        return FAIL(E_INVALID_PARAMETER, "amount", "The parameter is too small.");
    if (currency.at == NULL)
        return FAIL(E_MISSING_PARAMETER, "currency", "A required parameter (currency) is missing.");
    if (!currency_read(currency, &s->currency))
        return FAIL(E_INVALID_CURRENCY, "currency", "this currency is not accepted");
    enum currency other = s->currency;
    if (data->currency.at != NULL &&
        (!currency_read(data->currency, &other) || other != s->currency))
        return FAIL(E_INVALID_PARAMETER, "payment_data.currency",
                    "this is not the session's currency");
    return OK;
}

static result parse(struct exchange *x, struct session_create *ret)
{
    struct create_in in = {0};
    struct data_in data = {0};
    struct session *s = &ret->session;
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    if (in.email.at != NULL && !contact_is_email(in.email))
        return FAIL(E_INVALID_PARAMETER, "email", "this is not an e-mail address");
    s->mode = in.mode == 0 ? SESSION_PAYMENT : (enum session_mode)in.mode;
    s->locale = in.locale == 0 ? LOCALE_JA : (enum locale)in.locale;
    s->return_url = in.return_url;
    s->email = in.email;
    s->name = in.name;
    s->external_customer_id = in.external_customer_id;
    s->scenario = x->request.scenario;
    if (in.has_customer && s->mode != SESSION_PAYMENT)
        s->customer = in.customer;
    ret->lifetime_s = in.has_lifetime ? in.lifetime_s : SESSION_SECONDS_MAX;
    if (s->mode != SESSION_CUSTOMER)
        TRY(read_data(x, &in, &data, ret));
    TRY(read_amount(&in, &data, s));
    TRY(payment_types_read(in.payment_types, x->arena, &s->payment_types));
    TRY(line_items_read(in.line_items, x->arena, &s->line_items));
    return metadata_read(in.metadata, x->arena, &s->metadata);
}

/* POST /api/v1/sessions.
 *   in      FIELDS, DATA
 *   out     200 Session
 *   errors  those of session_create */
void api_session_create(struct exchange *x)
{
    struct session_create *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    session_create_init(in);
    api_run_if(x, &in->c, parse(x, in));
}

/* ---- show, cancel -------------------------------------------------------------------------- */

static result show(struct exchange *x, struct db *db)
{
    const struct app *app = api_app(x);
    struct session s;
    int64_t now_us;
    TRY(api_session(x, db, &s));
    TRY(session_now(db, app, s.tenant, &now_us));
    struct json j;
    api_json(x, &j);
    return session_view(db, &s, app, now_us, x->arena, &j);
}

/* GET /api/v1/sessions/{id}: with a publishable key too. */
void api_session_show(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct db *db = store_read_begin(store);
    const result r = show(x, db);
    store_read_end(store, db);
    api_reply(x, r);
}

/* POST /api/v1/sessions/{id}/cancel. */
void api_session_cancel(struct exchange *x)
{
    struct session_cancel *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    session_cancel_init(in);
    api_run_if(x, &in->c, api_path_id(x, &in->session));
}
