/* SPDX-License-Identifier: Apache-2.0 */
#include "app/webhook_change.h"

#include <sodium.h>

#include "app/event_view.h"
#include "app/webhook_row.h"

enum { SECRET_RANDOM_BYTES = 24 };

result webhook_secret_make(struct arena *arena, str *ret)
{
    uint8_t random[SECRET_RANDOM_BYTES];
    char text[sodium_base64_ENCODED_LEN(SECRET_RANDOM_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    randombytes_buf(random, sizeof random);
    (void)sodium_bin2base64(text, sizeof text, random, sizeof random,
                            sodium_base64_VARIANT_ORIGINAL);
    const char *secret = arena_printf(arena, "whsec_%s", text);
    sodium_memzero(random, sizeof random);
    sodium_memzero(text, sizeof text);
    if (secret == NULL)
        return E_NO_MEMORY;
    *ret = str_of(secret);
    return OK;
}

/* The answer: the endpoint as it is in the store now. */
static result answer(struct tx *tx, struct webhook_change *in, id webhook)
{
    struct command *c = &in->command;
    struct webhook_row row;
    struct json j;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(webhook_read(tx_db(tx), c->tenant, webhook, c->arena, &row));
    json_init(&j, &c->body);
    webhook_view(&j, &row, now_us, in->shows_secret ? in->secret : STR_NONE);
    c->step = STEP_ANSWER;
    return OK;
}

result webhook_create_begin(struct tx *tx, struct command *c)
{
    struct webhook_change *in = (struct webhook_change *)c;
    struct webhook_endpoint e = {.url = in->url, .types = in->types, .secret = in->secret};
    TRY(webhook_endpoint_check(&e, c->arena));
    TRY(webhook_endpoint_insert(tx, c->tenant, c->app->vault, c->arena, &e));
    return answer(tx, in, e.id);
}

/* ---- changes ------------------------------------------------------------------------------- */

static result save(struct tx *tx, int64_t tenant, const struct webhook_row *row)
{
    return db_exec(tx_db(tx), SQL_WEBHOOK_ENDPOINT_SAVE, VI(tenant), VI(row->id.key), VT(row->url),
                   VT(row->types), VI(row->is_active), VB(row->secret.at, row->secret.bytes),
                   VB(row->old_secret.at, row->old_secret.bytes), /* absent: NULL */
                   VI(row->old_until_us));
}

/* What it wanted until now is kept, where that is not what it wants from now on. */
static result keep_past(struct tx *tx, int64_t tenant, const struct webhook_row *before,
                        const struct webhook_row *now)
{
    int64_t seq;
    if (before->is_active == now->is_active && str_equal(before->types, now->types))
        return OK;
    TRY(tx_event_seq(tx, tenant, &seq));
    return db_exec(tx_db(tx), SQL_WEBHOOK_PAST_INSERT, VI(tenant), VI(before->id.key), VI(seq),
                   VT(before->types), VI(before->is_active));
}

static result apply(struct tx *tx, const struct webhook_change *in, struct webhook_row *row)
{
    id there = {0};
    if (in->has_url) {
        TRY(webhook_url_check(in->url));
        TRY(webhook_endpoint_of_url(tx_db(tx), in->command.tenant, in->url, &there));
        if (there.key != 0 && there.key != row->id.key)
            return FAIL(E_INVALID_PARAMETER, "--url", "this URL has an endpoint already");
        row->url = in->url;
    }
    if (in->has_types)
        row->types = in->types.at == NULL ? S("") : in->types;
    if (in->has_active)
        row->is_active = in->is_active;
    if (in->has_secret) {
        TRY(vault_seal_text(in->command.app->vault, VAULT_WEBHOOK_SECRET, row->id, in->secret,
                            in->command.arena, &row->secret));
        row->old_secret = STR_NONE;
        row->old_until_us = 0;
    }
    const struct webhook_endpoint e = {
        .url = row->url, .types = row->types, .secret = in->has_secret ? in->secret : S("kept")};
    return webhook_endpoint_check(&e, in->command.arena);
}

result webhook_update_begin(struct tx *tx, struct command *c)
{
    struct webhook_change *in = (struct webhook_change *)c;
    struct webhook_row before;
    TRY(webhook_read(tx_db(tx), c->tenant, in->webhook, c->arena, &before));
    struct webhook_row row = before;
    TRY(apply(tx, in, &row));
    TRY(keep_past(tx, c->tenant, &before, &row));
    TRY(save(tx, c->tenant, &row));
    if (before.is_active && !row.is_active)
        TRY(db_exec(tx_db(tx), SQL_WEBHOOK_DELIVERY_STOP, VI(c->tenant), VI(row.id.key),
                    VT(S("the endpoint was switched off"))));
    return answer(tx, in, row.id);
}

/* With no overlap the old secret is forgotten at once. */
result webhook_rotate_begin(struct tx *tx, struct command *c)
{
    struct webhook_change *in = (struct webhook_change *)c;
    struct webhook_row row;
    int64_t now_us;
    TRY(webhook_read(tx_db(tx), c->tenant, in->webhook, c->arena, &row));
    TRY(tx_now(tx, c->tenant, &now_us));
    const struct webhook_endpoint e = {.url = row.url, .types = row.types, .secret = in->secret};
    TRY(webhook_endpoint_check(&e, c->arena));
    row.old_secret = in->overlap_us > 0 ? row.secret : STR_NONE;
    row.old_until_us = in->overlap_us > 0 ? now_us + in->overlap_us : 0;
    TRY(vault_seal_text(c->app->vault, VAULT_WEBHOOK_SECRET, row.id, in->secret, c->arena,
                        &row.secret));
    TRY(save(tx, c->tenant, &row));
    return answer(tx, in, row.id);
}

/* ---- its end, and a test ------------------------------------------------------------------- */

result webhook_remove_begin(struct tx *tx, struct command *c)
{
    const struct webhook_change *in = (const struct webhook_change *)c;
    struct webhook_row row;
    struct json j;
    TRY(webhook_read(tx_db(tx), c->tenant, in->webhook, c->arena, &row));
    TRY(webhook_endpoint_end(tx, c->tenant, row.id.key));
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_id(&j, "id", row.id);
    json_text(&j, "resource", "webhook");
    json_bool(&j, "deleted", true);
    json_end(&j);
    c->step = STEP_ANSWER;
    return OK;
}

result webhook_ping_begin(struct tx *tx, struct command *c)
{
    const struct webhook_change *in = (const struct webhook_change *)c;
    struct webhook_row row;
    struct event_row event;
    struct json j;
    int64_t seq;
    TRY(webhook_read(tx_db(tx), c->tenant, in->webhook, c->arena, &row));
    if (!row.is_active)
        return FAIL(E_UNPROCESSABLE, NULL, "The webhook is not active.");
    TRY(webhook_ping(tx, c->tenant, row.id.key, &seq));
    TRY(event_read(tx_db(tx), c->tenant, seq, c->arena, &event));
    json_init(&j, &c->body);
    event_json(&j, &event);
    c->step = STEP_ANSWER;
    return OK;
}
