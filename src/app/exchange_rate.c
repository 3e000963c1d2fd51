/* SPDX-License-Identifier: Apache-2.0 */
#include "app/exchange_rate.h"

#include "app/merchant.h"
#include "base/json.h"

struct rate_work {
    struct work work;
    struct exchange_rate *rate;
};

static result set_run(struct tx *tx, struct work *work)
{
    struct exchange_rate *rate = ((const struct rate_work *)work)->rate;
    TRY(tx_now(tx, work->tenant, &rate->since_us));
    return db_exec(tx_db(tx), SQL_EXCHANGE_RATE_PUT, VI(work->tenant), VI(rate->from), VI(rate->to),
                   VI(rate->since_us), VI(rate->rate_e8));
}

result exchange_rate_set(struct store *store, struct exchange_rate *rate)
{
    struct rate_work w = {.rate = rate};
    TRY(merchant_tenant(store, rate->merchant, &w.work.tenant));
    if (rate->from == rate->to)
        return FAIL(E_INVALID_PARAMETER, "--to", "the currencies are the same");
    return store_transact_wait(store, set_run, &w.work);
}

void exchange_rate_view(struct json *j, const struct exchange_rate *rate)
{
    char text[EXCHANGE_RATE_TEXT_BYTES];
    exchange_rate_text(rate->rate_e8, text);
    json_open_object(j, NULL);
    json_text(j, "from", currency_code(rate->from));
    json_text(j, "to", currency_code(rate->to));
    json_raw(j, "rate", str_of(text));
    json_time(j, "since", rate->since_us);
    json_end(j);
}

static void write_line(const struct rows *rows, struct buf *out)
{
    const struct exchange_rate rate = {
        .from = (enum currency)row_i64(rows, 0),
        .to = (enum currency)row_i64(rows, 1),
        .since_us = row_i64(rows, 2),
        .rate_e8 = row_i64(rows, 3),
    };
    if (rate.rate_e8 == 0)
        return;
    struct json j;
    json_init(&j, out);
    exchange_rate_view(&j, &rate);
    buf_char(out, '\n');
}

static result list(struct db *db, int64_t tenant, struct buf *out)
{
    struct rows rows;
    TRY(db_query(db, SQL_EXCHANGE_RATE_LIST, &rows, VI(tenant), VI(0), VI(INT64_MAX)));
    while (rows_next(&rows))
        write_line(&rows, out);
    return rows_done(&rows);
}

result exchange_rate_list(struct store *store, id merchant, struct buf *out)
{
    int64_t tenant;
    TRY(merchant_tenant(store, merchant, &tenant));
    struct db *db = store_read_begin(store);
    const result r = list(db, tenant, out);
    store_read_end(store, db);
    return r;
}
