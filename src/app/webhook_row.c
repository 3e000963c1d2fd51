/* SPDX-License-Identifier: Apache-2.0 */
#include "app/webhook_row.h"

#include "app/webhook_endpoint.h"

result webhook_row_of(const struct rows *rows, struct arena *arena, struct webhook_row *ret)
{
    const struct webhook_row row = {
        .id = {.key = row_i64(rows, 0), .salt = row_i64(rows, 1)},
        .url = row_copy(rows, 2, arena),
        .types = row_copy(rows, 3, arena),
        .secret = row_copy(rows, 4, arena),
        .created_us = row_i64(rows, 5),
        .since_seq = row_i64(rows, 6),
        .is_active = row_i64(rows, 9) != 0,
        .changes = row_i64(rows, 10),
        .old_secret = row_copy(rows, 11, arena),
        .old_until_us = row_i64(rows, 12),
    };
    if (row.url.at == NULL || row.types.at == NULL || row.secret.at == NULL ||
        (row.old_secret.at == NULL && !row_is_null(rows, 11)))
        return E_NO_MEMORY;
    *ret = row;
    return OK;
}

result webhook_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                    struct webhook_row *ret)
{
    struct rows rows;
    bool found = false;
    TRY(db_query(db, SQL_WEBHOOK_ENDPOINT_GET, &rows, VI(tenant), VI(wire.key)));
    if (rows_next(&rows) && row_i64(&rows, 1) == wire.salt && row_i64(&rows, 7) == 0) {
        found = true;
        const result r = webhook_row_of(&rows, arena, ret);
        if (r.code != E_OK)
            rows.error = r;
    }
    TRY(rows_done(&rows));
    return found ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

void webhook_view(struct json *j, const struct webhook_row *row, int64_t now_us, str secret)
{
    json_open_object(j, NULL);
    json_id(j, "id", row->id);
    json_text(j, "resource", "webhook");
    json_str(j, "url", row->url);
    webhook_types_view(j, "event_types", row->types);
    json_bool(j, "active", row->is_active);
    if (secret.at != NULL)
        json_str(j, "secret", secret);
    json_time(j, "old_secret_until", row->old_until_us > now_us ? row->old_until_us : 0);
    json_time(j, "created_at", row->created_us);
    json_end(j);
}
