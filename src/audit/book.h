/* SPDX-License-Identifier: Apache-2.0 */
/* book.h: the ledger, one transaction with its transfers at a time; private to audit. */
#ifndef KESSAI_AUDIT_BOOK_H
#define KESSAI_AUDIT_BOOK_H

#include "audit/audit_state.h"

enum { LEGS_MAX = 512, POS_LINES = 512 }; /* a position is seq * 512 + line, lines are 1 .. 511 */

struct leg {
    int64_t line, type, debit, credit, amount_minor, debit_prev, credit_prev;
};

struct entry {
    id number; /* key: seq */
    int64_t event, currency, happened_us, payment, refund;
    uint8_t hash[HASH_BYTES];
    bool has_hash; /* the column held 32 bytes */
    struct leg legs[LEGS_MAX];
    size_t count;
};

struct book {
    struct cursor transactions, transfers;
    struct entry entry; /* the one that book_next or book_seek found */
};

/* All transactions of the tenant after a number, in order. A transfer without a transaction is a
 * finding. */
void book_open(struct audit *a, struct book *ret, int64_t after_seq);
bool book_next(struct book *book);
/* Single ones by their number. */
void book_prepare(struct audit *a, struct book *ret);
bool book_seek(struct book *book, int64_t seq);
void book_close(struct book *book);

/* ledger.c's parts */
void transfer_check(struct audit *a, const struct entry *e);
struct statements {
    struct audit *audit;
    struct cursor mark; /* one by its record */
};
void statements_open(struct audit *a, struct statements *ret);
void statements_add(struct statements *s, const struct entry *e);
void statements_close(struct statements *s); /* looks for marks too many */

#endif
