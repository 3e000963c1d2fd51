/* SPDX-License-Identifier: Apache-2.0 */
/* open.c: the database of a command, with errors an operator can act on. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "store/store.h"

static const char *directory_of(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    return slash == path ? "/" : arena_cstr(arena, (str){path, (size_t)(slash - path)});
}

result check_database_url(const char *url, const char *param, bool may_create, struct arena *arena)
{
    const char *path = store_url_path(url);
    const char *directory = directory_of(path, arena);
    struct stat found;
    if (store_url_is_postgres(url))
        return OK; /* the store says what it thinks of that */
    if (path[0] == '\0' || directory == NULL)
        return FAIL(E_USAGE, param, "the path is empty");
    if (stat(directory, &found) != 0 || !S_ISDIR(found.st_mode))
        return FAIL(E_USAGE, param, arena_printf(arena, "there is no directory %s", directory));
    if (access(directory, W_OK | X_OK) != 0)
        return FAIL(E_USAGE, param,
                    arena_printf(arena, "the directory %s cannot be written", directory));
    if (stat(path, &found) != 0)
        return may_create
                   ? OK
                   : FAIL(E_USAGE, param,
                          arena_printf(arena,
                                       "there is no database %s; kessai merchant create makes one",
                                       path));
    if (!S_ISREG(found.st_mode))
        return FAIL(E_USAGE, param, arena_printf(arena, "%s is not a file", path));
    if (access(path, R_OK | W_OK) != 0)
        return FAIL(E_USAGE, param, arena_printf(arena, "%s cannot be read and written", path));
    return OK;
}

result check_database(const struct args *args, bool may_create)
{
    return check_database_url(args->values[OPT_DB].text.at, "--db", may_create, args->arena);
}

result open_store(const struct args *args, bool may_create, struct store **ret)
{
    TRY(check_database(args, may_create));
    const struct store_config config = {
        .url = args->values[OPT_DB].text.at, .access = STORE_COMMAND, .clock = &CLOCK_SYSTEM};
    result r = store_open(&config, ret);
    if (r.code != E_OK)
        r.param = "--db";
    return r;
}
