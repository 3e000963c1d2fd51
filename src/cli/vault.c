/* SPDX-License-Identifier: Apache-2.0 */
/* vault.c: the vault of a command: where its key file is, and whether it is this database's.
 *
 * --key-file, or KESSAI_KEY_FILE, or beside an SQLite file as PATH.key, or in the user's home as
 * .kessai/kessai.key: a server of PostgreSQL has no file to stand beside.
 *
 * A database goes with one vault key: what is sealed with another can never be opened, so the
 * mistake is refused before it is made. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "store/store.h"
#include "store/tx.h"
#include "vault/vault.h"

#define SETTING VT(S("vault_key"))

struct bind_work {
    struct work work; /* first */
    uint8_t check[VAULT_CHECK_BYTES];
};

static result home_path(struct arena *arena, const char **ret)
{
    const char *home = getenv("HOME");
    if (home == NULL || home[0] != '/')
        return FAIL(E_USAGE, "--key-file", "say where the vault's key is: there is no home");
    const char *folder = arena_printf(arena, "%s/.kessai", home);
    if (folder == NULL)
        return E_NO_MEMORY;
    (void)mkdir(folder, 0700); /* there already, or the key file says what is wrong */
    *ret = arena_printf(arena, "%s/kessai.key", folder);
    return *ret == NULL ? E_NO_MEMORY : OK;
}

static result key_path(const struct args *args, const struct store *store, const char **ret)
{
    const char *named = getenv("KESSAI_KEY_FILE");
    if (args->values[OPT_KEY_FILE].is_given)
        *ret = args->values[OPT_KEY_FILE].text.at;
    else if (named != NULL && named[0] != '\0')
        *ret = named;
    else if (store_is_shared(store))
        return home_path(args->arena, ret);
    else
        *ret = arena_printf(args->arena, "%s.key", store_path(store));
    return *ret == NULL ? E_NO_MEMORY : OK;
}

/* Whether a key has been used with this database. */
static result is_bound_already(struct store *store, bool *ret)
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

/* A database that has a key never gets a new one because a file is not where it should be. */
static result check_there(struct store *store, const char *path, struct arena *arena)
{
    bool is_bound = false;
    TRY(is_bound_already(store, &is_bound));
    if (!is_bound || access(path, F_OK) == 0)
        return OK;
    return FAIL(E_USAGE, "--key-file",
                arena_printf(arena, "this database has a vault key, and it is not at %s", path));
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

/* Binds the database to this key, or checks that it is the one. */
static result bind_key(struct store *store, const struct vault *vault)
{
    struct bind_work w = {0};
    vault_check_value(vault, w.check);
    return store_transact_wait(store, bind_run, &w.work);
}

result open_vault(const struct args *args, struct store *store, struct vault **ret)
{
    const char *path = NULL;
    struct vault *vault = NULL;
    TRY(key_path(args, store, &path));
    TRY(check_there(store, path, args->arena));
    result r = vault_open(path, &vault);
    if (r.code != E_OK) {
        r.param = path;
        return r;
    }
    r = bind_key(store, vault);
    if (r.code == E_OK)
        *ret = vault;
    else
        vault_close(vault);
    return r;
}
