/* SPDX-License-Identifier: Apache-2.0 */
/* ledger.c: one walk over the ledger, in order: its chain, each transaction by itself, and the
 * statement of each account. */
#include "audit/book.h"
#include "audit/chain.h"

static void hash_entry(const uint8_t before[HASH_BYTES], const struct entry *e,
                       uint8_t ret[HASH_BYTES])
{
    struct hash hash = hash_start(before);
    hash_i64(&hash, e->number.key);
    hash_i64(&hash, e->number.salt);
    hash_i64(&hash, e->event);
    hash_i64(&hash, e->currency);
    hash_i64(&hash, e->happened_us);
    hash_i64(&hash, e->payment);
    hash_i64(&hash, e->refund);
    hash_i64(&hash, (int64_t)e->count);
    for (size_t i = 0; i < e->count; i++) {
        hash_i64(&hash, e->legs[i].line);
        hash_i64(&hash, e->legs[i].type);
        hash_i64(&hash, e->legs[i].debit);
        hash_i64(&hash, e->legs[i].credit);
        hash_i64(&hash, e->legs[i].amount_minor);
    }
    hash_end(&hash, ret);
}

void check_ledger(struct audit *a)
{
    struct chain chain =
        chain_start(a, "ledger transaction", a->point->ledger_seq, a->point->ledger_hash);
    struct statements statements;
    struct book book;
    chain_check_point(&chain, "SELECT salt, hash FROM ledger_transaction "
                              "WHERE tenant = $1 AND seq = $2");
    book_open(a, &book, after(a, a->point->ledger_seq));
    statements_open(a, &statements);
    while (book_next(&book)) {
        const struct entry *e = &book.entry;
        uint8_t derived[HASH_BYTES];
        chain_number(&chain, e->number);
        hash_entry(chain.hash, e, derived);
        chain_hash(&chain, e->number, derived, e->has_hash ? e->hash : NULL);
        transfer_check(a, e);
        statements_add(&statements, e);
        look_again(a, e->payment);
        a->seen->transactions++;
        a->seen->transfers += (int64_t)e->count;
    }
    chain_end(&chain, a->ledger_seq, a->ledger_hash);
    statements_close(&statements);
    book_close(&book);
}
