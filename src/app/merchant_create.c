/* SPDX-License-Identifier: Apache-2.0 */
/* merchant_create.c: a new root merchant (the operator), and a new sub-merchant (the API). */
#include <assert.h>

#include "app/merchant.h"

static result insert(struct tx *tx, const struct merchant_row *m)
{
    return db_exec(tx_db(tx), SQL_MERCHANT_INSERT, VI(m->tenant), VI(m->id.key), VI(m->id.salt),
                   VI(m->account.key), VI(m->account.salt), VI(m->kind), VT(m->name), VI(m->status),
                   VI(m->payments_enabled), VI(m->payouts_enabled), VI(m->mails),
                   VT(m->publishable_key), VI(m->created_us));
}

/* ---- root ---------------------------------------------------------------------------------- */

struct root_work {
    struct work work;
    struct arena *arena;
    struct merchant_root *root;
};

static result root_run(struct tx *tx, struct work *work)
{
    static const uint8_t NO_HASH[32] = {0};
    const struct root_work *w = (const struct root_work *)work;
    struct merchant_root *root = w->root;
    const int64_t now_us = tx_real_now(tx);
    root->id = id_new(now_us);
    const int64_t tenant = root->id.key;
    TRY(key_pair_new(w->arena, tenant, root->is_live, &root->keys));
    TRY(db_exec(tx_db(tx), SQL_TENANT_INSERT, VI(tenant), VI(root->is_live),
                VB(NO_HASH, sizeof NO_HASH)));
    const struct merchant_row m = {
        .tenant = tenant,
        .id = root->id,
        .account = id_new(now_us),
        .kind = root->kind,
        .name = root->name,
        .status = APPLICATION_ACCEPTED,
        .payments_enabled = true,
        .payouts_enabled = true,
        .mails = MAIL_ALL,
        .publishable_key = root->keys.publishable,
        .created_us = now_us,
    };
    TRY(insert(tx, &m));
    return key_pair_store(tx, tenant, tenant, root->is_live, &root->keys);
}

result merchant_create_root(struct store *store, struct arena *arena, struct merchant_root *root)
{
    assert(KIND_ORDINARY <= root->kind && root->kind <= KIND_MARKETPLACE);
    struct root_work w = {.arena = arena, .root = root};
    return store_transact_wait(store, root_run, &w.work);
}

/* ---- sub-merchant -------------------------------------------------------------------------- */

static result check_role(struct tx *tx, const struct merchant_create *in,
                         const struct merchant **ret_root)
{
    TRY(tx_merchant(tx, in->command.tenant, in->command.tenant, ret_root));
    if (!(*ret_root)->found)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    const enum platform_kind kind = platform_kind_of_sub((*ret_root)->kind);
    if (kind == KIND_NONE)
        return FAIL(E_FORBIDDEN, NULL, NULL);
    if (kind != in->kind)
        return FAIL(E_INVALID_PARAMETER, "platform_role",
                    kind == KIND_SELLER ? "A platform's sub-merchants are sellers."
                                        : "A marketplace's sub-merchants are payout merchants.");
    return OK;
}

result merchant_create_begin(struct tx *tx, struct command *c)
{
    const struct merchant_create *in = (const struct merchant_create *)c;
    const struct merchant *root;
    TRY(check_role(tx, in, &root));

    struct key_pair keys;
    TRY(key_pair_new(tx_arena(tx), c->tenant, root->is_live, &keys));
    keys.secret = STR_NONE; /* the platform acts for its sub-merchants with its own */
    struct merchant_row m = {
        .tenant = c->tenant,
        .id = id_new(tx_real_now(tx)),
        .account = id_new(tx_real_now(tx)),
        .kind = in->kind,
        .name = in->name,
        .status = APPLICATION_INCOMPLETE,
        .is_live = root->is_live,
        .mails = MAIL_ALL,
        .publishable_key = keys.publishable,
    };
    TRY(tx_now(tx, c->tenant, &m.created_us));
    m.updated_us = m.created_us;
    TRY(insert(tx, &m));
    TRY(key_pair_store(tx, c->tenant, m.id.key, root->is_live, &keys));

    struct json j;
    json_init(&j, &c->body);
    c->step = STEP_ANSWER;
    return merchant_view(tx_db(tx), &m, &j, NULL);
}
