/* SPDX-License-Identifier: Apache-2.0 */
/* iban.h: numbers of accounts (ISO 13616) and of banks (ISO 9362) outside Japan. Japan, the USA,
 * China and Russia have no IBAN.
 *
 * Used by  bank, app
 * Source   bank-rails 7.4 */
#ifndef KESSAI_BANK_IBAN_H
#define KESSAI_BANK_IBAN_H

#include <stdbool.h>

#include "base/str.h"

enum { IBAN_CHARACTERS_MAX = 34, BIC_CHARACTERS_MAX = 11 };

/* Reads an IBAN as people write it: blanks between its characters, small letters. Its length must
 * be that of its country and its check digits must fit.
 *   ret  without blanks, capitals, NUL-terminated; untouched where it is none */
bool iban_read(str text, char ret[IBAN_CHARACTERS_MAX + 1]);

/* 8 or 11 capitals and digits, with a country of ISO 3166 in the fifth and sixth. */
bool bic_is_valid(str text);

/* Whether both name the same bank and branch: 8 characters are its head office, XXX. */
bool bic_is_same(str a, str b);

#endif
