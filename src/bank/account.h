/* SPDX-License-Identifier: Apache-2.0 */
/* account.h: what can be an account at a Japanese bank. Its number has no check digit: all that can
 * be told is whether there is such a bank and branch, and whether a file can name it.
 *
 * Used by  app, api, cli
 * Source   bank-rails 2, 3.3, 6; komoju-platform 5.4 (names of fields) */
#ifndef KESSAI_BANK_ACCOUNT_H
#define KESSAI_BANK_ACCOUNT_H

#include <stdbool.h>

#include "bank/bank.h"
#include "bank/codes.h"
#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"
#include "core/calendar.h"

/* Whether an account has the form that files of banks need, and is at a bank and a branch that
 * there are.
 *   codes   NULL: the form only
 *   on      the day on which bank and branch have to be there
 *   prefix  of the parameter's name: "bank_account_information" gives
 *           "bank_account_information.zengin_bank_code"; NULL: none
 *   errors  E_INVALID_PARAMETER (prefix.zengin_bank_code, zengin_branch_code,
 *           zengin_account_type, zengin_account_number, zengin_account_holder_kana,
 *           zengin_bank_name, zengin_branch_name; the last two may be empty); E_MEMORY */
MUST_USE result bank_account_check(const struct bank_codes *codes, day on,
                                   const struct bank_account_details *in, const char *prefix,
                                   struct arena *arena);

/* 1 to 7 digits, with the zeros that are missing on the left. False: it is no number. */
bool bank_number_read(str text, char ret[BANK_NUMBER_DIGITS + 1]);

/* An account of ゆうちょ銀行 (Japan Post Bank), whose book shows a symbol (記号) of 5 digits and a
 * number (番号) of at most 8, as other banks name it: codes, number, kind and names. Its holder is
 * left as it is. Of a symbol that begins with 1 the number ends in 1.
 *   False: there is no such account; ret is untouched */
bool yucho_convert(str symbol, str number, struct bank_account_details *ret);

#endif
