/* SPDX-License-Identifier: Apache-2.0 */
/* disk_state.h: what a disk is made of; private to test/disk.
 *
 *     shared with children                         the process's own
 *     struct shared   names, files, fault, counts  struct disk     lock, generation
 *     three slots a file: content, durable, log    struct opened   locks and shared memory of a
 * file
 *
 * A file's number is its slot, 1 .. FILES; 0 is none. The log of a file holds the writes and
 * truncations since its last sync, one record after the other. */
#ifndef KESSAI_TEST_DISK_STATE_H
#define KESSAI_TEST_DISK_STATE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stddef.h>

#include "disk.h"

enum { FILES = 16, NAMES = 32, PATH_BYTES = 256, SECTOR_BYTES = 512 };
#define SLOT_BYTES (INT64_C(64) << 20)
enum slot { CONTENT, DURABLE, LOG, SLOTS_A_FILE };
enum { PERCENT = 100 };

struct name {
    char path[PATH_BYTES]; /* empty: a free row */
    int now, durable;      /* files */
};

struct file {
    int64_t bytes, bytes_max; /* content, and how far its slot is not zeros */
    int64_t durable_bytes, durable_bytes_max;
    int64_t log_bytes;
};

/* A file's content or its durable state: bytes of a slot, of which what lies behind is zeros. */
struct area {
    char *at;
    int64_t *bytes, *bytes_max;
};

/* A record of a log; its data follows, padded to 8 bytes. */
struct record {
    int64_t at, bytes; /* at: of a truncation, the new size; bytes -1: a truncation */
};

struct shared {
    bool is_gone;
    struct name names[NAMES];
    struct file files[FILES + 1];
    struct disk_fault fault;
    int64_t counts[DISK_OPS], failures;
    uint64_t random;
};

/* One file as the connections of this process have it open. */
struct opened {
    int references, shared_locks;
    const void *reserved, *pending, *exclusive; /* the connection that has it */
    void *regions[64];
    int region_count, shm_references;
    int shm_shared[SQLITE_SHM_NLOCK];
    const void *shm_exclusive[SQLITE_SHM_NLOCK];
};

struct disk {
    sqlite3_vfs vfs; /* first */
    sqlite3_vfs *system;
    pthread_mutex_t lock; /* over everything below and everything shared */
    int64_t generation;   /* connections of an older one fail */
    struct opened *opened[FILES + 1];
    struct shared *shared;
    char *slots;
};

/* All with the lock held. */
char *disk_content(const struct disk *disk, int file);
enum disk_failure disk_step(struct disk *disk, enum disk_op op);
uint64_t disk_random(struct disk *disk);
bool disk_coin(struct disk *disk, unsigned percent);
struct name *disk_name(struct disk *disk, const char *path); /* NULL: none with a file now */
int disk_make(struct disk *disk, const char *path); /* path NULL: without a name; 0: no room */
bool disk_write(struct disk *disk, int file, const void *at, int64_t bytes, int64_t offset);
bool disk_truncate(struct disk *disk, int file, int64_t bytes);
void disk_sync(struct disk *disk, int file);
void disk_sync_badly(struct disk *disk, int file);         /* a sync that fails */
void disk_sync_names(struct disk *disk, const char *path); /* of the directory of path */

char *disk_slot(const struct disk *disk, int file, enum slot slot);
struct area disk_area(struct disk *disk, int file, enum slot slot);
void area_resize(const struct area *area, int64_t bytes);
void area_put(const struct area *area, const void *at, int64_t bytes, int64_t offset);
const struct record *record_at(struct disk *disk, int file, int64_t offset);
int64_t record_bytes(const struct record *record);
void record_apply(const struct area *area, const struct record *record);
bool disk_uses(const struct disk *disk, int file);
void disk_empty(struct disk *disk, int file);

void disk_vfs_init(struct disk *disk, const char *name); /* disk_vfs.c */
extern const sqlite3_io_methods DISK_METHODS;
void opened_free(struct opened *opened);

/* disk_lock.c: a connection's handle on a file. */
struct handle {
    sqlite3_file base; /* first */
    struct disk *disk;
    struct opened *opened;
    int file, level;
    int64_t generation;
    bool has_shm, is_new_journal, deletes_on_close;
    char path[PATH_BYTES];              /* empty: without a name */
    unsigned shm_shared, shm_exclusive; /* bit sets of what it holds */
};
bool handle_is_stale(const struct handle *handle);
int handle_lock(sqlite3_file *file, int level);
int handle_unlock(sqlite3_file *file, int level);
int handle_check_reserved(sqlite3_file *file, int *ret);
int handle_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **ret);
int handle_shm_lock(sqlite3_file *file, int offset, int count, int flags);
void handle_shm_barrier(sqlite3_file *file);
int handle_shm_unmap(sqlite3_file *file, int is_delete);

#endif
