/* SPDX-License-Identifier: Apache-2.0 */
/* secure_token_step.c: what the customer's browser does for an authentication, and what comes of
 * it.
 *
 *     prepare    reads the token, asks the issuer
 *     begin      nobody else has gone on meanwhile: takes the issuer's word; charges the payment
 *
 * The issuer's result is its RReq; what the browser says of it is never asked. */
#include <string.h>

#include "app/payment_actions.h"
#include "app/rail_outcome.h"
#include "app/secure_token.h"
#include "app/session_store.h"

static const result OVER = {E_UNPROCESSABLE, NULL,
                            "error 301: the authentication is over, or not at this step"};

/* ---- prepare -------------------------------------------------------------------------------- */

static result read_seen(struct db *db, struct secure_token_step *in)
{
    struct command *c = &in->p.c;
    TRY(session_now(db, c->app, c->tenant, &in->now_us));
    return secure_token_read(db, c->tenant, in->token, c->arena, &in->seen);
}

/* Without its verification value, which waits for the charge. */
static result look_at_card(const struct command *c, const struct secure_token *s,
                           struct card_secret *ret)
{
    const str card = {s->sealed.at, s->sealed.bytes < VAULT_SEALED_CARD_BYTES
                                        ? s->sealed.bytes
                                        : VAULT_SEALED_CARD_BYTES};
    return vault_look_at_card(c->app->vault, s->id, card, ret);
}

static result send_areq(struct secure_token_step *in)
{
    struct command *c = &in->p.c;
    const struct secure_token *s = &in->seen;
    struct card_secret card = {0};
    TRY(look_at_card(c, s, &card));
    const struct authentication_request request = {
        .app = c->app,
        .merchant = s->merchant,
        .merchant_name = s->merchant_name,
        .card = &card,
        .amount = {.minor = s->amount_minor + s->tax_minor, .cur = s->currency},
        .now_us = in->now_us,
        .browser = in->browser,
    };
    authentication_ask(&request, in->completion, &in->next);
    explicit_bzero(&card, sizeof card);
    return OK;
}

static result send_creq(struct secure_token_step *in)
{
    const struct secure_token *s = &in->seen;
    const struct three_d_creq creq = {
        .message_version = THREE_D_VERSION,
        .server_trans_id = s->authentication.answer.server_trans_id,
        .acs_trans_id = s->authentication.answer.acs_trans_id,
        .challenge_window_size = "05",
        .act = in->challenge,
        .code = in->code,
    };
    int64_t tries, resends;
    three_d_challenge_left(s->authentication.acs_state, &tries, &resends);
    if (in->challenge == CHALLENGE_RESEND && resends <= 0)
        return FAIL(E_UNPROCESSABLE, "act", "the code has been sent again often enough");
    struct three_d_challenge done;
    if (three_d_challenge(&s->authentication.answer, s->brand, &creq, &in->next.acs_state, &done) !=
        0)
        return OVER;
    if (done.is_over) {
        authentication_take(s->brand, &done.rreq, &in->next);
        in->cres = three_d_cres_text(&s->authentication.answer, done.cres_status, in->p.c.arena);
    }
    return OK;
}

static result check_open(const struct secure_token_step *in, const struct secure_token *s,
                         int64_t now_us)
{
    const enum three_d_step step = in->act == ACT_METHOD ? STEP_3D_METHOD : STEP_3D_CHALLENGE;
    if (s->authentication.step != step)
        return OVER;
    return secure_token_verification(s, now_us) == VERIFICATION_NEEDS_VERIFY
               ? OK
               : FAIL(E_UNPROCESSABLE, NULL, "the authentication has expired");
}

result secure_token_step_prepare(struct secure_token_step *in)
{
    struct app *app = in->p.c.app;
    struct db *db = store_read_begin(app->store);
    const result r = read_seen(db, in);
    store_read_end(app->store, db);
    if (r.code != E_OK)
        return r;
    TRY(check_open(in, &in->seen, in->now_us));
    in->next = in->seen.authentication;
    return in->act == ACT_METHOD ? send_areq(in) : send_creq(in);
}

/* ---- begin ---------------------------------------------------------------------------------- */

/* The card with its verification value, which is given out once: begin may be run again. */
static result take_card(struct secure_token_step *in)
{
    const struct secure_token *s = &in->now;
    if (in->has_card)
        return OK;
    const str card = {s->sealed.at, s->sealed.bytes < VAULT_SEALED_CARD_BYTES
                                        ? s->sealed.bytes
                                        : VAULT_SEALED_CARD_BYTES};
    TRY(vault_open_card(in->p.c.app->vault, s->id, card, in->now_us, &in->card));
    in->has_card = true;
    return OK;
}

static result keep_result(struct tx *tx, const struct secure_token *s)
{
    return db_exec(tx_db(tx), SQL_PAYMENT_THREE_D_SET, VI(s->tenant), VI(s->payment),
                   VT(s->result));
}

static result charge(struct tx *tx, struct secure_token_step *in)
{
    struct command *c = &in->p.c;
    struct secure_token *s = &in->now;
    struct payment *p = &in->p.payment;
    TRY(take_card(in));
    c->operation = (struct operation){
        .id = id_new(tx_real_now(tx)),
        .rail_op = p->is_two_step ? RAIL_AUTHORIZE : RAIL_CHARGE,
        .payment = p->id.key,
        .amount_minor = p->amount_minor,
        .tax_minor = p->tax_minor,
    };
    p->operation = p->reference = c->operation.id.key;
    payment_command_ask(&in->p, NULL, s->scenario);
    c->call.card = &in->card;
    TRY(token_use(tx, s->tenant, s->id, p->id.key, in->now_us));
    TRY(secure_token_save(tx, s, in->now_us, c->arena));
    TRY(keep_result(tx, s));
    return payment_save(tx, p);
}

static result fail(struct tx *tx, struct secure_token_step *in)
{
    struct secure_token *s = &in->now;
    struct payment *p = &in->p.payment;
    const enum pay_state next = pay_next(p->status, PE_FAIL);
    TRY(secure_token_save(tx, s, in->now_us, in->p.c.arena));
    TRY(keep_result(tx, s));
    if (next == PAY_NONE)
        return OK; /* cancelled or expired meanwhile */
    p->status = next;
    TRY(payment_save(tx, p));
    return payment_event(tx, p, EVT_PAYMENT_FAILED, NULL);
}

/* The payment that waits for it: charged, or failed. */
static result end_payment(struct tx *tx, struct secure_token_step *in)
{
    struct command *c = &in->p.c;
    struct payment *p = &in->p.payment;
    in->p.is_kept = false;
    TRY(payment_read_key(tx_db(tx), c->tenant, in->now.payment, c->arena, p));
    if (p->operation != 0) {
        c->step = STEP_WAIT;
        c->wait_payment = p->id.key;
        return OK;
    }
    if (p->status != PAY_PENDING || !verification_authorizes(in->now.authentication.verification))
        return fail(tx, in);
    const result r = session_let(tx, c, p);
    if (r.code == E_UNPROCESSABLE) /* another payment was faster */
        return fail(tx, in);
    if (r.code != E_OK || c->step == STEP_WAIT)
        return r;
    return charge(tx, in);
}

/* The session that waits for it: its customer has the card now, or there is no customer. */
static result end_session(struct tx *tx, struct secure_token_step *in)
{
    struct command *c = &in->p.c;
    struct secure_token *s = &in->now;
    if (verification_authorizes(s->authentication.verification)) {
        s->result = authentication_result(&s->authentication, c->arena);
        if (s->result.at == NULL)
            return E_NO_MEMORY;
        TRY(take_card(in));
        TRY(session_store_secured(tx, c, s, &in->card));
    }
    return secure_token_save(tx, s, in->now_us, c->arena);
}

static bool is_as_seen(const struct secure_token_step *in)
{
    const struct authentication *a = &in->seen.authentication, *b = &in->now.authentication;
    return a->step == b->step && a->verification == b->verification && a->acs_state == b->acs_state;
}

static result begin(struct tx *tx, struct command *c)
{
    struct secure_token_step *in = (struct secure_token_step *)c;
    struct secure_token *s = &in->now;
    in->p.payment = (struct payment){0};
    TRY(tx_now(tx, c->tenant, &in->now_us));
    TRY(secure_token_read(tx_db(tx), c->tenant, in->token, c->arena, s));
    TRY(check_open(in, s, in->now_us));
    if (!is_as_seen(in))
        return FAIL(E_LOCKED, NULL, NULL);
    TRY(secure_token_redirect(tx_db(tx), s, c->arena, &in->redirect_url));
    s->authentication = in->next;
    if (s->authentication.step == STEP_3D_CHALLENGE && in->act == ACT_METHOD)
        s->until_us = in->now_us + AUTHENTICATION_LIFETIME_US;
    c->step = STEP_ANSWER;
    if (s->payment != 0 && s->authentication.step == STEP_3D_ENDED)
        return end_payment(tx, in);
    if (s->session != 0 && s->authentication.step == STEP_3D_ENDED)
        return end_session(tx, in);
    return secure_token_save(tx, s, in->now_us, c->arena);
}

static void wipe(struct command *c)
{
    struct secure_token_step *in = (struct secure_token_step *)c;
    explicit_bzero(&in->card, sizeof in->card);
}

void secure_token_step_init(struct secure_token_step *in)
{
    in->p.c.begin = begin;
    in->p.c.wipe = wipe;
}

void secure_token_step_view(struct secure_token_step *in)
{
    struct command *c = &in->p.c;
    const struct secure_token_page page = {
        .app = c->app,
        .payment = in->p.payment.id.key == 0 ? NULL : &in->p.payment,
        .redirect_url = in->redirect_url,
        .cres = in->cres,
        .now_us = in->now_us,
        .arena = c->arena,
    };
    struct json j;
    command_clear_answer(c);
    json_init(&j, &c->body);
    secure_token_state(&j, &in->now, &page);
}
