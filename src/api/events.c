/* SPDX-License-Identifier: Apache-2.0 */
/* events.c: GET /events and /events/{id} (komoju-core 12.1). */
#include "api/api.h"
#include "app/event_view.h"

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

/* The first event after (is_after) or not before `when`: their times rise with their numbers. */
static result first_from(struct db *db, int64_t tenant, int64_t count, int64_t when_us,
                         bool is_after, int64_t *ret)
{
    int64_t low = 1, high = count + 1;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        int64_t created_us;
        TRY(db_number(db, SQL_EVENT_CREATED_AT, &created_us, VI(tenant), VI(middle)));
        if (is_after ? created_us > when_us : created_us >= when_us)
            high = middle;
        else
            low = middle + 1;
    }
    *ret = low;
    return OK;
}

static result list(struct exchange *x, struct db *db)
{
    const int64_t tenant = x->request.caller.tenant;
    struct list_query q;
    TRY(list_query_read(x->request.query, x->arena, &q));
    int64_t last, first = 1;
    TRY(db_number(db, SQL_EVENT_HEAD, &last, VI(tenant)));
    const int64_t count = last;
    if (q.start_us != 0)
        TRY(first_from(db, tenant, count, q.start_us, true, &first));
    if (q.end_us != 0) {
        TRY(first_from(db, tenant, count, q.end_us, false, &last));
        last--;
    }
    const int64_t newest = last - (q.page - 1) * q.per_page;
    struct json j;
    api_json(x, &j);
    api_list_begin(&j, "list", last >= first ? last - first + 1 : 0, &q);
    for (int64_t seq = newest; seq >= first && seq > newest - q.per_page; seq--) {
        struct event_row event;
        TRY(event_read(db, tenant, seq, x->arena, &event));
        event_json(&j, &event);
    }
    json_end(&j);
    json_end(&j);
    return OK;
}

void api_event_list(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}
