/* SPDX-License-Identifier: Apache-2.0 */
/* operation.h: rows of `operation`: what was asked of a rail, and the answer that a key gives
 * again.
 *
 * Used by  app, jobs */
#ifndef KESSAI_APP_OPERATION_H
#define KESSAI_APP_OPERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "rails/rail.h"
#include "store/tx.h"

/* The numbers are kept in the store. */
enum operation_state {
    OPERATION_NONE = 0,
    OPERATION_SENT = 1,     /* committed before the call */
    OPERATION_UNKNOWN = 2,  /* no answer: being inquired */
    OPERATION_DONE = 3,     /* the answer stands */
    OPERATION_GIVEN_UP = 4, /* it had no effect; its key is free again */
    OPERATION_STATES
};

struct operation {
    id id;
    enum rail_op rail_op;
    enum operation_state state;
    int64_t payment, refund;
    int64_t amount_minor, tax_minor;
    int64_t tries, due_us, sent_us;
    bool is_key_bound;
    int http_status;
    int64_t event_seq;
    str body;
};

/* Found false: ret->id.key is 0. Texts are in the arena. */
MUST_USE result operation_get(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                              struct operation *ret);
MUST_USE result operation_insert(struct tx *tx, int64_t tenant, const struct operation *operation);
MUST_USE result operation_finish(struct tx *tx, int64_t tenant, const struct operation *operation);

#endif
