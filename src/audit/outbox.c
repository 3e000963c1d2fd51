/* SPDX-License-Identifier: Apache-2.0 */
/* outbox.c: exactly one delivery for every event and every endpoint that wants it, and none else.
 *
 * An endpoint gets the events after since_seq, up to removed_seq once it is removed, whose types it
 * wants; what it wanted before a change is in webhook_past. A ping goes to one endpoint: the one
 * that was added just before it, if there is one, else the one that was asked to be pinged. What an
 * endpoint does not want it may have all the same if that was asked for (resends), but no ping. */
#include <inttypes.h>
#include <string.h>

#include "audit/audit_state.h"

struct endpoint {
    struct endpoint *next;
    id id;
    str types;
    int64_t since_seq, removed_us, removed_seq;
    bool is_active;
    struct past *pasts; /* the oldest first */
};

/* What it wanted up to an event. */
struct past {
    struct past *next;
    str types;
    int64_t until_seq;
    bool is_active;
};

enum wish { WISH_NONE = 0, WISH_NO, WISH_MAY, WISH_YES };

struct outbox {
    struct audit *audit;
    struct endpoint *endpoints; /* by id */
    struct cursor deliveries;   /* by event and endpoint */
};

static bool names_type(str types, const char *type)
{
    const size_t bytes = strlen(type);
    for (size_t i = 0; i < types.bytes;) {
        size_t end = i;
        while (end < types.bytes && types.at[end] != ',')
            end++;
        if (end - i == bytes && memcmp(types.at + i, type, bytes) == 0)
            return true;
        i = end + 1;
    }
    return types.bytes == 0;
}

/* It was there when the event happened. */
static bool was_there(const struct endpoint *e, int64_t seq)
{
    return seq > e->since_seq && (e->removed_us == 0 || seq <= e->removed_seq);
}

/* The endpoint that was added just before a ping. */
static const struct endpoint *added_before(const struct outbox *box, int64_t seq)
{
    const struct endpoint *e = box->endpoints;
    while (e != NULL && e->since_seq != seq - 1)
        e = e->next;
    return e;
}

static enum wish wish_of(const struct outbox *box, const struct endpoint *e, int64_t seq,
                         int64_t type, const char *text)
{
    if (!was_there(e, seq) || text == NULL)
        return WISH_NO;
    if (type == TYPE_PING) { /* whatever types it wants */
        const struct endpoint *added = added_before(box, seq);
        if (added == NULL)
            return WISH_MAY;
        return added == e ? WISH_YES : WISH_NO;
    }
    for (const struct past *past = e->pasts; past != NULL; past = past->next)
        if (seq <= past->until_seq)
            return past->is_active && names_type(past->types, text) ? WISH_YES : WISH_NO;
    return e->is_active && names_type(e->types, text) ? WISH_YES : WISH_NO;
}

static void read_pasts(struct outbox *box)
{
    struct audit *a = box->audit;
    struct endpoint *e = box->endpoints;
    struct past **end = e == NULL ? NULL : &e->pasts;
    struct cursor c;
    cursor_stream(a, &c,
                  "SELECT endpoint, until_seq, types, is_active FROM webhook_past"
                  " WHERE tenant = $1 ORDER BY endpoint, until_seq");
    while (cursor_next(&c)) {
        const int64_t endpoint = cursor_i64(&c, 0);
        while (e != NULL && e->id.key < endpoint) {
            e = e->next;
            end = e == NULL ? NULL : &e->pasts;
        }
        if (e == NULL || e->id.key != endpoint) {
            finding(a, number_name(a, "what was wanted by endpoint", endpoint),
                    "that endpoint does not exist");
            continue;
        }
        struct past *past = AUDIT_NEW(a, a->scratch, struct past);
        if (past == NULL)
            break;
        past->until_seq = cursor_i64(&c, 1);
        past->types = arena_str(a->scratch, cursor_str(&c, 2));
        past->is_active = cursor_i64(&c, 3) != 0;
        if (past->until_seq < e->since_seq || past->until_seq > a->event_seq)
            finding(a, row_name(a, "endpoint", e->id),
                    "changed after event %" PRId64
                    ", which is not between its first and the newest",
                    past->until_seq);
        *end = past;
        end = &past->next;
    }
    cursor_close(&c);
}

static void read_endpoints(struct outbox *box)
{
    struct audit *a = box->audit;
    struct endpoint **end = &box->endpoints;
    struct cursor c;
    cursor_stream(a, &c,
                  "SELECT id, salt, types, since_seq, removed_us, removed_seq, is_active FROM "
                  "webhook_endpoint "
                  "WHERE tenant = $1 ORDER BY id");
    while (cursor_next(&c)) {
        struct endpoint *e = AUDIT_NEW(a, a->scratch, struct endpoint);
        if (e == NULL)
            break;
        e->id = (id){.key = cursor_i64(&c, 0), .salt = cursor_i64(&c, 1)};
        e->types = arena_str(a->scratch, cursor_str(&c, 2));
        e->since_seq = cursor_i64(&c, 3);
        e->removed_us = cursor_i64(&c, 4);
        e->removed_seq = cursor_i64(&c, 5);
        e->is_active = cursor_i64(&c, 6) != 0;
        *end = e;
        end = &e->next;
    }
    cursor_close(&c);
}

/* ---- a delivery by itself ------------------------------------------------------------------ */

enum { WAITING = 1, DELIVERED = 2, GIVEN_UP = 3, REMOVED = 4 };
enum { COLUMN_STATE = 4, COLUMN_TRIES, COLUMN_DUE, COLUMN_LAST, COLUMN_STATUS, COLUMN_RESENDS };

/* Its state and its times tell the same story. */
static const char *delivery_fault(const struct endpoint *e, const struct cursor *c)
{
    const int64_t state = cursor_i64(c, COLUMN_STATE), tries = cursor_i64(c, COLUMN_TRIES);
    const int64_t due_us = cursor_i64(c, COLUMN_DUE), status = cursor_i64(c, COLUMN_STATUS);
    if (state == WAITING && due_us <= 0)
        return "waits and will never be sent: due_us is 0";
    if (state != WAITING && due_us != 0)
        return "has ended and is due";
    if (state == DELIVERED && (tries < 1 || status < 200 || status > 299))
        return "is delivered, but its last answer does not say so";
    if (tries == 0 && (cursor_i64(c, COLUMN_LAST) != 0 || status != 0))
        return "was never tried and has an outcome";
    if (state == REMOVED && e->removed_us == 0)
        return "has ended with its endpoint, which is there";
    if (state == WAITING && e->removed_us != 0)
        return "waits for an endpoint that was removed";
    return NULL;
}

static const char *delivery_name(struct audit *a, const struct cursor *c)
{
    return row_name(a, "delivery", (id){.key = cursor_i64(c, 2), .salt = cursor_i64(c, 3)});
}

/* ---- events against deliveries ------------------------------------------------------------- */

/* True at the delivery of this event for this endpoint; steps over those that come before it, which
 * nobody wants. */
static bool at_delivery(struct outbox *box, int64_t seq, int64_t endpoint)
{
    struct cursor *c = &box->deliveries;
    for (; c->is_at_row; (void)cursor_next(c)) {
        const int64_t of_seq = cursor_i64(c, 0), of_endpoint = cursor_i64(c, 1);
        if (of_seq > seq || (of_seq == seq && of_endpoint >= endpoint))
            return of_seq == seq && of_endpoint == endpoint;
        finding(box->audit, delivery_name(box->audit, c),
                "its event %" PRId64 " or its endpoint %" PRId64 " does not exist", of_seq,
                of_endpoint);
    }
    return false;
}

/* Returns 1 if there is a delivery. */
static int check_pair(struct outbox *box, const struct endpoint *e, id event, bool is_ping,
                      enum wish wish)
{
    struct audit *a = box->audit;
    char endpoint[ID_TEXT_BYTES];
    if (!at_delivery(box, event.key, e->id.key)) {
        if (wish != WISH_YES)
            return 0;
        id_text(e->id, endpoint);
        finding(a, row_name(a, "event", event), "has no delivery for endpoint %s", endpoint);
        return 0;
    }
    const char *fault = delivery_fault(e, &box->deliveries);
    const bool was_asked_for = cursor_i64(&box->deliveries, COLUMN_RESENDS) > 0 && !is_ping &&
                               (e->removed_us == 0 || event.key <= e->removed_seq);
    if (wish == WISH_NO && !was_asked_for) {
        id_text(e->id, endpoint);
        finding(a, delivery_name(a, &box->deliveries), "endpoint %s does not want event %" PRId64,
                endpoint, event.key);
    } else if (fault != NULL) {
        finding(a, delivery_name(a, &box->deliveries), "%s", fault);
    }
    (void)cursor_next(&box->deliveries);
    return 1;
}

/* One event against all endpoints. */
static void check_event(struct outbox *box, const struct cursor *event)
{
    const id number = {.key = cursor_i64(event, 0), .salt = cursor_i64(event, 1)};
    const int64_t type = cursor_i64(event, 3);
    const char *text = wire_type(type, cursor_i64(event, 2) != box->audit->tenant);
    int deliveries = 0;
    for (const struct endpoint *e = box->endpoints; e != NULL; e = e->next)
        deliveries +=
            check_pair(box, e, number, type == TYPE_PING, wish_of(box, e, number.key, type, text));
    if (type == TYPE_PING && deliveries != 1 && added_before(box, number.key) == NULL)
        finding(box->audit, row_name(box->audit, "event", number),
                "is a ping with %d deliveries instead of one", deliveries);
}

static void check_endpoints(struct outbox *box)
{
    struct audit *a = box->audit;
    for (const struct endpoint *e = box->endpoints; e != NULL; e = e->next) {
        if (e->since_seq < 0 || e->since_seq > a->event_seq)
            finding(a, row_name(a, "endpoint", e->id),
                    "since_seq is %" PRId64 ", the newest event is %" PRId64, e->since_seq,
                    a->event_seq);
        if (e->removed_us == 0 ? e->removed_seq != 0
                               : e->removed_seq < e->since_seq || e->removed_seq > a->event_seq)
            finding(a, row_name(a, "endpoint", e->id), "removed_seq is %" PRId64 " of %" PRId64,
                    e->removed_seq, a->event_seq);
    }
}

void check_outbox(struct audit *a)
{
    struct outbox box = {.audit = a};
    struct cursor events;
    arena_clear(a->scratch);
    read_endpoints(&box);
    check_endpoints(&box);
    read_pasts(&box);
    cursor_open_from(
        a, &box.deliveries,
        "SELECT event_seq, endpoint, id, salt, state, tries, due_us, last_us, last_status, resends "
        "FROM webhook_delivery WHERE tenant = $1 AND event_seq >= $2 ORDER BY event_seq, endpoint",
        a->point->delivery_from);
    cursor_open_from(a, &events,
                     "SELECT seq, salt, merchant, type FROM event WHERE tenant = $1 AND seq >= $2 "
                     "ORDER BY seq",
                     a->point->delivery_from);
    (void)cursor_next(&box.deliveries);
    while ((box.endpoints != NULL || box.deliveries.is_at_row) && cursor_next(&events))
        check_event(&box, &events);
    (void)at_delivery(&box, INT64_MAX, INT64_MAX);
    cursor_close(&events);
    cursor_close(&box.deliveries);
}

/* ---- attempts ------------------------------------------------------------------------------ */

/* By the numbers of their events. */
static const struct rule ATTEMPTS[] = {
    {"an attempt to deliver event",
     "SELECT event_seq, NULL, 'attempt ' || attempt || ' has a value that cannot be'"
     " FROM webhook_attempt WHERE tenant = $1 AND event_seq >= $2 AND (attempt > 0"
     " AND status BETWEEN 0 AND 999 AND duration_ms >= 0"
     " AND (status NOT BETWEEN 200 AND 299 OR error IS NULL)) IS NOT TRUE"},
    {"an attempt to deliver event",
     "SELECT t.event_seq, NULL, 'its delivery has not come to attempt ' || t.attempt"
     " FROM webhook_attempt t WHERE t.tenant = $1 AND t.event_seq >= $2 AND NOT EXISTS"
     " (SELECT 1 FROM webhook_delivery d WHERE d.tenant = $1 AND d.event_seq = t.event_seq"
     " AND d.endpoint = t.endpoint AND d.tries >= t.attempt)"},
};

void check_attempts(struct audit *a)
{
    rules_check(a, ATTEMPTS, COUNT(ATTEMPTS), a->point->delivery_from);
}
