/* SPDX-License-Identifier: Apache-2.0 */
/* webhook_log.c: what became of deliveries, and sending them again.
 *
 * Source   doc/api-webhooks.md */
#include <stddef.h>

#include "api/api.h"
#include "api/request.h"
#include "app/time_range.h"
#include "app/webhook_log.h"
#include "app/webhook_resend.h"

enum { TYPE_CHARACTERS_MAX = 128 };

/* ---- the log ------------------------------------------------------------------------------- */

struct log_in {
    struct list_query page;
    int state;
    str type;
};
static const struct field FILTERS[] = {
    {"state", F_ENUM, offsetof(struct log_in, state), FIELD_NO_FLAG, 0, 0, 0, WEBHOOK_STATES},
    {"event_type", F_TEXT, offsetof(struct log_in, type), FIELD_NO_FLAG, 0, 1, TYPE_CHARACTERS_MAX,
     NULL},
};
const struct field_list request_delivery_filter = FIELD_LIST(FILTERS);

struct numbered {
    struct db *db;
    int64_t tenant;
};

static result created_at(void *context, int64_t seq, int64_t *ret_us)
{
    const struct numbered *of = context;
    return db_number(of->db, SQL_EVENT_CREATED_AT, ret_us, VI(of->tenant), VI(seq));
}

/* The events that a list looks back over: at most so many before its end. */
static result find_range(struct db *db, const struct list_query *page,
                         struct webhook_log_filter *ret)
{
    struct numbered numbered = {.db = db, .tenant = ret->tenant};
    struct time_range range = {.start_us = page->start_us,
                               .end_us = page->end_us,
                               .time_of = created_at,
                               .context = &numbered};
    TRY(db_number(db, SQL_EVENT_HEAD, &range.count, VI(ret->tenant)));
    TRY(time_range_find(&range, &ret->first_seq, &ret->last_seq));
    if (ret->last_seq - ret->first_seq >= WEBHOOK_LOG_EVENTS)
        ret->first_seq = ret->last_seq - WEBHOOK_LOG_EVENTS + 1;
    return OK;
}

/* The endpoint that the path names. */
static result find_webhook(struct exchange *x, struct db *db, id *ret)
{
    struct webhook_row row;
    id wire;
    if (!id_read(x->request.args[0], &wire))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(webhook_read(db, x->request.caller.tenant, wire, x->arena, &row));
    *ret = wire;
    return OK;
}

static result list(struct exchange *x, struct db *db)
{
    struct log_in in = {0};
    struct webhook_log_filter filter = {.tenant = x->request.caller.tenant};
    int64_t total = 0;
    struct json j;
    TRY(list_query_read(x->request.query, x->arena, &in.page));
    TRY(fields_read(x->request.query, NULL, FILTERS, COUNT(FILTERS), x->arena, &in));
    TRY(find_webhook(x, db, &filter.webhook));
    filter.state = in.state;
    if (in.type.at != NULL && !event_type_read(in.type, &filter.type, &filter.is_sub))
        return FAIL(E_INVALID_PARAMETER, "event_type", "There is no such event type.");
    TRY(find_range(db, &in.page, &filter));
    TRY(webhook_log_count(db, &filter, &total));
    api_json(x, &j);
    api_list_begin(&j, "list", total, &in.page);
    const result r =
        webhook_log_view(db, &filter, in.page.per_page, (in.page.page - 1) * in.page.per_page, &j);
    json_end(&j);
    json_end(&j);
    return r;
}

/* GET /api/v1/webhooks/{id}/deliveries: newest event first.
 *   in      list_query_read, FILTERS
 *   out     200 list of webhook_delivery
 *   errors  E_NOT_FOUND, E_INVALID_PARAMETER (state, event_type) */
void api_webhook_deliveries(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = list(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}

static result show(struct exchange *x, struct db *db)
{
    const int64_t tenant = x->request.caller.tenant;
    id webhook, delivery;
    int64_t seq;
    struct json j;
    TRY(find_webhook(x, db, &webhook));
    if (!id_read(x->request.args[1], &delivery))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    TRY(webhook_delivery_find(db, tenant, webhook, delivery, &seq));
    api_json(x, &j);
    return webhook_delivery_view(db, tenant, webhook, seq, &j);
}

/* GET /api/v1/webhooks/{id}/deliveries/{delivery}.   out 200 webhook_delivery  errors E_NOT_FOUND
 */
void api_webhook_delivery(struct exchange *x)
{
    struct db *db = store_read_begin(api_app(x)->store);
    const result r = show(x, db);
    store_read_end(api_app(x)->store, db);
    api_reply(x, r);
}

/* ---- again --------------------------------------------------------------------------------- */

static void run(struct exchange *x, result (*begin)(struct tx *tx, struct command *c),
                result (*read)(struct exchange *x, struct webhook_resend *ret))
{
    struct webhook_resend *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    in->command.begin = begin;
    const result r = read(x, in);
    if (r.code != E_OK) {
        command_done(&in->command);
        reply_error(x, r);
        return;
    }
    api_run(x, &in->command);
}

static result read_delivery(struct exchange *x, struct webhook_resend *ret)
{
    const bool is_named =
        id_read(x->request.args[0], &ret->webhook) && id_read(x->request.args[1], &ret->delivery);
    return is_named ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

/* POST /api/v1/webhooks/{id}/deliveries/{delivery}/resend.   out 200 webhook_delivery
 *   errors  E_NOT_FOUND, E_UNPROCESSABLE */
void api_webhook_delivery_resend(struct exchange *x)
{
    run(x, webhook_resend_delivery_begin, read_delivery);
}

static const struct field OF_EVENT[] = {
    {"webhook", F_ID, offsetof(struct webhook_resend, webhook), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_event_resend = FIELD_LIST(OF_EVENT);

static result read_event(struct exchange *x, struct webhook_resend *ret)
{
    if (!id_read(x->request.args[0], &ret->event))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    return fields_read(x->request.body, NULL, OF_EVENT, COUNT(OF_EVENT), x->arena, ret);
}

/* POST /api/v1/events/{id}/resend: to one endpoint, or to all that want it.
 *   in      webhook
 *   out     200 event, deliveries
 *   errors  E_NOT_FOUND, E_INVALID_PARAMETER (webhook), E_UNPROCESSABLE */
void api_event_resend(struct exchange *x)
{
    run(x, webhook_resend_event_begin, read_event);
}

static const struct field SINCE[] = {
    {"after_seq", F_I64, offsetof(struct webhook_resend, after_seq),
     offsetof(struct webhook_resend, has_after_seq), 0, 0, INT64_MAX, NULL},
    {"only_missing", F_BOOL, offsetof(struct webhook_resend, only_missing), FIELD_NO_FLAG, 0, 0, 0,
     NULL},
};
const struct field_list request_webhook_resend = FIELD_LIST(SINCE);

static result read_since(struct exchange *x, struct webhook_resend *ret)
{
    if (!id_read(x->request.args[0], &ret->webhook))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    return fields_read(x->request.body, NULL, SINCE, COUNT(SINCE), x->arena, ret);
}

/* POST /api/v1/webhooks/{id}/resend: all it wants since an event, a step a call.
 *   in      after_seq, only_missing
 *   out     200 last_seq, resent, has_more
 *   errors  E_NOT_FOUND, E_MISSING_PARAMETER, E_INVALID_PARAMETER (after_seq), E_UNPROCESSABLE */
void api_webhook_resend(struct exchange *x)
{
    run(x, webhook_resend_since_begin, read_since);
}
