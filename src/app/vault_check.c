/* SPDX-License-Identifier: Apache-2.0 */
#include "app/vault_check.h"

#include "store/tx.h"

#define SETTING VT(S("vault_key"))

struct bind_work {
    struct work work; /* first */
    uint8_t check[VAULT_CHECK_BYTES];
};

result vault_key_is_bound(struct store *store, bool *ret)
{
    struct rows rows;
    struct db *db = store_read_begin(store);
    result r = db_query(db, SQL_SETTING_GET, &rows, SETTING);
    if (r.code == E_OK) {
        *ret = rows_next(&rows);
        r = rows_done(&rows);
    }
    store_read_end(store, db);
    return r;
}

/* Two servers may start at once: what stands in the row afterwards counts. */
static result bind_run(struct tx *tx, struct work *work)
{
    const struct bind_work *w = (const struct bind_work *)work;
    struct rows rows;
    bool is_same = false;
    TRY(db_exec(tx_db(tx), SQL_SETTING_PUT, SETTING, VB(w->check, sizeof w->check)));
    TRY(db_query(tx_db(tx), SQL_SETTING_GET, &rows, SETTING));
    if (rows_next(&rows))
        is_same = str_equal(row_str(&rows, 0), (str){(const char *)w->check, sizeof w->check});
    TRY(rows_done(&rows));
    return is_same ? OK
                   : FAIL(E_USAGE, "--key-file",
                          "this database was sealed with another vault key than this one");
}

result vault_key_bind(struct store *store, const struct vault *vault)
{
    struct bind_work w = {0};
    vault_check_value(vault, w.check);
    return store_transact_wait(store, bind_run, &w.work);
}
