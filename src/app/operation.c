/* SPDX-License-Identifier: Apache-2.0 */
#include "app/operation.h"

#include "base/clock.h"

#define PAUSE_FIRST_US (INT64_C(1) * US_PER_S)
#define PAUSE_LAST_US  (INT64_C(300) * US_PER_S)
#define PAUSE_SLOW_US  (INT64_C(3600) * US_PER_S)

int64_t operation_pause_us(int64_t tries)
{
    int64_t pause_us = PAUSE_FIRST_US;
    if (tries >= OPERATION_ATTENTION_TRIES)
        return PAUSE_SLOW_US;
    for (int64_t i = 1; i < tries && pause_us < PAUSE_LAST_US; i++)
        pause_us *= 2;
    return pause_us < PAUSE_LAST_US ? pause_us : PAUSE_LAST_US;
}

result operation_get(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                     struct operation *ret)
{
    *ret = (struct operation){0};
    struct rows rows;
    TRY(db_query(db, SQL_OPERATION_GET, &rows, VI(tenant), VI(key)));
    if (rows_next(&rows))
        *ret = (struct operation){
            .id = {.key = row_i64(&rows, 0), .salt = row_i64(&rows, 1)},
            .rail_op = (enum rail_op)row_i64(&rows, 2),
            .state = (enum operation_state)row_i64(&rows, 3),
            .payment = row_i64(&rows, 4),
            .refund = row_i64(&rows, 5),
            .amount_minor = row_i64(&rows, 6),
            .tax_minor = row_i64(&rows, 7),
            .tries = row_i64(&rows, 8),
            .due_us = row_i64(&rows, 9),
            .sent_us = row_i64(&rows, 10),
            .is_key_bound = row_i64(&rows, 11) != 0,
            .http_status = (int)row_i64(&rows, 12),
            .event_seq = row_i64(&rows, 13),
            .body = row_copy(&rows, 14, arena),
            .heard = (enum rail_heard)row_i64(&rows, 15),
        };
    return rows_done(&rows);
}

result operation_insert(struct tx *tx, int64_t tenant, const struct operation *o)
{
    TRY(db_exec(tx_db(tx), SQL_OPERATION_INSERT, VI(tenant), VI(o->id.key), VI(o->id.salt),
                VI(o->rail_op), VI(o->state), VI(o->payment), VI(o->refund), VI(o->amount_minor),
                VI(o->tax_minor), VI(o->due_us), VI(o->sent_us), VI(o->is_key_bound),
                VI(o->http_status), VI(o->event_seq), VT(o->body)));
    return OK;
}

result operation_finish(struct tx *tx, int64_t tenant, const struct operation *o)
{
    return db_exec(tx_db(tx), SQL_OPERATION_FINISH, VI(tenant), VI(o->id.key), VI(o->state),
                   VI(o->http_status), VI(o->event_seq), VT(o->body));
}

result operation_postpone(struct tx *tx, int64_t tenant, const struct operation *o)
{
    return db_exec(tx_db(tx), SQL_OPERATION_POSTPONE, VI(tenant), VI(o->id.key), VI(o->state),
                   VI(o->due_us), VI(o->tries), VI(o->heard));
}
