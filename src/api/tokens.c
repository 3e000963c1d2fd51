/* SPDX-License-Identifier: Apache-2.0 */
/* tokens.c: POST /tokens (komoju-core 8). */
#include "app/token.h"

#include <string.h>

#include "api/api.h"
#include "api/buyer.h"
#include "api/payment_source.h"
#include "api/request.h"

struct token_in {
    str currency;
    json_t *payment_details;
};
static const struct field FIELDS[] = {
    {"currency", F_TEXT, offsetof(struct token_in, currency), FIELD_NO_FLAG, 0, 1, 8, NULL},
    {"payment_details", F_ANY, offsetof(struct token_in, payment_details), FIELD_NO_FLAG,
     FIELD_REQUIRED, 0, 0, NULL},
};
const struct field_list request_token = FIELD_LIST(FIELDS);

/* A type that is known to the world but not offered here still must say what is missing first: the
 * WooCommerce plugin takes missing_parameter for "use the hosted page" (komoju-core 8). */
static result explain_unoffered(const json_t *details, result r)
{
    if (r.code == E_INVALID_PAYMENT_TYPE && json_object_size(details) == 1)
        return FAIL(E_MISSING_PARAMETER, "payment_details",
                    "A required parameter of this payment type is missing.");
    return r;
}

static result parse(struct exchange *x, struct token_create *ret)
{
    struct token_in in = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    if (in.currency.at != NULL && !currency_read(in.currency, &ret->currency))
        return FAIL(E_INVALID_CURRENCY, "currency", "this currency is not accepted");
    struct payment_source source;
    const result r = payment_source_read(in.payment_details, NULL, x->arena, &source);
    if (r.code != E_OK)
        return explain_unoffered(in.payment_details, r);
    if (source.is_token)
        return FAIL(E_INVALID_PARAMETER, "payment_details", "a token cannot be made from a token");
    ret->merchant = x->request.caller.merchant;
    ret->method = source.method;
    ret->card = source.card;
    ret->secret = source.secret;
    source.secret = (struct secret_details){0}; /* it is the token's now */
    payment_source_wipe(&source);
    ret->details = source.details;
    ret->scrubbed = source.scrubbed;
    ret->scenario = x->request.scenario;
    return x->request.caller.is_secret ? OK : buyer_read(x, &ret->buyer);
}

void api_token_create(struct exchange *x)
{
    struct token_create *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    token_create_init(in);
    api_run_if(x, &in->c, parse(x, in));
}
