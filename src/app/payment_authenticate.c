/* SPDX-License-Identifier: Apache-2.0 */
/* payment_authenticate.c: a new card payment whose customer is authenticated first.
 *
 *     begin ── ask the issuer ─┬─ yes, or cannot tell ── the rail ── as any payment
 *                              ├─ no ── the payment has failed
 *                              └─ the customer is needed ── pending, with a secure token
 *
 * The issuer is asked after the intent is committed, where the rail is. Until then nothing has been
 * asked of the rail, so that a process which dies leaves an operation that it never heard of. */
#include <string.h>

#include "app/payment_create.h"
#include "app/rail_outcome.h"
#include "app/secure_token.h"

static bool ask_first(struct command *c)
{
    struct payment_create *in = (struct payment_create *)c;
    const struct payment *p = &in->p.payment;
    const struct authentication_request request = {
        .app = c->app,
        .merchant = p->merchant,
        .merchant_name = in->authentication.merchant_name,
        .card = &in->card,
        .amount = {.minor = payment_total(p), .cur = p->currency},
        .now_us = in->authentication.now_us,
    };
    authentication_begin(&request, &in->authentication.found);
    if (verification_authorizes(in->authentication.found.verification))
        return true;
    c->answer = (struct rail_answer){.outcome = RAIL_REFUSED,
                                     .refusal = E_CARD_DECLINED,
                                     .reference = c->operation.id,
                                     .heard = HEARD_REFUSED};
    return false;
}

void payment_authenticate(struct payment_create *in, str merchant_name, int64_t now_us)
{
    in->authentication = (struct payment_authentication){
        .is_wanted = true,
        .merchant_name = arena_str(in->p.c.arena, merchant_name),
        .now_us = now_us,
    };
    in->p.c.ask_first = ask_first;
}

/* The card waits in a token of the payment's own. The vault keeps its verification value by the
 * token's id, which stays the same when the batch is run again. */
static result keep_card(struct tx *tx, struct payment_create *in, struct secure_token *s)
{
    const struct command *c = &in->p.c;
    const struct payment *p = &in->p.payment;
    if (in->authentication.token.key == 0)
        in->authentication.token = id_new(tx_real_now(tx));
    struct token_create token = {
        .c = {.app = c->app, .arena = c->arena, .tenant = c->tenant},
        .merchant = p->merchant.key,
        .method = p->method,
        .currency = p->currency,
        .card = in->card,
        .details = in->details,
        .scenario = in->scenario,
    };
    *s = (struct secure_token){
        .id = in->authentication.token,
        .tenant = c->tenant,
        .merchant = p->merchant,
        .currency = p->currency,
        .payment = p->id.key,
        .amount_minor = p->amount_minor,
        .tax_minor = p->tax_minor,
        .authentication = in->authentication.found,
    };
    int64_t now_us = 0;
    result r = tx_now(tx, c->tenant, &now_us);
    if (r.code == E_OK)
        r = secure_token_insert(tx, &token, now_us, s);
    explicit_bzero(&token.card, sizeof token.card);
    return r;
}

/* The payment is pending; its operation is no rail's any more. */
static result wait_for_customer(struct tx *tx, struct payment_create *in)
{
    struct command *c = &in->p.c;
    struct payment *p = &in->p.payment;
    if (!in->p.is_kept) /* the batch may be run again */
        in->p.kept = *p;
    in->p.is_kept = true;
    *p = in->p.kept;
    struct secure_token s;
    TRY(keep_card(tx, in, &s));
    if (in->is_token)
        TRY(token_settle(tx, c->tenant, p->id.key, true));
    const char *url = secure_token_url(c->app, &s, c->arena);
    const char *members = arena_printf(c->arena, "{\"redirect_url\":\"%s\"}", url);
    if (url == NULL || members == NULL)
        return E_NO_MEMORY;
    p->operation = p->reference = 0;
    TRY(payment_add_details(tx, p, str_of(members), c->arena));
    TRY(payment_save(tx, p));
    TRY(db_exec(tx_db(tx), SQL_OPERATION_UNASK, VI(c->tenant), VI(c->operation.id.key)));
    struct json j;
    json_init(&j, &c->body);
    payment_view(&j, NULL, p);
    return OK;
}

void payment_authenticate_wipe(struct payment_create *in)
{
    if (in->p.c.outcome.code != E_OK && in->authentication.token.key != 0)
        vault_forget_value(in->p.c.app->vault, in->authentication.token);
}

result payment_authenticate_finish(struct tx *tx, struct payment_create *in, bool *ret_waits)
{
    const struct authentication *found = &in->authentication.found;
    const struct payment *p = &in->p.payment;
    *ret_waits = false;
    if (!in->authentication.is_wanted || found->verification == VERIFICATION_NONE)
        return OK; /* or the call was too late to be made */
    *ret_waits = found->verification == VERIFICATION_NEEDS_VERIFY;
    if (*ret_waits)
        return wait_for_customer(tx, in);
    const str text = authentication_result(found, in->p.c.arena);
    if (text.at == NULL)
        return E_NO_MEMORY;
    return db_exec(tx_db(tx), SQL_PAYMENT_THREE_D_SET, VI(p->tenant), VI(p->id.key), VT(text));
}
