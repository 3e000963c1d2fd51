/* SPDX-License-Identifier: Apache-2.0 */
#include "app/customer.h"

#include <assert.h>
#include <string.h>

#include "app/keyed.h"

static const result NONE = {E_NOT_FOUND, NULL, NULL};

enum { LAST_FOUR = 4, DETAILS_BYTES_MAX = 8192 };

static void fill(const struct rows *rows, int64_t tenant, struct arena *arena, void *into)
{
    struct customer *ret = into;
    int n = 0;
    *ret = (struct customer){.tenant = tenant};
    ret->id.key = row_i64(rows, n++);
    ret->id.salt = row_i64(rows, n++);
    ret->method = (enum method)row_i64(rows, n++);
    ret->sealed = row_copy(rows, n++, arena);
    ret->brand = (enum card_brand)row_i64(rows, n++);
    ret->last_four = row_copy(rows, n++, arena);
    ret->month = row_i64(rows, n++);
    ret->year = row_i64(rows, n++);
    ret->scenario = row_copy(rows, n++, arena);
    ret->email = row_copy(rows, n++, arena);
    ret->name = row_copy(rows, n++, arena);
    ret->phone = row_copy(rows, n++, arena);
    ret->external_id = row_copy(rows, n++, arena);
    ret->currency = (enum currency)row_i64(rows, n++);
    ret->locale = (enum locale)row_i64(rows, n++);
    ret->metadata = row_copy(rows, n++, arena);
    ret->created_us = row_i64(rows, n++);
    ret->updated_us = row_i64(rows, n++);
    ret->deleted_us = row_i64(rows, n++);
    ret->three_d_secure = row_copy(rows, n++, arena);
}

result customer_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                         struct customer *ret)
{
    const struct keyed row = {SQL_CUSTOMER_GET, tenant, key, fill};
    return keyed_read(db, &row, arena, ret);
}

result customer_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                     struct customer *ret)
{
    TRY(customer_read_key(db, tenant, wire.key, arena, ret));
    return ret->id.salt == wire.salt && ret->deleted_us == 0 ? OK : NONE;
}

result customer_read_external(struct db *db, int64_t tenant, str external_id, struct arena *arena,
                              struct customer *ret)
{
    int64_t key = 0;
    TRY(db_number(db, SQL_CUSTOMER_BY_EXTERNAL, &key, VI(tenant), VT(external_id)));
    return key == 0 ? NONE : customer_read_key(db, tenant, key, arena, ret);
}

/* An absent blob is NULL, as an absent text is. */
static struct value sealed_value(const struct customer *c)
{
    return c->sealed.at == NULL ? VNULL : VB(c->sealed.at, c->sealed.bytes);
}

result customer_insert(struct tx *tx, const struct customer *c)
{
    return db_exec(tx_db(tx), SQL_CUSTOMER_INSERT, VI(c->tenant), VI(c->id.key), VI(c->id.salt),
                   VI(c->method), sealed_value(c), VI(c->brand), VT(c->last_four), VI(c->month),
                   VI(c->year), VT(c->scenario), VT(c->email), VT(c->name), VT(c->phone),
                   VT(c->external_id), VI(c->currency), VI(c->locale), VT(c->metadata),
                   VI(c->created_us), VT(c->three_d_secure));
}

result customer_save(struct tx *tx, const struct customer *c)
{
    return db_exec(tx_db(tx), SQL_CUSTOMER_SAVE, VI(c->tenant), VI(c->id.key), VI(c->method),
                   sealed_value(c), VI(c->brand), VT(c->last_four), VI(c->month), VI(c->year),
                   VT(c->scenario), VT(c->email), VT(c->name), VT(c->phone), VT(c->external_id),
                   VI(c->currency), VI(c->locale), VT(c->metadata), VI(c->updated_us),
                   VI(c->deleted_us), VT(c->three_d_secure));
}

/* ---- the source ---------------------------------------------------------------------------- */

result customer_set_card(struct vault *vault, const struct card_secret *card, struct arena *arena,
                         struct customer *c)
{
    struct card_secret kept = *card;
    explicit_bzero(kept.verification_value, sizeof kept.verification_value);
    const result r = vault_seal_card(vault, c->id, &kept, 0, 0, arena, &c->sealed);
    explicit_bzero(&kept, sizeof kept);
    if (r.code != E_OK)
        return r;
    const str digits = str_of(card->number);
    assert(digits.bytes >= LAST_FOUR);
    c->method = METHOD_CREDIT_CARD;
    c->brand = card_brand_of(digits);
    c->last_four = arena_str(arena, (str){digits.at + digits.bytes - LAST_FOUR, LAST_FOUR});
    c->month = card->month;
    c->year = card->year;
    c->three_d_secure = STR_NONE;
    return c->last_four.at == NULL ? E_NO_MEMORY : OK;
}

result customer_set_wallet(struct vault *vault, enum method method, id consent, struct arena *arena,
                           struct customer *c)
{
    char text[ID_TEXT_BYTES];
    id_text(consent, text);
    customer_forget_source(c);
    c->method = method;
    return vault_seal_text(vault, VAULT_DETAILS, c->id, str_of(text), arena, &c->sealed);
}

static bool is_wallet(const struct customer *c)
{
    return c->sealed.at != NULL && c->brand == BRAND_NONE;
}

result customer_consent(struct vault *vault, const struct customer *c, struct arena *arena, id *ret)
{
    str text;
    *ret = (id){0};
    if (!is_wallet(c))
        return OK;
    TRY(vault_open_text(vault, VAULT_DETAILS, c->id, c->sealed, arena, &text));
    return id_read(text, ret) ? OK : FAIL(E_CRYPTO, NULL, "a wallet's consent cannot be read");
}

void customer_forget_source(struct customer *c)
{
    c->method = METHOD_NONE;
    c->sealed = c->last_four = c->scenario = c->three_d_secure = STR_NONE;
    c->brand = BRAND_NONE;
    c->month = c->year = 0;
}

result customer_open_card(struct vault *vault, const struct customer *c, struct card_secret *ret)
{
    if (c->brand == BRAND_NONE)
        return FAIL(E_UNPROCESSABLE, "customer", "the customer has no card that could be charged");
    return vault_look_at_card(vault, c->id, c->sealed, ret);
}

static void card_view(struct json *j, const struct customer *c)
{
    if (c->brand == BRAND_NONE)
        return;
    json_text(j, "brand", card_brand_slug(c->brand));
    json_str(j, "last_four_digits", c->last_four);
    json_i64(j, "month", c->month);
    json_i64(j, "year", c->year);
}

result customer_details(const struct customer *c, struct arena *arena, str *ret)
{
    struct buf text;
    buf_init(&text, DETAILS_BYTES_MAX);
    struct json j;
    json_init(&j, &text);
    json_open_object(&j, NULL);
    json_text(&j, "type", method_row(c->method)->slug);
    json_str(&j, "email", c->email);
    card_view(&j, c);
    json_end(&j);
    const bool is_broken = text.is_broken;
    *ret = arena_str(arena, buf_view(&text));
    buf_done(&text);
    return is_broken || ret->at == NULL ? E_NO_MEMORY : OK;
}

result customer_erase(struct tx *tx, struct customer *c, int64_t now_us)
{
    customer_forget_source(c);
    c->email = c->name = c->phone = c->external_id = c->metadata = STR_NONE;
    c->updated_us = c->deleted_us = now_us;
    return customer_save(tx, c);
}

/* ---- the object ---------------------------------------------------------------------------- */

static void source_view(struct json *j, const struct customer *c)
{
    if (c->method == METHOD_NONE) {
        json_put_null(j, "source");
        return;
    }
    json_open_object(j, "source");
    json_text(j, "type", method_row(c->method)->slug);
    card_view(j, c);
    json_end(j);
}

void customer_view(struct json *j, const struct customer *c)
{
    json_open_object(j, NULL);
    json_id(j, "id", c->id);
    json_text(j, "resource", "customer");
    json_str(j, "email", c->email);
    source_view(j, c);
    json_raw(j, "metadata", c->metadata.at == NULL ? S("{}") : c->metadata);
    json_time(j, "created_at", c->created_us);
    json_text(j, "locale", locale_name(c->locale));
    json_end(j);
}

result customer_event(struct tx *tx, const struct customer *customer, enum event_type type,
                      struct command *c)
{
    struct buf own;
    buf_init(&own, REPLY_BYTES_MAX);
    struct buf *out = c == NULL ? &own : &c->body;
    buf_clear(out);
    struct json j;
    json_init(&j, out);
    customer_view(&j, customer);
    result r = out->is_broken ? E_NO_MEMORY : OK;
    int64_t now_us = 0, seq = 0;
    if (r.code == E_OK)
        r = tx_now(tx, customer->tenant, &now_us);
    const struct event_entry entry = {.tenant = customer->tenant,
                                      .merchant = customer->tenant,
                                      .type = type,
                                      .created_us = now_us,
                                      .data = buf_view(out)};
    if (r.code == E_OK)
        r = tx_event(tx, &entry, &seq);
    if (r.code == E_OK && c != NULL)
        c->event_seq = seq;
    buf_done(&own);
    return r;
}
