/* SPDX-License-Identifier: Apache-2.0 */
/* event_view.h: an event as clients see it.
 *
 * GET /events and the body of a webhook are made by the same function, so both are the same bytes.
 *
 * Used by  api, jobs
 * Source   komoju-core 12.1 (keys and their order), komoju-platform 15 (merchant, submerchant.*) */
#ifndef KESSAI_APP_EVENT_VIEW_H
#define KESSAI_APP_EVENT_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/json.h"
#include "store/db.h"
#include "store/event.h"

/* A row of `event` and the name of its merchant; texts are in the arena it was read into. */
struct event_row {
    int64_t tenant, seq, salt; /* seq 0: there is no such event */
    id merchant;               /* on whose account it happened */
    str merchant_name;
    enum event_type type;
    int64_t created_us;
    str data, reason; /* data is JSON; reason may be absent */
};

/* Reads one. An event that does not exist gives seq 0, not an error.
 *   errors  E_MEMORY, those of the store */
MUST_USE result event_read(struct db *db, int64_t tenant, int64_t seq, struct arena *arena,
                           struct event_row *ret);

/* Its id on the wire. */
id event_id(const struct event_row *event);

/* Its type on the wire: submerchant.* when it happened on a sub-merchant's account. */
const char *event_type_of(const struct event_row *event);

/* Writes it as one object: the outermost value, or an element of an array. */
void event_json(struct json *j, const struct event_row *event);
/* The same with its number, "seq", in addition. */
void event_json_numbered(struct json *j, const struct event_row *event);

#endif
