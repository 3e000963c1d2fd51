/* SPDX-License-Identifier: Apache-2.0 */
#include "app/event_view.h"

static result read_event(struct db *db, int64_t tenant, int64_t seq, struct arena *arena,
                         struct event_row *ret)
{
    struct rows rows;
    TRY(db_query(db, SQL_EVENT_GET, &rows, VI(tenant), VI(seq)));
    if (rows_next(&rows)) {
        *ret = (struct event_row){
            .tenant = tenant,
            .seq = row_i64(&rows, 0),
            .salt = row_i64(&rows, 1),
            .merchant = {.key = row_i64(&rows, 2)},
            .type = (enum event_type)row_i64(&rows, 3),
            .created_us = row_i64(&rows, 4),
            .data = row_copy(&rows, 5, arena),
            .reason = row_copy(&rows, 6, arena),
        };
        if (ret->data.at == NULL || (ret->reason.at == NULL && !row_is_null(&rows, 6)))
            rows.error = E_NO_MEMORY;
    }
    return rows_done(&rows);
}

static result read_merchant(struct db *db, struct arena *arena, struct event_row *ret)
{
    struct rows rows;
    TRY(db_query(db, SQL_MERCHANT_GET, &rows, VI(ret->tenant), VI(ret->merchant.key)));
    if (rows_next(&rows)) {
        ret->merchant.salt = row_i64(&rows, 0);
        ret->merchant_name = row_copy(&rows, 6, arena);
        if (ret->merchant_name.at == NULL)
            rows.error = E_NO_MEMORY;
    }
    return rows_done(&rows);
}

result event_read(struct db *db, int64_t tenant, int64_t seq, struct arena *arena,
                  struct event_row *ret)
{
    *ret = (struct event_row){0};
    TRY(read_event(db, tenant, seq, arena, ret));
    return ret->seq == 0 ? OK : read_merchant(db, arena, ret);
}

id event_id(const struct event_row *event)
{
    return (id){.key = event->seq, .salt = event->salt};
}

const char *event_type_of(const struct event_row *event)
{
    return event_type_text(event->type, event->merchant.key != event->tenant);
}

static void write_members(struct json *j, const struct event_row *event)
{
    json_id(j, "id", event_id(event));
    json_text(j, "type", event_type_of(event));
    json_text(j, "resource", "event");
    json_raw(j, "data", event->data);
    json_time(j, "created_at", event->created_us);
    json_str(j, "reason", event->reason);
    json_str(j, "merchant", event->merchant_name);
    json_id(j, "merchant_id", event->merchant);
}

void event_json(struct json *j, const struct event_row *event)
{
    json_open_object(j, NULL);
    write_members(j, event);
    json_end(j);
}

void event_json_numbered(struct json *j, const struct event_row *event)
{
    json_open_object(j, NULL);
    write_members(j, event);
    json_i64(j, "seq", event->seq);
    json_end(j);
}
