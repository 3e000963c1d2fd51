/* SPDX-License-Identifier: Apache-2.0 */
/* session_pay.c: POST /sessions/{id}/pay (komoju-core 7.5).
 *
 * The command is the one that makes a payment, and what is kept under an idempotency key is its
 * answer, the payment. The frame around it is made from that and from what never changes of the
 * session, so that a repeated request gets the same bytes. */
#include <string.h>

#include "api/api.h"
#include "api/buyer.h"
#include "api/customer_source.h"
#include "api/payment_source.h"
#include "api/request.h"
#include "api/split_fields.h"
#include "app/dry_run.h"
#include "app/payment_create.h"
#include "app/session_store.h"
#include "app/subscription.h"
#include "base/json_parse.h"

struct session_pay {
    struct payment_create create; /* first */
    struct session session;
};

result api_session(struct exchange *x, struct db *db, struct session *ret)
{
    const struct caller *caller = &x->request.caller;
    id wire;
    if (!id_read(x->request.args[0], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(session_read(db, caller->tenant, wire, x->arena, ret));
    const bool is_allowed = caller->merchant == caller->tenant || caller->merchant == ret->merchant;
    return is_allowed ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* ---- the answer ---------------------------------------------------------------------------- */

/* {"error":{…}} becomes {"status":"error","error":{…}}. */
static void frame_error(struct exchange *x)
{
    struct buf *body = &x->reply.body;
    if (body->is_broken || body->bytes < 2 || body->at[0] != '{')
        return;
    const str rest = arena_str(x->arena, (str){body->at + 1, body->bytes - 1});
    buf_clear(body);
    buf_text(body, "{\"status\":\"error\",");
    buf_str(body, rest);
    if (rest.at == NULL)
        reply_error(x, E_NO_MEMORY);
}

static str text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return (str){json_string_value(value), json_string_length(value)};
}

/* Where the customer goes now: another page while the payment is pending, the instructions of a
 * slip, or back to the shop. */
static str redirect_of(struct exchange *x, const struct session *s, const json_t *payment)
{
    const char *public_url = api_app(x)->public_url;
    const json_t *details = json_object_get(payment, "payment_details");
    const str status = text_of(payment, "status");
    enum method method;
    if (str_is(status, "pending")) {
        const str page = text_of(details, "redirect_url");
        return page.at != NULL ? page : str_of(session_url(s, public_url, "", x->arena));
    }
    if (str_is(status, "authorized") && method_read(text_of(details, "type"), &method) &&
        method_row(method)->flow == FLOW_SLIP)
        return str_of(session_url(s, public_url, "/instructions", x->arena));
    return session_return_url(s, x->arena);
}

/* The customer whose source the session has stored by now, if it has. */
static result read_customer(struct exchange *x, const struct session *s, struct customer *ret)
{
    *ret = (struct customer){0};
    if (s->mode == SESSION_PAYMENT)
        return OK;
    struct store *store = api_app(x)->store;
    struct session now;
    struct db *db = store_read_begin(store);
    result r = session_read(db, s->tenant, s->id, x->arena, &now);
    if (r.code == E_OK && now.status == SESSION_COMPLETED && now.customer.key != 0)
        r = customer_read_key(db, s->tenant, now.customer.key, x->arena, ret);
    store_read_end(store, db);
    return r;
}

/* What the command would have done stands beside the rest. */
static void frame_dry_run(struct json *j, str told)
{
    if (told.at != NULL)
        json_raw(j, "dry_run", told);
}

static result frame_payment(struct exchange *x, const struct session_pay *in, str answer)
{
    const struct session *s = &in->session;
    json_t *payment;
    struct customer customer;
    str text, told;
    TRY(dry_run_divide(&in->create.p.c, answer, &text, &told));
    TRY(read_customer(x, s, &customer));
    TRY(json_parse(text, 0, &payment, NULL));
    struct json j;
    api_json(x, &j);
    json_open_object(&j, NULL);
    json_str(&j, "redirect_url", redirect_of(x, s, payment));
    json_text(&j, "status",
              str_is(text_of(payment, "status"), "pending") ? "pending" : "completed");
    if (route_has_key(x->request.route)) /* else it is the buyer's page, which reads its state */
        json_raw(&j, "payment", text);
    const str app_url = text_of(json_object_get(payment, "payment_details"), "app_url");
    if (app_url.at != NULL)
        json_str(&j, "app_url", app_url);
    if (customer.id.key != 0 && route_has_key(x->request.route))
        customer_record(&j, &customer);
    frame_dry_run(&j, told);
    json_end(&j);
    json_decref(payment);
    return x->reply.body.is_broken || arena_is_broken(x->arena) ? E_NO_MEMORY : OK;
}

static void answered(struct command *c)
{
    const struct session_pay *in = (const struct session_pay *)c;
    struct exchange *x = c->context;
    api_answer_fill(c);
    if (x->reply.status == 200) {
        const str payment = arena_str(x->arena, buf_view(&x->reply.body));
        const result r = payment.at == NULL ? E_NO_MEMORY : frame_payment(x, in, payment);
        if (r.code != E_OK)
            reply_error(x, r);
    }
    if (x->reply.status != 200)
        frame_error(x);
    exchange_finish(x);
}

/* ---- the request --------------------------------------------------------------------------- */

struct pay_in {
    bool has_amount;
    int64_t amount;
    int capture, locale;
    str currency;
    json_t *payment_details;
};
static const char *const CAPTURES[] = {"", "auto", "manual", NULL};
static const char *const LOCALES_NAMES[] = {"", "ja", "en", "ko", NULL};
static const struct field FIELDS[] = {
    {"payment_details", F_ANY, offsetof(struct pay_in, payment_details), FIELD_NO_FLAG,
     FIELD_REQUIRED, 0, 0, NULL},
    {"capture", F_ENUM, offsetof(struct pay_in, capture), FIELD_NO_FLAG, 0, 0, 0, CAPTURES},
    {"amount", F_I64, offsetof(struct pay_in, amount), offsetof(struct pay_in, has_amount), 0, 0,
     MONEY_MAX, NULL},
    {"currency", F_TEXT, offsetof(struct pay_in, currency), FIELD_NO_FLAG, 0, 1, 8, NULL},
    {"locale", F_ENUM, offsetof(struct pay_in, locale), FIELD_NO_FLAG, 0, 0, 0, LOCALES_NAMES},
};
const struct field_list request_session_pay = FIELD_LIST(FIELDS);

/* A client may repeat what it has shown to its customer: then it must be what is paid. */
static result check_amount(const struct pay_in *in, const struct session *s)
{
    enum currency currency = s->currency;
    if (in->currency.at != NULL && !currency_read(in->currency, &currency))
        return FAIL(E_INVALID_CURRENCY, "currency", "this currency is not accepted");
    if (in->has_amount && currency == s->currency && in->amount != s->amount_minor)
        return FAIL(E_INVALID_PARAMETER, "amount", "this is not the amount of the session");
    return OK;
}

/* The language that the buyer reads, or else the session's. */
static enum locale locale_of(const struct pay_in *in, const struct session *s)
{
    return in->locale == 0 ? s->locale : (enum locale)in->locale;
}

/* The split that the session was made with. */
static result read_split(struct exchange *x, const struct session *s, bool is_captured,
                         struct platform_details *ret)
{
    if (s->platform_details.at == NULL)
        return OK;
    json_t *split;
    TRY(json_parse(s->platform_details, 0, &split, NULL));
    const result r = split_fields_read(split, split_counts_lines(is_captured), x->arena, ret);
    json_decref(split);
    return r;
}

/* What the session says of its payments. */
static void take_session(struct exchange *x, struct session_pay *in)
{
    const struct session *s = &in->session;
    struct payment_create *ret = &in->create;
    ret->session = s;
    ret->metadata = s->metadata;
    ret->mcc = s->mcc;
    ret->statement_descriptor = s->statement_descriptor;
    ret->external_order_num = s->external_order_num;
    ret->return_url = session_return_url(s, x->arena);
    if (ret->return_url.at == NULL)
        ret->return_url = str_of(session_url(s, api_app(x)->public_url, "", x->arena));
    ret->scenario = s->scenario.at != NULL ? s->scenario : x->request.scenario;
}

static result read_buyer(struct exchange *x, const struct session *s, struct buyer *ret)
{
    TRY(buyer_read(x, ret));
    if (ret->email.at == NULL)
        ret->email = s->email;
    return OK;
}

static result read_source(struct exchange *x, const struct session *s, const struct pay_in *body,
                          struct payment_create *ret)
{
    const bool is_buyer = !x->request.caller.is_secret;
    const struct detail_defaults defaults = {
        .email = s->email, .name = s->name, .address = is_buyer ? exchange_client(x) : STR_NONE};
    struct payment_source source;
    TRY(payment_source_read(body->payment_details, &defaults, x->arena, &source));
    source.is_authorized_only = source.is_authorized_only && !is_buyer;
    payment_source_give(&source, ret);
    return OK;
}

/* "stored": the source that the session's customer has left with us, instead of details. Whose it
 * is follows from external_customer_id, which the merchant has given. */
static bool is_stored(const json_t *payment_details)
{
    return json_is_string(payment_details) &&
           strcmp(json_string_value(payment_details), "stored") == 0;
}

static result take_stored(struct exchange *x, const struct session *s, id *ret)
{
    struct store *store = api_app(x)->store;
    struct customer customer;
    struct db *db = store_read_begin(store);
    const result r = session_stored(db, s, x->arena, &customer);
    store_read_end(store, db);
    TRY(r);
    if (customer.method == METHOD_NONE)
        return FAIL(E_INVALID_PARAMETER, "payment_details",
                    "the session's customer has nothing stored");
    *ret = customer.id;
    return OK;
}

static result parse(struct exchange *x, struct session_pay *in)
{
    const struct session *s = &in->session;
    struct payment_create *ret = &in->create;
    struct pay_in body = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &body));
    TRY(check_amount(&body, s));
    ret->wants_authentication = true; /* of cards; direct payments go without (komoju-core 9) */
    ret->is_captured = !s->is_two_step;
    if (body.capture != 0 && x->request.caller.is_secret) /* a customer does not decide that */
        ret->is_captured = body.capture == 1;
    TRY(is_stored(body.payment_details) ? take_stored(x, s, &ret->customer)
                                        : read_source(x, s, &body, ret));
    take_session(x, in);
    ret->locale = locale_of(&body, s);
    TRY(read_buyer(x, s, &ret->screening.buyer));
    return read_split(x, s, ret->is_captured, &ret->platform);
}

/* Answers a request that came to nothing before its command was run. */
static void refuse(struct exchange *x, struct command *c, result r)
{
    command_done(c);
    reply_error(x, r);
    frame_error(x);
}

static void pay(struct exchange *x, const struct session *s)
{
    struct session_pay *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    payment_create_init(&in->create);
    in->session = *s;
    const result r = parse(x, in);
    if (r.code == E_OK)
        api_run_with(x, &in->create.p.c, answered);
    else
        refuse(x, &in->create.p.c, r);
}

/* ---- mode customer ------------------------------------------------------------------------- */

/* The command's answer is the Customer, or what is said while its owner is at another page. */
static void frame_customer(struct exchange *x, const struct session_store *in)
{
    const struct session *s = &in->session;
    struct customer customer = in->change.done;
    const str pending = S("{\"redirect_url\"");
    if (str_starts(buf_view(&x->reply.body), pending.at))
        return;
    str object, told;
    const str answer = arena_str(x->arena, buf_view(&x->reply.body));
    result r = dry_run_divide(&in->change.c, answer, &object, &told);
    if (r.code == E_OK && customer.id.key == 0)
        r = read_customer(x, s, &customer);
    struct json j;
    if (r.code != E_OK) {
        reply_error(x, r);
        return;
    }
    api_json(x, &j);
    json_open_object(&j, NULL);
    json_str(&j, "redirect_url", session_return_url(s, x->arena));
    json_text(&j, "status", "completed");
    if (route_has_key(x->request.route))
        customer_record(&j, &customer);
    frame_dry_run(&j, told);
    json_end(&j);
    if (x->reply.body.is_broken || arena_is_broken(x->arena))
        reply_error(x, E_NO_MEMORY);
}

static void stored(struct command *c)
{
    const struct session_store *in = (const struct session_store *)c;
    struct exchange *x = c->context;
    api_answer_fill(c);
    if (x->reply.status == 200)
        frame_customer(x, in);
    if (x->reply.status != 200)
        frame_error(x);
    exchange_finish(x);
}

/* A wallet is stored through a session only: its owner has to agree. */
static result take_source(struct payment_source *source, struct customer_change *ret)
{
    const bool is_wallet = !source->is_token && method_row(source->method)->storable &&
                           method_row(source->method)->flow == FLOW_OFFSITE;
    if (!is_wallet)
        return customer_source_take(source, ret);
    ret->wallet = source->method;
    ret->source = CUSTOMER_SOURCE_WALLET;
    return OK;
}

static result parse_store(struct exchange *x, struct session_store *in)
{
    const struct session *s = &in->session;
    struct customer_change *ret = &in->change;
    struct pay_in body = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &body));
    TRY(read_buyer(x, s, &ret->buyer));
    const struct detail_defaults defaults = {.email = s->email, .name = s->name};
    struct payment_source source;
    TRY(payment_source_read(body.payment_details, &defaults, x->arena, &source));
    session_store_fill(in, x->request.scenario);
    ret->locale = locale_of(&body, s);
    const result r = take_source(&source, ret);
    payment_source_wipe(&source);
    return r;
}

static void store_source(struct exchange *x, const struct session *s)
{
    struct session_store *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    session_store_init(in);
    in->session = *s;
    const result r = parse_store(x, in);
    if (r.code == E_OK)
        api_run_with(x, &in->change.c, stored);
    else
        refuse(x, &in->change.c, r);
}

/* POST /api/v1/sessions/{id}/pay: with a publishable key too.
 *   in      FIELDS; capture with a secret key only
 *   out     200 {"redirect_url","status","payment","customer"}; else {"status":"error","error":{…}}
 *   errors  those of payment_create or session_store; E_NOT_FOUND */
void api_session_pay(struct exchange *x)
{
    struct store *store = api_app(x)->store;
    struct session s;
    struct db *db = store_read_begin(store);
    const result r = api_session(x, db, &s);
    store_read_end(store, db);
    if (r.code != E_OK) {
        reply_error(x, r);
        frame_error(x);
    } else if (s.mode == SESSION_CUSTOMER) {
        store_source(x, &s);
    } else {
        pay(x, &s);
    }
}
