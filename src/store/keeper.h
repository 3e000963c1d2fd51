/* SPDX-License-Identifier: Apache-2.0 */
/* keeper.h: a server's place among those that share a database; private to store.
 *
 * It has a number (the node bits of its ids) for as long as it renews a lease, and the jobs of some
 * tenants: each tenant's are one server's at a time, shared out evenly. When a server's lease ends,
 * the others take its tenants, and make what it left open due at once. All times are the store's.
 */
#ifndef KESSAI_STORE_KEEPER_H
#define KESSAI_STORE_KEEPER_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/clock.h"
#include "store/driver.h"

struct keeper;

/* Takes a number, and starts the thread.   db   the keeper's from now on */
MUST_USE result keeper_start(struct db *db, const struct clock *clock, struct keeper **ret);
void keeper_stop(struct keeper *keeper); /* gives everything back; NULL is fine */

const _Atomic int64_t *keeper_node(const struct keeper *keeper);

/* Whether our lease is good: nobody has taken over what we have begun. */
bool keeper_is_good(struct keeper *keeper);

/* See store_job_begin. */
bool keeper_owns(struct keeper *keeper, int64_t tenant);
bool keeper_job_begin(struct keeper *keeper, int64_t tenant);
void keeper_job_end(struct keeper *keeper, int64_t tenant);

#endif
