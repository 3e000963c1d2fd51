/* SPDX-License-Identifier: Apache-2.0 */
/* disk_vfs.c: the disk as SQLite calls it: files, their operations, and the failures of these.
 *
 * Follows os_unix.c where the two could differ: what a failure is called, that a file without a
 * byte does not "exist", that the first sync of a journal or log syncs its directory. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk_state.h"

static struct disk *disk_of(sqlite3_vfs *vfs)
{
    return (struct disk *)vfs;
}

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)file;
}

bool handle_is_stale(const struct handle *handle)
{
    return handle->generation != handle->disk->generation || handle->disk->shared->is_gone;
}

static void end_if_asked(enum disk_failure how)
{
    if (how == DISK_EXIT)
        _exit(DISK_EXIT_STATUS);
}

/* Whether an operation fails that is as it should be but for the fault. Counts the failure. */
static bool fails(struct disk *disk, enum disk_failure how)
{
    if (how == DISK_FAILURE_NONE)
        return false;
    disk->shared->failures++;
    return true;
}

/* ---- files ----------------------------------------------------------------------------------- */

static int read_locked(const struct handle *h, void *to, int bytes, sqlite3_int64 offset)
{
    if (handle_is_stale(h))
        return SQLITE_IOERR_READ;
    const enum disk_failure how = disk_step(h->disk, DISK_READ);
    end_if_asked(how);
    if (how != DISK_ENOSPC && fails(h->disk, how))
        return SQLITE_IOERR_READ;
    const int64_t there = h->disk->shared->files[h->file].bytes - offset;
    const int64_t count = there < 0 ? 0 : there < bytes ? there : bytes;
    memcpy(to, disk_content(h->disk, h->file) + offset, (size_t)count);
    memset((char *)to + count, 0, (size_t)(bytes - count));
    return count < bytes ? SQLITE_IOERR_SHORT_READ : SQLITE_OK;
}

static int file_read(sqlite3_file *file, void *to, int bytes, sqlite3_int64 offset)
{
    struct handle *h = handle_of(file);
    pthread_mutex_lock(&h->disk->lock);
    const int code = read_locked(h, to, bytes, offset);
    pthread_mutex_unlock(&h->disk->lock);
    return code;
}

static int write_locked(const struct handle *h, const void *at, int bytes, sqlite3_int64 offset)
{
    if (handle_is_stale(h))
        return SQLITE_IOERR_WRITE;
    const enum disk_failure how = disk_step(h->disk, DISK_WRITE);
    const bool is_half = how == DISK_EIO || how == DISK_ENOSPC;
    const bool has_room = disk_write(h->disk, h->file, at, is_half ? bytes / 2 : bytes, offset);
    end_if_asked(how);
    if (fails(h->disk, how))
        return how == DISK_ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    return has_room ? SQLITE_OK : SQLITE_FULL;
}

static int file_write(sqlite3_file *file, const void *at, int bytes, sqlite3_int64 offset)
{
    struct handle *h = handle_of(file);
    pthread_mutex_lock(&h->disk->lock);
    const int code = write_locked(h, at, bytes, offset);
    pthread_mutex_unlock(&h->disk->lock);
    return code;
}

static int truncate_locked(const struct handle *h, sqlite3_int64 bytes)
{
    if (handle_is_stale(h))
        return SQLITE_IOERR_TRUNCATE;
    const enum disk_failure how = disk_step(h->disk, DISK_TRUNCATE);
    const bool grows = bytes > h->disk->shared->files[h->file].bytes;
    if ((how == DISK_EIO || (how == DISK_ENOSPC && grows)) && fails(h->disk, how))
        return SQLITE_IOERR_TRUNCATE;
    const bool has_room = disk_truncate(h->disk, h->file, bytes);
    end_if_asked(how);
    if (how == DISK_GONE && fails(h->disk, how))
        return SQLITE_IOERR_TRUNCATE;
    return has_room ? SQLITE_OK : SQLITE_FULL;
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 bytes)
{
    struct handle *h = handle_of(file);
    pthread_mutex_lock(&h->disk->lock);
    const int code = truncate_locked(h, bytes);
    pthread_mutex_unlock(&h->disk->lock);
    return code;
}

static int sync_locked(struct handle *h)
{
    if (handle_is_stale(h))
        return SQLITE_IOERR_FSYNC;
    const enum disk_failure how = disk_step(h->disk, DISK_SYNC);
    end_if_asked(how);
    if (fails(h->disk, how)) {
        if (how != DISK_GONE)
            disk_sync_badly(h->disk, h->file);
        return SQLITE_IOERR_FSYNC;
    }
    disk_sync(h->disk, h->file);
    if (h->is_new_journal)
        disk_sync_names(h->disk, h->path);
    h->is_new_journal = false;
    return SQLITE_OK;
}

static int file_sync(sqlite3_file *file, int flags)
{
    struct handle *h = handle_of(file);
    (void)flags;
    pthread_mutex_lock(&h->disk->lock);
    const int code = sync_locked(h);
    pthread_mutex_unlock(&h->disk->lock);
    return code;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    const struct handle *h = handle_of(file);
    pthread_mutex_lock(&h->disk->lock);
    const bool is_stale = handle_is_stale(h);
    if (!is_stale)
        *ret = h->disk->shared->files[h->file].bytes;
    pthread_mutex_unlock(&h->disk->lock);
    return is_stale ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

static int file_control(sqlite3_file *file, int op, void *argument)
{
    (void)file, (void)op, (void)argument;
    return SQLITE_NOTFOUND;
}

static int file_sector_size(sqlite3_file *file)
{
    (void)file;
    return 4096; /* what os_unix.c says; writes are torn at SECTOR_BYTES all the same */
}

static int file_characteristics(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

void opened_free(struct opened *opened)
{
    for (int i = 0; i < opened->region_count; i++)
        free(opened->regions[i]);
    free(opened);
}

static int file_close(sqlite3_file *file)
{
    struct handle *h = handle_of(file);
    struct disk *disk = h->disk;
    if (h->has_shm)
        (void)handle_shm_unmap(file, 0);
    (void)handle_unlock(file, SQLITE_LOCK_NONE);
    pthread_mutex_lock(&disk->lock);
    struct name *name = h->generation == disk->generation && h->deletes_on_close && h->path[0] != 0
                            ? disk_name(disk, h->path)
                            : NULL;
    if (name != NULL)
        name->now = 0;
    if (--h->opened->references == 0) {
        if (disk->opened[h->file] == h->opened)
            disk->opened[h->file] = NULL;
        opened_free(h->opened);
    }
    pthread_mutex_unlock(&disk->lock);
    return SQLITE_OK;
}

const sqlite3_io_methods DISK_METHODS = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = handle_lock,
    .xUnlock = handle_unlock,
    .xCheckReservedLock = handle_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = handle_shm_map,
    .xShmLock = handle_shm_lock,
    .xShmBarrier = handle_shm_barrier,
    .xShmUnmap = handle_shm_unmap,
};

/* ---- the file system ------------------------------------------------------------------------- */

static int open_locked(struct disk *disk, const char *path, struct handle *h, int flags)
{
    const struct name *name = path == NULL ? NULL : disk_name(disk, path);
    if (disk->shared->is_gone)
        return SQLITE_CANTOPEN;
    const enum disk_failure how = disk_step(disk, DISK_OPEN);
    end_if_asked(how);
    if ((how != DISK_ENOSPC || name == NULL) && fails(disk, how))
        return SQLITE_CANTOPEN;
    if (name == NULL && path != NULL && (flags & SQLITE_OPEN_CREATE) == 0)
        return SQLITE_CANTOPEN;
    h->file = name != NULL ? name->now : disk_make(disk, path);
    if (h->file == 0)
        return SQLITE_CANTOPEN;
    if (disk->opened[h->file] == NULL)
        disk->opened[h->file] = calloc(1, sizeof *h->opened);
    if (disk->opened[h->file] == NULL)
        return SQLITE_NOMEM;
    h->opened = disk->opened[h->file];
    h->opened->references++;
    return SQLITE_OK;
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                    int *ret_flags)
{
    struct handle *h = handle_of(file);
    struct disk *disk = disk_of(vfs);
    const int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
    *h = (struct handle){.disk = disk,
                         .is_new_journal =
                             (flags & SQLITE_OPEN_CREATE) != 0 && (flags & journals) != 0,
                         .deletes_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
    if (path != NULL && strlen(path) >= PATH_BYTES)
        return SQLITE_CANTOPEN;
    if (path != NULL)
        memcpy(h->path, path, strlen(path) + 1);
    pthread_mutex_lock(&disk->lock);
    h->generation = disk->generation;
    const int code = open_locked(disk, path, h, flags);
    pthread_mutex_unlock(&disk->lock);
    if (code == SQLITE_OK)
        h->base.pMethods = &DISK_METHODS;
    if (code == SQLITE_OK && ret_flags != NULL)
        *ret_flags = flags;
    return code;
}

static int delete_locked(struct disk *disk, const char *path, bool syncs)
{
    if (disk->shared->is_gone)
        return SQLITE_IOERR_DELETE;
    struct name *name = disk_name(disk, path);
    if (name == NULL)
        return SQLITE_IOERR_DELETE_NOENT;
    enum disk_failure how = disk_step(disk, DISK_DELETE);
    if (how == DISK_EIO && fails(disk, how))
        return SQLITE_IOERR_DELETE;
    name->now = 0;
    if (name->durable == 0) /* nobody will miss it */
        name->path[0] = '\0';
    end_if_asked(how);
    if (how == DISK_GONE && fails(disk, how))
        return SQLITE_IOERR_DELETE;
    if (!syncs)
        return SQLITE_OK;
    how = disk_step(disk, DISK_SYNC);
    end_if_asked(how);
    if (fails(disk, how))
        return SQLITE_IOERR_DIR_FSYNC;
    disk_sync_names(disk, path);
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int syncs)
{
    struct disk *disk = disk_of(vfs);
    pthread_mutex_lock(&disk->lock);
    const int code = delete_locked(disk, path, syncs != 0);
    pthread_mutex_unlock(&disk->lock);
    return code;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret)
{
    const int64_t bytes = disk_bytes(disk_of(vfs), path);
    *ret = flags == SQLITE_ACCESS_EXISTS ? bytes > 0 : bytes >= 0;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int room, char *ret)
{
    (void)vfs;
    const size_t bytes = strlen(path) + 1;
    if (bytes > (size_t)room)
        return SQLITE_CANTOPEN;
    memcpy(ret, path, bytes);
    return SQLITE_OK;
}

/* The same on every run: what SQLite draws from it does not make two runs differ. */
static int vfs_randomness(sqlite3_vfs *vfs, int bytes, char *ret)
{
    (void)vfs;
    for (int i = 0; i < bytes; i++)
        ret[i] = (char)(i * 37 + 11);
    return bytes;
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
    sqlite3_vfs *system = disk_of(vfs)->system;
    return system->xSleep(system, us);
}

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *ret)
{
    sqlite3_vfs *system = disk_of(vfs)->system;
    return system->xCurrentTimeInt64(system, ret);
}

static int vfs_last_error(sqlite3_vfs *vfs, int room, char *ret)
{
    (void)vfs, (void)room, (void)ret;
    return 0;
}

void disk_vfs_init(struct disk *disk, const char *name)
{
    disk->system = sqlite3_vfs_find("unix");
    disk->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(struct handle),
        .mxPathname = PATH_BYTES - 1,
        .zName = name,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_time,
    };
}
