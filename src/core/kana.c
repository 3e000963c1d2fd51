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

/* ---- companies ----------------------------------------------------------------------------- */

enum form_class { FORM_NONE = 0, FORM_CORPORATE, FORM_BUSINESS, FORM_OFFICE, FORM_CLASSES };
enum { SPELLINGS_MAX = 5, UNITS_MAX = 2 * KANA_TEXT_MAX };

static const struct form {
    enum form_class class;
    const char *abbreviation;
    const char *spellings[SPELLINGS_MAX];
} FORMS[] = {
#define FORM(class, abbreviation, ...) {FORM_##class, (abbreviation), {__VA_ARGS__}},
#include "core/company_form.def"
#undef FORM
};

#define STRANGE         UINT32_C(0x80000000) /* beside a code point that no bank can write */
#define MIDDLE_DOT      UINT32_C(0x30fb)
#define MIDDLE_DOT_HALF UINT32_C(0xff65)

/* A text as JIS bytes and strange characters, each with the character of the text that it is of. */
struct units {
    uint32_t unit[UNITS_MAX];
    size_t at[UNITS_MAX];
    size_t count;
};

static uint32_t unit_of(uint32_t c, const struct kana_way *way)
{
    const bool is_dot = way->is_company && (c == MIDDLE_DOT || c == MIDDLE_DOT_HALF);
    const uint32_t jis = is_dot ? '.' : of_character(c);
    if (jis == '.' && way->profile == KANA_NO_DOTS)
        return ' ';
    return jis == 0 ? STRANGE | c : jis;
}

/* False when it has more than KANA_TEXT_MAX characters. */
static bool units_read(str text, const struct kana_way *way, struct units *ret)
{
    ret->count = 0;
    for (size_t at = 0, character = 0; at < text.bytes; character++) {
        if (character == KANA_TEXT_MAX)
            return false;
        const uint32_t unit = unit_of(next_character(text, &at), way);
        ret->at[ret->count] = character;
        ret->unit[ret->count++] = (unit & STRANGE) != 0 ? unit : unit & 0xff;
        if ((unit & STRANGE) == 0 && (unit & (V | R)) != 0) {
            ret->at[ret->count] = character;
            ret->unit[ret->count++] = (unit & V) != 0 ? JIS_VOICED : JIS_ROUND;
        }
    }
    return true;
}

/* How many units of the text from a place on are this spelling; 0: it does not stand there. */
static size_t spelling_at(const struct units *text, size_t from, str spelling,
                          const struct kana_way *way)
{
    size_t place = from;
    for (size_t at = 0; at < spelling.bytes;) {
        const uint32_t unit = unit_of(next_character(spelling, &at), way);
        const bool has_mark = (unit & STRANGE) == 0 && (unit & (V | R)) != 0;
        if (place == text->count ||
            text->unit[place++] != ((unit & STRANGE) != 0 ? unit : unit & 0xff))
            return 0;
        if (has_mark && (place == text->count ||
                         text->unit[place++] != ((unit & V) != 0 ? JIS_VOICED : JIS_ROUND)))
            return 0;
    }
    return place - from;
}

/* The longest form that stands there, of a class that has not been; NULL: none. */
static const struct form *form_at(const struct units *text, size_t from, const struct kana_way *way,
                                  const bool has_been[FORM_CLASSES], size_t *ret_units)
{
    const struct form *found = NULL;
    *ret_units = 0;
    for (size_t i = 0; i < COUNT(FORMS); i++) {
        if (has_been[FORMS[i].class])
            continue;
        for (size_t s = 0; s < SPELLINGS_MAX && FORMS[i].spellings[s] != NULL; s++) {
            const size_t units = spelling_at(text, from, str_of(FORMS[i].spellings[s]), way);
            if (units <= *ret_units)
                continue;
            *ret_units = units;
            found = &FORMS[i];
        }
    }
    return found;
}

/* A name that is being written. */
struct writer {
    struct kana kana;
    bool has_blank, is_full, is_after_form, has_name; /* has_name: more than forms */
};

static void write_unit(struct writer *w, uint16_t jis)
{
    if (jis == ' ') {
        w->has_blank = w->kana.characters > 0 && !w->is_after_form;
        return;
    }
    w->is_full = w->is_full || (w->has_blank && !put(&w->kana, ' ')) || !put(&w->kana, jis);
    w->has_blank = w->is_after_form = false;
}

/* No blank stands beside a form in brackets. */
static void write_form(struct writer *w, const struct form *form, bool is_head, bool is_tail)
{
    const bool has_brackets = form->class != FORM_BUSINESS;
    const str abbreviation = str_of(form->abbreviation);
    if (has_brackets)
        w->has_blank = false;
    if (has_brackets && !is_head)
        write_unit(w, '(');
    for (size_t at = 0; at < abbreviation.bytes;)
        write_unit(w, of_character(next_character(abbreviation, &at)));
    if (has_brackets && (is_head || !is_tail))
        write_unit(w, ')');
    w->is_after_form = has_brackets;
}

static bool has_name_from(const struct units *text, size_t from)
{
    for (; from < text->count; from++)
        if (text->unit[from] != ' ')
            return true;
    return false;
}

/*   ret_at   the unit at which it ended */
static result write_all(struct writer *w, const struct units *text, const struct kana_way *way,
                        size_t *ret_at)
{
    bool has_been[FORM_CLASSES] = {false};
    for (size_t i = 0; i < text->count && !w->is_full;) {
        *ret_at = text->at[i];
        size_t units = 0;
        const struct form *form = way->is_company ? form_at(text, i, way, has_been, &units) : NULL;
        if (form != NULL) {
            has_been[form->class] = true;
            write_form(w, form, w->kana.characters == 0, !has_name_from(text, i + units));
            i += units;
            continue;
        }
        if ((text->unit[i] & STRANGE) != 0)
            return KANA_FAIL("the name has a character that is neither kana nor a letter or digit");
        w->has_name = w->has_name || text->unit[i] != ' ';
        write_unit(w, (uint16_t)text->unit[i++]);
    }
    return OK;
}

/* Without the blank behind which nothing more had room. */
static void trim(struct kana *k)
{
    if (k->text[k->bytes - 1] == ' ') {
        k->bytes--;
        k->characters--;
    }
    k->text[k->bytes] = '\0';
}

result kana_for_bank(str text, const struct kana_way *way, struct kana *ret, size_t *ret_at)
{
    assert(KANA_NONE < way->profile && way->profile < KANA_PROFILES);
    struct units units;
    struct writer w = {.has_blank = false};
    *ret_at = 0;
    if (!str_is_utf8(text))
        return KANA_FAIL("the name must be valid UTF-8");
    if (!units_read(text, way, &units)) {
        *ret_at = KANA_TEXT_MAX;
        return KANA_FAIL("the name is longer than 200 characters");
    }
    TRY(write_all(&w, &units, way, ret_at));
    if (w.is_full && !way->truncates)
        return KANA_FAIL("the name is longer than 30 characters of half-width kana");
    if (!w.has_name)
        return KANA_FAIL("the name is empty");
    trim(&w.kana);
    *ret = w.kana;
    return OK;
}

result kana_of_company(str text, enum kana_profile profile, struct kana *ret, size_t *ret_at)
{
    return kana_for_bank(text, &(struct kana_way){.profile = profile, .is_company = true}, ret,
                         ret_at);
}
