/* SPDX-License-Identifier: Apache-2.0 */
/* disk.h: a disk in memory for SQLite, whose operations can be counted and made to fail, and whose
 * power can be cut.
 *
 * A disk is an SQLite VFS with everything that a WAL database needs, shared memory and locks
 * between the connections of one process included; any number of threads may use it. Paths are
 * names only, nothing of them reaches the file system (files that a program makes by itself, such
 * as the lock of a server, do). It keeps two states of every file: the one that programs see, and
 * the one that is certain to survive a loss of power, which is what was synced. A name (a file that
 * was made or deleted) is certain once its directory was synced, which SQLite does with the first
 * sync of a new journal or log, and with a delete for which it asks.
 *
 *     struct disk *disk = disk_new("disk");          SQLite's default from here on
 *     ... open "/any/k.db", write, close ...
 *     struct disk_image *clean = disk_snapshot(disk);
 *     for (N = 1; ; N++) {
 *         disk_restore(disk, clean);
 *         disk_fail(disk, &(struct disk_fault){.op = DISK_WRITE, .at = N, .how = DISK_EIO});
 *         ... the flow ...
 *         if (disk_count(disk, DISK_WRITE) < N) break;     the flow has no Nth write
 *         disk_fail(disk, NULL);
 *         ... open again and look ...
 *     }
 *
 * Contents, durability, faults and counts are in memory that is shared with children: a child made
 * by fork() may use the disk, end in any way (_exit, abort, SIGKILL), and its parent sees the files
 * as the child left them. Locks and shared memory are the process's own and end with it, as they do
 * under a kernel. Fork only while no other thread uses the disk, and use it from one of the two
 * processes at a time; a parent with a connection open takes disk_mark() before, and disk_rewind()
 * before it uses that again.
 *
 * Limits   FILES files and NAMES names at a time, 64 MiB a file, and as much written to one file
 *          between two of its syncs; beyond, writes fail with SQLITE_FULL
 * Used by  test/disk, test/fault, sim
 * Source   sqlite.org/vfs.html, sqlite.org/atomiccommit.html (what SQLite assumes of a disk);
 *          fsync(2), and "Can Applications Recover from fsync Failures?" (USENIX ATC 2020) for what
 *          a failed sync leaves behind */
#ifndef KESSAI_TEST_DISK_H
#define KESSAI_TEST_DISK_H

#include <stdbool.h>
#include <stdint.h>

struct disk;
struct disk_image;

/* A new, empty disk, and SQLite's default VFS. Make the first one before anything else touches
 * SQLite. Ends the process when there is no memory.
 *   name   of the VFS; a literal, unique among the disks that live */
struct disk *disk_new(const char *name);
/* No connection may be open. SQLite's default is the file system again if it was this disk. */
void disk_free(struct disk *disk);
/* Makes it SQLite's default: what is opened from now on without a VFS's name is on it. */
void disk_use(struct disk *disk);

/* No file, no fault, counts 0, as disk_new() made it. Connections that are still open fail from
 * now on (see disk_crash). Cheap: costs what the files held. */
void disk_clear(struct disk *disk);

/* ---- faults ---------------------------------------------------------------------------------- */

enum disk_op {
    DISK_OP_NONE = 0,
    DISK_OPEN,
    DISK_READ,
    DISK_WRITE,
    DISK_SYNC, /* of a file, and of the directory after a delete */
    DISK_TRUNCATE,
    DISK_DELETE,
    DISK_SHM,    /* a new region of shared memory */
    DISK_CHANGE, /* any of WRITE, SYNC, TRUNCATE, DELETE: the clock of power losses */
    DISK_OPS
};

enum disk_failure {
    DISK_FAILURE_NONE = 0,
    /* The operation fails as on a broken medium: SQLITE_IOERR_*, or SQLITE_CANTOPEN. A failed write
     * may have written its first half. After a failed sync programs still see what they wrote, but
     * it is left to the seed what of it is durable: all, nothing, or some of the writes; the rest
     * never will be, however often sync is called again. */
    DISK_EIO,
    /* No room: SQLITE_FULL for a write (its first half may be there), SQLITE_CANTOPEN for a file
     * that would have to be made, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_FSYNC; what needs no room
     * does not fail: READ, DELETE, a TRUNCATE that does not grow, opening what exists. */
    DISK_ENOSPC,
    /* The process ends at once with DISK_EXIT_STATUS: the operation was done, but nothing of it is
     * durable (a sync was not done). Call disk_crash() in the parent. */
    DISK_EXIT,
    /* The same without an end: this and every later operation fails, as if the cable were out.
     * disk_crash(), disk_restore() and disk_clear() mend it. */
    DISK_GONE,
    DISK_FAILURES
};

enum { DISK_EXIT_STATUS = 99 };

struct disk_fault {
    enum disk_op op;
    int64_t at;       /* 1: the next operation of that kind */
    bool is_for_ever; /* that one and all later ones of its kind; for DISK_EIO and DISK_ENOSPC */
    enum disk_failure how;
    uint64_t seed; /* of what a failed sync leaves durable */
};

/* Arms one fault, or none (NULL); every count is 0 afterwards. */
void disk_fail(struct disk *disk, const struct disk_fault *fault);
/* How many operations have failed by the armed fault. */
int64_t disk_failures(struct disk *disk);
/* Operations of a kind since the last disk_fail(). */
int64_t disk_count(struct disk *disk, enum disk_op op);

/* ---- power ----------------------------------------------------------------------------------- */

/* The state after a loss of power: of each file what was synced, and of the writes, truncations,
 * creations and deletions since then a subset that the seed chooses, the writes in any order and
 * some of them in part (sectors of 512 bytes). A hole that a lost write leaves is zeros, or
 * garbage, as the seed says. What remains is durable. Every connection that is open fails from now
 * on with SQLITE_IOERR, and can be closed; faults and counts are cleared. */
void disk_crash(struct disk *disk, uint64_t seed);

/* The process is gone but the power is not: connections fail as after disk_crash(), the files are
 * as the programs saw them, and what is not synced stays so. */
void disk_drop(struct disk *disk);

/* All files, as programs see them. The caller frees it. */
struct disk_image *disk_snapshot(struct disk *disk);
/* The files of the image and no other, all durable; connections, faults and counts as after
 * disk_crash(). The image stays the caller's, and may be of another disk. */
void disk_restore(struct disk *disk, const struct disk_image *image);
void disk_image_free(struct disk_image *image); /* NULL is fine */

/* The whole state of the disk, what is not durable and armed faults included, to be brought back
 * while this process keeps its connections open: for a parent that opens a store once, and lets one
 * child after the other go on from there. Between the two calls the parent must not use its
 * connections. */
struct disk_mark;
struct disk_mark *disk_mark(struct disk *disk);
void disk_rewind(struct disk *disk, const struct disk_mark *mark);
void disk_mark_free(struct disk_mark *mark); /* NULL is fine */

/* Bytes of a file as programs see it; -1 when there is none of that path. */
int64_t disk_bytes(struct disk *disk, const char *path);

#endif
