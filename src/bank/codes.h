/* SPDX-License-Identifier: Apache-2.0 */
/* codes.h: the list of Japan's banks and their branches: which codes there are, and their names.
 *
 * A list is a text of lines, each with six fields between tabs:
 *
 *     bank TAB branch TAB kana TAB name TAB first day TAB last day
 *     0001     (empty)    ﾐｽﾞﾎ     みずほ   2002-04-01    (empty)
 *     0001     001        ﾄｳｷﾖｳ    東京営業部
 *
 * bank is 4 digits, branch 3 (empty: the bank itself); kana is the name as files of banks write it,
 * at most 15 characters; a day is "YYYY-MM-DD", empty where there is no limit. A code may stand
 * there again for other days. A line that begins with "#" is a comment; the order is free.
 *
 * The list changes every week. One is built in (tools/bank-codes); an operator reads a newer one.
 *
 * Used by  bank/account, app, cli
 * Source   bank-rails 6 */
#ifndef KESSAI_BANK_CODES_H
#define KESSAI_BANK_CODES_H

#include <stdbool.h>
#include <stddef.h>

#include "bank/bank.h"
#include "base/result.h"
#include "base/str.h"
#include "core/calendar.h"

enum {
    CODES_BANKS_MAX = 4000,
    CODES_BRANCHES_MAX = 80000,
    CODES_BYTES_MAX = 8 * 1024 * 1024,
    CODES_NAME_BYTES_MAX = 120,
};

struct bank_codes;

/* Reads a list; it is the caller's, to be ended with codes_free. Keeps a copy of the text.
 *   ret_line  the line at fault, from 1; 0: none is
 *   errors    E_INVALID_PARAMETER (no param): a line that is none, a code twice on one day, a
 *             branch without its bank, no bank at all, more than the limits; E_MEMORY */
MUST_USE result codes_read(str text, struct bank_codes **ret, size_t *ret_line);

/* The list that is built in.
 *   errors  E_MEMORY */
MUST_USE result codes_builtin(struct bank_codes **ret);

void codes_free(struct bank_codes *codes); /* NULL is fine */

/* The list as it was read, its comments among it: those of the one that is built in hold its
 * licence. Lives as long as the list. */
str codes_text(const struct bank_codes *codes);

/* How many lines it has of either kind. */
size_t codes_bank_count(const struct bank_codes *codes);
size_t codes_branch_count(const struct bank_codes *codes);

/* The texts live as long as the list. */
struct bank_name {
    str kana, name;
};

/* False: there is no such bank or branch on that day. Costs a binary search. */
bool codes_bank(const struct bank_codes *codes, str bank, day on, struct bank_name *ret);
bool codes_branch(const struct bank_codes *codes, str bank, str branch, day on,
                  struct bank_name *ret);

/* Writes the names of an account's bank and branch as files have them; empty where there is no such
 * code. */
void codes_name_account(const struct bank_codes *codes, day on, struct bank_account_details *io);

#endif
