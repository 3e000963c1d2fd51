/* SPDX-License-Identifier: Apache-2.0 */
/* lane.h: one writer: a queue of works, and the connection that commits them in batches (design
 * D4); private to store.
 *
 * SQLite has one lane. PostgreSQL has a few, and all works of a tenant go through the same one: a
 * batch there is of one tenant, so that no transaction crosses tenants (design D8), while several
 * tenants commit side by side.
 *
 *     put ── queue ── take a batch ── run ── commit ── done
 *                                       └─ refused as a whole: one by one
 *                                       └─ connection lost: connect again, ask whether it was kept
 */
#ifndef KESSAI_STORE_LANE_H
#define KESSAI_STORE_LANE_H

#include "store/driver.h"
#include "store/store.h"

struct lane;

struct lane_config {
    struct db *db; /* the lane's from now on */
    const struct clock *clock;
    struct email_ways emails;
    bool is_shared;              /* servers share the database: batches of one tenant, with marks */
    const _Atomic int64_t *node; /* of this server; NULL: no marks */
    void (*lost)(const char *why); /* see store_config */
    void (*after_batch)(void *context);
    void *context;
};

MUST_USE result lane_open(const struct lane_config *config, struct lane **ret);
/* Starts the lane's thread. */
MUST_USE result lane_start(struct lane *lane);
/* Runs what is queued, and ends the thread if there is one. */
void lane_stop(struct lane *lane);
void lane_close(struct lane *lane); /* after lane_stop; NULL is fine */

/* Queues a work; gives why not, and then nobody calls done. */
MUST_USE result lane_put(struct lane *lane, struct work *work);
/* Runs a work at once, on this thread. */
MUST_USE result lane_run(struct lane *lane, struct work *work);
/* Runs one batch on this thread, if there is one.   returns  works that were run */
size_t lane_step(struct lane *lane);

/* The disk has lost something: no work hears of success any more, and store_config's `lost` is
 * called, or the process ends. Any thread. */
void lane_lose(struct lane *lane, const char *why);

struct store_stats lane_stats(struct lane *lane);

#endif
