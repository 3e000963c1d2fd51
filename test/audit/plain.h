/* SPDX-License-Identifier: Apache-2.0 */
/* plain.h: a database of either store, as someone with SQL but without the program sees it. */
#ifndef KESSAI_TEST_AUDIT_PLAIN_H
#define KESSAI_TEST_AUDIT_PLAIN_H

#include "base/arena.h"
#include "base/id.h"

/* The URL of a database of that name that is not there yet: a file in the folder, or with
 * KESSAI_STORE=postgres an empty database of the cluster of KESSAI_TEST_POSTGRES. */
const char *plain_url(struct arena *arena, const char *folder, const char *name);
/* Makes `to` anew, equal to `from`, which nobody has open. */
void plain_copy(struct arena *arena, const char *from, const char *to);
/* Gives a copy its rows back; its tables and indexes must be as they were. */
void plain_reset(struct arena *arena, const char *from, const char *to);
void plain_drop(struct arena *arena, const char *url);

/* Runs SQL, with CHECKs out of the way. It is written for SQLite; what differs is translated. */
void sql_run(const char *url, const char *sql);
/* One row of two numbers, as an id. */
id sql_id(const char *url, const char *sql);

#endif
