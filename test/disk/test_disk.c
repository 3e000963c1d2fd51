/* SPDX-License-Identifier: Apache-2.0 */
/* test_disk.c: SQLite on the disk in memory: it works as on a file system, its operations fail when
 * they are told to, and a loss of power takes what was not synced and nothing else. */
#include "disk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static struct disk *disk;

#define PATH "/disk/a.db"

static sqlite3 *open_db(const char *setup)
{
    sqlite3 *db;
    CHECK_I64(sqlite3_open(PATH, &db), SQLITE_OK);
    (void)sqlite3_extended_result_codes(db, 1);
    (void)sqlite3_busy_timeout(db, 10000);
    CHECK_I64(sqlite3_exec(db, setup, NULL, NULL, NULL), SQLITE_OK);
    return db;
}

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

/* The number that a statement gives, -1 when it gives none. */
static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int64_t n = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        n = sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return n;
}

static void check_integrity(sqlite3 *db)
{
    sqlite3_stmt *statement = NULL;
    CHECK_I64(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL), SQLITE_OK);
    CHECK_I64(sqlite3_step(statement), SQLITE_ROW);
    CHECK_TEXT((const char *)sqlite3_column_text(statement, 0), "ok");
    (void)sqlite3_finalize(statement);
}

static const char WAL[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL";
static const char JOURNAL[] = "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA";
static const char TABLE[] = "CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, b BLOB);"
                            "CREATE TABLE IF NOT EXISTS u (n INTEGER PRIMARY KEY, b BLOB)";
/* One commit; the two tables always hold the same rows. */
static const char ADD[] = "BEGIN IMMEDIATE; INSERT INTO t (b) VALUES (randomblob(3000));"
                          "INSERT INTO u SELECT * FROM t ORDER BY n DESC LIMIT 1; COMMIT";

/* ---- SQLite works on it ---------------------------------------------------------------------- */

enum { WRITES = 300, READERS = 3 };

struct crowd {
    atomic_bool is_over;
    atomic_int bad_reads, reads;
};

static void *reader_main(void *context)
{
    struct crowd *crowd = context;
    sqlite3 *db;
    if (sqlite3_open(PATH, &db) != SQLITE_OK)
        atomic_fetch_add(&crowd->bad_reads, 1);
    (void)sqlite3_busy_timeout(db, 10000);
    for (int64_t last = 0; !atomic_load(&crowd->is_over);) {
        const int64_t rows = number(
            db, "SELECT CASE WHEN t = u THEN t ELSE -1 END FROM (SELECT (SELECT count(*) FROM t) "
                "AS t, (SELECT count(*) FROM u) AS u)");
        if (rows < last)
            atomic_fetch_add(&crowd->bad_reads, 1);
        last = rows;
        atomic_fetch_add(&crowd->reads, 1);
    }
    (void)sqlite3_close(db);
    return NULL;
}

static void *checkpointer_main(void *context)
{
    struct crowd *crowd = context;
    sqlite3 *db;
    if (sqlite3_open(PATH, &db) != SQLITE_OK)
        atomic_fetch_add(&crowd->bad_reads, 1);
    while (!atomic_load(&crowd->is_over))
        (void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    (void)sqlite3_close(db);
    return NULL;
}

/* Goal:   a writer, readers and a checkpointer of one process, each on its own thread, see what
 * they would see on a file system. Method: a WAL database that grows by commits of two rows; every
 * read must see whole commits, and never fewer than before. */
TEST(threads_share_a_wal_database)
{
    struct crowd crowd = {0};
    pthread_t threads[READERS + 1];
    disk_clear(disk);
    sqlite3 *db = open_db(WAL);
    CHECK_I64(run(db, TABLE), SQLITE_OK);
    for (int i = 0; i < READERS; i++)
        pthread_create(&threads[i], NULL, reader_main, &crowd);
    pthread_create(&threads[READERS], NULL, checkpointer_main, &crowd);
    for (int i = 0; i < WRITES || atomic_load(&crowd.reads) < READERS; i++)
        CHECK_I64(run(db, ADD), SQLITE_OK);
    atomic_store(&crowd.is_over, true);
    for (int i = 0; i <= READERS; i++)
        pthread_join(threads[i], NULL);
    CHECK_I64(atomic_load(&crowd.bad_reads), 0);
    check_integrity(db);
    CHECK(disk_bytes(disk, PATH "-wal") > 0);
    CHECK_I64(sqlite3_close(db), SQLITE_OK);
    CHECK_I64(disk_bytes(disk, PATH "-wal"), -1); /* the last connection tidies up */
}

/* Goal:   locks between connections: two writers exclude each other, in both journal modes, and a
 *         rollback-journal writer waits for a reader. */
TEST(connections_lock_each_other_out)
{
    static const char *const MODES[] = {WAL, JOURNAL};
    for (size_t i = 0; i < COUNT(MODES); i++) {
        disk_clear(disk);
        sqlite3 *first = open_db(MODES[i]);
        CHECK_I64(run(first, TABLE), SQLITE_OK);
        sqlite3 *second = open_db("PRAGMA cache_size = 10");
        (void)sqlite3_busy_timeout(second, 0);
        (void)sqlite3_busy_timeout(first, 0);
        CHECK_I64(run(first, "BEGIN IMMEDIATE"), SQLITE_OK);
        CHECK_I64(run(second, "BEGIN IMMEDIATE") & 0xff, SQLITE_BUSY);
        CHECK_I64(number(second, "SELECT count(*) FROM t"), 0);
        CHECK_I64(run(first, "INSERT INTO t (b) VALUES (x'00')"), SQLITE_OK);
        CHECK_I64(run(second, "BEGIN"), SQLITE_OK);
        CHECK_I64(number(second, "SELECT count(*) FROM t"), 0);
        CHECK_I64(run(first, "COMMIT") & 0xff, i == 0 ? SQLITE_OK : SQLITE_BUSY);
        CHECK_I64(number(second, "SELECT count(*) FROM t"), 0);
        CHECK_I64(run(second, "COMMIT"), SQLITE_OK);
        if (i != 0)
            CHECK_I64(run(first, "COMMIT"), SQLITE_OK);
        CHECK_I64(number(second, "SELECT count(*) FROM t"), 1);
        CHECK_I64(sqlite3_close(first), SQLITE_OK);
        CHECK_I64(sqlite3_close(second), SQLITE_OK);
    }
}

/* Goal:   a restored disk has the files of the image and no other; a connection from before fails
 *         and can be closed. */
TEST(an_image_brings_back_all_files)
{
    disk_clear(disk);
    sqlite3 *db = open_db(WAL);
    CHECK_I64(run(db, TABLE), SQLITE_OK);
    CHECK_I64(run(db, ADD), SQLITE_OK);
    struct disk_image *image = disk_snapshot(disk);
    CHECK_I64(run(db, ADD), SQLITE_OK);
    CHECK_I64(number(db, "SELECT count(*) FROM t"), 2);
    disk_restore(disk, image);
    CHECK_I64(run(db, ADD) & 0xff, SQLITE_IOERR);
    (void)sqlite3_close(db);
    db = open_db(WAL);
    CHECK_I64(number(db, "SELECT count(*) FROM t"), 1);
    check_integrity(db);
    CHECK_I64(sqlite3_close(db), SQLITE_OK);
    disk_clear(disk);
    disk_image_free(image);
    CHECK_I64(disk_bytes(disk, PATH), -1);
}

/* ---- faults ---------------------------------------------------------------------------------- */

static const struct {
    enum disk_op op;
    enum disk_failure how;
    int code; /* what a commit says */
} SAYS[] = {
    {DISK_WRITE, DISK_EIO, SQLITE_IOERR_WRITE},
    {DISK_WRITE, DISK_ENOSPC, SQLITE_FULL},
    {DISK_SYNC, DISK_EIO, SQLITE_IOERR_FSYNC},
    {DISK_SYNC, DISK_ENOSPC, SQLITE_IOERR_FSYNC},
};

/* Goal:   exactly the Nth operation fails, or that and all later ones, with the error SQLite gives
 *         on a file system; afterwards everything works again, and nothing of a commit that failed
 *         in writing remains. */
TEST(the_nth_operation_fails)
{
    for (size_t i = 0; i < COUNT(SAYS); i++)
        for (int at = 1; at <= 3; at++) {
            disk_clear(disk);
            sqlite3 *db = open_db(WAL);
            CHECK_I64(run(db, TABLE), SQLITE_OK);
            const bool is_for_ever = at == 2;
            disk_fail(disk, &(struct disk_fault){SAYS[i].op, at, is_for_ever, SAYS[i].how, 1});
            int failed = 0;
            for (int n = 0; n < 12; n++) {
                const int code = run(db, ADD);
                CHECK(code == SQLITE_OK || code == SAYS[i].code);
                failed += code != SQLITE_OK;
                if (code != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
                    (void)run(db, "ROLLBACK");
            }
            CHECK(is_for_ever ? failed > 9 : failed == 1);
            CHECK(is_for_ever ? disk_failures(disk) > 9 : disk_failures(disk) == 1);
            disk_fail(disk, NULL);
            CHECK_I64(run(db, ADD), SQLITE_OK);
            if (SAYS[i].op == DISK_WRITE)
                CHECK_I64(number(db, "SELECT count(*) FROM t"), 13 - failed);
            check_integrity(db);
            CHECK_I64(sqlite3_close(db), SQLITE_OK);
        }
}

/* Goal:   opening, reading, truncating, deleting and shared memory fail as well. */
TEST(every_kind_of_operation_can_fail)
{
    static const enum disk_op OPS_OF_WAL[] = {DISK_OPEN, DISK_READ, DISK_SHM};
    for (size_t i = 0; i < COUNT(OPS_OF_WAL); i++) {
        disk_clear(disk);
        sqlite3 *db = open_db(WAL);
        CHECK_I64(run(db, TABLE), SQLITE_OK);
        CHECK_I64(sqlite3_close(db), SQLITE_OK);
        disk_fail(disk, &(struct disk_fault){OPS_OF_WAL[i], 1, true, DISK_EIO, 1});
        int code = sqlite3_open(PATH, &db);
        if (code == SQLITE_OK)
            code = run(db, ADD);
        CHECK(code != SQLITE_OK);
        CHECK(disk_failures(disk) > 0);
        (void)sqlite3_close(db);
    }
    static const enum disk_op OPS_OF_JOURNAL[] = {DISK_TRUNCATE, DISK_DELETE};
    static const char *const MODES[] = {"PRAGMA journal_mode = TRUNCATE", JOURNAL};
    for (size_t i = 0; i < COUNT(OPS_OF_JOURNAL); i++) {
        disk_clear(disk);
        sqlite3 *db = open_db(MODES[i]);
        CHECK_I64(run(db, TABLE), SQLITE_OK);
        disk_fail(disk, &(struct disk_fault){OPS_OF_JOURNAL[i], 1, true, DISK_EIO, 1});
        CHECK_I64(run(db, ADD) & 0xff, SQLITE_IOERR);
        CHECK(disk_failures(disk) > 0);
        (void)sqlite3_close(db);
    }
}

/* Goal:   a child ends in the middle of a write, and its parent finds the files as they were. */
TEST(a_parent_sees_what_its_child_wrote)
{
    disk_clear(disk);
    sqlite3 *db = open_db(WAL);
    CHECK_I64(run(db, TABLE), SQLITE_OK);
    CHECK_I64(sqlite3_close(db), SQLITE_OK);
    const pid_t child = fork();
    if (child == 0) {
        db = open_db(WAL);
        (void)run(db, ADD);
        disk_fail(disk, &(struct disk_fault){DISK_WRITE, 3, false, DISK_EXIT, 0});
        (void)run(db, ADD);
        _exit(0);
    }
    int status = 0;
    CHECK_I64(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status));
    CHECK_I64(WEXITSTATUS(status), DISK_EXIT_STATUS);
    disk_drop(disk);
    db = open_db(WAL);
    CHECK_I64(number(db, "SELECT count(*) FROM t"), 1);
    check_integrity(db);
    CHECK_I64(sqlite3_close(db), SQLITE_OK);
}

/* Goal:   a parent keeps its connection while children change the disk one after the other, each
 *         from the same state. */
TEST(a_marked_disk_is_rewound_under_open_connections)
{
    disk_clear(disk);
    sqlite3 *db = open_db(WAL);
    CHECK_I64(run(db, TABLE), SQLITE_OK);
    CHECK_I64(run(db, ADD), SQLITE_OK);
    struct disk_mark *mark = disk_mark(disk);
    for (int i = 0; i < 3; i++) {
        const pid_t child = fork();
        if (child == 0) {
            const bool is_fine = run(db, ADD) == SQLITE_OK &&
                                 number(db, "SELECT count(*) FROM t") == 2 &&
                                 run(db, "PRAGMA wal_checkpoint(TRUNCATE)") == SQLITE_OK;
            _exit(is_fine ? 0 : 1);
        }
        int status = -1;
        CHECK_I64(waitpid(child, &status, 0), child);
        CHECK_I64(status, 0);
        CHECK_I64(disk_bytes(disk, PATH "-wal"), 0);
        disk_rewind(disk, mark);
    }
    disk_mark_free(mark);
    CHECK_I64(number(db, "SELECT count(*) FROM t"), 1);
    CHECK_I64(run(db, ADD), SQLITE_OK);
    check_integrity(db);
    CHECK_I64(sqlite3_close(db), SQLITE_OK);
}

/* ---- power ----------------------------------------------------------------------------------- */

enum { COMMITS = 8 };

/* Commits and checkpoints until the power goes; how many commits were acknowledged. */
static int64_t write_until_dark(const char *setup, int64_t at)
{
    disk_clear(disk);
    sqlite3 *db;
    int64_t acknowledged = -1;
    disk_fail(disk, &(struct disk_fault){DISK_CHANGE, at, false, DISK_GONE, 0});
    (void)sqlite3_open(PATH, &db);
    if (run(db, setup) == SQLITE_OK && run(db, TABLE) == SQLITE_OK)
        acknowledged = 0;
    for (int i = 0; acknowledged == i && i < COMMITS; i++) {
        if (run(db, ADD) == SQLITE_OK)
            acknowledged++;
        if (i % 3 == 2)
            (void)run(db, "PRAGMA wal_checkpoint");
    }
    if (disk_failures(disk) == 0)
        acknowledged += 100; /* the end was reached with the power on */
    (void)sqlite3_close(db);
    disk_fail(disk, NULL);
    return acknowledged;
}

/* What the next start finds: -1 when it is not a database, or not a whole one. */
static int64_t rows_after(const char *setup)
{
    sqlite3 *db;
    int64_t rows = -1;
    (void)sqlite3_open(PATH, &db);
    if (run(db, setup) == SQLITE_OK && run(db, TABLE) == SQLITE_OK &&
        number(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'") ==
            0 &&
        number(db, "SELECT (SELECT count(*) FROM t) - (SELECT count(*) FROM u)") == 0)
        rows = number(db, "SELECT count(*) FROM t");
    (void)sqlite3_close(db);
    return rows;
}

/* Cuts the power before every change, with some seeds each; how many images broke the promise that
 * every acknowledged commit is there and at most one more. */
static int64_t sweep_power(const char *setup, uint64_t seed, int64_t *ret_images)
{
    int64_t broken = 0;
    bool is_over = false;
    for (int64_t at = 1; !is_over; at++)
        for (int i = 0; i < 4; i++) {
            const int64_t acknowledged = write_until_dark(setup, at);
            is_over = acknowledged >= 100;
            if (is_over)
                break;
            random_round(seed + (uint64_t)(at * 4 + i));
            disk_crash(disk, unit_seed);
            const int64_t least = acknowledged < 0 ? 0 : acknowledged;
            const int64_t rows = rows_after(setup);
            broken += rows < least || rows > least + 1;
            ++*ret_images;
        }
    return broken;
}

/* Goal:   what was synced survives every loss of power, and what was not is really lost or torn.
 * Method: the power goes before every change of a run of commits and checkpoints. SQLite promises
 *         that acknowledged commits stay with synchronous = FULL (WAL) and EXTRA (journal), and the
 *         oracle must find nothing; with OFF it promises nothing, and the same oracle must find a
 *         lot, or the disk is too kind. */
TEST(power_takes_only_what_was_not_synced)
{
    int64_t images = 0;
    const uint64_t seed = random_seed();
    CHECK_I64(sweep_power(WAL, seed, &images), 0);
    CHECK_I64(sweep_power(JOURNAL, seed, &images), 0);
    const int64_t careful = images;
    const int64_t broken =
        sweep_power("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF", seed, &images);
    CHECK(broken > (images - careful) / 4);
    unit_seed = 0;
    printf("disk: %" PRId64 " images kept what was synced; without syncs %" PRId64 " of %" PRId64
           " lost or broke something (seed %" PRIu64 ")\n",
           careful, broken, images - careful, seed);
}

/* Goal:   the outcome of a commit whose sync failed is unknown: SQLite says that it failed and goes
 *         on without it, and the next start may find it all the same. That is why a store must not
 *         tell anybody that such a commit was refused.
 * Method: a commit whose sync fails, then the loss of power, with many seeds; both outcomes occur.
 */
TEST(a_failed_sync_leaves_a_commit_unknown)
{
    int found = 0, lost = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        disk_clear(disk);
        sqlite3 *db = open_db(WAL);
        CHECK_I64(run(db, TABLE), SQLITE_OK);
        disk_fail(disk, &(struct disk_fault){DISK_SYNC, 1, false, DISK_EIO, seed});
        CHECK_I64(run(db, ADD), SQLITE_IOERR_FSYNC);
        (void)run(db, "ROLLBACK");
        CHECK_I64(number(db, "SELECT count(*) FROM t"), 0);
        disk_crash(disk, seed);
        (void)sqlite3_close(db);
        const int64_t rows = rows_after(WAL);
        CHECK(rows == 0 || rows == 1);
        found += rows == 1;
        lost += rows == 0;
    }
    CHECK(found > 0);
    CHECK(lost > 0);
}

int main(void)
{
    disk = disk_new("disk");
    const struct CMUnitTest all[] = {
        CLAIM(threads_share_a_wal_database),
        CLAIM(connections_lock_each_other_out),
        CLAIM(an_image_brings_back_all_files),
        CLAIM(the_nth_operation_fails),
        CLAIM(every_kind_of_operation_can_fail),
        CLAIM(a_parent_sees_what_its_child_wrote),
        CLAIM(a_marked_disk_is_rewound_under_open_connections),
        CLAIM(power_takes_only_what_was_not_synced),
        CLAIM(a_failed_sync_leaves_a_commit_unknown),
    };
    const int failed = RUN_ALL(all);
    disk_free(disk);
    return failed;
}
