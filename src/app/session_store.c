/* SPDX-License-Identifier: Apache-2.0 */
#include "app/session_store.h"

#include <string.h>

#include "app/merchant.h"
#include "base/json_parse.h"

static bool is_token(const struct session_store *in)
{
    return in->change.source == CUSTOMER_SOURCE_TOKEN;
}

/* ---- prepare: the issuer or the wallet ------------------------------------------------------ */

/* What they must be told, and what only the store knows. */
struct facts {
    struct merchant_row merchant;
    struct token token;
    int64_t now_us;
};

static result find_method(struct db *db, struct session_store *in, struct token *ret)
{
    const struct command *c = &in->change.c;
    in->method =
        in->change.source == CUSTOMER_SOURCE_WALLET ? in->change.wallet : METHOD_CREDIT_CARD;
    if (!is_token(in))
        return OK;
    TRY(token_read(db, c->tenant, in->change.token, c->arena, ret));
    in->method = ret->method;
    return OK;
}

static result read_facts(struct db *db, struct session_store *in, struct facts *ret)
{
    const struct command *c = &in->change.c;
    TRY(session_now(db, c->app, c->tenant, &ret->now_us));
    TRY(merchant_read(db, c->tenant, in->session.merchant, c->arena, &ret->merchant));
    return find_method(db, in, &ret->token);
}

/* The page where the owner of a wallet agrees: what the wallet says of it. */
static result take_page(struct session_store *in, str details)
{
    json_t *object;
    TRY(json_parse(details, 0, &object, NULL));
    const json_t *url = json_object_get(object, "redirect_url");
    in->redirect_url =
        arena_str(in->change.c.arena, (str){json_string_value(url), json_string_length(url)});
    json_decref(object);
    return in->redirect_url.at == NULL ? E_NO_MEMORY : OK;
}

/* Nothing is taken, so that a wallet which does not answer is asked anew by the next attempt. */
static result ask_wallet(struct session_store *in, enum rail_number number)
{
    struct command *c = &in->change.c;
    struct rail *rail = c->app->rails[number];
    in->change.consent = id_new(clock_now_us(c->app->clock));
    const struct rail_call call = {
        .op = RAIL_REGISTER,
        .reference = in->change.consent,
        .consent = in->change.consent,
        .amount = {.minor = 0, .cur = in->session.currency},
        .method = in->method,
        .payment = in->change.consent,
        .details = S("{}"),
        .origin = c->app->public_url,
    };
    rail_send(rail, &call, &c->answer);
    if (c->answer.outcome == RAIL_REFUSED)
        return FAIL(c->answer.refusal, NULL, NULL);
    return c->answer.outcome == RAIL_APPROVED ? take_page(in, str_of(c->answer.details))
                                              : FAIL(E_GATEWAY_TIMEOUT, NULL, NULL);
}

/* The card as the issuer needs it; that of a token stays there. */
static result look_at_card(struct session_store *in, const struct facts *facts)
{
    const struct command *c = &in->change.c;
    in->card = in->change.card;
    if (!is_token(in))
        return OK;
    struct token_given given;
    TRY(token_open(c->app->vault, &facts->token, false, facts->now_us, c->arena, &in->card,
                   &given));
    secret_details_wipe(&given.secret);
    return OK;
}

static result ask_issuer(struct session_store *in, const struct facts *facts)
{
    struct command *c = &in->change.c;
    if (facts->token.verification != VERIFICATION_NONE) { /* a secure token: that has been done */
        in->change.three_d_secure = facts->token.three_d_secure;
        return OK;
    }
    if (is_token(in) &&
        token_check(&facts->token, facts->token.currency, facts->now_us).code != E_OK)
        return OK; /* begin refuses it, unless the same request has been answered already */
    TRY(look_at_card(in, facts));
    const struct authentication_request request = {
        .app = c->app,
        .merchant = facts->merchant.id,
        .merchant_name = facts->merchant.name,
        .card = &in->card,
        .amount = {.minor = 0, .cur = in->session.currency},
        .now_us = facts->now_us,
    };
    authentication_begin(&request, &in->authentication);
    in->is_asked = true;
    return OK;
}

static result prepare(struct command *c)
{
    struct session_store *in = (struct session_store *)c;
    struct facts facts = {0};
    struct db *db = store_read_begin(c->app->store);
    const result r = read_facts(db, in, &facts);
    store_read_end(c->app->store, db);
    if (r.code != E_OK)
        return r;
    const enum rail_number rail = rail_for(in->method, facts.merchant.is_live);
    if (rail == RAIL_NONE)
        return FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                    "no acquirer is connected for live payments of this type");
    in->merchant_name = facts.merchant.name;
    switch (method_row(in->method)->flow) {
    case FLOW_CARD:
        return ask_issuer(in, &facts);
    case FLOW_OFFSITE:
        return ask_wallet(in, rail);
    case FLOW_PREPAID:
    case FLOW_LOGIN:
    case FLOW_SLIP:
    case FLOW_NONE:
    case FLOWS:
        break;
    }
    return OK; /* begin refuses it */
}

/* ---- what is stored ------------------------------------------------------------------------- */

result session_store_now(struct tx *tx, struct session_store *in)
{
    const struct session *s = &in->session;
    struct command *c = &in->change.c;
    enum session_mode mode;
    TRY(session_customer(tx_db(tx), s, c->arena, &in->change.id));
    TRY(customer_change_begin(tx, c));
    if (c->outcome.code != E_OK)
        return OK; /* screening has refused it, and that is kept */
    TRY(session_complete(tx, s->tenant, s->id.key, 0, &mode));
    return db_exec(tx_db(tx), SQL_SESSION_STORE, VI(s->tenant), VI(s->id.key),
                   VI(in->change.done.id.key), VI(in->change.done.id.salt));
}

/* The answer while somebody has to be asked at another page. */
static result wait_for_owner(struct session_store *in, str url)
{
    struct json j;
    json_init(&j, &in->change.c.body);
    json_open_object(&j, NULL);
    json_str(&j, "redirect_url", url);
    json_text(&j, "status", "pending");
    json_end(&j);
    in->change.c.step = STEP_ANSWER;
    return OK;
}

/* Comes before the first write.
 *   ret          the attempt
 *   ret_refused  the command has its answer */
static result screen(struct tx *tx, struct session_store *in, int64_t now_us, struct screening *ret,
                     bool *ret_refused)
{
    struct customer_change *change = &in->change;
    enum screen_verdict verdict;
    *ret = (struct screening){
        .vault = change->c.app->vault,
        .tenant = change->c.tenant,
        .merchant = change->c.tenant,
        .method = in->method,
        .buyer = change->buyer,
        .card = &in->card,
    };
    TRY(screen_attempt(tx, ret, now_us, &verdict));
    *ret_refused = verdict != SCREEN_PASSED;
    if (*ret_refused)
        command_refuse(&change->c, screen_refusal(verdict, screening_is_hidden(ret)));
    return OK;
}

/* A token is used up by whatever waits instead of it. */
static result take_token(struct tx *tx, const struct session_store *in, const struct token *token,
                         id user, int64_t now_us)
{
    const struct command *c = &in->change.c;
    if (!is_token(in))
        return OK;
    TRY(token_check(token, token->currency, now_us));
    if (token->merchant != c->tenant)
        return FAIL(E_INVALID_TOKEN, "payment_details", NULL);
    TRY(token_use(tx, c->tenant, in->change.token, user.key, now_us));
    return token_settle(tx, c->tenant, user.key, true);
}

/* ---- a wallet ------------------------------------------------------------------------------- */

static result begin_consent(struct tx *tx, struct session_store *in, const struct token *token,
                            int64_t now_us)
{
    const struct command *c = &in->change.c;
    const id consent = c->is_dry ? id_new(tx_real_now(tx)) : in->change.consent;
    struct screening attempt;
    bool is_refused;
    TRY(screen(tx, in, now_us, &attempt, &is_refused));
    if (is_refused)
        return OK;
    TRY(take_token(tx, in, token, consent, now_us));
    TRY(db_exec(tx_db(tx), SQL_WALLET_CONSENT_INSERT, VI(c->tenant), VI(consent.key),
                VI(consent.salt), VI(in->session.id.key), VI(in->method), VI(now_us)));
    return wait_for_owner(in, in->redirect_url);
}

/* ---- a card --------------------------------------------------------------------------------- */

/* The card waits in a token of the session's own. */
static result begin_challenge(struct tx *tx, struct session_store *in, const struct token *token,
                              int64_t now_us)
{
    const struct command *c = &in->change.c;
    struct screening attempt;
    bool is_refused;
    TRY(screen(tx, in, now_us, &attempt, &is_refused));
    if (is_refused)
        return OK;
    struct token_create waiting = {
        .c = {.app = c->app, .arena = c->arena, .tenant = c->tenant},
        .merchant = in->session.merchant,
        .method = in->method,
        .currency = in->session.currency,
        .card = in->card,
        .details = is_token(in) ? token->details : in->change.details,
        .scenario = in->change.scenario.at != NULL ? in->change.scenario : token->scenario,
    };
    struct secure_token s = {
        .id = id_new(tx_real_now(tx)),
        .tenant = c->tenant,
        .currency = in->session.currency,
        .session = in->session.id.key,
        .return_url = session_return_url(&in->session, c->arena),
        .authentication = in->authentication,
    };
    if (s.return_url.at == NULL)
        s.return_url = str_of(session_url(&in->session, c->app->public_url, "", c->arena));
    result r = take_token(tx, in, token, s.id, now_us);
    if (r.code == E_OK)
        r = secure_token_insert(tx, &waiting, now_us, &s);
    explicit_bzero(&waiting.card, sizeof waiting.card);
    TRY(r);
    return wait_for_owner(in, str_of(secure_token_url(c->app, &s, c->arena)));
}

/* The issuer says no: a decline as any other. */
static result refuse_card(struct tx *tx, struct session_store *in, int64_t now_us)
{
    struct screening attempt;
    bool is_refused;
    TRY(screen(tx, in, now_us, &attempt, &is_refused));
    if (is_refused)
        return OK;
    TRY(screen_count_refusal(tx, &attempt, now_us));
    command_refuse(&in->change.c, FAIL(E_CARD_DECLINED, NULL, NULL));
    return OK;
}

static result begin_card(struct tx *tx, struct session_store *in, const struct token *token,
                         int64_t now_us)
{
    const enum verification found = in->authentication.verification;
    const bool is_due = token->verification == VERIFICATION_NONE && !in->change.c.is_dry;
    if (is_due && !in->is_asked)
        return FAIL(E_INVALID_TOKEN, "payment_details",
                    NULL); /* it could not be used a moment ago */
    if (in->is_asked && found == VERIFICATION_NEEDS_VERIFY)
        return begin_challenge(tx, in, token, now_us);
    if (in->is_asked && !verification_authorizes(found))
        return refuse_card(tx, in, now_us);
    if (in->is_asked) {
        in->change.three_d_secure = authentication_result(&in->authentication, in->change.c.arena);
        if (in->change.three_d_secure.at == NULL)
            return E_NO_MEMORY;
    }
    return session_store_now(tx, in);
}

static result begin(struct tx *tx, struct command *c)
{
    struct session_store *in = (struct session_store *)c;
    struct token token = {0};
    struct session_offer offer;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(session_admit(tx, c, in->session.id));
    if (c->step == STEP_WAIT)
        return OK;
    TRY(find_method(tx_db(tx), in, &token));
    TRY(session_price(tx, &in->session, in->method, c->arena, &offer));
    return method_row(in->method)->flow == FLOW_OFFSITE ? begin_consent(tx, in, &token, now_us)
                                                        : begin_card(tx, in, &token, now_us);
}

static void wipe(struct command *c)
{
    struct session_store *in = (struct session_store *)c;
    explicit_bzero(&in->card, sizeof in->card);
    explicit_bzero(&in->change.card, sizeof in->change.card);
}

void session_store_init(struct session_store *in)
{
    customer_change_init(&in->change);
    in->change.c.prepare = prepare;
    in->change.c.begin = begin;
    in->change.c.wipe = wipe;
}

void session_store_fill(struct session_store *in, str scenario)
{
    const struct session *s = &in->session;
    in->change.email = s->email;
    in->change.external_id = s->external_customer_id;
    in->change.locale = s->locale;
    in->change.scenario = s->scenario.at != NULL ? s->scenario : scenario;
}
