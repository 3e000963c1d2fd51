/* SPDX-License-Identifier: Apache-2.0 */
#include "app/webhook_resend.h"

#include "app/event_view.h"
#include "app/webhook_log.h"

/* ---- one event, one endpoint --------------------------------------------------------------- */

/* Makes it due now. */
static result again(struct tx *tx, int64_t tenant, int64_t event_seq, int64_t endpoint)
{
    int64_t now_us;
    TRY(tx_now(tx, tenant, &now_us));
    return tx_delivery_again(tx, tenant, event_seq, endpoint, now_us);
}

/* The state of a delivery; 0: there is none. */
static result state_of(struct tx *tx, int64_t tenant, int64_t event_seq, int64_t endpoint,
                       int64_t *ret)
{
    return db_number(tx_db(tx), SQL_WEBHOOK_DELIVERY_STATE, ret, VI(tenant), VI(event_seq),
                     VI(endpoint));
}

static result read_active(struct tx *tx, struct command *c, id webhook, struct webhook_row *ret)
{
    TRY(webhook_read(tx_db(tx), c->tenant, webhook, c->arena, ret));
    return ret->is_active ? OK : FAIL(E_UNPROCESSABLE, NULL, "The webhook is not active.");
}

result webhook_resend_delivery_begin(struct tx *tx, struct command *c)
{
    const struct webhook_resend *in = (const struct webhook_resend *)c;
    struct webhook_row row;
    struct json j;
    int64_t seq;
    TRY(webhook_read(tx_db(tx), c->tenant, in->webhook, c->arena, &row));
    TRY(webhook_delivery_find(tx_db(tx), c->tenant, in->webhook, in->delivery, &seq));
    TRY(read_active(tx, c, in->webhook, &row));
    TRY(again(tx, c->tenant, seq, row.id.key));
    json_init(&j, &c->body);
    c->step = STEP_ANSWER;
    return webhook_delivery_view(tx_db(tx), c->tenant, row.id, seq, &j);
}

/* ---- one event ----------------------------------------------------------------------------- */

struct target {
    struct target *next;
    id id;
};

/* All that are switched on and want the event: of a ping, those that had it. */
static result find_targets(struct tx *tx, struct command *c, const struct event_row *event,
                           struct target **ret)
{
    struct rows rows;
    struct target *list = NULL, **end = &list;
    TRY(db_query(tx_db(tx), SQL_WEBHOOK_ENDPOINT_ACTIVE, &rows, VI(c->tenant)));
    while (rows_next(&rows)) {
        const bool is_wanted =
            event->type == EVT_PING || event_types_name(row_str(&rows, 1), event_type_of(event));
        struct target *target = is_wanted ? ARENA_NEW(c->arena, struct target) : NULL;
        if (target == NULL && is_wanted)
            rows.error = E_NO_MEMORY;
        if (target == NULL)
            continue;
        target->id.key = row_i64(&rows, 0);
        *end = target;
        end = &target->next;
    }
    TRY(rows_done(&rows));
    *ret = list;
    return OK;
}

/* Sends to each of the list, and leaves in it those it was sent to, their ids whole. */
static result send_all(struct tx *tx, struct command *c, const struct event_row *event,
                       struct target **list)
{
    while (*list != NULL) {
        struct target *target = *list;
        int64_t state;
        TRY(state_of(tx, c->tenant, event->seq, target->id.key, &state));
        if (event->type == EVT_PING && state == 0) {
            *list = target->next;
            continue;
        }
        TRY(again(tx, c->tenant, event->seq, target->id.key));
        list = &target->next;
    }
    return OK;
}

static result salts_read(struct tx *tx, struct command *c, struct target *list)
{
    for (struct target *target = list; target != NULL; target = target->next) {
        struct rows rows;
        TRY(db_query(tx_db(tx), SQL_WEBHOOK_ENDPOINT_GET, &rows, VI(c->tenant),
                     VI(target->id.key)));
        if (rows_next(&rows))
            target->id.salt = row_i64(&rows, 1);
        TRY(rows_done(&rows));
    }
    return OK;
}

static result one_target(struct tx *tx, struct command *c, const struct event_row *event,
                         id webhook, struct target **ret)
{
    struct webhook_row row;
    int64_t state;
    result r = read_active(tx, c, webhook, &row);
    if (r.code == E_NOT_FOUND)
        r = FAIL(E_INVALID_PARAMETER, "webhook", "There is no such webhook.");
    TRY(r);
    TRY(state_of(tx, c->tenant, event->seq, row.id.key, &state));
    if (event->type == EVT_PING && state == 0)
        return FAIL(E_UNPROCESSABLE, "webhook", "A ping is for the webhook that was pinged.");
    struct target *target = ARENA_NEW(c->arena, struct target);
    if (target == NULL)
        return E_NO_MEMORY;
    target->id = row.id;
    *ret = target;
    return OK;
}

result webhook_resend_event_begin(struct tx *tx, struct command *c)
{
    const struct webhook_resend *in = (const struct webhook_resend *)c;
    struct event_row event;
    struct target *list = NULL;
    struct json j;
    TRY(event_read(tx_db(tx), c->tenant, in->event.key, c->arena, &event));
    if (event.seq == 0 || event.salt != in->event.salt)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    if (in->webhook.key != 0)
        TRY(one_target(tx, c, &event, in->webhook, &list));
    else
        TRY(find_targets(tx, c, &event, &list));
    TRY(send_all(tx, c, &event, &list));
    TRY(salts_read(tx, c, list));
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_text(&j, "resource", "webhook_resend");
    json_id(&j, "event", event_id(&event));
    json_open_array(&j, "deliveries");
    for (const struct target *target = list; target != NULL; target = target->next)
        TRY(webhook_delivery_view(tx_db(tx), c->tenant, target->id, event.seq, &j));
    json_end(&j);
    json_end(&j);
    c->step = STEP_ANSWER;
    return OK;
}

/* ---- all since a number -------------------------------------------------------------------- */

/* ret_sent   0 or 1 */
static result resend_one(struct tx *tx, const struct webhook_resend *in,
                         const struct webhook_row *row, int64_t seq, int64_t *ret_sent)
{
    const int64_t tenant = in->command.tenant;
    struct rows rows;
    int64_t type = 0, merchant = 0, state = 0;
    *ret_sent = 0;
    TRY(db_query(tx_db(tx), SQL_EVENT_TYPE, &rows, VI(tenant), VI(seq)));
    if (rows_next(&rows)) {
        type = row_i64(&rows, 0);
        merchant = row_i64(&rows, 1);
    }
    TRY(rows_done(&rows));
    if (type == 0 || type == EVT_PING ||
        !event_types_name(row->types, event_type_text((enum event_type)type, merchant != tenant)))
        return OK;
    if (in->only_missing)
        TRY(state_of(tx, tenant, seq, row->id.key, &state));
    if (state == 2)
        return OK;
    *ret_sent = 1;
    return again(tx, tenant, seq, row->id.key);
}

result webhook_resend_since_begin(struct tx *tx, struct command *c)
{
    const struct webhook_resend *in = (const struct webhook_resend *)c;
    struct webhook_row row;
    int64_t newest, count = 0;
    TRY(read_active(tx, c, in->webhook, &row));
    if (!in->has_after_seq)
        return FAIL(E_MISSING_PARAMETER, "after_seq", NULL);
    TRY(tx_event_seq(tx, c->tenant, &newest));
    if (in->after_seq > newest)
        return FAIL(E_INVALID_PARAMETER, "after_seq", "There is no event with this number yet.");
    const int64_t last =
        newest - in->after_seq > WEBHOOK_RESEND_MAX ? in->after_seq + WEBHOOK_RESEND_MAX : newest;
    for (int64_t seq = in->after_seq + 1; seq <= last; seq++) {
        int64_t sent;
        TRY(resend_one(tx, in, &row, seq, &sent));
        count += sent;
    }
    struct json j;
    json_init(&j, &c->body);
    json_open_object(&j, NULL);
    json_text(&j, "resource", "webhook_resend");
    json_id(&j, "webhook", row.id);
    json_i64(&j, "after_seq", in->after_seq);
    json_i64(&j, "last_seq", last);
    json_i64(&j, "resent", count);
    json_bool(&j, "has_more", last < newest);
    json_end(&j);
    c->step = STEP_ANSWER;
    return OK;
}
