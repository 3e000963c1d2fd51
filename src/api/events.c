/* SPDX-License-Identifier: Apache-2.0 */
/* events.c: GET /events and /events/{id} (komoju-core 12.1); the same log by its numbers, oldest
 * first, for whoever has seen it up to one of them. */
#include <stddef.h>

#include "api/api.h"
#include "api/request.h"
#include "app/event_view.h"
#include "app/payment.h"
#include "app/time_range.h"

void api_event_show(struct exchange *x)
{
    id wire;
    if (!id_read(x->request.args[0], &wire)) {
        reply_error(x, FAIL(E_NOT_FOUND, NULL, NULL));
        return;
    }
    struct event_row event;
    struct db *db = store_read_begin(api_app(x)->store);
    result r = event_read(db, x->request.caller.tenant, wire.key, x->arena, &event);
    store_read_end(api_app(x)->store, db);
    if (r.code == E_OK && (event.seq == 0 || event.salt != wire.salt))
        r = FAIL(E_NOT_FOUND, NULL, NULL);
    if (r.code == E_OK) {
        struct json j;
        api_json(x, &j);
        event_json(&j, &event);
    }
    api_reply(x, r);
}

/* A tenant's events, by their numbers. */
struct numbered {
    struct db *db;
    int64_t tenant;
};

static result created_at(void *context, int64_t seq, int64_t *ret_us)
{
    const struct numbered *of = context;
    return db_number(of->db, SQL_EVENT_CREATED_AT, ret_us, VI(of->tenant), VI(seq));
}

/* ---- by page, newest first ----------------------------------------------------------------- */

/* Writes events from one number to another one, up or down, into the open array. */
static result events_view(struct db *db, int64_t tenant, int64_t from, int64_t to,
                          void (*view)(struct json *j, const struct event_row *event),
                          struct json *j)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES); /* of one event after the other */
    result r = arena == NULL ? E_NO_MEMORY : OK;
    const int64_t step = from <= to ? 1 : -1;
    for (int64_t seq = from; r.code == E_OK && seq != to + step; seq += step) {
        struct event_row event;
        r = event_read(db, tenant, seq, arena, &event);
        if (r.code == E_OK)
            view(j, &event);
        if (r.code == E_OK && arena_is_broken(arena))
            r = E_NO_MEMORY;
        arena_clear(arena);
    }
    arena_free(arena);
    return r;
}

static result list(struct exchange *x, struct db *db)
{
    const int64_t tenant = x->request.caller.tenant;
    struct list_query q;
    TRY(list_query_read(x->request.query, x->arena, &q));
    struct numbered numbered = {.db = db, .tenant = tenant};
    struct time_range range = {
        .start_us = q.start_us, .end_us = q.end_us, .time_of = created_at, .context = &numbered};
    TRY(db_number(db, SQL_EVENT_HEAD, &range.count, VI(tenant)));
    int64_t first, last;
    TRY(time_range_find(&range, &first, &last));
    const int64_t newest = last - (q.page - 1) * q.per_page;
    const int64_t oldest = newest - q.per_page + 1 > first ? newest - q.per_page + 1 : first;
    struct json j;
    api_json(x, &j);
    api_list_begin(&j, "list", last >= first ? last - first + 1 : 0, &q);
    const result r =
        newest >= oldest ? events_view(db, tenant, newest, oldest, event_json, &j) : OK;
    json_end(&j);
    json_end(&j);
    return r;
}

/* ---- by number, oldest first --------------------------------------------------------------- */

enum { LIMIT_MAX = 100 };
struct since_in {
    bool has_after;
    int64_t after_seq, limit;
};
static const struct field SINCE[] = {
    {"after_seq", F_I64, offsetof(struct since_in, after_seq), offsetof(struct since_in, has_after),
     0, 0, INT64_MAX, NULL},
    {"limit", F_I64, offsetof(struct since_in, limit), FIELD_NO_FLAG, 0, 1, LIMIT_MAX, NULL},
};
const struct field_list request_event_since = FIELD_LIST(SINCE);

static result list_since(struct exchange *x, struct db *db, const struct since_in *in)
{
    const int64_t tenant = x->request.caller.tenant;
    int64_t head;
    TRY(db_number(db, SQL_EVENT_HEAD, &head, VI(tenant)));
    if (in->after_seq > head)
        return FAIL(E_INVALID_PARAMETER, "after_seq", "There is no event with this number yet.");
    const int64_t last = head - in->after_seq > in->limit ? in->after_seq + in->limit : head;
    struct json j;
    api_json(x, &j);
    json_open_object(&j, NULL);
    json_text(&j, "resource", "list");
    json_i64(&j, "after_seq", in->after_seq);
    json_i64(&j, "last_seq", last);
    json_bool(&j, "has_more", last < head);
    json_open_array(&j, "data");
    const result r = last > in->after_seq
                         ? events_view(db, tenant, in->after_seq + 1, last, event_json_numbered, &j)
                         : OK;
    json_end(&j);
    json_end(&j);
    return r;
}

static result list_either(struct exchange *x, struct db *db)
{
    struct since_in in = {.limit = LIMIT_MAX};
    TRY(fields_read(x->request.query, NULL, SINCE, COUNT(SINCE), x->arena, &in));
    return in.has_after ? list_since(x, db, &in) : list(x, db);
}

void api_event_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list_either(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
