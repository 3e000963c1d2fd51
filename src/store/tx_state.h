/* SPDX-License-Identifier: Apache-2.0 */
/* tx_state.h: what a transaction remembers; private to store. */
#ifndef KESSAI_STORE_TX_STATE_H
#define KESSAI_STORE_TX_STATE_H

#include "base/clock.h"
#include "store/driver.h"
#include "store/tx.h"

enum { HASH_BYTES = 32, BUCKETS = 512 };

struct head {
    struct head *next;
    int64_t tenant;
    bool is_live, is_dirty;
    int64_t clock_offset_us, latest_us, event_seq, ledger_seq;
    uint8_t event_hash[HASH_BYTES], ledger_hash[HASH_BYTES];
    bool has_endpoints; /* `endpoints` has been read */
    struct endpoint *endpoints;
};

struct endpoint {
    struct endpoint *next;
    int64_t id;
    str types;
};

struct account {
    struct account *next;
    int64_t tenant, merchant;
    enum currency currency;
    bool is_dirty;
    int64_t held_minor, records, last_pos;
    int64_t by_type[RECORDS]; /* index 0 stays 0 */
};

struct counter {
    struct counter *next;
    int64_t tenant, merchant, payments;
    bool is_dirty;
};

struct merchant_entry {
    struct merchant_entry *next;
    struct merchant merchant;
};

struct method_entry {
    struct method_entry *next;
    int64_t tenant, merchant;
    enum method method;
    struct owned_method owned;
};

struct tx {
    struct db *db;
    struct arena *arena;
    const struct clock *clock;
    bool is_alone;   /* no other server writes by a clock of its own */
    int64_t changes; /* of the remembered state: a failed work that made some must be rolled back */
    bool has_outbox;
    struct tx_trace *trace; /* NULL: nobody asks for it */
    struct head *heads[BUCKETS];
    struct account *accounts[BUCKETS];
    struct counter *counters[BUCKETS];
    struct merchant_entry *merchants[BUCKETS];
    struct method_entry *methods[BUCKETS];
};

void tx_reset(struct tx *tx); /* forgets everything: start of a batch */

MUST_USE result book_head(struct tx *tx, int64_t tenant, struct head **ret);
MUST_USE result book_account(struct tx *tx, int64_t tenant, int64_t merchant,
                             enum currency currency, struct account **ret);

static inline unsigned bucket_of(int64_t a, int64_t b)
{
    const uint64_t mixed =
        ((uint64_t)a * UINT64_C(0x9e3779b97f4a7c15)) ^ ((uint64_t)b * UINT64_C(0xc2b2ae3d27d4eb4f));
    return (unsigned)(mixed >> 32) % BUCKETS;
}

#endif
