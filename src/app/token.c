/* SPDX-License-Identifier: Apache-2.0 */
#include "app/token.h"

#include <string.h>

#include "base/json.h"
#include "base/json_parse.h"

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
    if (ret->id.key != 0) {
        ret->verification = (enum verification)row_i64(&rows, 12);
        ret->payment = row_i64(&rows, 13);
        ret->authenticated = (struct three_d_amount){row_i64(&rows, 14), row_i64(&rows, 15)};
        ret->three_d_secure = row_copy(&rows, 16, arena);
    }
    if (ret->id.key != 0 && row_str(&rows, 11).bytes == SCREEN_HASH_BYTES) {
        ret->ip.is_known = true;
        memcpy(ret->ip.bytes, row_str(&rows, 11).at, SCREEN_HASH_BYTES);
    }
    TRY(rows_done(&rows));
    return ret->id.key != 0 && ret->id.salt == wire.salt ? OK : INVALID;
}

result token_check(const struct token *token, enum currency currency, int64_t now_us)
{
    const bool is_usable = token->used_by == 0 && token->sealed.at != NULL &&
                           token->expires_us > now_us &&
                           (token->currency == CUR_NONE || token->currency == currency);
    const bool is_verified = token->verification == VERIFICATION_NONE ||
                             (verification_authorizes(token->verification) && token->payment == 0);
    return is_usable && is_verified ? OK : INVALID;
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

/* ---- what is sealed -------------------------------------------------------------------------
 *
 *     a card        sealed card (VAULT_SEALED_CARD_BYTES), then the sealed secret if there is one
 *     another type  sealed secret, "{}" if there is none */

static bool has_card(enum method method)
{
    return method_row(method)->flow == FLOW_CARD;
}

static result seal(const struct token_create *in, id token, int64_t now_us, int64_t expires_us,
                   str *ret)
{
    struct arena *arena = in->c.arena;
    struct vault *vault = in->c.app->vault;
    const str secret = in->secret.at == NULL ? S("{}") : secret_details_view(&in->secret);
    str card = STR_NONE, text = STR_NONE;
    if (has_card(in->method))
        TRY(vault_seal_card(vault, token, &in->card, now_us, expires_us, arena, &card));
    if (!has_card(in->method) || in->secret.at != NULL)
        TRY(vault_seal_text(vault, VAULT_DETAILS, token, secret, arena, &text));
    char *both = arena_alloc(arena, card.bytes + text.bytes);
    if (both == NULL)
        return E_NO_MEMORY;
    if (card.bytes > 0)
        memcpy(both, card.at, card.bytes);
    if (text.bytes > 0)
        memcpy(both + card.bytes, text.at, text.bytes);
    *ret = (str){both, card.bytes + text.bytes};
    return OK;
}

static str member(const json_t *a, const json_t *b, const char *name, struct arena *arena)
{
    const json_t *value = json_object_get(a, name);
    if (value == NULL)
        value = json_object_get(b, name);
    return arena_str(arena, (str){json_string_value(value), json_string_length(value)});
}

/* Names are shown with some types, and secret with others. */
static result read_given(const struct token *token, struct arena *arena, struct token_given *ret)
{
    json_t *shown = NULL, *secret = NULL;
    result r = json_parse(token->details, 0, &shown, NULL);
    if (r.code == E_OK && ret->secret.at != NULL)
        r = json_parse(secret_details_view(&ret->secret), 0, &secret, NULL);
    if (r.code == E_OK) {
        const json_t *days = json_object_get(secret, "expiry_days");
        ret->family_name = member(shown, secret, "family_name", arena);
        ret->given_name = member(shown, secret, "given_name", arena);
        ret->has_expiry_days = days != NULL;
        ret->expiry_days = json_integer_value(days);
        ret->has_installments = json_object_get(shown, "installments") != NULL;
        ret->has_code = json_object_get(secret, "scanned_code") != NULL ||
                        json_object_get(secret, "user_authorization_id") != NULL;
    }
    json_decref(shown);
    json_decref(secret);
    return r;
}

result token_open(struct vault *vault, const struct token *token, bool takes, int64_t now_us,
                  struct arena *arena, struct card_secret *ret_card, struct token_given *ret)
{
    *ret = (struct token_given){0};
    str card = token->sealed, text = token->sealed;
    if (has_card(token->method)) {
        const size_t bytes =
            card.bytes < VAULT_SEALED_CARD_BYTES ? card.bytes : VAULT_SEALED_CARD_BYTES;
        text = (str){card.at + bytes, card.bytes - bytes};
        card.bytes = bytes;
        if (ret_card->number[0] == '\0')
            TRY(takes ? vault_open_card(vault, token->id, card, now_us, ret_card)
                      : vault_look_at_card(vault, token->id, card, ret_card));
    }
    if (text.bytes > 0)
        TRY(vault_open_secret(vault, VAULT_DETAILS, token->id, text, arena, &ret->secret));
    return read_given(token, arena, ret);
}

/* ---- create --------------------------------------------------------------------------------- */

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

/* Tokens that a server makes are screened when they are used. */
static struct screening screening_of(const struct token_create *in)
{
    return (struct screening){
        .vault = in->c.app->vault,
        .tenant = in->c.tenant,
        .merchant = in->merchant,
        .method = in->method,
        .buyer = in->buyer,
        .card = &in->card,
    };
}

result token_screen(struct tx *tx, struct token_create *in, int64_t now_us, bool *ret_is_refused)
{
    enum screen_verdict verdict = SCREEN_PASSED;
    struct screening s = screening_of(in);
    if (in->buyer.is_public)
        TRY(screen_attempt(tx, &s, now_us, &verdict));
    *ret_is_refused = verdict != SCREEN_PASSED;
    if (*ret_is_refused)
        command_refuse(&in->c, screen_refusal(verdict, screening_is_hidden(&s)));
    return OK;
}

id token_draw(struct tx *tx, struct token_create *in)
{
    if (in->fresh.key == 0)
        in->fresh = id_new(tx_real_now(tx));
    return in->fresh;
}

result token_keep(struct tx *tx, const struct token_create *in, id fresh, int64_t now_us,
                  int64_t expires_us)
{
    struct screening s = screening_of(in);
    screen_hash_ip(&s, &s.ip);
    str sealed;
    TRY(seal(in, fresh, now_us, expires_us, &sealed));
    return db_exec(tx_db(tx), SQL_TOKEN_INSERT, VI(in->c.tenant), VI(fresh.key), VI(fresh.salt),
                   VI(in->merchant), VI(in->method), VI(in->currency), VB(sealed.at, sealed.bytes),
                   VT(in->details), VT(in->scenario), VI(now_us), VI(expires_us),
                   s.ip.is_known ? VB(s.ip.bytes, sizeof s.ip.bytes) : VNULL);
}

static result begin(struct tx *tx, struct command *c)
{
    struct token_create *in = (struct token_create *)c;
    int64_t now_us;
    bool is_refused;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(token_screen(tx, in, now_us, &is_refused));
    if (is_refused)
        return OK;
    const id fresh = token_draw(tx, in);
    TRY(token_keep(tx, in, fresh, now_us, now_us + TOKEN_LIFETIME_US));
    view(c, in, fresh, now_us);
    c->step = STEP_ANSWER;
    return OK;
}

static void wipe(struct command *c)
{
    struct token_create *in = (struct token_create *)c;
    explicit_bzero(&in->card, sizeof in->card);
    secret_details_wipe(&in->secret);
    if (c->outcome.code != E_OK && in->fresh.key != 0)
        vault_forget_value(c->app->vault, in->fresh); /* there is no such token */
}

void token_create_init(struct token_create *in)
{
    in->c.begin = begin;
    in->c.wipe = wipe;
}
