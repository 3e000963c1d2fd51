/* SPDX-License-Identifier: Apache-2.0 */
/* distribute.h: tells a Citus cluster how the tables of a PostgreSQL store are spread.
 *
 * Tables whose key leads with the tenant are distributed by it, all in one colocation group, so
 * that every transaction stays on one node; the few that belong to no tenant are copied to every
 * node.
 *
 * Used by  cli/distribute.c
 * Source   docs.citusdata.com, create_distributed_table, create_reference_table */
#ifndef KESSAI_STORE_DISTRIBUTE_H
#define KESSAI_STORE_DISTRIBUTE_H

#include "base/arena.h"
#include "base/result.h"

struct distribution {
    int64_t distributed, shared, already; /* tables */
};

/* Leaves tables alone that are distributed already, so it may run again.
 *   errors  E_USAGE (--db): cannot be reached, has no Citus extension, no tables of ours; E_STORE
 */
MUST_USE result distribute_run(const char *url, struct arena *arena, struct distribution *ret);

#endif
