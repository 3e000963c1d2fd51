/* SPDX-License-Identifier: Apache-2.0 */
#include "app/token.h"

#include <string.h>

#include "base/json.h"

static const result INVALID = {E_INVALID_TOKEN, "payment_details", NULL};

result token_read(struct db *db, int64_t tenant, id wire, struct arena *arena, struct token *ret)
{
    *ret = (struct token){0};
    struct rows rows;
    TRY(db_query(db, SQL_TOKEN_GET, &rows, VI(tenant), VI(wire.key)));
    if (rows_next(&rows))
        *ret = (struct token){
            .id = {.key = row_i64(&rows, 0), .salt = row_i64(&rows, 1)},
            .merchant = row_i64(&rows, 2),
            .method = (enum method)row_i64(&rows, 3),
            .currency = (enum currency)row_i64(&rows, 4),
            .sealed = row_copy(&rows, 5, arena),
            .details = row_copy(&rows, 6, arena),
            .scenario = row_copy(&rows, 7, arena),
            .created_us = row_i64(&rows, 8),
            .expires_us = row_i64(&rows, 9),
            .used_by = row_i64(&rows, 10),
        };
    TRY(rows_done(&rows));
    return ret->id.key != 0 && ret->id.salt == wire.salt ? OK : INVALID;
}

result token_check(const struct token *token, enum currency currency, int64_t now_us)
{
    const bool is_usable = token->used_by == 0 && token->sealed.at != NULL &&
                           token->expires_us > now_us &&
                           (token->currency == CUR_NONE || token->currency == currency);
    return is_usable ? OK : INVALID;
}

result token_use(struct tx *tx, int64_t tenant, id wire, int64_t payment, int64_t now_us)
{
    int64_t changes = 0;
    TRY(db_exec_count(tx_db(tx), SQL_TOKEN_USE, &changes, VI(tenant), VI(wire.key), VI(payment),
                      VI(now_us)));
    return changes == 1 ? OK : INVALID;
}

result token_settle(struct tx *tx, int64_t tenant, int64_t payment, bool is_spent)
{
    return db_exec(tx_db(tx), is_spent ? SQL_TOKEN_SPEND : SQL_TOKEN_RELEASE, VI(tenant),
                   VI(payment));
}

static void view(struct command *c, const struct token_create *in, id wire, int64_t now_us)
{
    char text[ID_TEXT_BYTES];
    id_text(wire, text);
    struct json j;
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_text(&j, "id", arena_printf(c->arena, TOKEN_PREFIX "%s", text));
    json_text(&j, "resource", "token");
    json_time(&j, "created_at", now_us);
    json_raw(&j, "payment_details", in->scrubbed);
    json_end(&j);
}

static result begin(struct tx *tx, struct command *c)
{
    struct token_create *in = (struct token_create *)c;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    const id fresh = id_new(tx_real_now(tx));
    const int64_t expires_us = now_us + TOKEN_LIFETIME_US;
    str sealed;
    TRY(vault_seal_card(c->app->vault, fresh, &in->card, now_us, expires_us, c->arena, &sealed));
    TRY(db_exec(tx_db(tx), SQL_TOKEN_INSERT, VI(c->tenant), VI(fresh.key), VI(fresh.salt),
                VI(in->merchant), VI(in->method), VI(in->currency), VB(sealed.at, sealed.bytes),
                VT(in->details), VT(in->scenario), VI(now_us), VI(expires_us)));
    view(c, in, fresh, now_us);
    c->step = STEP_ANSWER;
    return OK;
}

static void wipe(struct command *c)
{
    struct token_create *in = (struct token_create *)c;
    explicit_bzero(&in->card, sizeof in->card);
}

void token_create_init(struct token_create *in)
{
    in->c.begin = begin;
    in->c.wipe = wipe;
}
