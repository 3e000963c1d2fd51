/* SPDX-License-Identifier: Apache-2.0 */
/* key_roll.c: a new pair of keys for a merchant, beside the old one for a day. */
#include "app/legacy.h"
#include "app/merchant.h"

struct roll_work {
    struct work work;
    struct arena *arena;
    struct key_roll *roll;
};

static result keep_signer(struct tx *tx, int64_t tenant, struct arena *arena,
                          const struct key_roll *roll)
{
    bool is_on = false;
    TRY(legacy_is_on_for(tx_db(tx), tenant, &is_on));
    if (!is_on || roll->keys.secret.at == NULL)
        return OK;
    if (roll->vault == NULL)
        return FAIL(E_USAGE, "--key-file", "the legacy page needs the vault's key");
    return legacy_keep(tx, roll->vault, arena, tenant, roll->keys.secret);
}

static result roll_run(struct tx *tx, struct work *work)
{
    const struct roll_work *w = (const struct roll_work *)work;
    struct key_roll *roll = w->roll;
    struct merchant_row m;
    TRY(merchant_read(tx_db(tx), work->tenant, roll->merchant.key, w->arena, &m));
    TRY(key_pair_new(w->arena, m.tenant, m.is_live, &roll->keys));
    if (platform_kind_is_sub(m.kind))
        roll->keys.secret = STR_NONE;
    const int64_t now_us = tx_real_now(tx);
    roll->is_live = m.is_live;
    roll->overlap_until_us = now_us + KEY_OVERLAP_S * US_PER_S;

    int64_t tenant_now_us;
    TRY(tx_now(tx, m.tenant, &tenant_now_us));
    TRY(db_exec(tx_db(tx), SQL_API_KEY_EXPIRE, VI(m.tenant), VI(m.id.key),
                VI(roll->overlap_until_us)));
    TRY(key_pair_store(tx, m.tenant, m.id.key, m.is_live, &roll->keys));
    TRY(keep_signer(tx, m.tenant, w->arena, roll));
    return db_exec(tx_db(tx), SQL_MERCHANT_KEY_SET, VI(m.tenant), VI(m.id.key),
                   VT(roll->keys.publishable), VI(tenant_now_us));
}

result key_roll(struct store *store, struct arena *arena, struct key_roll *roll)
{
    struct roll_work w = {.arena = arena, .roll = roll};
    TRY(merchant_tenant(store, roll->merchant, &w.work.tenant));
    return store_transact_wait(store, roll_run, &w.work);
}
