/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/book.h"

#include <string.h>

#define TRANSACTION_COLUMNS "seq, salt, event, currency, happened_us, payment, refund, hash"
#define TRANSFER_COLUMNS    "seq, line, type, debit, credit, amount_minor, debit_prev, credit_prev"

void book_open(struct audit *a, struct book *ret)
{
    cursor_open(a, &ret->transactions,
                "SELECT " TRANSACTION_COLUMNS
                " FROM ledger_transaction WHERE tenant = ?1 ORDER BY seq");
    cursor_open(a, &ret->transfers,
                "SELECT " TRANSFER_COLUMNS
                " FROM ledger_transfer WHERE tenant = ?1 ORDER BY seq, line");
    (void)cursor_next(&ret->transfers);
}

void book_open_single(struct audit *a, struct book *ret)
{
    cursor_open(a, &ret->transactions,
                "SELECT " TRANSACTION_COLUMNS
                " FROM ledger_transaction WHERE tenant = ?1 AND seq = ?2");
    cursor_open(a, &ret->transfers,
                "SELECT " TRANSFER_COLUMNS
                " FROM ledger_transfer WHERE tenant = ?1 AND seq = ?2 ORDER BY line");
}

void book_close(struct book *book)
{
    cursor_close(&book->transactions);
    cursor_close(&book->transfers);
}

static void read_transaction(const struct cursor *c, struct entry *ret)
{
    ret->number = (id){.key = cursor_i64(c, 0), .salt = cursor_i64(c, 1)};
    ret->event = cursor_i64(c, 2);
    ret->currency = cursor_i64(c, 3);
    ret->happened_us = cursor_i64(c, 4);
    ret->payment = cursor_i64(c, 5);
    ret->refund = cursor_i64(c, 6);
    const str hash = cursor_str(c, 7);
    ret->has_hash = hash.bytes == HASH_BYTES;
    memset(ret->hash, 0, HASH_BYTES);
    if (ret->has_hash)
        memcpy(ret->hash, hash.at, HASH_BYTES);
    ret->count = 0;
}

/* Takes the transfers of the entry; those before it belong to no transaction (check_transfers finds
 * them). More than fit is a finding as well. */
static void read_transfers(struct cursor *c, struct entry *ret)
{
    while (c->is_at_row && cursor_i64(c, 0) < ret->number.key)
        (void)cursor_next(c);
    for (; c->is_at_row && cursor_i64(c, 0) == ret->number.key; (void)cursor_next(c))
        if (ret->count < LEGS_MAX)
            ret->legs[ret->count++] = (struct leg){
                .line = cursor_i64(c, 1),
                .type = cursor_i64(c, 2),
                .debit = cursor_i64(c, 3),
                .credit = cursor_i64(c, 4),
                .amount_minor = cursor_i64(c, 5),
                .debit_prev = cursor_i64(c, 6),
                .credit_prev = cursor_i64(c, 7),
            };
}

bool book_next(struct book *book)
{
    if (!cursor_next(&book->transactions))
        return false;
    read_transaction(&book->transactions, &book->entry);
    read_transfers(&book->transfers, &book->entry);
    return true;
}

bool book_seek(struct book *book, int64_t seq)
{
    if (!cursor_seek(&book->transactions, seq))
        return false;
    read_transaction(&book->transactions, &book->entry);
    (void)cursor_seek(&book->transfers, seq);
    read_transfers(&book->transfers, &book->entry);
    return true;
}
