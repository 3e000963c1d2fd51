/* SPDX-License-Identifier: Apache-2.0 */
#include "app/webhook_log.h"

const char *const WEBHOOK_STATES[] = {"", "waiting", "delivered", "given_up", "removed", NULL};
enum { STATES = 5 };

static result attempts_view(struct db *db, int64_t tenant, id webhook, int64_t seq, struct json *j)
{
    struct rows rows;
    TRY(db_query(db, SQL_WEBHOOK_ATTEMPT_LIST, &rows, VI(tenant), VI(seq), VI(webhook.key),
                 VI(WEBHOOK_ATTEMPTS_SHOWN)));
    json_open_array(j, "attempts");
    while (rows_next(&rows)) {
        json_open_object(j, NULL);
        json_i64(j, "attempt", row_i64(&rows, 0));
        json_time(j, "attempted_at", row_i64(&rows, 1));
        if (row_i64(&rows, 2) == 0)
            json_put_null(j, "status");
        else
            json_i64(j, "status", row_i64(&rows, 2));
        json_i64(j, "duration_ms", row_i64(&rows, 3));
        json_str(j, "error", row_str(&rows, 4));
        json_end(j);
    }
    json_end(j);
    return rows_done(&rows);
}

/* The columns of webhook_delivery_get and _list. */
static result item_view(struct db *db, int64_t tenant, id webhook, const struct rows *row,
                        struct json *j)
{
    const int64_t seq = row_i64(row, 0), state = row_i64(row, 3), type = row_i64(row, 12);
    json_open_object(j, NULL);
    json_id(j, "id", (id){.key = row_i64(row, 1), .salt = row_i64(row, 2)});
    json_text(j, "resource", "webhook_delivery");
    json_id(j, "webhook", webhook);
    json_id(j, "event", (id){.key = seq, .salt = row_i64(row, 11)});
    json_i64(j, "event_seq", seq);
    json_text(j, "event_type", event_type_text((enum event_type)type, row_i64(row, 13) != tenant));
    json_text(j, "state", 0 < state && state < STATES ? WEBHOOK_STATES[state] : NULL);
    json_i64(j, "tries", row_i64(row, 4));
    json_i64(j, "resends", row_i64(row, 5));
    json_time(j, "next_attempt_at", row_i64(row, 6));
    json_time(j, "expires_at", row_i64(row, 7));
    json_time(j, "last_attempt_at", row_i64(row, 8));
    if (row_i64(row, 9) == 0)
        json_put_null(j, "last_status");
    else
        json_i64(j, "last_status", row_i64(row, 9));
    json_str(j, "last_error", row_str(row, 10));
    const result r = attempts_view(db, tenant, webhook, seq, j);
    json_end(j);
    return r;
}

/* ---- one ----------------------------------------------------------------------------------- */

result webhook_delivery_view(struct db *db, int64_t tenant, id webhook, int64_t event_seq,
                             struct json *j)
{
    struct rows rows;
    bool found = false;
    TRY(db_query(db, SQL_WEBHOOK_DELIVERY_GET, &rows, VI(tenant), VI(event_seq), VI(webhook.key)));
    if (rows_next(&rows)) {
        found = true;
        const result r = item_view(db, tenant, webhook, &rows, j);
        if (r.code != E_OK)
            rows.error = r;
    }
    TRY(rows_done(&rows));
    return found ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

result webhook_delivery_find(struct db *db, int64_t tenant, id webhook, id delivery,
                             int64_t *ret_event_seq)
{
    struct rows rows;
    int64_t seq = 0;
    TRY(db_query(db, SQL_WEBHOOK_DELIVERY_BY_ID, &rows, VI(tenant), VI(delivery.key)));
    while (seq == 0 && rows_next(&rows))
        if (row_i64(&rows, 1) == webhook.key && row_i64(&rows, 2) == delivery.salt)
            seq = row_i64(&rows, 0);
    TRY(rows_done(&rows));
    if (seq == 0)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    *ret_event_seq = seq;
    return OK;
}

/* ---- many ---------------------------------------------------------------------------------- */

enum { FILTER_VALUES = 7 };

static void filter_values(const struct webhook_log_filter *f, struct value ret[FILTER_VALUES])
{
    const struct value values[FILTER_VALUES] = {
        VI(f->tenant), VI(f->webhook.key), VI(f->first_seq), VI(f->last_seq),
        VI(f->state),  VI(f->type),        VI(f->is_sub),
    };
    for (size_t i = 0; i < FILTER_VALUES; i++)
        ret[i] = values[i];
}

result webhook_log_count(struct db *db, const struct webhook_log_filter *filter, int64_t *ret)
{
    struct value values[FILTER_VALUES];
    filter_values(filter, values);
    return db_number_values(db, SQL_WEBHOOK_DELIVERY_TOTAL, ret, values, FILTER_VALUES);
}

result webhook_log_view(struct db *db, const struct webhook_log_filter *filter, int64_t limit,
                        int64_t offset, struct json *j)
{
    struct value values[FILTER_VALUES + 2];
    struct rows rows;
    filter_values(filter, values);
    values[FILTER_VALUES] = VI(limit);
    values[FILTER_VALUES + 1] = VI(offset);
    TRY(db_query_values(db, SQL_WEBHOOK_DELIVERY_LIST, &rows, values, COUNT(values)));
    while (rows_next(&rows)) {
        const result r = item_view(db, filter->tenant, filter->webhook, &rows, j);
        if (r.code != E_OK) {
            rows.error = r;
            break;
        }
    }
    return rows_done(&rows);
}
