/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/json_object.h"

#include <stdint.h>
#include <string.h>

struct scan {
    const char *at, *end;
};

static bool is_digit(char c)
{
    return '0' <= c && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || ('a' <= c && c <= 'f') || ('A' <= c && c <= 'F');
}

static void skip_space(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r'))
        s->at++;
}

static bool take(struct scan *s, char c)
{
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

static bool take_word(struct scan *s, const char *word)
{
    const size_t bytes = strlen(word);
    if ((size_t)(s->end - s->at) < bytes || memcmp(s->at, word, bytes) != 0)
        return false;
    s->at += bytes;
    return true;
}

static bool take_escape(struct scan *s)
{
    if (s->at == s->end)
        return false;
    const char c = *s->at++;
    if (c != 'u')
        return strchr("\"\\/bfnrt", c) != NULL && c != '\0';
    for (int i = 0; i < 4; i++, s->at++)
        if (s->at == s->end || !is_hex(*s->at))
            return false;
    return true;
}

/* What stands between two quotes. */
static bool take_string(struct scan *s, str *ret)
{
    if (!take(s, '"'))
        return false;
    const char *begin = s->at;
    while (s->at < s->end && *s->at != '"') {
        const unsigned char c = (unsigned char)*s->at++;
        if (c < 0x20 || (c == '\\' && !take_escape(s)))
            return false;
    }
    *ret = (str){begin, (size_t)(s->at - begin)};
    return take(s, '"');
}

static bool take_digits(struct scan *s)
{
    const char *begin = s->at;
    while (s->at < s->end && is_digit(*s->at))
        s->at++;
    return s->at > begin;
}

static bool take_number(struct scan *s)
{
    (void)take(s, '-');
    if (!take(s, '0') && !take_digits(s))
        return false;
    if (take(s, '.') && !take_digits(s))
        return false;
    if (!take(s, 'e') && !take(s, 'E'))
        return true;
    if (!take(s, '+'))
        (void)take(s, '-');
    return take_digits(s);
}

/* A value that holds no other. ret_string is absent unless it is a string. */
static bool take_plain(struct scan *s, str *ret_string)
{
    *ret_string = STR_NONE;
    if (s->at < s->end && *s->at == '"')
        return take_string(s, ret_string);
    return take_word(s, "true") || take_word(s, "false") || take_word(s, "null") || take_number(s);
}

/* Where a scan stands in what is open: objects as set bits, the innermost in the lowest. */
struct nest {
    uint64_t objects;
    int depth;
};

static bool in_object(const struct nest *n)
{
    return (n->objects & 1) != 0;
}

/* Closes what ends here, and takes the comma to what follows; false at a fault. */
static bool close_ended(struct scan *s, struct nest *n)
{
    for (skip_space(s); n->depth > 0 && take(s, in_object(n) ? '}' : ']'); skip_space(s)) {
        n->objects >>= 1;
        n->depth--;
    }
    if (n->depth == 0)
        return true;
    return take(s, ',');
}

/* The name of a member, and its colon. */
static bool take_name(struct scan *s, str *ret)
{
    skip_space(s);
    if (!take_string(s, ret))
        return false;
    skip_space(s);
    return take(s, ':');
}

/* Opens an object or an array; true with is_open false where no such thing stands. */
static bool open_nest(struct scan *s, struct nest *n, bool *ret_is_open, bool *ret_is_empty)
{
    const bool is_object = take(s, '{');
    *ret_is_empty = false;
    *ret_is_open = is_object || take(s, '[');
    if (!*ret_is_open)
        return true;
    if (n->depth == JSON_DEPTH_MAX)
        return false;
    n->objects = n->objects << 1 | (is_object ? 1 : 0);
    n->depth++;
    skip_space(s);
    *ret_is_empty = s->at < s->end && *s->at == (is_object ? '}' : ']');
    return true;
}

bool json_object_read(str text, const char *name, str *ret)
{
    struct scan s = {text.at, text.at + text.bytes};
    struct nest n = {0, 0};
    str member = STR_NONE, found = STR_NONE, value;
    bool is_open, is_empty;
    if (text.at == NULL || !str_is_utf8(text))
        return false;
    skip_space(&s);
    if (s.at == s.end || *s.at != '{')
        return false;
    do {
        if (n.depth > 0 && in_object(&n) && !take_name(&s, &member))
            return false;
        const bool is_wanted = n.depth == 1 && str_is(member, name);
        skip_space(&s);
        if (!open_nest(&s, &n, &is_open, &is_empty))
            return false;
        if (!is_open && !take_plain(&s, &value))
            return false;
        if (is_wanted)
            found = is_open ? STR_NONE : value;
        if ((!is_open || is_empty) && !close_ended(&s, &n))
            return false;
    } while (n.depth > 0);
    skip_space(&s);
    if (s.at < s.end)
        return false;
    *ret = found;
    return true;
}
