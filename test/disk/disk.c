/* SPDX-License-Identifier: Apache-2.0 */
#include "disk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "disk_state.h"

/* ---- memory ---------------------------------------------------------------------------------- */

static void *map_shared(size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
                    -1, 0);
    if (at == MAP_FAILED)
        abort();
    return at;
}

char *disk_slot(const struct disk *disk, int file, enum slot slot)
{
    return disk->slots + ((int64_t)(file - 1) * SLOTS_A_FILE + (int64_t)slot) * SLOT_BYTES;
}

char *disk_content(const struct disk *disk, int file)
{
    return disk_slot(disk, file, CONTENT);
}

/* splitmix64 */
uint64_t disk_random(struct disk *disk)
{
    uint64_t z = disk->shared->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

bool disk_coin(struct disk *disk, unsigned percent)
{
    return disk_random(disk) % PERCENT < percent;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

struct area disk_area(struct disk *disk, int file, enum slot slot)
{
    struct file *f = &disk->shared->files[file];
    return slot == CONTENT ? (struct area){disk_slot(disk, file, CONTENT), &f->bytes, &f->bytes_max}
                           : (struct area){disk_slot(disk, file, DURABLE), &f->durable_bytes,
                                           &f->durable_bytes_max};
}

void area_resize(const struct area *area, int64_t bytes)
{
    if (bytes < *area->bytes)
        memset(area->at + bytes, 0, (size_t)(*area->bytes - bytes));
    *area->bytes = bytes;
    if (bytes > *area->bytes_max)
        *area->bytes_max = bytes;
}

void area_put(const struct area *area, const void *at, int64_t bytes, int64_t offset)
{
    if (offset + bytes > *area->bytes)
        area_resize(area, offset + bytes);
    memcpy(area->at + offset, at, (size_t)bytes);
}

static int64_t padded(int64_t bytes)
{
    return bytes < 0 ? 0 : (bytes + 7) / 8 * 8;
}

/* Appends to the log. False when it is full. */
static bool log_put(struct disk *disk, int file, struct record record, const void *data)
{
    struct file *f = &disk->shared->files[file];
    const int64_t need = (int64_t)sizeof record + padded(record.bytes);
    if (f->log_bytes + need > SLOT_BYTES)
        return false;
    char *to = disk_slot(disk, file, LOG) + f->log_bytes;
    memcpy(to, &record, sizeof record);
    if (record.bytes > 0)
        memcpy(to + sizeof record, data, (size_t)record.bytes);
    f->log_bytes += need;
    return true;
}

bool disk_write(struct disk *disk, int file, const void *at, int64_t bytes, int64_t offset)
{
    if (offset + bytes > SLOT_BYTES ||
        !log_put(disk, file, (struct record){.at = offset, .bytes = bytes}, at))
        return false;
    const struct area content = disk_area(disk, file, CONTENT);
    area_put(&content, at, bytes, offset);
    return true;
}

bool disk_truncate(struct disk *disk, int file, int64_t bytes)
{
    if (bytes > SLOT_BYTES || !log_put(disk, file, (struct record){.at = bytes, .bytes = -1}, NULL))
        return false;
    const struct area content = disk_area(disk, file, CONTENT);
    area_resize(&content, bytes);
    return true;
}

/* ---- what becomes durable -------------------------------------------------------------------- */

void record_apply(const struct area *area, const struct record *record)
{
    if (record->bytes < 0)
        area_resize(area, record->at);
    else
        area_put(area, record + 1, record->bytes, record->at);
}

const struct record *record_at(struct disk *disk, int file, int64_t offset)
{
    return (const struct record *)(const void *)(disk_slot(disk, file, LOG) + offset);
}

int64_t record_bytes(const struct record *record)
{
    return (int64_t)sizeof *record + padded(record->bytes);
}

static void sync_some(struct disk *disk, int file, unsigned percent)
{
    struct file *f = &disk->shared->files[file];
    const struct area durable = disk_area(disk, file, DURABLE);
    const struct record *record;
    for (int64_t at = 0; at < f->log_bytes; at += record_bytes(record)) {
        record = record_at(disk, file, at);
        if (percent == PERCENT || disk_coin(disk, percent))
            record_apply(&durable, record);
    }
    f->log_bytes = 0;
}

void disk_sync(struct disk *disk, int file)
{
    sync_some(disk, file, PERCENT);
}

void disk_sync_badly(struct disk *disk, int file)
{
    static const unsigned KEEPS[] = {0, PERCENT / 2, PERCENT};
    sync_some(disk, file, KEEPS[disk_random(disk) % (sizeof KEEPS / sizeof KEEPS[0])]);
}

/* ---- names ----------------------------------------------------------------------------------- */

struct name *disk_name(struct disk *disk, const char *path)
{
    for (int i = 0; i < NAMES; i++) {
        struct name *name = &disk->shared->names[i];
        if (name->now != 0 && strcmp(name->path, path) == 0)
            return name;
    }
    return NULL;
}

/* The row of a path whose file is deleted but not yet for certain, or a free one. */
static struct name *name_room(struct disk *disk, const char *path)
{
    struct name *room = NULL;
    for (int i = NAMES - 1; i >= 0; i--) {
        struct name *name = &disk->shared->names[i];
        if (name->path[0] != '\0' && strcmp(name->path, path) == 0)
            return name;
        if (name->path[0] == '\0')
            room = name;
    }
    return room;
}

bool disk_uses(const struct disk *disk, int file)
{
    for (int i = 0; i < NAMES; i++) {
        const struct name *name = &disk->shared->names[i];
        if (name->now == file || name->durable == file)
            return true;
    }
    return disk->opened[file] != NULL;
}

void disk_empty(struct disk *disk, int file)
{
    struct file *f = &disk->shared->files[file];
    memset(disk_slot(disk, file, CONTENT), 0, (size_t)f->bytes_max);
    memset(disk_slot(disk, file, DURABLE), 0, (size_t)f->durable_bytes_max);
    *f = (struct file){0};
}

int disk_make(struct disk *disk, const char *path)
{
    struct name *name = path == NULL ? NULL : name_room(disk, path);
    if (path != NULL && (name == NULL || strlen(path) >= PATH_BYTES))
        return 0;
    int file = 1;
    while (file <= FILES && disk_uses(disk, file))
        file++;
    if (file > FILES)
        return 0;
    disk_empty(disk, file);
    if (name != NULL) {
        memcpy(name->path, path, strlen(path) + 1);
        name->now = file;
    }
    return file;
}

static size_t directory_bytes(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

void disk_sync_names(struct disk *disk, const char *path)
{
    const size_t bytes = directory_bytes(path);
    for (int i = 0; i < NAMES; i++) {
        struct name *name = &disk->shared->names[i];
        if (directory_bytes(name->path) != bytes || memcmp(name->path, path, bytes) != 0)
            continue;
        name->durable = name->now;
        if (name->now == 0)
            name->path[0] = '\0';
    }
}

int64_t disk_bytes(struct disk *disk, const char *path)
{
    pthread_mutex_lock(&disk->lock);
    const struct name *name = disk_name(disk, path);
    const int64_t bytes = name == NULL ? -1 : disk->shared->files[name->now].bytes;
    pthread_mutex_unlock(&disk->lock);
    return bytes;
}

/* ---- faults ---------------------------------------------------------------------------------- */

static bool is_change(enum disk_op op)
{
    return op == DISK_WRITE || op == DISK_SYNC || op == DISK_TRUNCATE || op == DISK_DELETE;
}

enum disk_failure disk_step(struct disk *disk, enum disk_op op)
{
    struct shared *shared = disk->shared;
    const struct disk_fault *fault = &shared->fault;
    shared->counts[op]++;
    if (is_change(op))
        shared->counts[DISK_CHANGE]++;
    if (fault->how == DISK_FAILURE_NONE ||
        (fault->op != op && !(fault->op == DISK_CHANGE && is_change(op))))
        return DISK_FAILURE_NONE;
    const int64_t nth = shared->counts[fault->op];
    if (nth < fault->at || (nth > fault->at && !fault->is_for_ever))
        return DISK_FAILURE_NONE;
    if (fault->how == DISK_GONE)
        shared->is_gone = true;
    return fault->how;
}

void disk_fail(struct disk *disk, const struct disk_fault *fault)
{
    pthread_mutex_lock(&disk->lock);
    disk->shared->fault = fault == NULL ? (struct disk_fault){0} : *fault;
    disk->shared->random = disk->shared->fault.seed + 1;
    memset(disk->shared->counts, 0, sizeof disk->shared->counts);
    disk->shared->failures = 0;
    pthread_mutex_unlock(&disk->lock);
}

int64_t disk_failures(struct disk *disk)
{
    pthread_mutex_lock(&disk->lock);
    const int64_t failures = disk->shared->failures;
    pthread_mutex_unlock(&disk->lock);
    return failures;
}

int64_t disk_count(struct disk *disk, enum disk_op op)
{
    pthread_mutex_lock(&disk->lock);
    const int64_t count = disk->shared->counts[op];
    pthread_mutex_unlock(&disk->lock);
    return count;
}

/* ---- making one ------------------------------------------------------------------------------ */

struct disk *disk_new(const char *name)
{
    /* As the store does before its first connection; refused, and not needed, later on. */
    (void)sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    struct disk *disk = calloc(1, sizeof *disk);
    if (disk == NULL)
        abort();
    pthread_mutex_init(&disk->lock, NULL);
    disk->shared = map_shared(sizeof *disk->shared);
    disk->slots = map_shared((size_t)SLOT_BYTES * SLOTS_A_FILE * FILES);
    disk->shared->random = 1;
    disk_vfs_init(disk, name);
    disk_use(disk);
    return disk;
}

void disk_free(struct disk *disk)
{
    (void)sqlite3_vfs_unregister(&disk->vfs);
    (void)munmap(disk->shared, sizeof *disk->shared);
    (void)munmap(disk->slots, (size_t)SLOT_BYTES * SLOTS_A_FILE * FILES);
    pthread_mutex_destroy(&disk->lock);
    free(disk);
}

void disk_use(struct disk *disk)
{
    if (sqlite3_vfs_register(&disk->vfs, 1) != SQLITE_OK)
        abort();
}
