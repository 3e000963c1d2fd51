/* SPDX-License-Identifier: Apache-2.0 */
/* secure_tokens.c: /secure_tokens (komoju-core 9). */
#include "app/secure_token.h"

#include <string.h>

#include "api/api.h"
#include "api/buyer.h"
#include "api/payment_source.h"
#include "api/request.h"
#include "api/split_fields.h"
#include "api/tax.h"
#include "app/session.h"

struct secure_in {
    int64_t amount;
    str currency, return_url;
    bool has_customer;
    id customer;
    json_t *tax, *payment_details, *platform_details;
};
#define AT(member) offsetof(struct secure_in, member)
static const struct field FIELDS[] = {
    {"amount", F_I64, AT(amount), FIELD_NO_FLAG, FIELD_REQUIRED, 1, AMOUNT_MINOR_MAX, NULL},
    {"currency", F_TEXT, AT(currency), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 8, NULL},
    {"return_url", F_URL, AT(return_url), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 2048, NULL},
    {"tax", F_ANY, AT(tax), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"payment_details", F_ANY, AT(payment_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"customer", F_ID, AT(customer), AT(has_customer), FIELD_SOFT_ID, 0, 0, NULL},
    {"platform_details", F_ANY, AT(platform_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_secure_token = FIELD_LIST(FIELDS);
#undef AT

static result read_card(struct exchange *x, const json_t *details, struct secure_token_create *ret)
{
    struct payment_source source;
    TRY(payment_source_read(details, NULL, x->arena, &source));
    if (source.is_token)
        return FAIL(E_INVALID_PARAMETER, "payment_details",
                    "a secure token is made from a card, not from a token");
    ret->t.method = source.method;
    ret->t.card = source.card;
    ret->t.secret = source.secret;
    source.secret = (struct secret_details){0}; /* it is the token's now */
    payment_source_wipe(&source);
    ret->t.details = source.details;
    return OK;
}

static bool is_given(const json_t *value)
{
    return value != NULL && !json_is_null(value);
}

static result parse(struct exchange *x, struct secure_token_create *ret)
{
    struct secure_in in = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    if (!currency_read(in.currency, &ret->t.currency))
        return FAIL(E_INVALID_CURRENCY, "currency", "this currency is not accepted");
    if (in.has_customer == is_given(in.payment_details))
        return in.has_customer ? FAIL(E_INVALID_PARAMETER, "customer",
                                      "either payment_details or customer, not both")
                               : FAIL(E_MISSING_PARAMETER, "payment_details",
                                      "exactly one of payment_details and customer is needed");
    TRY(api_tax_read(in.tax, x->arena, &ret->tax.has_tax, &ret->tax.tax_is_auto,
                     &ret->tax.tax_minor));
    struct platform_details split; /* only whether there is one matters */
    TRY(split_fields_read(in.platform_details, true, x->arena, &split));
    ret->tax.has_platform_details = split.is_present;
    ret->amount_minor = in.amount;
    ret->return_url = in.return_url;
    ret->has_customer = in.has_customer;
    ret->customer = in.customer;
    ret->t.merchant = x->request.caller.merchant;
    ret->t.scenario = x->request.scenario;
    if (!in.has_customer)
        TRY(read_card(x, in.payment_details, ret));
    return x->request.caller.is_secret ? OK : buyer_read(x, &ret->t.buyer);
}

/* POST /api/v1/secure_tokens
 *   in      FIELDS: a card, or a customer with one
 *   out     200 SecureToken
 *   errors  those of secure_token_create; E_MISSING_PARAMETER, E_INVALID_PARAMETER */
void api_secure_token_create(struct exchange *x)
{
    struct secure_token_create *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    secure_token_create_init(in);
    result r = parse(x, in);
    if (r.code == E_OK)
        r = secure_token_create_prepare(in);
    if (r.code != E_OK) {
        command_done(&in->t.c);
        reply_error(x, r);
        return;
    }
    api_run(x, &in->t.c);
}

/* What a token that is read again says. The mobile SDK, which has a publishable key, pays on
 * exactly OK, after SKIPPED as well (komoju-core 9); the shop's own key is told SKIPPED, and both
 * are told transStatus. */
static enum verification status_for(const struct caller *caller, enum verification verification)
{
    return verification == VERIFICATION_SKIPPED && !caller->is_secret ? VERIFICATION_OK
                                                                      : verification;
}

/* A sub-merchant's key sees what it has made; the root's sees all. */
static result show(struct exchange *x, struct db *db)
{
    const struct caller *caller = &x->request.caller;
    struct secure_token s;
    int64_t tenant, now_us;
    id wire;
    if (!secure_token_read_text(x->request.args[0], &tenant, &wire) || tenant != caller->tenant)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(session_now(db, api_app(x), tenant, &now_us));
    TRY(secure_token_read(db, tenant, wire, x->arena, &s));
    if (caller->merchant != tenant && caller->merchant != s.merchant.key)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    struct json j;
    api_json(x, &j);
    secure_token_view(&j, NULL, api_app(x), &s,
                      status_for(caller, secure_token_verification(&s, now_us)), x->arena);
    return OK;
}

void api_secure_token_show(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = show(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
