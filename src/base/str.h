/* SPDX-License-Identifier: Apache-2.0 */
/* str.h: text as a place and a length; not NUL-terminated, not owned.
 *
 * A str with at == NULL is absent (JSON null, a missing field); one with bytes == 0 and at != NULL
 * is empty.
 *
 * Used by  everything */
#ifndef KESSAI_BASE_STR_H
#define KESSAI_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct str {
    const char *at;
    size_t bytes;
} str;

#define S(literal) ((str){"" literal, sizeof(literal) - 1})
#define STR_NONE   ((str){NULL, 0})

str str_of(const char *c_string); /* NULL gives STR_NONE */
bool str_is(str s, const char *c_string);
bool str_equal(str a, str b);
bool str_starts(str s, const char *prefix);
str str_trim(str s); /* without leading and trailing ASCII white space */

/* Reads a whole decimal integer with optional sign: digits only, no blanks, no overflow.
 *   ret   untouched unless true is returned */
bool str_i64(str s, int64_t *ret);

/* Characters (code points) of valid UTF-8. */
size_t str_characters(str s);

/* True if s is valid UTF-8 without NUL. */
bool str_is_utf8(str s);

#endif
