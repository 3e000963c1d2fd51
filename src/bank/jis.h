/* SPDX-License-Identifier: Apache-2.0 */
/* jis.h: the characters of banks' files, JIS X 0201: one byte each.
 *
 * A byte is ASCII, or a half-width katakana from 0xa1 to 0xdf, which stands at U+ff61 to U+ff9f; a
 * voicing mark is a character of its own. What may be written is less than what there is, and
 * differs by field; what is read may be any of it, since banks do not agree.
 *
 * Used by  bank
 * Source   bank-rails 2.1, 2.2 */
#ifndef KESSAI_BANK_JIS_H
#define KESSAI_BANK_JIS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* What may be written into a field. */
enum jis_set {
    JIS_NONE = 0,
    JIS_CODE,        /* digits and capitals */
    JIS_BANK_NAME,   /* of a bank or a branch: kana, digits, capitals, blank - . */
    JIS_HOLDER,      /* of a person or company: those and ( ) */
    JIS_HOLDER_BARE, /* the same without the period */
    JIS_EDI,         /* those and / , \ ｢ ｣ ｦ; the yen sign stands where \ does */
    JIS_SETS
};

enum { JIS_UTF8_BYTES = 3 }; /* of a character, at most */

/* A text of UTF-8 in bytes of JIS, one a character, as far as the set and the room allow.
 *   to       room for bytes_max; nothing beyond what was written is touched
 *   ret      characters written: all of the text where true is given; else those before the first
 *            that is not of the set, or that there is no room for */
bool jis_write(str text, enum jis_set set, char *to, size_t bytes_max, size_t *ret);

/* Bytes of JIS as UTF-8, without the blanks at its end.
 *   to       room for JIS_UTF8_BYTES a byte
 *   ret      bytes written where true is given; else the bytes before the first that is neither
 *            printable ASCII nor a kana */
bool jis_read(str bytes, char *to, size_t *ret);

#endif
