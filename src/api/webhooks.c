/* SPDX-License-Identifier: Apache-2.0 */
/* webhooks.c: endpoints over the API: make, list, show, change, end, ping, a new secret. KOMOJU has
 * these in its dashboard only; what they do is that of `kessai webhook`.
 *
 * Source   komoju-core 12.2; doc/api-webhooks.md */
#include <stddef.h>

#include "api/api.h"
#include "api/request.h"
#include "app/session.h"
#include "app/webhook_change.h"
#include "app/webhook_row.h"
#include "store/event.h"

enum { TYPES_MAX = 64, TYPE_BYTES_MAX = 128 };

struct webhook_in {
    bool has_url, has_types, has_secret, has_active, active;
    str url, secret;
    json_t *types;
};
#define AT(member) offsetof(struct webhook_in, member)

static const struct field FIELDS[] = {
    {"url", F_TEXT, AT(url), AT(has_url), FIELD_KEEP_EMPTY, 0, 0, NULL},
    {"secret", F_TEXT, AT(secret), AT(has_secret), FIELD_KEEP_EMPTY, 0, 0, NULL},
    {"event_types", F_ARRAY, AT(types), FIELD_NO_FLAG, 0, 0, TYPES_MAX, NULL},
    {"active", F_BOOL, AT(active), AT(has_active), 0, 0, 0, NULL},
};
const struct field_list request_webhook = FIELD_LIST(FIELDS);

/* The rules are written for the command line: its options' names become those of the body. */
static result of_body(result r)
{
    static const char *const NAMES[][2] = {
        {"--url", "url"}, {"--secret", "secret"}, {"--event", "event_types"}};
    for (size_t i = 0; r.param != NULL && i < COUNT(NAMES); i++)
        if (str_is(str_of(r.param), NAMES[i][0]))
            r.param = NAMES[i][1];
    return r;
}

static void answered(struct command *c)
{
    c->outcome = of_body(c->outcome);
    if (c->outcome.code != E_OK && c->body.bytes > 0)
        buf_clear(&c->body);
    api_answer(c);
}

/* An array of names becomes the store's list; each is there once. */
static result types_read(const json_t *array, struct arena *arena, str *ret)
{
    const char *all = "";
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *item = json_array_get(array, i);
        const str type = {json_string_value(item), json_string_length(item)};
        if (!json_is_string(item) || type.bytes > TYPE_BYTES_MAX || !event_type_exists(type))
            return FAIL(E_INVALID_PARAMETER, arena_printf(arena, "event_types[%zu]", i),
                        "There is no such event type.");
        if (all[0] != '\0' && event_types_name(str_of(all), type.at))
            continue;
        all = arena_printf(arena, "%s%s%.*s", all, all[0] == '\0' ? "" : ",", (int)type.bytes,
                           type.at);
        if (all == NULL)
            return E_NO_MEMORY;
    }
    *ret = str_of(all);
    return OK;
}

/* What of an endpoint a body says. */
static result parse(struct exchange *x, struct webhook_change *ret)
{
    struct webhook_in in = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    if (in.has_url)
        TRY(of_body(webhook_url_check(in.url)));
    ret->has_url = in.has_url;
    ret->url = in.url;
    ret->has_types = in.types != NULL;
    if (ret->has_types)
        TRY(types_read(in.types, x->arena, &ret->types));
    ret->has_secret = in.has_secret;
    ret->secret = in.secret;
    ret->has_active = in.has_active;
    ret->is_active = in.active;
    return OK;
}

/* Runs one of webhook_change.h's, after `read` has filled it in. */
static void run(struct exchange *x, result (*begin)(struct tx *tx, struct command *c),
                result (*read)(struct exchange *x, struct webhook_change *ret))
{
    struct webhook_change *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    in->command.begin = begin;
    result r = OK;
    if (x->request.args[0].at != NULL && !id_read(x->request.args[0], &in->webhook))
        r = FAIL(E_NOT_FOUND, NULL, NULL);
    if (r.code == E_OK && read != NULL)
        r = read(x, in);
    if (r.code != E_OK) {
        command_done(&in->command);
        reply_error(x, r);
        return;
    }
    api_run_with(x, &in->command, answered);
}

/* A secret is made where none is given. */
static result secret_or_new(struct exchange *x, struct webhook_change *ret)
{
    ret->shows_secret = !ret->has_secret;
    return ret->has_secret ? OK : webhook_secret_make(x->arena, &ret->secret);
}

static result create_read(struct exchange *x, struct webhook_change *ret)
{
    TRY(parse(x, ret));
    if (!ret->has_url)
        return FAIL(E_MISSING_PARAMETER, "url", NULL);
    if (ret->has_active && !ret->is_active)
        return FAIL(E_INVALID_PARAMETER, "active", "A new webhook is active.");
    return secret_or_new(x, ret);
}

/* POST /api/v1/webhooks: a new endpoint, and a ping to it.
 *   in      FIELDS
 *   out     200 webhook, with its secret when that was made here
 *   errors  E_MISSING_PARAMETER (url), E_INVALID_PARAMETER (url, secret, event_types[i]) */
void api_webhook_create(struct exchange *x)
{
    run(x, webhook_create_begin, create_read);
}

/* PATCH /api/v1/webhooks/{id}.   in FIELDS   out 200 webhook   errors as create, E_NOT_FOUND */
void api_webhook_update(struct exchange *x)
{
    run(x, webhook_update_begin, parse);
}

/* DELETE /api/v1/webhooks/{id}.   out 200 id, deleted   errors E_NOT_FOUND */
void api_webhook_delete(struct exchange *x)
{
    run(x, webhook_remove_begin, NULL);
}

/* POST /api/v1/webhooks/{id}/ping.   out 200 event   errors E_NOT_FOUND, E_UNPROCESSABLE */
void api_webhook_ping(struct exchange *x)
{
    run(x, webhook_ping_begin, NULL);
}

struct rotate_in {
    bool has_secret;
    str secret;
    int64_t overlap_s;
};

static const struct field ROTATE[] = {
    {"secret", F_TEXT, offsetof(struct rotate_in, secret), offsetof(struct rotate_in, has_secret),
     FIELD_KEEP_EMPTY, 0, 0, NULL},
    {"overlap_seconds", F_I64, offsetof(struct rotate_in, overlap_s), FIELD_NO_FLAG, 0, 0,
     WEBHOOK_OVERLAP_S_MAX, NULL},
};
const struct field_list request_webhook_rotate = FIELD_LIST(ROTATE);

static result rotate_read(struct exchange *x, struct webhook_change *ret)
{
    struct rotate_in in = {.overlap_s = WEBHOOK_OVERLAP_S};
    TRY(fields_read(x->request.body, NULL, ROTATE, COUNT(ROTATE), x->arena, &in));
    ret->has_secret = in.has_secret;
    ret->secret = in.secret;
    ret->overlap_us = in.overlap_s * US_PER_S;
    return secret_or_new(x, ret);
}

/* POST /api/v1/webhooks/{id}/rotate_secret: a new secret; the old one stays valid for a while.
 *   in      secret (made when absent), overlap_seconds
 *   out     200 webhook, with its secret when that was made here
 *   errors  E_NOT_FOUND, E_INVALID_PARAMETER (secret, overlap_seconds) */
void api_webhook_rotate(struct exchange *x)
{
    run(x, webhook_rotate_begin, rotate_read);
}

/* ---- reads --------------------------------------------------------------------------------- */

static result show(struct exchange *x, struct db *db)
{
    struct webhook_row row;
    id wire;
    struct json j;
    int64_t now_us;
    if (!id_read(x->request.args[0], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(webhook_read(db, x->request.caller.tenant, wire, x->arena, &row));
    TRY(session_now(db, api_app(x), x->request.caller.tenant, &now_us));
    api_json(x, &j);
    webhook_view(&j, &row, now_us, STR_NONE);
    return OK;
}

/* GET /api/v1/webhooks/{id}.   out 200 webhook   errors E_NOT_FOUND */
void api_webhook_show(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = show(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}

static result items_view(struct exchange *x, struct db *db, const struct list_query *q,
                         struct json *j)
{
    const int64_t tenant = x->request.caller.tenant;
    struct rows rows;
    int64_t now_us;
    TRY(session_now(db, api_app(x), tenant, &now_us));
    TRY(db_query(db, SQL_WEBHOOK_ENDPOINT_PAGE, &rows, VI(tenant), VI(q->start_us), VI(q->end_us),
                 VI(q->per_page), VI((q->page - 1) * q->per_page)));
    while (rows_next(&rows)) {
        struct webhook_row row;
        const result r = webhook_row_of(&rows, x->arena, &row);
        if (r.code != E_OK) {
            rows.error = r;
            break;
        }
        webhook_view(j, &row, now_us, STR_NONE);
    }
    return rows_done(&rows);
}

static result list(struct exchange *x, struct db *db)
{
    struct list_query q;
    struct json j;
    int64_t total;
    TRY(list_query_read(x->request.query, x->arena, &q));
    TRY(db_number(db, SQL_WEBHOOK_ENDPOINT_COUNT, &total, VI(x->request.caller.tenant),
                  VI(q.start_us), VI(q.end_us)));
    api_json(x, &j);
    api_list_begin(&j, "list", total, &q);
    const result r = items_view(x, db, &q, &j);
    json_end(&j);
    json_end(&j);
    return r;
}

/* GET /api/v1/webhooks: newest first.   in list_query_read   out 200 list of webhook */
void api_webhook_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
