/* SPDX-License-Identifier: Apache-2.0 */
/* store.h: the database: one writer with group commit, and readers that never wait for it (design
 * D4).
 *
 * A write is a `work`: store_transact() puts it into the queue; the writer thread runs up to BATCH
 * works inside one transaction, commits once, then calls each work's done. A work whose run fails
 * with an error that it found before its first write (a refusal) just fails. An error of the store
 * itself rolls the whole batch back and reruns its works one by one, so run must be repeatable:
 * everything it changes in memory is set anew.
 *
 * run and done are called on the writer thread; done after the commit, outside the transaction, so
 * it may call a rail that is instant and put further work into the queue.
 *
 * Used by  app, jobs, cli, audit (read-only) */
#ifndef KESSAI_STORE_STORE_H
#define KESSAI_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/result.h"
#include "store/db.h"

struct store;
struct tx; /* store/tx.h */

struct work {
    struct work *next;                               /* the queue's */
    result (*run)(struct tx *tx, struct work *work); /* inside the transaction */
    void (*done)(struct work *work, result outcome); /* after the commit, or with what failed */
    bool is_internal;                                /* jobs: not refused when the queue is full */
    result outcome;                                  /* the writer's */
};

enum store_access { STORE_SERVER = 1, STORE_COMMAND = 2, STORE_READ_ONLY = 3 };
struct store_config {
    const char *url;          /* path, or sqlite:PATH */
    enum store_access access; /* SERVER: takes the server lock and starts threads; COMMAND: writes
                                 one by one beside a running server; READ_ONLY: readers only */
    const struct clock *clock;
    unsigned readers; /* 0: a default */
};

/* Opens, applies missing schema files, prepares every statement.
 *   errors  E_USAGE (--db): cannot be opened, not a Kessai database, schema newer than
 *           this program, or (SERVER) another server has it */
MUST_USE result store_open(const struct store_config *config, struct store **ret);
/* Runs what is queued, then stops the threads and closes. */
void store_close(struct store *store);

/* Puts work into the queue. When the queue is full, or the store is closing, done is called at once
 * with E_OVERLOADED or E_SHUTTING_DOWN. Thread-safe. */
void store_transact(struct store *store, struct work *work);
/* The same, and waits. Never on the writer thread. */
MUST_USE result store_transact_wait(struct store *store,
                                    result (*run)(struct tx *tx, struct work *work),
                                    struct work *work);

/* Readers. A snapshot sees one state of the database until it is given back; waits when all are in
 * use. */
struct db *store_read_begin(struct store *store);
void store_read_end(struct store *store, struct db *db);

const char *store_path(const struct store *store); /* of the SQLite file */

/* Figures for the log and tests. */
struct store_stats {
    int64_t batches, works, reruns;
};
struct store_stats store_stats_read(struct store *store);

#endif
