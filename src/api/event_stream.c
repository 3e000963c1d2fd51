/* SPDX-License-Identifier: Apache-2.0 */
/* event_stream.c: GET /events/stream: the events of a tenant as they happen, as server-sent events.
 *
 *     retry: 1000
 *     id: 41                          where it begins
 *
 *     id: 42                          the number of the event
 *     event: payment.captured
 *     data: {"id":...}                the bytes of the webhook
 *
 * A client that is cut off comes back with the last id it has seen, and misses nothing.
 *
 * Source   HTML, 9.2 server-sent events; doc/api-webhooks.md */
#include <stddef.h>

#include "api/api.h"
#include "api/event_hub.h"
#include "api/request.h"

struct stream_in {
    bool has_after;
    int64_t after_seq;
};
static const struct field FIELDS[] = {
    {"after_seq", F_I64, offsetof(struct stream_in, after_seq),
     offsetof(struct stream_in, has_after), 0, 0, INT64_MAX, NULL},
};
const struct field_list request_event_stream = FIELD_LIST(FIELDS);

/* Where to begin: after the header's number, else the query's, else with what happens from now. */
static result find_start(struct exchange *x, struct db *db, int64_t *ret)
{
    struct stream_in in = {0};
    int64_t head;
    TRY(fields_read(x->request.query, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    const str last = x->request.last_event_id;
    if (last.bytes > 0 && (!str_i64(last, &in.after_seq) || in.after_seq < 0))
        return FAIL(E_INVALID_PARAMETER, "Last-Event-ID", "The id is not one of this stream.");
    TRY(db_number(db, SQL_EVENT_HEAD, &head, VI(x->request.caller.tenant)));
    if (last.bytes == 0 && !in.has_after)
        in.after_seq = head;
    if (in.after_seq > head)
        return FAIL(E_INVALID_PARAMETER, last.bytes > 0 ? "Last-Event-ID" : "after_seq",
                    "There is no event with this number yet.");
    *ret = in.after_seq;
    return OK;
}

/* GET /api/v1/events/stream
 *   in      after_seq, or the header Last-Event-ID
 *   out     200 text/event-stream
 *   errors  E_INVALID_PARAMETER (after_seq, Last-Event-ID), E_OVERLOADED */
void api_event_stream(struct exchange *x)
{
    int64_t after_seq;
    struct db *db = store_read_begin(api_app(x)->store);
    result r = find_start(x, db, &after_seq);
    store_read_end(api_app(x)->store, db);
    if (r.code == E_OK)
        r = event_hub_follow(api_app(x)->event_hub, x, x->request.caller.tenant, after_seq);
    if (r.code != E_OK)
        reply_error(x, r);
}
