/* SPDX-License-Identifier: Apache-2.0 */
#include "app/operator.h"

#include "app/merchant.h"
#include "store/tx.h"

static const struct {
    enum operator_right right;
    const char *name;
} RIGHTS[] = {
    {RIGHT_REVIEW, "review"},   {RIGHT_PAYOUT, "payout"},   {RIGHT_APPROVE, "approve"},
    {RIGHT_RESOLVE, "resolve"}, {RIGHT_CORRECT, "correct"},
};

const char *operator_right_name(enum operator_right right)
{
    for (size_t i = 0; i < COUNT(RIGHTS); i++)
        if (RIGHTS[i].right == right)
            return RIGHTS[i].name;
    return NULL;
}

void operator_rights_view(struct json *j, const char *name, int64_t rights)
{
    json_open_array(j, name);
    for (size_t i = 0; i < COUNT(RIGHTS); i++)
        if ((rights & RIGHTS[i].right) != 0)
            json_text(j, NULL, RIGHTS[i].name);
    json_end(j);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void fill(const struct rows *rows, int n, struct arena *arena, struct operator_row *ret)
{
    ret->id.key = row_i64(rows, n++);
    ret->id.salt = row_i64(rows, n++);
    ret->name = row_copy(rows, n++, arena);
    ret->rights = row_i64(rows, n++);
    ret->created_us = row_i64(rows, n++);
    ret->disabled_us = row_i64(rows, n);
}

result operator_read(struct db *db, int64_t tenant, int64_t operator_id, struct arena *arena,
                     struct operator_row *ret)
{
    struct rows rows;
    struct operator_row found = {.tenant = tenant};
    TRY(db_query(db, SQL_OPERATOR_GET, &rows, VI(tenant), VI(operator_id)));
    if (rows_next(&rows))
        fill(&rows, 0, arena, &found);
    TRY(rows_done(&rows));
    if (found.id.key == 0)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    *ret = found;
    return OK;
}

result operator_by_key(struct db *db, str key, struct arena *arena, struct operator_row *ret)
{
    struct rows rows;
    struct operator_row found = {.tenant = key_tenant(key)};
    uint8_t hash[KEY_HASH_BYTES];
    if (found.tenant == 0 || !key_is_operator(key))
        return FAIL(E_UNAUTHORIZED, NULL, NULL);
    key_hash(key, hash);
    TRY(db_query(db, SQL_OPERATOR_BY_KEY, &rows, VI(found.tenant), VB(hash, KEY_HASH_BYTES)));
    if (rows_next(&rows)) {
        fill(&rows, 0, arena, &found);
        found.is_live = row_i64(&rows, 6) != 0;
    }
    TRY(rows_done(&rows));
    if (found.id.key == 0)
        return FAIL(E_UNAUTHORIZED, NULL, NULL);
    *ret = found;
    return OK;
}

result operator_of_key(struct store *store, str key, enum operator_right right, struct arena *arena,
                       struct operator_row *ret)
{
    struct operator_row found;
    struct db *db = store_read_begin(store);
    const result r = operator_by_key(db, key, arena, &found);
    store_read_end(store, db);
    if (r.code != E_OK)
        return r;
    if ((found.rights & (int64_t)right) == 0)
        return FAIL(E_FORBIDDEN, NULL, "this person does not have the right to do it");
    *ret = found;
    return OK;
}

result operator_list(struct store *store, struct buf *out)
{
    struct rows rows;
    struct db *db = store_read_begin(store);
    result r = db_query_values(db, SQL_OPERATOR_LIST, &rows, NULL, 0);
    if (r.code == E_OK) {
        while (rows_next(&rows)) {
            struct json j;
            json_init(&j, out);
            json_open_object(&j, NULL);
            json_id(&j, "merchant", (id){row_i64(&rows, 0), row_i64(&rows, 1)});
            json_id(&j, "id", (id){row_i64(&rows, 2), row_i64(&rows, 3)});
            json_str(&j, "name", row_str(&rows, 4));
            operator_rights_view(&j, "rights", row_i64(&rows, 5));
            json_time(&j, "created_at", row_i64(&rows, 6));
            json_time(&j, "disabled_at", row_i64(&rows, 7));
            json_end(&j);
            buf_char(out, '\n');
        }
        r = rows_done(&rows);
    }
    store_read_end(store, db);
    return r;
}

/* ---- changes -------------------------------------------------------------------------------- */

struct operator_work {
    struct work work; /* first */
    struct arena *arena;
    struct operator_create *create;
    id disabled;
};

static result create_run(struct tx *tx, struct work *work)
{
    const struct operator_work *w = (const struct operator_work *)work;
    struct operator_create *in = w->create;
    const struct merchant *root;
    int64_t count, now_us;
    uint8_t hash[KEY_HASH_BYTES];
    TRY(tx_merchant(tx, work->tenant, work->tenant, &root));
    TRY(db_number(tx_db(tx), SQL_OPERATOR_COUNT, &count, VI(work->tenant)));
    if (count >= OPERATORS_MAX)
        return FAIL(E_INVALID_PARAMETER, "--merchant", "it has 100 operators: disable one");
    TRY(tx_now(tx, work->tenant, &now_us));
    in->is_live = root->is_live;
    in->id = id_new(tx_real_now(tx));
    TRY(key_operator_new(w->arena, work->tenant, in->is_live, &in->key));
    key_hash(in->key, hash);
    return db_exec(tx_db(tx), SQL_OPERATOR_INSERT, VI(work->tenant), VI(in->id.key),
                   VI(in->id.salt), VT(in->name), VB(hash, KEY_HASH_BYTES), VI(in->rights),
                   VI(now_us));
}

result operator_create(struct store *store, struct arena *arena, struct operator_create *in)
{
    struct operator_work w = {.arena = arena, .create = in};
    TRY(merchant_tenant(store, in->merchant, &w.work.tenant));
    if (w.work.tenant != in->merchant.key)
        return FAIL(E_INVALID_PARAMETER, "--merchant",
                    "a sub-merchant has no operators; its platform has");
    return store_transact_wait(store, create_run, &w.work);
}

static result disable_run(struct tx *tx, struct work *work)
{
    const struct operator_work *w = (const struct operator_work *)work;
    int64_t now_us;
    TRY(tx_now(tx, work->tenant, &now_us));
    return db_exec(tx_db(tx), SQL_OPERATOR_DISABLE, VI(work->tenant), VI(w->disabled.key),
                   VI(now_us));
}

result operator_disable(struct store *store, id operator_id, struct arena *arena)
{
    struct operator_work w = {.arena = arena, .disabled = operator_id};
    struct db *db = store_read_begin(store);
    const result r =
        db_number(db, SQL_OPERATOR_FIND, &w.work.tenant, VI(operator_id.key), VI(operator_id.salt));
    store_read_end(store, db);
    if (r.code != E_OK)
        return r;
    if (w.work.tenant == 0)
        return FAIL(E_NOT_FOUND, "--id", "there is no operator with this id");
    return store_transact_wait(store, disable_run, &w.work);
}
