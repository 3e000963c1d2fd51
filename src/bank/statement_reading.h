/* SPDX-License-Identifier: Apache-2.0 */
/* statement_reading.h: what the readers of statements share: a file is read twice, first to check
 * it and to count its accounts, then to tell its lines.
 *
 * Used by  bank/statement, bank/entries, bank/notice, bank/camt */
#ifndef KESSAI_BANK_STATEMENT_READING_H
#define KESSAI_BANK_STATEMENT_READING_H

#include "bank/statement.h"

struct camt;
struct seen;

struct statement_reading {
    str file;
    day arrived;
    const struct statement_profile *profile;
    struct arena *arena;
    statement_each each;
    void *context;
    struct statement *statement;
    bool is_telling; /* the second time */
    size_t account_room, account_index;
    struct statement_account *account; /* the one at hand */
    size_t line_count;
    struct camt *camt; /* what the reader of camt keeps between both times */
    struct seen *seen; /* lines without a reference */
    size_t seen_room, seen_count;
};

/* A new account of the file: empty the first time, as it was in the end the second time.
 *   errors  E_BANK_FILE (account): too many; E_MEMORY */
MUST_USE result reading_account(struct statement_reading *r);

/* A line of the account at hand. The first time it is counted and added up, the second time told.
 *   errors  E_BANK_FILE (line): too many; (amount): too much; E_MEMORY; the caller's */
MUST_USE result reading_line(struct statement_reading *r, struct statement_line *line);

/* The same the first time, of a line that is told in so many parts: they add up to it. */
MUST_USE result reading_count(struct statement_reading *r, const struct statement_line *line,
                              int64_t parts);

/* Whether the balances of the account at hand fit its lines. */
bool reading_fits(const struct statement_reading *r);

/* The readers. Each reads the whole file, once. */
MUST_USE result entries_read(struct statement_reading *r); /* 03 */
MUST_USE result notice_read(struct statement_reading *r);  /* 01 */
MUST_USE result camt_read(struct statement_reading *r);

#endif
