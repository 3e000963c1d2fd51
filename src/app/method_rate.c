/* SPDX-License-Identifier: Apache-2.0 */
/* method_rate.c: what a merchant pays for a method. Payments captured afterwards pay the new rate;
 * what has been captured keeps its fee. */
#include "app/merchant.h"

struct rate_work {
    struct work work;
    struct arena *arena;
    struct method_rate *change;
};

/* The method as the merchant has it now. */
static result method_of(struct db *db, const struct merchant_row *m, enum method method,
                        struct merchant_method *ret)
{
    struct merchant_method methods[METHODS];
    size_t count = 0;
    TRY(merchant_methods(db, m, methods, &count));
    for (size_t i = 0; i < count; i++)
        if (methods[i].method == method) {
            *ret = methods[i];
            return OK;
        }
    return FAIL(E_INVALID_PARAMETER, "--method", "the merchant does not have this method");
}

static result rate_run(struct tx *tx, struct work *work)
{
    const struct rate_work *w = (const struct rate_work *)work;
    struct method_rate *change = w->change;
    struct merchant_row m;
    struct merchant_method now;
    TRY(merchant_read(tx_db(tx), work->tenant, change->merchant.key, w->arena, &m));
    TRY(method_of(tx_db(tx), &m, change->method, &now));
    if (!change->has_percent)
        change->rate.percent_e4 = now.rate.percent_e4;
    if (!change->has_fixed)
        change->rate.fixed_minor = now.rate.fixed_minor;
    if (!change->has_minimum)
        change->rate.minimum_minor = now.rate.minimum_minor;
    if (!change->has_customer_fee)
        change->customer_fee_minor = now.customer_fee_minor;
    if (!change->has_percent && !change->has_fixed && !change->has_minimum &&
        !change->has_customer_fee)
        return OK; /* only asked */
    return db_exec(tx_db(tx), SQL_MERCHANT_METHOD_PUT, VI(m.tenant), VI(m.id.key),
                   VI(change->method), VI(now.brands), VI(change->rate.percent_e4),
                   VI(change->rate.fixed_minor), VI(change->rate.minimum_minor),
                   VI(change->customer_fee_minor));
}

result method_rate_set(struct store *store, struct arena *arena, struct method_rate *change)
{
    struct rate_work w = {.arena = arena, .change = change};
    TRY(merchant_tenant(store, change->merchant, &w.work.tenant));
    return store_transact_wait(store, rate_run, &w.work);
}
