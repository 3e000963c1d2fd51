/* SPDX-License-Identifier: Apache-2.0 */
/* zengin.h: a file of bulk transfers, 総合振込 of the Zengin formats: written, checked, read back.
 *
 * A file is a header, a record for each transfer, a trailer with their count and sum, and an end:
 * 120 bytes each, with CRLF behind each unless the bank wants none. It is written record by record,
 * so it takes no memory but its own; the same input gives the same bytes. What a bank could not
 * read is refused and never mended. Amounts are whole yen.
 *
 * Used by  app
 * Source   bank-rails 2.2, 3 */
#ifndef KESSAI_BANK_ZENGIN_H
#define KESSAI_BANK_ZENGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bank/bank.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/result.h"
#include "base/str.h"
#include "core/calendar.h"

#define ZENGIN_AMOUNT_MAX INT64_C(9999999999)   /* ten digits */
#define ZENGIN_TOTAL_MAX  INT64_C(999999999999) /* twelve */

enum {
    ZENGIN_LINES_MAX = 999999,
    ZENGIN_DAYS_MAX = 31, /* how far ahead the date may be: the file has no year */
};

/* Who pays. Of the account: code, branch, number, type (ordinary or checking); the names of bank
 * and branch may be empty, its holder is not used. */
struct zengin_sender {
    char client_code[11]; /* 振込依頼人コード: one to ten digits, zeros are put before them */
    char name[121];       /* 振込依頼人名, at most 40 characters */
    struct bank_account_details account;
    day date; /* 振込指定日 */
};

enum zengin_new_code { NEW_CODE_OTHER = 0, NEW_CODE_FIRST = 1, NEW_CODE_CHANGED = 2 };

struct zengin_line {
    struct bank_account_details to; /* the names of bank and branch may be empty */
    int64_t amount_minor;           /* 1 to ZENGIN_AMOUNT_MAX */
    char edi[61];                   /* EDI情報, at most 20 characters */
    bool has_edi;                   /* it stands where the customer's codes would */
    int64_t customer;               /* 顧客コード1, at most ten digits */
    enum zengin_new_code new_code;
};

/* What differs by bank; all zero is the common way. */
struct zengin_profile {
    bool no_crlf, ends_with_1a;
    bool no_period;          /* no "." in the names of senders and holders */
    bool header_alpha_code;  /* client_code may have capitals; it is filled up with blanks then */
    char clearing_filler[5]; /* 手形交換所番号: "" is "0000"; "    ", "9999" */
    size_t lines_max;        /* 0: ZENGIN_LINES_MAX */
};

struct zengin_sums {
    int64_t count, total_minor;
};

/* A file: begin, add for each transfer, end. Each writes whole records or, on an error, nothing.
 * Where out has no room it is broken, as always.
 *   profile  NULL: the common way; the same one in all three
 *   sums     of what was added so far; zero at first
 *   errors   E_INVALID_PARAMETER naming the member: a character that the field cannot have, digits
 *            that are none, a text that is too long, an amount out of range (amount), too many
 *            transfers or too much (count, total); no transfer at all (count) */
MUST_USE result zengin_begin(struct buf *out, const struct zengin_sender *sender,
                             const struct zengin_profile *profile);
MUST_USE result zengin_add(struct buf *out, const struct zengin_line *line,
                           const struct zengin_profile *profile, struct zengin_sums *sums);
MUST_USE result zengin_end(struct buf *out, const struct zengin_profile *profile,
                           const struct zengin_sums *sums);

/* What zengin_begin and zengin_add would say, without a file. */
MUST_USE result zengin_check_sender(const struct zengin_sender *sender,
                                    const struct zengin_profile *profile);
MUST_USE result zengin_check_line(const struct zengin_line *line,
                                  const struct zengin_profile *profile);

/* What a check found. Of a line, or of the file where line is ZENGIN_NO_LINE. */
#define ZENGIN_NO_LINE SIZE_MAX
struct zengin_note {
    size_t line;  /* its index */
    bool is_flag; /* two lines alike: the file can be written, a person should look */
    size_t other; /* of a flag: the line before that is alike */
    const char *param, *message;
};
enum { ZENGIN_NOTES_MAX = 100 };
struct zengin_notes {
    struct zengin_note *at; /* in the arena: flags after faults, the first ZENGIN_NOTES_MAX each */
    size_t count;
    size_t faults, flags; /* all that there are */
    struct zengin_sums sums;
};

/* A file before it is made: every field, the count and the sum, the date (a business day of banks,
 * 1 to 31 days after today), and lines that are alike (bank, branch, type, number and amount),
 * which are flagged. Sorts the lines: n log n.
 *   errors  E_MEMORY. What is wrong with the file is no error but a note. */
MUST_USE result zengin_check(const struct zengin_sender *sender,
                             const struct zengin_profile *profile, const struct zengin_line *lines,
                             size_t count, day today, struct arena *arena,
                             struct zengin_notes *ret);

/* Reads a file of transfers, of several groups too: a call for each transfer, in order, once the
 * whole file has been found in order. The date is the next of that name from today on.
 *   each    its result, unless it is OK, ends the reading and is given back
 *   ret     the sums of all groups
 *   errors  E_BANK_FILE (the field), E_MEMORY */
typedef result (*zengin_each)(void *context, const struct zengin_sender *sender,
                              const struct zengin_line *line);
MUST_USE result zengin_read(str file, day today, struct arena *arena, zengin_each each,
                            void *context, struct zengin_sums *ret);

#endif
