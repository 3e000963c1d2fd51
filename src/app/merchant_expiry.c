/* SPDX-License-Identifier: Apache-2.0 */
/* merchant_expiry.c: how many days the slips of a merchant are waited for. Slips that are there
 * keep their deadline. */
#include "app/merchant.h"

struct expiry_work {
    struct work work;
    struct arena *arena;
    struct merchant_expiry *change;
};

/* The merchant's own days for the method; NULL: it can have none. */
static int64_t *days_of(struct merchant_row *m, enum method method)
{
    return method == METHOD_KONBINI         ? &m->konbini_days
           : method == METHOD_BANK_TRANSFER ? &m->bank_transfer_days
                                            : NULL;
}

/* 0 stands for the method's own days. */
static result check(const struct merchant_expiry *change)
{
    int64_t days;
    if (change->is_set && change->days != 0 &&
        method_expiry_days(change->method, true, change->days, &days).code != E_OK)
        return FAIL(E_INVALID_PARAMETER, "--days",
                    "konbini has 1 to 59 days, bank_transfer 14 to 59");
    return OK;
}

static result expiry_run(struct tx *tx, struct work *work)
{
    const struct expiry_work *w = (const struct expiry_work *)work;
    struct merchant_expiry *change = w->change;
    struct merchant_row m;
    TRY(merchant_read(tx_db(tx), work->tenant, change->merchant.key, w->arena, &m));
    int64_t *days = days_of(&m, change->method);
    if (days == NULL)
        return FAIL(E_INVALID_PARAMETER, "--method", "it is one of konbini and bank_transfer");
    TRY(check(change));
    if (change->is_set) {
        *days = change->days;
        TRY(merchant_save(tx, &m));
    }
    change->days = *days;
    return *days != 0 ? OK : method_expiry_days(change->method, false, 0, &change->days);
}

result merchant_expiry_set(struct store *store, struct arena *arena, struct merchant_expiry *change)
{
    struct expiry_work w = {.arena = arena, .change = change};
    TRY(merchant_tenant(store, change->merchant, &w.work.tenant));
    return store_transact_wait(store, expiry_run, &w.work);
}
