/* SPDX-License-Identifier: Apache-2.0 */
/* kana.h: names as banks write them: half-width katakana, a voicing mark a character of its own.
 *
 * A text is taken to the form of bank-rails 2.3: hiragana and full-width forms become half-width
 * katakana, digits and capitals; small kana become large ones; every dash and the long mark become
 * "-"; ヲ ヰ ヱ become ｵ ｲ ｴ; ・ becomes a blank; blanks are collapsed and trimmed. What cannot be
 * written so (kanji, &, emoji) is an error: no reading is guessed and nothing is left out.
 *
 * Used by  api, app
 * Source   bank-rails 2.2, 2.3 */
#ifndef KESSAI_CORE_KANA_H
#define KESSAI_CORE_KANA_H

#include <stddef.h>

#include "base/result.h"
#include "base/str.h"

/* A character is one byte of JIS X 0201, and at most three of UTF-8. */
enum { KANA_CHARACTERS_MAX = 30, KANA_BYTES = 3 * KANA_CHARACTERS_MAX + 1 };

struct kana {
    char text[KANA_BYTES]; /* UTF-8, NUL-terminated */
    size_t bytes, characters;
};

/* The bank's form of a person's name or of a part of it.
 *   ret_at   where an error is: characters of the text before it
 *   errors   E_INVALID_PARAMETER (no param): a character that a bank cannot write, nothing left to
 *            write, more than KANA_CHARACTERS_MAX; ret is of no use then */
MUST_USE result kana_of_name(str text, struct kana *ret, size_t *ret_at);

#endif
