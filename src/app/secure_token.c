/* SPDX-License-Identifier: Apache-2.0 */
#include "app/secure_token.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static void fill(const struct rows *rows, int64_t tenant, struct arena *arena,
                 struct secure_token *ret)
{
    int n = 0;
    *ret = (struct secure_token){.tenant = tenant};
    ret->id.key = row_i64(rows, n++);
    ret->id.salt = row_i64(rows, n++);
    ret->merchant.key = row_i64(rows, n++);
    ret->merchant.salt = row_i64(rows, n++);
    ret->currency = (enum currency)row_i64(rows, n++);
    ret->sealed = row_copy(rows, n++, arena);
    ret->scenario = row_copy(rows, n++, arena);
    ret->created_us = row_i64(rows, n++);
    ret->expires_us = row_i64(rows, n++);
    ret->used_by = row_i64(rows, n++);
    ret->merchant_name = row_copy(rows, n++, arena);
    ret->payment = row_i64(rows, n++);
    ret->authentication.step = (enum three_d_step)row_i64(rows, n++);
    ret->authentication.verification = (enum verification)row_i64(rows, n++);
    ret->brand = (enum card_brand)row_i64(rows, n++);
    ret->last_four = row_copy(rows, n++, arena);
    ret->amount_minor = row_i64(rows, n++);
    ret->tax_minor = row_i64(rows, n++);
    ret->authentication.method_page = (unsigned)row_i64(rows, n++);
    ret->authentication.acs_state = row_i64(rows, n++);
    ret->until_us = row_i64(rows, n++);
    ret->due_us = row_i64(rows, n++);
    ret->return_url = row_copy(rows, n++, arena);
    ret->result = row_copy(rows, n++, arena);
    ret->session = row_i64(rows, n++);
}

result secure_token_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                             struct secure_token *ret)
{
    struct rows rows;
    TRY(db_query(db, SQL_SECURE_TOKEN_GET, &rows, VI(tenant), VI(key)));
    const bool found = rows_next(&rows);
    if (found)
        fill(&rows, tenant, arena, ret);
    TRY(rows_done(&rows));
    if (!found)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    return ret->result.at == NULL ? E_NO_MEMORY
                                  : authentication_read(ret->result, &ret->authentication);
}

result secure_token_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                         struct secure_token *ret)
{
    TRY(secure_token_read_key(db, tenant, wire.key, arena, ret));
    return ret->id.salt == wire.salt ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

static bool is_open(const struct secure_token *s)
{
    return s->authentication.verification == VERIFICATION_NEEDS_VERIFY;
}

/* When its card goes: when the customer has not come, when it has not been used, at once. A payment
 * that waits for it has the card in memory when it is over. */
static int64_t due_of(const struct secure_token *s, int64_t now_us)
{
    if (is_open(s))
        return s->until_us;
    const bool is_usable = verification_authorizes(s->authentication.verification) &&
                           s->payment == 0 && s->session == 0 && s->used_by == 0 &&
                           s->expires_us > now_us;
    return is_usable ? s->expires_us : 0;
}

result secure_token_insert(struct tx *tx, const struct token_create *token, int64_t now_us,
                           struct secure_token *s)
{
    struct arena *arena = token->c.arena;
    const struct authentication *a = &s->authentication;
    const size_t digits = strnlen(token->card.number, CARD_NUMBER_MAX);
    const str number = {token->card.number, digits};
    s->brand = card_brand_of(number);
    s->last_four = arena_str(arena, (str){number.at + digits - 4, 4});
    s->created_us = now_us;
    s->expires_us = now_us + TOKEN_LIFETIME_US;
    s->until_us = now_us + AUTHENTICATION_LIFETIME_US;
    s->due_us = due_of(s, now_us);
    s->result = authentication_result(a, arena);
    if (s->last_four.at == NULL || s->result.at == NULL)
        return E_NO_MEMORY;
    TRY(token_keep(tx, token, s->id, now_us, s->expires_us));
    TRY(db_exec(tx_db(tx), SQL_SECURE_TOKEN_INSERT, VI(s->tenant), VI(s->id.key), VI(s->payment),
                VI(a->step), VI(a->verification), VI(s->brand), VT(s->last_four),
                VI(s->amount_minor), VI(s->tax_minor), VI(a->method_page), VI(a->acs_state),
                VI(s->until_us), VI(s->due_us), VT(s->return_url), VT(s->result), VI(s->session)));
    return s->due_us == 0 ? db_exec(tx_db(tx), SQL_SECURE_TOKEN_ERASE, VI(s->tenant), VI(s->id.key))
                          : OK;
}

result secure_token_save(struct tx *tx, struct secure_token *s, int64_t now_us, struct arena *arena)
{
    const struct authentication *a = &s->authentication;
    s->due_us = due_of(s, now_us);
    s->result = authentication_result(a, arena);
    if (s->result.at == NULL)
        return E_NO_MEMORY;
    if (s->due_us == 0)
        TRY(db_exec(tx_db(tx), SQL_SECURE_TOKEN_ERASE, VI(s->tenant), VI(s->id.key)));
    return db_exec(tx_db(tx), SQL_SECURE_TOKEN_SAVE, VI(s->tenant), VI(s->id.key), VI(a->step),
                   VI(a->verification), VI(a->acs_state), VI(s->until_us), VI(s->due_us),
                   VT(s->result));
}

enum verification secure_token_verification(const struct secure_token *s, int64_t now_us)
{
    return is_open(s) && s->until_us < now_us ? VERIFICATION_ERRORED
                                              : s->authentication.verification;
}

/* ---- on the wire ---------------------------------------------------------------------------- */

/* tok_ | tenant (16) | BLAKE2b of tenant, key and salt (48) | id (25): the tenant has to be known
 * before the look-up, and a text that is not one of ours is refused without it. */
enum { TENANT_DIGITS = 16, CHECK_BYTES = 24, HEX_DIGITS = TENANT_DIGITS + 2 * CHECK_BYTES };
static_assert(sizeof TOKEN_PREFIX - 1 + HEX_DIGITS + ID_TEXT_BYTES == SECURE_TOKEN_TEXT_BYTES,
              "the parts fill the text");

static void put_text(int64_t tenant, id wire, char ret[SECURE_TOKEN_TEXT_BYTES])
{
    static const char DIGITS[] = "0123456789abcdef";
    static const uint8_t PURPOSE[] = "kessai: secure token";
    const int64_t of[] = {tenant, wire.key, wire.salt};
    uint8_t check[CHECK_BYTES];
    char *at = ret + sizeof TOKEN_PREFIX - 1;
    (void)crypto_generichash(check, sizeof check, (const uint8_t *)of, sizeof of, PURPOSE,
                             sizeof PURPOSE);
    memcpy(ret, TOKEN_PREFIX, sizeof TOKEN_PREFIX - 1);
    for (int i = 0; i < TENANT_DIGITS; i++)
        at[i] = DIGITS[(uint64_t)tenant >> (60 - 4 * i) & 15];
    (void)sodium_bin2hex(at + TENANT_DIGITS, 2 * CHECK_BYTES + 1, check, sizeof check);
    id_text(wire, at + HEX_DIGITS);
}

static bool read_tenant(const char *hex, int64_t *ret)
{
    uint64_t tenant = 0;
    for (int i = 0; i < TENANT_DIGITS; i++) {
        const bool is_digit = hex[i] >= '0' && hex[i] <= '9';
        if (!is_digit && (hex[i] < 'a' || hex[i] > 'f'))
            return false;
        tenant = tenant << 4 | (uint64_t)(is_digit ? hex[i] - '0' : hex[i] - 'a' + 10);
    }
    *ret = (int64_t)tenant;
    return *ret > 0;
}

bool secure_token_read_text(str text, int64_t *ret_tenant, id *ret)
{
    const size_t start = sizeof TOKEN_PREFIX - 1;
    int64_t tenant;
    id wire;
    char again[SECURE_TOKEN_TEXT_BYTES];
    if (text.bytes != SECURE_TOKEN_TEXT_BYTES - 1 || !read_tenant(text.at + start, &tenant) ||
        !id_read((str){text.at + start + HEX_DIGITS, ID_TEXT_BYTES - 1}, &wire))
        return false;
    put_text(tenant, wire, again);
    if (sodium_memcmp(again, text.at, text.bytes) != 0)
        return false;
    *ret_tenant = tenant;
    *ret = wire;
    return true;
}

const char *secure_token_url(const struct app *app, const struct secure_token *s,
                             struct arena *arena)
{
    char text[SECURE_TOKEN_TEXT_BYTES];
    put_text(s->tenant, s->id, text);
    return arena_printf(arena, "%s/three_d_secure_service/offsite?token=%s",
                        app->public_url == NULL ? "" : app->public_url, text);
}

/* return_url with secure_token_id appended; absent when there is none or no memory. */
static str return_url_of(const struct secure_token *s, struct arena *arena)
{
    const str url = s->return_url;
    if (url.at == NULL)
        return STR_NONE;
    char text[SECURE_TOKEN_TEXT_BYTES];
    put_text(s->tenant, s->id, text);
    const char *fragment = memchr(url.at, '#', url.bytes);
    const size_t bytes = fragment == NULL ? url.bytes : (size_t)(fragment - url.at);
    const char *joint = memchr(url.at, '?', bytes) == NULL ? "?" : "&";
    return str_of(arena_printf(arena, "%.*s%ssecure_token_id=%s%.*s", (int)bytes, url.at, joint,
                               text, (int)(url.bytes - bytes), url.at + bytes));
}

void secure_token_view(struct json *j, const char *name, const struct app *app,
                       const struct secure_token *s, enum verification status, struct arena *arena)
{
    char text[SECURE_TOKEN_TEXT_BYTES];
    put_text(s->tenant, s->id, text);
    json_open_object(j, name);
    json_text(j, "id", text);
    json_text(j, "secure_token", text);
    json_time(j, "created_at", s->created_us);
    json_text(j, "verification_status", verification_text(status));
    json_text(j, "authentication_url",
              status == VERIFICATION_NEEDS_VERIFY ? secure_token_url(app, s, arena) : NULL);
    json_raw(j, "three_ds_auth_result", status == VERIFICATION_NEEDS_VERIFY ? STR_NONE : s->result);
    json_end(j);
}

/* ---- the page ------------------------------------------------------------------------------- */

static void method_view(struct json *j, const struct secure_token *s,
                        const struct secure_token_page *page)
{
    const struct authentication *a = &s->authentication;
    if ((a->method_page & METHOD_PAGE) == 0) {
        json_put_null(j, "method");
        return;
    }
    json_open_object(j, "method");
    json_str(
        j, "data",
        three_d_method_text(a->answer.server_trans_id, str_of(page->app->public_url), page->arena));
    json_i64(j, "wait_ms", 10000);
    json_bool(j, "simulated_return", (a->method_page & METHOD_PAGE_RETURNS) != 0);
    json_end(j);
}

static void challenge_view(struct json *j, const struct secure_token *s,
                           const struct secure_token_page *page)
{
    const struct authentication *a = &s->authentication;
    int64_t tries, resends;
    const struct three_d_creq creq = {
        .message_version = THREE_D_VERSION,
        .server_trans_id = a->answer.server_trans_id,
        .acs_trans_id = a->answer.acs_trans_id,
        .challenge_window_size = "05",
    };
    three_d_challenge_left(a->acs_state, &tries, &resends);
    json_open_object(j, "challenge");
    json_str(j, "creq", three_d_creq_text(&creq, page->arena));
    json_i64(j, "tries_left", tries);
    json_i64(j, "resends_left", resends);
    json_end(j);
}

/* The issuer has not said how it ends: nobody was done in time. */
static bool is_late(const struct secure_token *s, enum verification verification)
{
    const enum trans_status said = s->authentication.answer.trans_status;
    return verification == VERIFICATION_ERRORED &&
           (said == TRANS_NONE || said == TRANS_CHALLENGE || said == TRANS_DECOUPLED);
}

void secure_token_state(struct json *j, const struct secure_token *s,
                        const struct secure_token_page *page)
{
    const enum verification verification = secure_token_verification(s, page->now_us);
    const enum three_d_step step =
        verification == VERIFICATION_NEEDS_VERIFY ? s->authentication.step : STEP_3D_ENDED;
    json_open_object(j, NULL);
    json_text(j, "verification_status", verification_text(verification));
    json_text(j, "step", three_d_step_text(step));
    json_bool(j, "late", is_late(s, verification));
    json_str(j, "merchant_name", s->merchant_name);
    json_text(j, "locale", page->payment == NULL ? NULL : locale_name(page->payment->locale));
    json_i64(j, "amount",
             page->payment == NULL ? s->amount_minor + s->tax_minor : payment_total(page->payment));
    json_text(j, "currency", currency_code(s->currency));
    json_open_object(j, "card");
    json_text(j, "brand", card_brand_slug(s->brand));
    json_str(j, "last_four_digits", s->last_four);
    json_end(j);
    json_time(j, "expires_at", s->until_us);
    if (step == STEP_3D_METHOD)
        method_view(j, s, page);
    else
        json_put_null(j, "method");
    if (step == STEP_3D_CHALLENGE)
        challenge_view(j, s, page);
    else
        json_put_null(j, "challenge");
    json_text(j, "payment_status",
              page->payment == NULL ? NULL : pay_state_name(page->payment->status));
    json_str(j, "cres", page->cres);
    json_str(j, "redirect_url", step == STEP_3D_ENDED ? page->redirect_url : STR_NONE);
    json_end(j);
}

result secure_token_redirect(struct db *db, const struct secure_token *s, struct arena *arena,
                             str *ret)
{
    *ret = STR_NONE;
    if (s->session != 0) {
        *ret = s->return_url; /* leads back through the session already */
        return OK;
    }
    if (s->payment == 0) {
        *ret = return_url_of(s, arena);
        return OK;
    }
    struct payment p;
    TRY(payment_read_key(db, s->tenant, s->payment, arena, &p));
    *ret = p.return_url; /* of a session: leads back through it already */
    return OK;
}
