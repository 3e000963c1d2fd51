/* SPDX-License-Identifier: Apache-2.0 */
/* kana.h: names as banks write them: half-width katakana, a voicing mark a character of its own.
 *
 * A text is taken to the form of bank-rails 2.3: hiragana and full-width forms become half-width
 * katakana, digits and capitals; small kana become large ones; every dash and the long mark become
 * "-"; ヲ ヰ ヱ become ｵ ｲ ｴ; ・ becomes a blank; blanks are collapsed and trimmed. What cannot be
 * written so (kanji, &, emoji) is an error: no reading is guessed and nothing is left out.
 *
 * In the name of a company the words of company_form.def are abbreviated, with the brackets that
 * their place asks for, and ・ becomes ".":
 *
 *     株式会社サンプル ｶ)ｻﾝﾌﾟﾙ    サンプル株式会社チバ ｻﾝﾌﾟﾙ(ｶ)ﾁﾊﾞ    サンプル株式会社 ｻﾝﾌﾟﾙ(ｶ
 *
 * Used by  api, app, bank
 * Source   bank-rails 2.2, 2.3, 2.4 */
#ifndef KESSAI_CORE_KANA_H
#define KESSAI_CORE_KANA_H

#include <stdbool.h>
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

/* What a bank takes. */
enum kana_profile {
    KANA_NONE = 0,
    KANA_DOTS,    /* names of companies with "." */
    KANA_NO_DOTS, /* a blank in the place of every "." */
    KANA_PROFILES
};

/* The bank's form of a company's name. Of the forms of corporations, of businesses and of offices
 * one each is abbreviated, the first from the left and there the longest; what is left of a second
 * one is kana, or kanji and an error.
 *   ret_at, errors   as those of kana_of_name; nothing but forms is an empty name; at most
 *                    KANA_TEXT_MAX characters are read */
enum { KANA_TEXT_MAX = 200 };
MUST_USE result kana_of_company(str text, enum kana_profile profile, struct kana *ret,
                                size_t *ret_at);

/* The form of any name that a certain bank takes. A name that has the bank's form already keeps it,
 * unless a form is left in it in full.
 *   truncates   a name that is too long ends after KANA_CHARACTERS_MAX instead of being an error */
struct kana_way {
    enum kana_profile profile;
    bool is_company, truncates;
};
MUST_USE result kana_for_bank(str text, const struct kana_way *way, struct kana *ret,
                              size_t *ret_at);

#endif
