/* SPDX-License-Identifier: Apache-2.0 */
/* webhook.h: the dispatcher: takes deliveries that are due out of the store, sends them, saves what
 * came of it; private to jobs.
 *
 * Each endpoint has a queue and a limit of its own. One that fails again and again is ill: its
 * queue is given back to the store and it is tried with one delivery at a time, with a pause, until
 * one arrives; all that are ill together can never take more than a quarter of the places.
 *
 * Invariant  a delivery is claimed from the scan that finds it until its outcome is committed. */
#ifndef KESSAI_JOBS_WEBHOOK_H
#define KESSAI_JOBS_WEBHOOK_H

#include "base/buf.h"
#include "base/id.h"
#include "jobs/message.h"
#include "jobs/state.h"

enum {
    IN_FLIGHT_MAX = 256,        /* all together */
    IN_FLIGHT_ILL_MAX = 64,     /* of these, to receivers that are ill */
    RECEIVER_IN_FLIGHT_MAX = 8, /* to one */
};

/* The numbers are kept in the store. */
enum delivery_state {
    DELIVERY_NONE = 0,
    DELIVERY_WAITING = 1,
    DELIVERY_SENT = 2,
    DELIVERY_GIVEN_UP = 3,
    DELIVERY_REMOVED = 4,
    DELIVERY_STATES
};

/* One event on its way to one endpoint. */
struct delivery {
    struct keyed keyed; /* first; tenant, event number, endpoint */
    struct mail mail;
    struct work work;
    struct outgoing_call call;
    struct jobs *jobs;
    struct receiver *receiver;
    struct delivery *next; /* in the receiver's queue, or of those unsaved */
    id id;
    int64_t tries;        /* before this one */
    int64_t tries_resent; /* those before it was asked for last */
    int64_t resends;      /* when it was claimed */
    int64_t expires_us;
    struct message message;
    bool was_ill;
    bool is_by_new;         /* KOMOJU's signature is made with the newer of two secrets */
    bool is_attempt;        /* it was tried: there will be a row of it */
    int64_t begun_ticks_us; /* of the attempt */
    int64_t took_ms;
    /* the outcome */
    enum delivery_state state; /* WAITING: to be tried again, or given up if it has expired */
    int status;
    const char *error; /* a literal; NULL: delivered */
    result saved;
};

/* Claims what is due, for all tenants or for one. */
MUST_USE result webhook_scan(struct jobs *jobs);
/*   ret_due   how many were seen that are due by due_us_max, or are under way */
MUST_USE result webhook_scan_tenant(struct jobs *jobs, struct db *db, int64_t tenant,
                                    int64_t due_us_max, size_t *ret_due);

/* Sends from the queues as far as the limits allow. */
void webhook_pump(struct jobs *jobs);

/* Saves again what the store has refused. */
MUST_USE result webhook_save_again(struct jobs *jobs);

/* The thread ends: gives all that wait back to the store; then, when nothing is under
 * way, frees. */
void webhook_drop_queues(struct jobs *jobs);
void webhook_free_all(struct jobs *jobs);

#endif
