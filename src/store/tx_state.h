/* SPDX-License-Identifier: Apache-2.0 */
/* tx_state.h: the state of a transaction; private to store. */
#ifndef KESSAI_STORE_TX_STATE_H
#define KESSAI_STORE_TX_STATE_H

#include "base/clock.h"
#include "store/driver.h"
#include "store/remember.h"

enum { REMEMBERED_BUCKETS = 1024 };

struct tx {
    struct db *db;
    struct arena *arena;
    const struct clock *clock;
    bool is_alone;   /* no other server writes by a clock of its own */
    int64_t posts;   /* ledger transactions written in this batch */
    int64_t changes; /* of the remembered state: a failed work that made some must be rolled back */
    bool has_outbox;
    struct email_ways ways;
    struct tx_trace *trace; /* NULL: nobody asks for it */
    struct arena *kept;     /* what is remembered; as long as that is */
    int64_t batch, epochs;  /* numbers of batches; of states of tenants (remember.h) */
    int64_t remembered;     /* rows that were read since all were forgotten */
    struct head *heads[REMEMBERED_BUCKETS], *dirty_heads;
    struct remembered *rows[REMEMBERED_BUCKETS], *dirty_rows;
};

/* The writer's side: a batch begins with fresh memory; it ends kept, or as if it had not been. */
void tx_begin(struct tx *tx);
void tx_end(struct tx *tx, bool is_kept);

MUST_USE result book_account(struct tx *tx, int64_t tenant, int64_t merchant,
                             enum currency currency, struct account **ret);

#endif
