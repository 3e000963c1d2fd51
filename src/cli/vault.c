/* SPDX-License-Identifier: Apache-2.0 */
/* vault.c: the vault of a command: where its key file is, and whether it is this database's.
 *
 * --key-file, or KESSAI_KEY_FILE, or beside an SQLite file as PATH.key, or in the user's home as
 * .kessai/kessai.key: a server of PostgreSQL has no file to stand beside. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/vault_check.h"
#include "cli/cli.h"

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

/* A database that has a key never gets a new one because a file is not where it should be. */
static result check_there(struct store *store, const char *path, struct arena *arena)
{
    bool is_bound = false;
    TRY(vault_key_is_bound(store, &is_bound));
    if (!is_bound || access(path, F_OK) == 0)
        return OK;
    return FAIL(E_USAGE, "--key-file",
                arena_printf(arena, "this database has a vault key, and it is not at %s", path));
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
    r = vault_key_bind(store, vault);
    if (r.code == E_OK)
        *ret = vault;
    else
        vault_close(vault);
    return r;
}
