/* SPDX-License-Identifier: Apache-2.0 */
/* world.h: a small database with one of everything the auditor looks at.
 *
 * Three tenants: a marketplace (1001) with payout merchants 1002 and 1003, a platform (2001) with
 * the seller 2002, an ordinary merchant (3001). Keys are fixed so that tests can name rows in SQL;
 * the salt of every row that is not numbered by the store is 7. The ledger, the events, holds and
 * ordinals are written by the store; all else is SQL. */
#ifndef KESSAI_TEST_AUDIT_WORLD_H
#define KESSAI_TEST_AUDIT_WORLD_H

#include "plain.h"

enum { SALT = 7 };

/* Makes the database; fails the test on any error. No log is left beside a file. */
void world_build(const char *url);

/* One balance transfer in the marketplace and one event, in one transaction of an open store. */
struct store;
void world_move(struct store *store);

#endif
