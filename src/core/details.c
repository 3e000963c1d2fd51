/* SPDX-License-Identifier: Apache-2.0 */
#include "core/details.h"

#include <string.h>

enum name {
    NAME_NONE = 0,
#define DETAIL(ours, ...) NAME_##ours,
#include "core/details.def"
#undef DETAIL
    NAMES
};

static const struct {
    const char *wire, *values;
} ROWS[NAMES] = {
#define DETAIL(ours, wire, shown, kind, min, max, rule, values, place)                             \
    [NAME_##ours] = {wire, values},
#include "core/details.def"
#undef DETAIL
};

/* What a type cannot do without. A name stands in for paidy's customer_name, so that is not asked
 * for beside it. */
enum { NEEDS_MAX = 8 };
#define TAKES(name)
#define SHOWS(name)
#define NEEDS(name)        NAME_##name,
#define NEEDS_SHOWN(name)  NAME_##name,
#define NEEDS_KANA(name)   NAME_##name,
#define NAME_customer_name NAME_name
#define TYPE(method, ...)  [METHOD_##method] = {__VA_ARGS__ NAME_NONE},
static const enum name NEEDED[METHODS][NEEDS_MAX] = {
#include "core/details.def"
};

static str word_at(const char *words, size_t i)
{
    str rest = str_of(words);
    for (;; i--) {
        const char *blank = memchr(rest.at, ' ', rest.bytes);
        const size_t bytes = blank == NULL ? rest.bytes : (size_t)(blank - rest.at);
        if (i == 0)
            return bytes > 0 ? (str){rest.at, bytes} : STR_NONE;
        const size_t skip = bytes + (blank != NULL);
        rest = (str){rest.at + skip, rest.bytes - skip};
        if (rest.bytes == 0)
            return STR_NONE;
    }
}

static bool is_word(const char *words, const char *wire)
{
    str word;
    for (size_t i = 0; (word = word_at(words, i)).at != NULL; i++)
        if (str_is(word, wire))
            return true;
    return false;
}

str details_asked(enum method method, size_t i)
{
    const struct method_row *row = method_row(method);
    if (row->flow == FLOW_CARD || method == METHOD_KONBINI)
        return STR_NONE;
    size_t at = 0;
    for (; word_at(row->additional_fields, at).at != NULL; at++)
        if (at == i)
            return word_at(row->additional_fields, i);
    for (const enum name *need = NEEDED[method]; *need != NAME_NONE; need++)
        if (!is_word(row->additional_fields, ROWS[*need].wire) && at++ == i)
            return str_of(ROWS[*need].wire);
    return STR_NONE;
}

const char *details_brands(enum method method)
{
    for (const enum name *need = NEEDED[method]; *need != NAME_NONE; need++)
        if (strcmp(ROWS[*need].wire, "brand") == 0)
            return ROWS[*need].values;
    return NULL;
}
