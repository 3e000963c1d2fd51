/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include <string.h>

str str_of(const char *c_string)
{
    return c_string == NULL ? STR_NONE : (str){c_string, strlen(c_string)};
}

bool str_equal(str a, str b)
{
    return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.at, b.at, a.bytes) == 0);
}

bool str_is(str s, const char *c_string)
{
    return s.at != NULL && str_equal(s, str_of(c_string));
}

bool str_starts(str s, const char *prefix)
{
    const str p = str_of(prefix);
    return s.bytes >= p.bytes && memcmp(s.at, p.at, p.bytes) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
    while (s.bytes > 0 && is_blank(s.at[0])) {
        s.at++;
        s.bytes--;
    }
    while (s.bytes > 0 && is_blank(s.at[s.bytes - 1]))
        s.bytes--;
    return s;
}

bool str_i64(str s, int64_t *ret)
{
    size_t i = 0;
    const bool is_negative = s.bytes > 0 && s.at[0] == '-';
    if (is_negative || (s.bytes > 0 && s.at[0] == '+'))
        i++;
    if (i == s.bytes)
        return false;
    int64_t value = 0;
    for (; i < s.bytes; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
        const int64_t digit = s.at[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, is_negative ? -digit : digit, &value))
            return false;
    }
    *ret = value;
    return true;
}

/* Bytes of the UTF-8 character that starts at p, 0 if it is not valid (RFC 3629: shortest form, no
 * surrogates). */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80)
        return p[0] == 0 ? 0 : 1;
    const size_t bytes = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || left < bytes)
        return 0;
    for (size_t i = 1; i < bytes; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return bytes;
}

size_t str_characters(str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.bytes; i++)
        count += ((unsigned char)s.at[i] & 0xc0) != 0x80;
    return count;
}

bool str_is_utf8(str s)
{
    const unsigned char *p = (const unsigned char *)s.at;
    for (size_t i = 0; i < s.bytes;) {
        const size_t bytes = utf8_length(p + i, s.bytes - i);
        if (bytes == 0)
            return false;
        i += bytes;
    }
    return true;
}
