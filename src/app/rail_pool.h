/* SPDX-License-Identifier: Apache-2.0 */
/* rail_pool.h: threads on which rails that may block are called.
 * Used by  app/command, cli/serve */
#ifndef KESSAI_APP_RAIL_POOL_H
#define KESSAI_APP_RAIL_POOL_H

#include <stdint.h>

#include "base/result.h"

struct rail_job {
    struct rail_job *next;
    void (*run)(struct rail_job *job);
};

struct rail_pool;
MUST_USE result rail_pool_start(unsigned threads, struct rail_pool **ret);
/* Runs what is queued, then ends the threads; what the store's last works still put runs on their
 * thread. NULL is fine. */
void rail_pool_stop(struct rail_pool *pool);
void rail_pool_free(struct rail_pool *pool); /* after the store was closed; NULL is fine */
/* Without a pool, or with one that has stopped, the job runs here and now. */
void rail_pool_put(struct rail_pool *pool, struct rail_job *job);

#endif
