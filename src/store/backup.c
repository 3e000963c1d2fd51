/* SPDX-License-Identifier: Apache-2.0 */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 5000 };

static result failed(sqlite3 *handle, const char *param, struct arena *arena)
{
    const int code = sqlite3_errcode(handle);
    return FAIL(code == SQLITE_FULL ? E_STORE_FULL : E_STORE, param,
                arena_printf(arena, "sqlite %d: %s", sqlite3_extended_errcode(handle),
                             sqlite3_errmsg(handle)));
}

static result failed_file(const char *path, struct arena *arena)
{
    const enum err code = errno == ENOSPC || errno == EDQUOT ? E_STORE_FULL : E_USAGE;
    return FAIL(code, "--to", arena_printf(arena, "%s: %s", path, strerror(errno)));
}

/* All pages in one step: in the log's mode that is one snapshot, and holds no writer up. In several
 * steps a write of another process would start it again from the first page. */
static result copy_pages(sqlite3 *from, sqlite3 *to, struct arena *arena)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL)
        return failed(to, "--to", arena);
    (void)sqlite3_backup_step(backup, -1);
    return sqlite3_backup_finish(backup) == SQLITE_OK ? OK : failed(to, "--to", arena);
}

/* "ok", or what is wrong with the copy. */
static result check_copy(sqlite3 *to, struct arena *arena)
{
    sqlite3_stmt *statement = NULL;
    result r = OK;
    if (sqlite3_prepare_v2(to, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        r = failed(to, "--to", arena);
    else if (!str_is(str_of((const char *)sqlite3_column_text(statement, 0)), "ok"))
        r = FAIL(E_STORE, "--to",
                 arena_printf(arena, "the copy is damaged: %s",
                              (const char *)sqlite3_column_text(statement, 0)));
    (void)sqlite3_finalize(statement);
    return r;
}

/* Fills the file, which is there and empty. synchronous is FULL by default, so it is on the disk.
 */
static result fill(sqlite3 *from, const char *part, struct arena *arena)
{
    sqlite3 *to = NULL;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    result r = OK;
    if (sqlite3_open_v2(part, &to, flags, NULL) != SQLITE_OK)
        r = failed(to, "--to", arena);
    if (r.code == E_OK)
        r = copy_pages(from, to, arena);
    if (r.code == E_OK)
        r = check_copy(to, arena);
    if (sqlite3_close(to) != SQLITE_OK && r.code == E_OK)
        r = FAIL(E_STORE, "--to", "the copy cannot be closed");
    return r;
}

static result sync_path(const char *path, int flags, struct arena *arena)
{
    const int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return failed_file(path, arena);
    const result r = fsync(fd) == 0 ? OK : failed_file(path, arena);
    (void)close(fd);
    return r;
}

static result sync_directory_of(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return sync_path(".", O_RDONLY | O_DIRECTORY, arena);
    const str directory = {path, slash == path ? 1 : (size_t)(slash - path)};
    const char *name = arena_cstr(arena, directory);
    return name == NULL ? E_NO_MEMORY : sync_path(name, O_RDONLY | O_DIRECTORY, arena);
}

/* A link fails where something is by that name already; a rename would replace it. */
static result give_name(const char *part, const char *to, struct arena *arena)
{
    TRY(sync_path(part, O_RDONLY, arena));
    if (link(part, to) != 0)
        return failed_file(to, arena);
    (void)unlink(part);
    return sync_directory_of(to, arena);
}

static result copy_to(sqlite3 *from, const char *part, const char *to, struct arena *arena,
                      int64_t *ret_bytes)
{
    struct stat copy;
    const int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed_file(part, arena);
    (void)close(fd);
    result r = fill(from, part, arena);
    if (r.code == E_OK && stat(part, &copy) != 0)
        r = failed_file(part, arena);
    if (r.code == E_OK)
        r = give_name(part, to, arena);
    if (r.code != E_OK)
        (void)unlink(part);
    else
        *ret_bytes = copy.st_size;
    return r;
}

result backup_run(const char *path, const char *to, struct arena *arena, int64_t *ret_bytes)
{
    struct stat found;
    if (lstat(to, &found) == 0)
        return FAIL(E_USAGE, "--to",
                    arena_printf(arena, "%s is there already; a backup replaces nothing", to));
    const char *part = arena_printf(arena, "%s.part", to);
    if (part == NULL)
        return E_NO_MEMORY;
    sqlite3 *from = NULL;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    result r =
        sqlite3_open_v2(path, &from, flags, NULL) == SQLITE_OK ? OK : failed(from, "--db", arena);
    (void)sqlite3_busy_timeout(from, BUSY_MS);
    if (r.code == E_OK)
        r = copy_to(from, part, to, arena, ret_bytes);
    (void)sqlite3_close(from);
    return r;
}
