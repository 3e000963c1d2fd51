/* SPDX-License-Identifier: Apache-2.0 */
/* keyed.h: rows that are found by key, and known outside by key and salt.
 *
 * Used by  app */
#ifndef KESSAI_APP_KEYED_H
#define KESSAI_APP_KEYED_H

#include "base/arena.h"
#include "base/id.h"
#include "store/db.h"

/* A statement that takes tenant and key and gives one row at most, and what makes a struct of it:
 * texts into the arena. */
struct keyed {
    enum sql sql;
    int64_t tenant, key;
    void (*fill)(const struct rows *rows, int64_t tenant, struct arena *arena, void *ret);
};

/*   ret     what fill fills
 *   errors  E_NOT_FOUND; E_MEMORY: a text is missing */
MUST_USE result keyed_read(struct db *db, const struct keyed *row, struct arena *arena, void *ret);

/* What was read by the key of a wire id is what that names.  errors  E_NOT_FOUND */
MUST_USE result keyed_check(id found, id wire);

#endif
