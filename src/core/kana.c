/* SPDX-License-Identifier: Apache-2.0 */
#include "core/kana.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

/* JIS X 0201: a kana is a byte from 0xa1 to 0xdf, which stands at U+ff61 to U+ff9f. */
enum {
    JIS_O = 0xb5,      /* ｵ */
    JIS_VOICED = 0xde, /* ﾞ */
    JIS_ROUND = 0xdf,  /* ﾟ */
    HALF_LAST = 0xff9f,
    HALF_TO_JIS = 0xff61 - 0xa1,
};
#define V 0x100 /* and a voicing mark */
#define R 0x200 /* and a round mark */

/* U+30a1 ァ to U+30f6 ヶ: the large kana without its mark, and the mark. */
enum { FULL_FIRST = 0x30a1, HIRAGANA_FIRST = 0x3041, HIRAGANA_LAST = 0x3096 };
static const uint16_t FULL[] = {
    0xb1,     0xb1,     0xb2,     0xb2,     0xb3,     0xb3,     0xb4,
    0xb4,     0xb5,     0xb5, /* ァ-オ */
    0xb6,     0xb6 | V, 0xb7,     0xb7 | V, 0xb8,     0xb8 | V, 0xb9,
    0xb9 | V, 0xba,     0xba | V, /* カ-ゴ */
    0xbb,     0xbb | V, 0xbc,     0xbc | V, 0xbd,     0xbd | V, 0xbe,
    0xbe | V, 0xbf,     0xbf | V,                                         /* サ-ゾ */
    0xc0,     0xc0 | V, 0xc1,     0xc1 | V, 0xc2,     0xc2,     0xc2 | V, /* タ-ヅ */
    0xc3,     0xc3 | V, 0xc4,     0xc4 | V,                               /* テ-ド */
    0xc5,     0xc6,     0xc7,     0xc8,     0xc9,                         /* ナ-ノ */
    0xca,     0xca | V, 0xca | R, 0xcb,     0xcb | V, 0xcb | R,           /* ハ-ピ */
    0xcc,     0xcc | V, 0xcc | R, 0xcd,     0xcd | V, 0xcd | R,           /* フ-ペ */
    0xce,     0xce | V, 0xce | R,                                         /* ホ-ポ */
    0xcf,     0xd0,     0xd1,     0xd2,     0xd3,                         /* マ-モ */
    0xd4,     0xd4,     0xd5,     0xd5,     0xd6,     0xd6,               /* ャ-ヨ */
    0xd7,     0xd8,     0xd9,     0xda,     0xdb,                         /* ラ-ロ */
    0xdc,     0xdc,     0xb2,     0xb4,     0xb5,     0xdd,               /* ヮ-ン */
    0xb3 | V, 0xb6,     0xb9,                                             /* ヴヵヶ */
};

static_assert(COUNT(FULL) == 0x30f6 - FULL_FIRST + 1, "one for each character");

/* U+ff66 ｦ to U+ff70 ｰ: what becomes of the half-width kana that banks do not take. */
enum { SMALL_FIRST = 0xff66 };
static const uint16_t SMALL[] = {JIS_O, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xd4, 0xd5, 0xd6, 0xc2, '-'};

/* Single characters: blanks, dashes and what looks like one, marks. */
static const struct {
    uint32_t from;
    uint16_t to;
} OTHERS[] = {
    {0x00a0, ' '},       {0x3000, ' '},       {0x30fb, ' '},        {0xff65, ' '},
    {0x02d7, '-'},       {0x2010, '-'},       {0x2011, '-'},        {0x2012, '-'},
    {0x2013, '-'},       {0x2014, '-'},       {0x2015, '-'},        {0x2043, '-'},
    {0x2212, '-'},       {0x223c, '-'},       {0x301c, '-'},        {0x30fc, '-'},
    {0xfe58, '-'},       {0xfe63, '-'},       {0x3099, JIS_VOICED}, {0x309b, JIS_VOICED},
    {0x309a, JIS_ROUND}, {0x309c, JIS_ROUND},
};

/* Digits, capitals, blank ( ) - . as they are; small letters as capitals; 0: none of these. */
static uint16_t of_ascii(uint32_t c)
{
    if ('a' <= c && c <= 'z')
        return (uint16_t)(c - 'a' + 'A');
    if (('0' <= c && c <= '9') || ('A' <= c && c <= 'Z'))
        return (uint16_t)c;
    static const char SIGNS[] = " ()-.";
    for (size_t i = 0; i < sizeof SIGNS - 1; i++)
        if (c == (uint32_t)SIGNS[i])
            return (uint16_t)c;
    return 0;
}

/* The JIS byte of a character with V or R; 0: a bank cannot write it. */
static uint16_t of_character(uint32_t c)
{
    if (HIRAGANA_FIRST <= c && c <= HIRAGANA_LAST)
        c += FULL_FIRST - HIRAGANA_FIRST;
    if (FULL_FIRST <= c && c < FULL_FIRST + COUNT(FULL))
        return FULL[c - FULL_FIRST];
    if (SMALL_FIRST <= c && c < SMALL_FIRST + COUNT(SMALL))
        return SMALL[c - SMALL_FIRST];
    if (SMALL_FIRST < c && c <= HALF_LAST)
        return (uint16_t)(c - HALF_TO_JIS);
    for (size_t i = 0; i < COUNT(OTHERS); i++)
        if (OTHERS[i].from == c)
            return OTHERS[i].to;
    if (0xff01 <= c && c <= 0xff5e) /* full-width ASCII */
        c -= 0xff01 - '!';
    return c == '~' ? '-' : of_ascii(c);
}

/* The next character of valid UTF-8. */
static uint32_t next_character(str text, size_t *at)
{
    const unsigned char first = (unsigned char)text.at[(*at)++];
    if (first < 0x80)
        return first;
    const size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    uint32_t c = first & (0x3fU >> more);
    for (size_t i = 0; i < more; i++)
        c = c << 6 | ((unsigned char)text.at[(*at)++] & 0x3fU);
    return c;
}

/* False when there is no room for it. */
static bool put(struct kana *k, uint16_t jis)
{
    if (k->characters == KANA_CHARACTERS_MAX)
        return false;
    k->characters++;
    if (jis < 0x80) {
        k->text[k->bytes++] = (char)jis;
        return true;
    }
    const uint32_t c = jis + (uint32_t)HALF_TO_JIS;
    k->text[k->bytes++] = (char)(0xe0 | c >> 12);
    k->text[k->bytes++] = (char)(0x80 | (c >> 6 & 0x3f));
    k->text[k->bytes++] = (char)(0x80 | (c & 0x3f));
    return true;
}

#define KANA_FAIL(message) FAIL(E_INVALID_PARAMETER, NULL, (message))

result kana_of_name(str text, struct kana *ret, size_t *ret_at)
{
    struct kana k = {.bytes = 0};
    bool has_blank = false;
    *ret_at = 0;
    if (!str_is_utf8(text))
        return KANA_FAIL("the name must be valid UTF-8");
    for (size_t at = 0; at < text.bytes; ++*ret_at) {
        const uint16_t jis = of_character(next_character(text, &at));
        if (jis == 0)
            return KANA_FAIL("the name has a character that is neither kana nor a letter or digit");
        if (jis == ' ') {
            has_blank = k.characters > 0;
            continue;
        }
        const uint16_t mark = (jis & V) != 0 ? JIS_VOICED : JIS_ROUND;
        if ((has_blank && !put(&k, ' ')) || !put(&k, jis & 0xff) ||
            ((jis & (V | R)) != 0 && !put(&k, mark)))
            return KANA_FAIL("the name is longer than 30 characters of half-width kana");
        has_blank = false;
    }
    if (k.characters == 0)
        return KANA_FAIL("the name is empty");
    k.text[k.bytes] = '\0';
    *ret = k;
    return OK;
}
