/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/book.h"

#include <inttypes.h>
#include <string.h>

#define TRANSACTION_COLUMNS "seq, salt, event, currency, happened_us, payment, refund, hash"
#define TRANSFER_COLUMNS    "seq, line, type, debit, credit, amount_minor, debit_prev, credit_prev"

void book_open(struct audit *a, struct book *ret, int64_t after_seq)
{
    cursor_open_from(a, &ret->transactions,
                     "SELECT " TRANSACTION_COLUMNS
                     " FROM ledger_transaction WHERE tenant = $1 AND seq > $2 ORDER BY seq",
                     after_seq);
    cursor_open_from(a, &ret->transfers,
                     "SELECT " TRANSFER_COLUMNS
                     " FROM ledger_transfer WHERE tenant = $1 AND seq > $2 ORDER BY seq, line",
                     after_seq);
    (void)cursor_next(&ret->transfers);
}

void book_prepare(struct audit *a, struct book *ret)
{
    cursor_prepare(a, &ret->transactions,
                   "SELECT " TRANSACTION_COLUMNS
                   " FROM ledger_transaction WHERE tenant = $1 AND seq = $2");
    cursor_prepare(a, &ret->transfers,
                   "SELECT " TRANSFER_COLUMNS
                   " FROM ledger_transfer WHERE tenant = $1 AND seq = $2 ORDER BY line");
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

/* Steps over transfers up to a number: they belong to no transaction. */
static void step_over(struct cursor *c, int64_t seq)
{
    struct audit *a = c->audit;
    for (; c->is_at_row && cursor_i64(c, 0) < seq; (void)cursor_next(c))
        finding(a, number_name(a, "ledger transaction", cursor_i64(c, 0)),
                "has line %" PRId64 " but no row of its own", cursor_i64(c, 1));
}

/* Takes the transfers of the entry. More than fit is a finding of transfer_check(). */
static void read_transfers(struct cursor *c, struct entry *ret)
{
    step_over(c, ret->number.key);
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
    if (!cursor_next(&book->transactions)) {
        step_over(&book->transfers, INT64_MAX);
        return false;
    }
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
