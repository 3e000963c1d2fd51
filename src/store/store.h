/* SPDX-License-Identifier: Apache-2.0 */
/* store.h: the database: writers with group commit, and readers that never wait for them (design
 * D4).
 *
 * A write is a `work`: store_transact() puts it into the queue of its tenant's writer; that thread
 * runs up to BATCH works inside one transaction, commits once, then calls each work's done. A work
 * whose run fails with an error that it found before its first write (a refusal) just fails. An
 * error of the store itself rolls the whole batch back and reruns its works one by one, so run must
 * be repeatable: everything it changes in memory is set anew.
 *
 * run and done of a tenant's works are called on one and the same thread; done after the commit,
 * outside the transaction, so it may call a rail that is instant and put further work into the
 * queue. SQLite has one writer; PostgreSQL a few, each with its own tenants.
 *
 * Used by  app, jobs, cli, audit (read-only) */
#ifndef KESSAI_STORE_STORE_H
#define KESSAI_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/result.h"
#include "store/db.h"

/* What a database URL means: postgres://… and postgresql://… are servers; all else is the path of
 * an SQLite file, with or without sqlite: before it. */
bool store_url_is_postgres(const char *url);
const char *store_url_path(const char *url);

struct store;
struct tx; /* store/tx.h */

struct work {
    struct work *next;                               /* the queue's */
    result (*run)(struct tx *tx, struct work *work); /* inside the transaction */
    void (*done)(struct work *work, result outcome); /* after the commit, or with what failed */
    /* May be NULL. Says what run will ask (db_expect), before the first work of the batch runs. */
    void (*expect)(struct tx *tx, struct work *work);
    int64_t tenant;          /* the one whose rows it touches; 0: none */
    bool is_internal;        /* jobs: not refused when the queue is full */
    bool is_dry;             /* nothing that run does is kept: it has a transaction of its own */
    result outcome;          /* the writer's */
    int64_t queued_ticks_us; /* the same */
};

/* What becomes of e-mail to customers (app/email.h). Of a command beside a server it is the first:
 * the server decides when it comes to it. */
enum email_way {
    EMAIL_QUEUED = 0, /* waits to be sent */
    EMAIL_KEPT,       /* can be read in the mailbox of the test environment */
    EMAIL_OMITTED,    /* there is none */
};
struct email_ways {
    enum email_way live, test;
};

enum store_access {
    STORE_SERVER = 1,    /* takes the server lock, or a place among the servers; starts threads */
    STORE_COMMAND = 2,   /* writes one by one beside a running server */
    STORE_READ_ONLY = 3, /* readers only */
    STORE_STEPPED = 4,   /* no threads: works wait until store_step() runs them; for simulation */
};
struct store_config {
    const char *url; /* path, sqlite:PATH, postgres://… or postgresql://… */
    enum store_access access;
    const struct clock *clock;
    struct email_ways emails;
    unsigned readers; /* 0: a default */
    unsigned lanes;   /* writers on PostgreSQL; 0: a default */
    /* A commit failed in such a way that only a new process sees what is on the disk. No work hears
     * of success from then on. NULL: the process ends with status 70. */
    void (*lost)(const char *why);
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

/* STORE_STEPPED: runs one batch on this thread.   returns  works that were run, 0: none waited */
size_t store_step(struct store *store);
/* STORE_STEPPED: runs batches until no work waits, before somebody waits for one. Else nothing. */
void store_settle(struct store *store);

const char *store_path(const struct store *store); /* of the SQLite file; the URL of a server */
bool store_is_shared(const struct store *store);   /* several servers may serve this database */

enum email_way store_email_way(const struct store *store, bool is_live);

/* Whether nobody can have taken over what this server has begun: its lease is good, or it is the
 * only server there can be. */
bool store_is_ours(struct store *store);

/* Whether the jobs of a tenant are this server's to run; always, where only one server can be. */
bool store_job_owns(struct store *store, int64_t tenant);
/* The same, and a job begins: until its end, the tenant's jobs are not handed to another server. */
MUST_USE bool store_job_begin(struct store *store, int64_t tenant);
void store_job_end(struct store *store, int64_t tenant);

/* Figures for the log and tests. */
struct store_stats {
    int64_t batches, works, reruns;
};
struct store_stats store_stats_read(struct store *store);

#endif
