/* SPDX-License-Identifier: Apache-2.0 */
/* events.c: GET /events and /events/{id} (komoju-core 12.1). */
#include "api/api.h"
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
    struct json j;
    api_json(x, &j);
    api_list_begin(&j, "list", last >= first ? last - first + 1 : 0, &q);
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES); /* of one event after the other */
    result r = arena == NULL ? E_NO_MEMORY : OK;
    for (int64_t seq = newest; r.code == E_OK && seq >= first && seq > newest - q.per_page; seq--) {
        struct event_row event;
        r = event_read(db, tenant, seq, arena, &event);
        if (r.code == E_OK)
            event_json(&j, &event);
        if (r.code == E_OK && arena_is_broken(arena))
            r = E_NO_MEMORY;
        arena_clear(arena);
    }
    arena_free(arena);
    json_end(&j);
    json_end(&j);
    return r;
}

void api_event_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
