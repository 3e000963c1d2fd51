/* SPDX-License-Identifier: Apache-2.0 */
/* receiver.h: one endpoint as the dispatcher sees it: its queue and its health; private to jobs. */
#ifndef KESSAI_JOBS_RECEIVER_H
#define KESSAI_JOBS_RECEIVER_H

#include "base/id.h"
#include "jobs/state.h"

enum {
    RECEIVER_QUEUE_MAX = 256,     /* claimed for one: waiting, in flight or being saved */
    RECEIVER_FAILURES_ILL = 8,    /* failures in a row that make one ill */
    RECEIVER_PAUSE_MS_ILL = 1000, /* between two tries while it is */
};

struct delivery;

/* Lives in its own arena; what can be changed is in another one, which is filled again when that
 * has happened and nothing is under way. */
struct receiver {
    struct keyed keyed; /* first; tenant, endpoint, 0 */
    struct receiver *next;
    struct arena *arena, *texts;
    id id;
    const char *url, *host; /* host: for the log; the URL may hold what is nobody's business */
    str sealed_secret, sealed_old; /* sealed_old: the secret before, absent: none */
    int64_t old_until_us;          /* it is valid until then, tenant time */
    int64_t changes;               /* of the row that this was read from */
    bool is_stale;  /* the row has changed since: nothing is claimed until it is read */
    bool knows_new; /* while two secrets are valid: refused the old one, took the new */
    struct delivery *first, **last; /* the queue */
    size_t claimed, in_flight;
    bool has_more; /* the store has more that are due than were claimed */
    bool is_removed;
    int64_t failures; /* in a row */
    int64_t pause_until_ticks_us;
};

struct receiver_list {
    struct receiver_list *next;
    struct receiver *receiver;
};

/* A tenant's endpoints as the store has them now, made known if they are new.
 *   ret   in jobs->arena; those that were removed only while they are still known */
MUST_USE result receivers_meet(struct jobs *jobs, struct db *db, int64_t tenant,
                               struct receiver_list **ret);
/* Frees those that were removed and have nothing under way. */
void receivers_sweep(struct jobs *jobs);
/* Lets another one be the first. */
void receivers_rotate(struct jobs *jobs);
/* Forgets the failures of a tenant's receivers. */
void receivers_heal(struct jobs *jobs, int64_t tenant);

void receiver_queue(struct receiver *receiver, struct delivery *delivery);
struct delivery *receiver_take(struct receiver *receiver); /* NULL: the queue is empty */

bool receiver_is_ill(const struct receiver *receiver);
/* How many more may be claimed now. */
size_t receiver_room(const struct receiver *receiver);
/* An attempt has ended. */
void receiver_note(struct receiver *receiver, bool has_arrived);
/* A receiver that says 4xx may know the other one of two secrets only; the next attempt is signed
 * with that. was_by_new: the secret of the attempt that has ended. */
void receiver_note_secret(struct receiver *receiver, bool was_by_new, int status);

#endif
