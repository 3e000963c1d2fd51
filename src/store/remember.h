/* SPDX-License-Identifier: Apache-2.0 */
/* remember.h: rows that a writer reads over and over, kept in memory from one batch to the next;
 * private to store.
 *
 * What is remembered of a tenant is true as long as nobody else has written it. The head of a
 * tenant carries a generation, which every batch that changes a remembered row raises by one,
 * whichever program runs it. A batch reads the head first, under the lock that makes the tenant's
 * writes come one after the other: the generation it left there says that all it remembers still
 * holds; another one, that each row must be read again before it is used.
 *
 * A batch that is not kept takes everything with it. */
#ifndef KESSAI_STORE_REMEMBER_H
#define KESSAI_STORE_REMEMBER_H

#include "store/tx.h"

enum { HASH_BYTES = 32 };

/* A tenant's row, and its endpoints. */
struct head {
    struct head *next, *next_dirty;
    int64_t tenant;
    int64_t batch; /* the batch that compared it with its row */
    int64_t epoch; /* of its rows: those of an earlier one are to be read again */
    bool is_live, is_dirty;
    int64_t generation;
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

enum remembered_kind {
    REMEMBERED_ACCOUNT,
    REMEMBERED_COUNTER,
    REMEMBERED_MERCHANT,
    REMEMBERED_METHOD,
    REMEMBERED_KINDS
};

/* The first member of every row that is remembered. */
struct remembered {
    struct remembered *next, *next_dirty;
    struct head *head;
    enum remembered_kind kind;
    int64_t merchant;
    int part;      /* an account's currency, a method's number; otherwise 0 */
    int64_t epoch; /* of the head when it was read; 0: not read yet */
    bool is_dirty;
};

struct account {
    struct remembered row;
    int64_t held_minor, records, last_pos;
    int64_t by_type[RECORDS]; /* index 0 stays 0 */
};

/* Rows of a kind: one is read anew into what is there, and written back (NULL: never changed
 * through here). Each kind's functions are beside what uses them: book.c, tx.c. */
struct remembered_class {
    size_t bytes;
    result (*load)(struct tx *tx, struct remembered *row);
    result (*save)(struct tx *tx, const struct remembered *row);
};
extern const struct remembered_class ACCOUNT_CLASS, COUNTER_CLASS, MERCHANT_CLASS, METHOD_CLASS;

/* The head of a tenant, compared with its row once a batch.  errors  E_NOT_FOUND */
MUST_USE result remember_head(struct tx *tx, int64_t tenant, struct head **ret);

/* A row, read when it is not remembered or no longer true. */
MUST_USE result remember_row(struct tx *tx, enum remembered_kind kind, struct head *head,
                             int64_t merchant, int part, struct remembered **ret);

/* It was changed: it is written back at the end of the batch. A row changes its head as well. */
void remember_head_changed(struct tx *tx, struct head *head);
void remember_row_changed(struct tx *tx, struct remembered *row);

/* A statement has changed rows of a tenant that are remembered: they are read again, here and
 * elsewhere. A tenant that does not exist yet has none. */
MUST_USE result remember_changed(struct tx *tx, int64_t tenant);

/* The writer's side (lane.c). begin: a batch starts. flush: what was changed is written back,
 * before the commit. kept: it is committed. forget: it is not, or nobody knows. */
void remember_begin(struct tx *tx);
MUST_USE result remember_flush(struct tx *tx);
void remember_kept(struct tx *tx);
void remember_forget(struct tx *tx);

#endif
