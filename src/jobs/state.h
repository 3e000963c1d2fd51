/* SPDX-License-Identifier: Apache-2.0 */
/* state.h: the jobs thread and what it owns; private to jobs.
 *
 * One thread decides everything. The writer, the net thread, rails and the http threads leave mail;
 * the jobs thread opens it between its scans, so nothing but the mail box needs a lock.
 *
 *     scan ── claim ── queue ── send ··· net thread ··· mail ── save ··· writer ··· mail ── forget
 */
#ifndef KESSAI_JOBS_STATE_H
#define KESSAI_JOBS_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/arena.h"
#include "jobs/jobs.h"
#include "jobs/keyed.h"
#include "net/outgoing.h"

/* Something that another thread tells the jobs thread; embedded in what it is about. */
struct mail {
    struct mail *next;
    void (*open)(struct jobs *jobs, struct mail *mail); /* on the jobs thread */
};
#define MAIL_OWNER(type, mail_) ((type *)(void *)((char *)(mail_)-offsetof(type, mail)))

enum job {
    JOB_NONE = 0,
    JOB_WEBHOOK, /* send the deliveries that are due */
    JOB_EXPIRE,  /* expire payments, authentications and disputes whose deadline has passed */
    JOB_INQUIRE, /* resolve the operations whose outcome is unknown */
    JOB_WAKE,    /* drop the commands that have waited too long */
    JOB_SAVE,    /* save outcomes again that the store refused */
    JOB_RENEW,   /* charge the subscriptions that are due */
    JOB_EMAIL,   /* send the e-mail that is due */
    JOB_PRUNE,   /* drop what is only kept for a while */
    JOBS
};

/* task.c: payments and operations that app resolves, each at most once at a time. */
enum task_kind {
    TASK_NONE = 0,
    TASK_EXPIRE,
    TASK_INQUIRE,
    TASK_RENEW,
    TASK_AUTHENTICATION,
    TASK_DISPUTE,
    TASK_EMAIL,
    TASK_KINDS
};

struct receiver;
struct delivery;
struct due_request;
struct prune;

struct jobs {
    struct app *app;
    struct outgoing *outgoing;
    pthread_t thread;
    _Atomic int references; /* the owner's, and one for each task and work under way */
    _Atomic bool is_kicked;

    pthread_mutex_t lock; /* over the mail box, is_stopping, is_closed, and due_request's */
    pthread_cond_t filled, answered;
    struct mail *first, **last;
    bool is_stopping; /* somebody waits for the thread to end */
    bool is_closed;   /* it has ended: mail is not opened any more */

    /* The jobs thread's alone. */
    struct arena *arena; /* of the scan that runs */
    int64_t due_ticks_us[JOBS];
    int64_t scan_after_ticks_us;  /* no scan for deliveries before */
    struct keyed_table claims;    /* deliveries and tasks that are under way */
    struct keyed_table receivers; /* by tenant and endpoint */
    struct receiver *first_receiver;
    struct delivery *unsaved;
    size_t in_flight, in_flight_ill, saving, tasks;
    size_t tasks_of[TASK_KINDS];
    struct due_request *requests;
    struct prune *prune;
};

void jobs_hold(struct jobs *jobs);
void jobs_release(struct jobs *jobs); /* the last one frees */

/* Leaves mail. False when the thread has ended and nobody will open it. */
MUST_USE bool jobs_post(struct jobs *jobs, struct mail *mail);

/* Makes a job due at that time, unless it is due before. */
void jobs_hurry(struct jobs *jobs, enum job job, int64_t ticks_us);

/* Calls visit for every tenant whose jobs are ours, each with a snapshot of its own; goes on after
 * an error and gives the first. */
MUST_USE result jobs_each_tenant(struct jobs *jobs,
                                 result (*visit)(struct jobs *jobs, struct db *db, int64_t tenant));

/* The tenant's time as a reader sees it; 0 for an unknown tenant. */
MUST_USE result jobs_tenant_now(struct jobs *jobs, struct db *db, int64_t tenant, int64_t *ret_us);

/* task.c */
MUST_USE result task_expire_all(struct jobs *jobs);
MUST_USE result task_inquire_all(struct jobs *jobs);
MUST_USE result task_renew_all(struct jobs *jobs);
MUST_USE result task_email_all(struct jobs *jobs);
/* Starts those of a tenant that are due.
 *   ret_started   how many; NULL if nobody asks */
MUST_USE result task_start_due(struct jobs *jobs, struct db *db, int64_t tenant,
                               enum task_kind kind, size_t *ret_started);
size_t task_count(const struct jobs *jobs, int64_t tenant, enum task_kind kind);

/* prune.c */
MUST_USE result prune_begin(struct jobs *jobs); /* makes jobs->prune */
MUST_USE result prune_step(struct jobs *jobs);  /* one bounded step, if none is under way */
MUST_USE result wake_commands(struct jobs *jobs);
void prune_free(struct prune *prune);

/* due.c */
void due_step(struct jobs *jobs); /* moves every request on as far as it goes now */
void due_end(struct jobs *jobs);  /* answers all: the thread ends */

#endif
