/* SPDX-License-Identifier: Apache-2.0 */
/* disk_lock.c: locks on a file, and the shared memory of a log's index, between the connections of
 * one process.
 *
 * Source   sqlite.org/lockingv3.html, sqlite.org/walformat.html#wal_locks */
#include <assert.h>
#include <stdlib.h>

#include "disk_state.h"

static struct handle *handle_of(sqlite3_file *file)
{
    return (struct handle *)file;
}

/* ---- the file's lock ------------------------------------------------------------------------- */

/* From SHARED up: RESERVED, then EXCLUSIVE by way of PENDING, which keeps new readers out. */
static int lock_to_write(struct handle *h, int level)
{
    struct opened *o = h->opened;
    if ((o->reserved != NULL && o->reserved != h) || (o->pending != NULL && o->pending != h))
        return SQLITE_BUSY;
    if (level == SQLITE_LOCK_RESERVED) {
        o->reserved = h;
        h->level = SQLITE_LOCK_RESERVED;
        return SQLITE_OK;
    }
    o->pending = h;
    h->level = SQLITE_LOCK_PENDING;
    if (o->shared_locks > 1)
        return SQLITE_BUSY;
    o->exclusive = h;
    h->level = SQLITE_LOCK_EXCLUSIVE;
    return SQLITE_OK;
}

static int lock_locked(struct handle *h, int level)
{
    struct opened *o = h->opened;
    if (h->level >= level)
        return SQLITE_OK;
    if (handle_is_stale(h))
        return SQLITE_IOERR_LOCK;
    if (h->level == SQLITE_LOCK_NONE) {
        if (o->pending != NULL || o->exclusive != NULL)
            return SQLITE_BUSY;
        o->shared_locks++;
        h->level = SQLITE_LOCK_SHARED;
    }
    return level == SQLITE_LOCK_SHARED ? SQLITE_OK : lock_to_write(h, level);
}

int handle_lock(sqlite3_file *file, int level)
{
    struct handle *h = handle_of(file);
    pthread_mutex_lock(&h->disk->lock);
    const int code = lock_locked(h, level);
    pthread_mutex_unlock(&h->disk->lock);
    return code;
}

int handle_unlock(sqlite3_file *file, int level)
{
    struct handle *h = handle_of(file);
    pthread_mutex_lock(&h->disk->lock);
    struct opened *o = h->opened;
    if (h->level > level) {
        if (o->reserved == h)
            o->reserved = NULL;
        if (o->pending == h)
            o->pending = NULL;
        if (o->exclusive == h)
            o->exclusive = NULL;
        if (level == SQLITE_LOCK_NONE)
            o->shared_locks--;
        h->level = level;
    }
    pthread_mutex_unlock(&h->disk->lock);
    return SQLITE_OK;
}

int handle_check_reserved(sqlite3_file *file, int *ret)
{
    const struct handle *h = handle_of(file);
    pthread_mutex_lock(&h->disk->lock);
    *ret = h->opened->reserved != NULL;
    pthread_mutex_unlock(&h->disk->lock);
    return SQLITE_OK;
}

/* ---- shared memory --------------------------------------------------------------------------- */

static int shm_map_locked(struct handle *h, int region, int bytes, bool extends,
                          void volatile **ret)
{
    struct opened *o = h->opened;
    *ret = NULL;
    if (handle_is_stale(h))
        return SQLITE_IOERR_SHMMAP;
    if (!h->has_shm) {
        h->has_shm = true;
        o->shm_references++;
    }
    while (extends && o->region_count <= region) {
        if ((size_t)region >= sizeof o->regions / sizeof o->regions[0])
            return SQLITE_IOERR_SHMSIZE;
        const enum disk_failure how = disk_step(h->disk, DISK_SHM);
        if (how == DISK_EXIT)
            _Exit(DISK_EXIT_STATUS);
        if (how != DISK_FAILURE_NONE) {
            h->disk->shared->failures++;
            return how == DISK_ENOSPC ? SQLITE_IOERR_SHMSIZE : SQLITE_IOERR_SHMMAP;
        }
        void *at = calloc(1, (size_t)bytes);
        if (at == NULL)
            return SQLITE_NOMEM;
        o->regions[o->region_count++] = at;
    }
    *ret = region < o->region_count ? o->regions[region] : NULL;
    return SQLITE_OK;
}

int handle_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **ret)
{
    struct handle *h = handle_of(file);
    pthread_mutex_lock(&h->disk->lock);
    const int code = shm_map_locked(h, region, bytes, extend != 0, ret);
    pthread_mutex_unlock(&h->disk->lock);
    return code;
}

static void shm_release(struct handle *h, int i)
{
    const unsigned bit = 1U << i;
    if ((h->shm_shared & bit) != 0)
        h->opened->shm_shared[i]--;
    if ((h->shm_exclusive & bit) != 0)
        h->opened->shm_exclusive[i] = NULL;
    h->shm_shared &= ~bit;
    h->shm_exclusive &= ~bit;
}

static bool shm_is_free(const struct handle *h, int i, bool is_exclusive)
{
    const struct opened *o = h->opened;
    const int others = o->shm_shared[i] - ((h->shm_shared >> i & 1U) != 0 ? 1 : 0);
    return (o->shm_exclusive[i] == NULL || o->shm_exclusive[i] == h) &&
           (!is_exclusive || others == 0);
}

static int shm_lock_locked(struct handle *h, int offset, int count, int flags)
{
    const bool is_exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        for (int i = offset; i < offset + count; i++)
            shm_release(h, i);
        return SQLITE_OK;
    }
    if (handle_is_stale(h))
        return SQLITE_IOERR_SHMLOCK;
    for (int i = offset; i < offset + count; i++)
        if (!shm_is_free(h, i, is_exclusive))
            return SQLITE_BUSY;
    for (int i = offset; i < offset + count; i++) {
        const unsigned bit = 1U << i;
        if (is_exclusive) {
            h->opened->shm_exclusive[i] = h;
            h->shm_exclusive |= bit;
        } else if ((h->shm_shared & bit) == 0) {
            h->opened->shm_shared[i]++;
            h->shm_shared |= bit;
        }
    }
    return SQLITE_OK;
}

int handle_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    struct handle *h = handle_of(file);
    assert(offset >= 0 && offset + count <= SQLITE_SHM_NLOCK);
    pthread_mutex_lock(&h->disk->lock);
    const int code = shm_lock_locked(h, offset, count, flags);
    pthread_mutex_unlock(&h->disk->lock);
    return code;
}

void handle_shm_barrier(sqlite3_file *file)
{
    struct handle *h = handle_of(file);
    __sync_synchronize();
    pthread_mutex_lock(&h->disk->lock);
    pthread_mutex_unlock(&h->disk->lock);
}

int handle_shm_unmap(sqlite3_file *file, int is_delete)
{
    struct handle *h = handle_of(file);
    (void)is_delete; /* it lives as long as its users */
    pthread_mutex_lock(&h->disk->lock);
    struct opened *o = h->opened;
    for (int i = 0; i < SQLITE_SHM_NLOCK; i++)
        shm_release(h, i);
    if (h->has_shm && --o->shm_references == 0) {
        for (int i = 0; i < o->region_count; i++)
            free(o->regions[i]);
        o->region_count = 0;
    }
    h->has_shm = false;
    pthread_mutex_unlock(&h->disk->lock);
    return SQLITE_OK;
}
