/* SPDX-License-Identifier: Apache-2.0 */
/* statement.h: what banks tell about an account, in one shape whatever the format.
 *
 * A file is checked as a whole first: its form, its totals, and that the balance before and what
 * came in and went out give the balance after. Only then is it told line by line, so a file that
 * is refused has told nothing.
 *
 * Used by  app
 * Source   bank-rails 4.3 to 4.5, 7.3 */
#ifndef KESSAI_BANK_STATEMENT_H
#define KESSAI_BANK_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bank/bank.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/result.h"
#include "base/str.h"
#include "core/calendar.h"
#include "core/money.h"

enum statement_format {
    STATEMENT_NONE = 0,
    STATEMENT_ZENGIN_03, /* 入出金取引明細 */
    STATEMENT_ZENGIN_01, /* 振込入金通知 */
    STATEMENT_CAMT_053,
    STATEMENT_CAMT_054,
    STATEMENT_PAIN_002, /* no statement: bank/pain002.h reads it */
    STATEMENT_FORMATS
};

/* What a file looks like by its beginning; STATEMENT_NONE: none of these. The reader makes sure. */
enum statement_format statement_recognise(str file);

enum {
    STATEMENT_FILE_BYTES_MAX = 64 << 20,
    STATEMENT_LINES_MAX = 200000,
    STATEMENT_ACCOUNTS_MAX = 1000,
    STATEMENT_ARENA_BYTES = 32 << 20, /* an arena of that size is enough for any file */
};

/* What differs by bank; all zero is the common way. Only the Zengin formats have it. */
struct statement_profile {
    bool western_years;    /* YYMMDD from 2000 on instead of 令和 and 平成 */
    bool has_longer_lines; /* bytes beyond 200 up to the end of the line are not read */
    bool counts_cancelled; /* 01: cancelled credits are in the trailer's first totals too */
};

/* Texts are UTF-8, absent where the file has none, and last as long as the call that brings them.
 */
struct statement_line {
    day booked, valued; /* 勘定日, 起算日; DAY_NONE: the file does not say */
    bool is_credit;     /* money came in: the real direction, of corrections and reversals too */
    bool is_reversal;   /* it undoes an earlier line */
    bool is_correction; /* 取引区分 19 */
    bool is_cancelled;  /* 取消区分 1: this credit was taken back and is not in the totals */
    int64_t amount_minor;
    char currency[4];
    int category;            /* 取引区分: 10 cash, 11 transfer ...; 0: none */
    int part, parts;         /* part of an entry that the file tells in parts, from 1; 0: whole */
    bool has_bank_reference; /* the reference is the bank's for good (camt): it needs no day */
    str reference;           /* 照会番号; AcctSvcrRef, of the part or else of its entry */
    str name;                /* of the other side */
    str memo;                /* 摘要; AddtlTxInf or AddtlNtryInf */
    str edi; /* what the payer wrote: EDI情報; Ustrd, or the creditor's reference */
    str sender_bank, sender_branch, client_code;
    str end_to_end, instruction_id, uetr;
    str batch;         /* PmtInfId */
    str return_reason; /* a code, or the bank's own text */
    str transaction;   /* "PMNT ICDT RRTN"; or the bank's own code */
    int64_t batch_count;
    int64_t ordinal; /* lines before this one in the file that are not told apart by anything */
};
#define DAY_NONE ((day)0)

struct statement_account {
    struct bank_account_details account; /* empty texts where the file does not say */
    char iban[35];                       /* or another number that is no Japanese one */
    char currency[4];
    day from, to;
    int64_t opening_minor, closing_minor;
    bool has_balances; /* both are told, so they were checked */
    size_t line_count;
    size_t skipped_count;              /* entries that are not booked: PDNG, INFO, FUTR */
    int64_t credit_minor, debit_minor; /* sums of the lines, without the cancelled */
    str id;                            /* Stmt/Id */
};

struct statement {
    enum statement_format format;
    struct statement_account *accounts; /* in the arena, in the order of the file */
    size_t account_count;
};

/* Its result, unless it is OK, ends the reading and is given back. */
typedef result (*statement_each)(void *context, const struct statement_account *account,
                                 const struct statement_line *line);

/* Reads a file of any format but STATEMENT_PAIN_002.
 *   arrived  the day on which the file came: which era a year belongs to
 *   profile  NULL: the common way
 *   ret      untouched on error; its texts are in the arena
 *   errors   E_BANK_FILE: the param names the field, the message the record or line and what is
 *            wrong; E_MEMORY */
MUST_USE result statement_parse(str file, day arrived, const struct statement_profile *profile,
                                struct arena *arena, struct statement *ret, statement_each each,
                                void *context);

/* The bytes that make a line the same line in another file: bank, branch, account, day, reference,
 * amount and direction; with a reference of camt the account, that, the part, amount and direction.
 * A line without a reference has all its texts and its ordinal instead. */
void statement_line_key(const struct statement_account *account, const struct statement_line *line,
                        struct buf *out);

#endif
