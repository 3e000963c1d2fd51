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

/* From this number of inquiries on an open operation is shown to the operator. */
enum { OPERATION_ATTENTION_TRIES = 20 };
/* How long an operation may stay "sent" before an inquiry takes it away from its call. A call is
 * made within RAIL_CALL_MS_MAX of its intent, or not at all, and returns within the same time. */
#define OPERATION_LOST_US (INT64_C(2000) * RAIL_CALL_MS_MAX)

struct operation {
    id id;
    enum rail_op rail_op;
    enum operation_state state;
    int64_t payment, refund;
    int64_t amount_minor, tax_minor;
    int64_t tries, due_us, sent_us;
    enum rail_heard heard; /* of an open one: what the rail has said so far */
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
/* It stays open, or is opened again: writes state, due_us, tries and heard. */
MUST_USE result operation_postpone(struct tx *tx, int64_t tenant,
                                   const struct operation *operation);

/* How long to wait after the tries-th time (1, 2, ...) that a rail did not settle something: 1, 2,
 * 4 ... and then 300 seconds; an hour from OPERATION_ATTENTION_TRIES on. */
int64_t operation_pause_us(int64_t tries);

static inline bool operation_is_open(const struct operation *o)
{
    return o->state == OPERATION_SENT || o->state == OPERATION_UNKNOWN;
}

#endif
