/* SPDX-License-Identifier: Apache-2.0 */
#include "app/customer_change.h"

#include <string.h>

#include "app/subscription.h"
#include "app/token.h"
#include "base/json_parse.h"

/* ---- the source ---------------------------------------------------------------------------- */

static void take_text(const json_t *details, const char *name, struct arena *arena, str *ret)
{
    const json_t *value = json_object_get(details, name);
    if (ret->at == NULL && json_is_string(value))
        *ret = arena_str(arena, (str){json_string_value(value), json_string_length(value)});
}

/* Who it is may be said beside the card; what the customer has already stands. */
static result take_person(str details, struct arena *arena, struct customer *customer)
{
    json_t *object;
    if (details.at == NULL)
        return OK;
    TRY(json_parse(details, 0, &object, NULL));
    take_text(object, "email", arena, &customer->email);
    take_text(object, "name", arena, &customer->name);
    take_text(object, "phone", arena, &customer->phone);
    json_decref(object);
    return OK;
}

static result put_card(struct customer_change *in, str details, str scenario,
                       struct customer *customer)
{
    struct command *c = &in->c;
    customer->scenario = scenario;
    TRY(take_person(details, c->arena, customer));
    TRY(customer_set_card(c->app->vault, &in->card, c->arena, customer));
    customer->three_d_secure = in->three_d_secure;
    return OK;
}

static result read_token(struct tx *tx, struct customer_change *in, int64_t now_us,
                         struct token *ret)
{
    struct command *c = &in->c;
    TRY(token_read(tx_db(tx), c->tenant, in->token, c->arena, ret));
    TRY(token_check(ret, in->currency != CUR_NONE ? in->currency : ret->currency, now_us));
    if (ret->merchant != c->tenant) /* a seller's token is for that seller's payments */
        return FAIL(E_INVALID_TOKEN, "payment_details", NULL);
    const struct method_row *row = method_row(ret->method);
    if (row->flow != FLOW_CARD || !row->storable)
        return FAIL(E_INVALID_PAYMENT_TYPE, "payment_details",
                    "only a credit_card can be stored for a customer");
    return OK;
}

static result use_token(struct tx *tx, struct customer_change *in, int64_t now_us,
                        struct customer *customer)
{
    struct command *c = &in->c;
    struct token token;
    TRY(read_token(tx, in, now_us, &token));
    struct token_given given;
    TRY(token_open(c->app->vault, &token, false, now_us, c->arena, &in->card, &given));
    secret_details_wipe(&given.secret);
    TRY(put_card(in, token.details, in->scenario.at != NULL ? in->scenario : token.scenario,
                 customer));
    TRY(token_use(tx, c->tenant, in->token, customer->id.key, now_us));
    return token_settle(tx, c->tenant, customer->id.key, true);
}

static result put_wallet(struct customer_change *in, struct customer *customer)
{
    struct command *c = &in->c;
    TRY(customer_set_wallet(c->app->vault, in->wallet, in->consent, c->arena, customer));
    customer->scenario = in->scenario;
    return OK;
}

static result put_expiry(struct customer_change *in, struct customer *customer)
{
    struct command *c = &in->c;
    const int64_t month = in->card.month, year = in->card.year;
    const str three_d_secure = customer->three_d_secure; /* of the same card */
    if (customer->brand == BRAND_NONE)
        return FAIL(E_UNPROCESSABLE, "payment_details",
                    "the customer has no card whose expiry could change");
    struct card_secret card = {0};
    result r = customer_open_card(c->app->vault, customer, &card);
    card.month = month;
    card.year = year;
    if (r.code == E_OK)
        r = customer_set_card(c->app->vault, &card, c->arena, customer);
    explicit_bzero(&card, sizeof card);
    customer->three_d_secure = three_d_secure;
    return r;
}

static result put_source(struct tx *tx, struct customer_change *in, int64_t now_us,
                         struct customer *customer)
{
    switch (in->source) {
    case CUSTOMER_SOURCE_CARD:
        return put_card(in, in->details, in->scenario, customer);
    case CUSTOMER_SOURCE_TOKEN:
        return use_token(tx, in, now_us, customer);
    case CUSTOMER_SOURCE_WALLET:
        return put_wallet(in, customer);
    case CUSTOMER_SOURCE_EXPIRY:
        return put_expiry(in, customer);
    case CUSTOMER_SOURCE_KEEP:
    case CUSTOMER_SOURCES:
        break;
    }
    return OK;
}

/* ---- create and update --------------------------------------------------------------------- */

static result check_external(struct tx *tx, const struct customer_change *in)
{
    if (in->external_id.at == NULL)
        return OK;
    int64_t holder = 0;
    TRY(db_number(tx_db(tx), SQL_CUSTOMER_BY_EXTERNAL, &holder, VI(in->c.tenant),
                  VT(in->external_id)));
    return holder == 0 || holder == in->id.key
               ? OK
               : FAIL(E_INVALID_PARAMETER, "external_customer_id",
                      "another customer has this external_customer_id");
}

static result load(struct tx *tx, const struct customer_change *in, int64_t now_us,
                   struct customer *ret)
{
    if (in->id.key != 0)
        return customer_read(tx_db(tx), in->c.tenant, in->id, in->c.arena, ret);
    *ret = (struct customer){
        .id = id_new(tx_real_now(tx)),
        .tenant = in->c.tenant,
        .locale = in->locale == LOCALE_NONE ? LOCALE_JA : in->locale,
        .created_us = now_us,
    };
    return OK;
}

static void put_texts(const struct customer_change *in, struct customer *customer)
{
    if (in->email.at != NULL)
        customer->email = in->email;
    if (in->external_id.at != NULL)
        customer->external_id = in->external_id;
    if (in->metadata.at != NULL)
        customer->metadata = in->metadata;
    if (in->currency != CUR_NONE)
        customer->currency = in->currency;
    if (in->scenario.at != NULL)
        customer->scenario = in->scenario;
}

/* Comes before the first write. A card that is stored is an attempt at the root's account. */
static result screen(struct tx *tx, struct customer_change *in, int64_t now_us, bool *ret_refused)
{
    enum screen_verdict verdict = SCREEN_PASSED;
    struct screening s = {
        .vault = in->c.app->vault,
        .tenant = in->c.tenant,
        .merchant = in->c.tenant,
        .method = METHOD_CREDIT_CARD,
        .buyer = in->buyer,
        .card = &in->card,
    };
    if (in->source == CUSTOMER_SOURCE_CARD && !in->is_screened)
        TRY(screen_attempt(tx, &s, now_us, &verdict));
    *ret_refused = verdict != SCREEN_PASSED;
    if (*ret_refused)
        command_refuse(&in->c, screen_refusal(verdict, screening_is_hidden(&s)));
    return OK;
}

result customer_change_begin(struct tx *tx, struct command *c)
{
    struct customer_change *in = (struct customer_change *)c;
    bool is_refused;
    const bool is_new = in->id.key == 0;
    struct customer customer;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(load(tx, in, now_us, &customer));
    TRY(check_external(tx, in));
    TRY(screen(tx, in, now_us, &is_refused));
    if (is_refused)
        return OK;
    put_texts(in, &customer);
    TRY(put_source(tx, in, now_us, &customer));
    customer.updated_us = now_us;
    TRY(is_new ? customer_insert(tx, &customer) : customer_save(tx, &customer));
    in->done = customer;
    c->step = STEP_ANSWER;
    return customer_event(tx, &customer, is_new ? EVT_CUSTOMER_CREATED : EVT_CUSTOMER_UPDATED, c);
}

static void wipe(struct command *c)
{
    struct customer_change *in = (struct customer_change *)c;
    explicit_bzero(&in->card, sizeof in->card);
    if (c->outcome.code == E_OK && !c->is_dry && in->source == CUSTOMER_SOURCE_TOKEN)
        vault_forget_value(c->app->vault, in->token); /* it has been used, without the value */
}

void customer_change_init(struct customer_change *in)
{
    in->c.begin = customer_change_begin;
    in->c.wipe = wipe;
}

/* ---- delete -------------------------------------------------------------------------------- */

static result begin_delete(struct tx *tx, struct command *c)
{
    struct customer_delete *in = (struct customer_delete *)c;
    struct customer customer;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(in->external_id.at != NULL
            ? customer_read_external(tx_db(tx), c->tenant, in->external_id, c->arena, &customer)
            : customer_read(tx_db(tx), c->tenant, in->id, c->arena, &customer));
    struct customer erased = customer;
    TRY(subscription_end_all(tx, &customer, c->arena));
    TRY(customer_erase(tx, &erased, now_us));
    customer_forget_source(&customer);
    c->step = STEP_ANSWER;
    if (in->external_id.at == NULL)
        return customer_event(tx, &customer, EVT_CUSTOMER_DELETED, c);
    TRY(customer_event(tx, &customer, EVT_CUSTOMER_DELETED, NULL));
    struct json j;
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_str(&j, "id", in->external_id);
    json_end(&j);
    return OK;
}

void customer_delete_init(struct customer_delete *in)
{
    in->c.begin = begin_delete;
}
