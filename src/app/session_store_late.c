/* SPDX-License-Identifier: Apache-2.0 */
/* session_store_late.c: what becomes known of a source after its attempt has been answered: its
 * holder has been authenticated, the owner of a wallet has agreed, or takes that back. */
#include <string.h>

#include "app/merchant.h"
#include "app/session_store.h"

/* Stores `source` as if the session had been paid with it now.
 *   ret_is_stored  false: a refusal of ours, and nothing has been written */
static result store_late(struct tx *tx, struct command *c, const struct session *s,
                         const struct customer_change *source, bool *ret_is_stored)
{
    struct session_store *in = ARENA_NEW(c->arena, struct session_store);
    if (in == NULL)
        return E_NO_MEMORY;
    *in = (struct session_store){.change = *source, .session = *s};
    command_init(&in->change.c, c->app, c->arena, c->tenant);
    const str scenario = source->scenario;
    session_store_fill(in, scenario);
    const result r = session_store_now(tx, in);
    explicit_bzero(&in->change.card, sizeof in->change.card);
    buf_done(&in->change.c.body);
    *ret_is_stored = r.code == E_OK;
    return err_is_of_store(r.code) ? r : OK;
}

result session_store_secured(struct tx *tx, struct command *c, const struct secure_token *token,
                             const struct card_secret *card)
{
    struct session s;
    struct token kept;
    bool is_stored;
    TRY(session_read_key(tx_db(tx), c->tenant, token->session, c->arena, &s));
    if (s.status != SESSION_PENDING)
        return OK;
    TRY(token_read(tx_db(tx), c->tenant, token->id, c->arena, &kept));
    struct customer_change source = {
        .source = CUSTOMER_SOURCE_CARD,
        .card = *card,
        .details = kept.details,
        .scenario = kept.scenario,
        .three_d_secure = token->result,
        .is_screened = true,
    };
    const result r = store_late(tx, c, &s, &source, &is_stored);
    explicit_bzero(&source.card, sizeof source.card);
    return r;
}

static result read_asked(struct tx *tx, const struct session *s, struct customer_change *ret)
{
    struct rows rows;
    *ret = (struct customer_change){.source = CUSTOMER_SOURCE_WALLET};
    TRY(db_query(tx_db(tx), SQL_WALLET_CONSENT_ASKED, &rows, VI(s->tenant), VI(s->id.key)));
    if (rows_next(&rows)) {
        ret->consent = (id){row_i64(&rows, 0), row_i64(&rows, 1)};
        ret->wallet = (enum method)row_i64(&rows, 2);
    }
    TRY(rows_done(&rows));
    return ret->consent.key != 0
               ? OK
               : FAIL(E_UNPROCESSABLE, "outcome", "the session has asked the owner of no wallet");
}

result consent_read(struct db *db, int64_t tenant, id wire, struct consent_row *ret)
{
    struct rows rows;
    *ret = (struct consent_row){0};
    TRY(db_query(db, SQL_WALLET_CONSENT_GET, &rows, VI(tenant), VI(wire.key)));
    if (rows_next(&rows) && row_i64(&rows, 0) == wire.salt)
        *ret = (struct consent_row){
            .id = wire,
            .method = (enum method)row_i64(&rows, 1),
            .session = row_i64(&rows, 2),
            .status = (enum consent)row_i64(&rows, 3),
        };
    TRY(rows_done(&rows));
    return ret->id.key != 0 ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* What is answered: a consent that is named, or the newest of a session. */
static result read_question(struct tx *tx, const struct session_consent *in, struct session *ret,
                            struct customer_change *ret_source)
{
    const struct command *c = &in->c;
    struct consent_row row;
    if (in->consent.key == 0) {
        TRY(session_read(tx_db(tx), c->tenant, in->session, c->arena, ret));
        return read_asked(tx, ret, ret_source);
    }
    TRY(consent_read(tx_db(tx), c->tenant, in->consent, &row));
    TRY(session_read_key(tx_db(tx), c->tenant, row.session, c->arena, ret));
    *ret_source = (struct customer_change){
        .source = CUSTOMER_SOURCE_WALLET,
        .consent = row.id,
        .wallet = row.method,
    };
    if (row.status != CONSENT_ASKED || ret->status != SESSION_PENDING)
        return FAIL(E_UNPROCESSABLE, "act", "the wallet does not wait for its owner any more");
    return OK;
}

static result begin_answer(struct tx *tx, struct command *c)
{
    const struct session_consent *in = (struct session_consent *)c;
    struct session s;
    struct customer_change source;
    bool is_stored = true;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    const char *param = in->consent.key == 0 ? "outcome" : "act";
    TRY(read_question(tx, in, &s, &source));
    if (in->outcome == CONSENT_GIVEN && s.status != SESSION_PENDING)
        return FAIL(E_UNPROCESSABLE, "outcome", "the session has been completed or cancelled");
    if (in->outcome == CONSENT_GIVEN)
        TRY(store_late(tx, c, &s, &source, &is_stored));
    if (!is_stored)
        return FAIL(E_UNPROCESSABLE, param, "the session's customer has been deleted");
    TRY(db_exec(tx_db(tx), SQL_WALLET_CONSENT_END, VI(c->tenant), VI(source.consent.key),
                VI(in->outcome), VI(now_us)));
    TRY(session_read_key(tx_db(tx), c->tenant, s.id.key, c->arena, &s));
    struct json j;
    json_init(&j, &c->body);
    c->step = STEP_ANSWER;
    return session_view(tx_db(tx), &s, c->app, now_us, c->arena, &j);
}

void session_consent_init(struct session_consent *in)
{
    in->c.begin = begin_answer;
}

/* ---- a consent that is taken back ----------------------------------------------------------- */

static result revoke(struct command *c)
{
    struct customer_revoke *in = (struct customer_revoke *)c;
    struct merchant_row merchant;
    id consent = {0};
    struct db *db = store_read_begin(c->app->store);
    result r = customer_read(db, c->tenant, in->customer, c->arena, &in->found);
    if (r.code == E_OK)
        r = merchant_read(db, c->tenant, c->tenant, c->arena, &merchant);
    store_read_end(c->app->store, db);
    if (r.code == E_OK)
        r = customer_consent(c->app->vault, &in->found, c->arena, &consent);
    if (r.code != E_OK)
        return r;
    if (consent.key == 0)
        return FAIL(E_UNPROCESSABLE, "outcome", "the customer has no wallet");
    const struct rail_call call = {
        .op = RAIL_VOID,
        .reference = id_new(clock_now_us(c->app->clock)),
        .original = consent,
        .amount = {.minor = 0, .cur = CUR_JPY},
        .method = in->found.method,
    };
    rail_send(c->app->rails[rail_for(in->found.method, merchant.is_live)], &call, &c->answer);
    return c->answer.outcome == RAIL_APPROVED ? OK : FAIL(E_GATEWAY_TIMEOUT, NULL, NULL);
}

static result begin_revoked(struct tx *tx, struct command *c)
{
    struct customer_revoke *in = (struct customer_revoke *)c;
    struct json j;
    TRY(customer_read(tx_db(tx), c->tenant, in->customer, c->arena, &in->found));
    json_init(&j, &c->body);
    customer_view(&j, &in->found);
    c->step = STEP_ANSWER;
    return OK;
}

void customer_revoke_init(struct customer_revoke *in)
{
    in->c.prepare = revoke;
    in->c.begin = begin_revoked;
}
