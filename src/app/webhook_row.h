/* SPDX-License-Identifier: Apache-2.0 */
/* webhook_row.h: an endpoint as the store has it, and as clients see it.
 *
 * Used by  app/webhook_change, app/webhook_resend, api
 * Source   doc/api-webhooks.md (KOMOJU itself has no such routes) */
#ifndef KESSAI_APP_WEBHOOK_ROW_H
#define KESSAI_APP_WEBHOOK_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/json.h"
#include "store/db.h"

struct webhook_row {
    id id;
    str url, types;         /* types: comma-separated, empty: all */
    str secret, old_secret; /* sealed by the vault; old_secret may be absent */
    int64_t old_until_us;   /* the old one is valid until then */
    int64_t created_us, since_seq, changes;
    bool is_active;
};

/* Reads one that was not removed; texts are in the arena.
 *   errors  E_NOT_FOUND, E_MEMORY, those of the store */
MUST_USE result webhook_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                             struct webhook_row *ret);
/* The same from a row with the columns of webhook_endpoint_get.  errors  E_MEMORY */
MUST_USE result webhook_row_of(const struct rows *rows, struct arena *arena,
                               struct webhook_row *ret);

/* Writes it as one object.
 *   now_us   an overlap of secrets that has ended is not shown
 *   secret   shown once, when it was made; absent: left out */
void webhook_view(struct json *j, const struct webhook_row *row, int64_t now_us, str secret);

#endif
