/* SPDX-License-Identifier: Apache-2.0 */
/* scene.h: the real store and application on a disk that fails, with an acquirer that keeps count.
 *
 * A scene outlives the processes that play in it: the disk (test/disk), what each step was told,
 * the time and the acquirer's tally are in memory that is shared with children, so a parent sees
 * how far a child came however it ended. Time stands still within a process and moves on by a
 * second with every scene_open(), as it would between a process and its successor.
 *
 * Used by  test/fault */
#ifndef KESSAI_TEST_FAULT_SCENE_H
#define KESSAI_TEST_FAULT_SCENE_H

#include "app/app.h"
#include "app/command.h"
#include "base/arena.h"
#include "base/id.h"
#include "disk.h"

enum { STEPS_MAX = 8, SUBS = 2, TALLY_ROWS = 256, TEXT_BYTES = 1024, LOST_STATUS = 70 };
enum { CLIENTS = 4 };

/* What a client knows of one step. */
struct told {
    bool is_asked, is_answered;
    bool is_unsure; /* some try was answered with neither an outcome nor "nothing was changed" */
    bool is_late;   /* answered with success after an operation of the disk had failed */
    int tries;
    enum err code; /* of the last answer */
    int http_status;
    uint64_t body_hash;
    id made; /* the id in the answer, key 0 without one */
};

/* What the acquirer did, by reference. */
struct tally_row {
    id reference;
    enum rail_op op;
    int64_t minor;
    bool is_done, is_voided;
};
/* The money that moved at the acquirer: sums and counts of what was done and not voided. */
struct tally {
    int64_t count[RAIL_OPS], minor[RAIL_OPS];
};

struct shared_scene {
    int64_t now_us;
    struct told told[STEPS_MAX];
    struct told crowd[CLIENTS][STEPS_MAX]; /* of clients that ask at the same time */
    struct tally_row rows[TALLY_ROWS];
    int row_count;
    uint64_t states[STEPS_MAX + 1]; /* of the flow without faults: before the first step, and
                                       after each */
    struct told wanted[STEPS_MAX];
    struct tally wanted_tally;
    int64_t changes;          /* of the disk, in the flow without faults */
    int64_t operations;       /* of the fault's kind, before the fault was mended */
    char finding[TEXT_BYTES]; /* empty: none */
};

struct scene {
    struct disk *disk;
    struct shared_scene *shared;
    struct disk_image *clean; /* the tree of merchants, with money */
    struct disk_mark *held;   /* the same with the store open; NULL: not held */
    struct arena *arena;
    char directory[32]; /* a real one, for the files that are not SQLite's */
    const char *path, *key_path, *rail_path;
    bool closes; /* a flow ends with the store closed, which empties its log; else as by a kill */
    int64_t tenant;
    id root, subs[SUBS];
    struct clock clock;
    struct rail rail; /* before the simulator: keeps the tally */
    struct rail *simulator;
    struct app app;
};

/* Makes the disk and a marketplace with two payout merchants and a balance. Ends the process when
 * that fails. */
void scene_make(struct scene *scene);
void scene_free(struct scene *scene);

/* For a parent whose children all begin with an open store: opens it, without threads, and marks
 * the disk. */
void scene_hold(struct scene *scene);
void scene_let_go(struct scene *scene);

/* As nothing had happened since scene_make() or scene_hold(): files, tally, what was told. */
void scene_reset(struct scene *scene);

/* Opens the store, if it is not held open, and what belongs to it; without `threads`, works run on
 * the caller's thread. What is open after an error is closed by scene_close() as well. */
MUST_USE result scene_open(struct scene *scene, bool threads);
/* The process after this one: what is open here is nothing to it. Before its scene_open(). */
void scene_forget(struct scene *scene);
void scene_close(struct scene *scene);

/* Runs a command that has been filled and waits for its answer. False when none came. */
bool scene_run(struct scene *scene, struct command *c);

struct tally tally_read(const struct scene *scene);

/* A number that is the same for two databases with the same money: ledger, accounts, payments by
 * state, refunds, tokens used. Failed payments, events and keys are not in it. 0 when the file
 * cannot be read. */
uint64_t state_read(const struct scene *scene);

/* Notes a finding, the first one of a process; false, for `return found(...)`. */
PRINTF(2, 3) bool found(struct scene *scene, const char *format, ...);

#endif
