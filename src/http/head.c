/* SPDX-License-Identifier: Apache-2.0 */
#include "http/head.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "http/server.h"

#define ROW(name, member, is_raw)                                                                  \
    {                                                                                              \
        name, sizeof(name) - 1, offsetof(struct head, member), is_raw, false                       \
    }
/* Each may come once, since of two, one program takes the first and another one the last; but for
 * what proxies add without looking. */
static const struct {
    const char *name;
    size_t bytes;
    size_t at;   /* of the str in struct head */
    bool is_raw; /* libmicrohttpd compares it with its blanks */
    bool may_repeat;
} WANTED[] = {
    ROW("host", host, false),
    ROW("authorization", authorization, false),
    ROW("content-type", content_type, false),
    ROW("content-length", content_length, true),
    ROW("content-encoding", content_encoding, false),
    ROW("transfer-encoding", transfer_encoding, true),
    ROW("origin", origin, false),
    ROW("x-komoju-idempotency", komoju_key, false),
    ROW("idempotency-key", idempotency_key, false),
    ROW("komoju-scenario", scenario, false),
    ROW("x-komoju-api-version", api_version, false),
    ROW("last-event-id", last_event_id, false),
    {"accept-encoding", sizeof "accept-encoding" - 1, offsetof(struct head, accept_encoding), false,
     true},
    {"x-forwarded-for", sizeof "x-forwarded-for" - 1, offsetof(struct head, forwarded_for), false,
     true},
};

static const char *const VERB_NAMES[VERBS] = {
    [VERB_NONE] = "-",          [VERB_GET] = "GET", [VERB_POST] = "POST",
    [VERB_PATCH] = "PATCH",     [VERB_PUT] = "PUT", [VERB_DELETE] = "DELETE",
    [VERB_OPTIONS] = "OPTIONS",
};

const char *verb_name(enum verb verb)
{
    return VERB_NAMES[verb];
}

/* ---- characters ----------------------------------------------------------------------------- */

/* RFC 9110 5.6.2 */
static bool is_token(str s)
{
    static const char SIGNS[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < s.bytes; i++) {
        const char c = s.at[i], lower = (char)(c | 0x20);
        const bool is_plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
        if (!is_plain && (c == '\0' || strchr(SIGNS, c) == NULL))
            return false;
    }
    return s.bytes > 0;
}

/* Without control characters; a tab is one that may stand in a value, not in a target. */
static bool is_clean(str s, char least, bool may_have_tab)
{
    for (size_t i = 0; i < s.bytes; i++) {
        const unsigned char c = (unsigned char)s.at[i];
        if (c == 0x7f || (c < (unsigned char)least && !(c == '\t' && may_have_tab)))
            return false;
    }
    return true;
}

/* A host and a port, without what would make it a path, a user or a list (RFC 9112 3.2). */
static bool is_host(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if (strchr(" \t\"#,/<>?@\\^`{|}", s.at[i]) != NULL)
            return false;
    return true;
}

/* Whether a piece starts where it must, so many bytes after the one before, and nothing but cut
 * line ends between. Pieces that do not lie in one buffer tell nothing. */
static bool is_apart(const char *from, const char *to, size_t bytes)
{
    const uintptr_t gap = (uintptr_t)to - (uintptr_t)from;
    if (gap != bytes)
        return gap > LIMIT_HEADER_BYTES;
    for (size_t i = 0; i < bytes; i++)
        if (from[i] != '\0' && from[i] != '\r' && from[i] != '\n')
            return false;
    return true;
}

/* ---- the request line ----------------------------------------------------------------------- */

static enum verb verb_of(str method)
{
    for (int verb = VERB_NONE + 1; verb < VERBS; verb++)
        if (str_is(method, VERB_NAMES[verb]))
            return (enum verb)verb;
    return VERB_NONE;
}

/* The host of "http://host/path"; absent for the other forms. */
static str host_of_target(str target)
{
    static const char *const SCHEMES[] = {"http://", "https://"};
    for (size_t i = 0; i < COUNT(SCHEMES); i++) {
        const size_t scheme_bytes = strlen(SCHEMES[i]);
        if (!str_starts(target, SCHEMES[i]))
            continue;
        const str rest = {target.at + scheme_bytes, target.bytes - scheme_bytes};
        size_t bytes = 0;
        while (bytes < rest.bytes && strchr("/?#", rest.at[bytes]) == NULL)
            bytes++;
        return (str){rest.at, bytes};
    }
    return STR_NONE;
}

/* RFC 9112 3.2: a path, the whole address, or the asterisk of OPTIONS. */
static bool is_target(str target, enum verb verb)
{
    if (target.bytes == 0 || !is_clean(target, '!', false))
        return false;
    return target.at[0] == '/' || host_of_target(target).bytes > 0 ||
           (verb == VERB_OPTIONS && str_is(target, "*"));
}

void head_start(struct head *head, str method, const char *target_at, str target, str version)
{
    *head = (struct head){
        .verb = verb_of(method),
        .target = target,
        .is_1_1 = str_is(version, "HTTP/1.1"),
        .end = version.at + version.bytes,
    };
    head->is_broken = !is_token(method) || !is_target(target, head->verb) ||
                      !(head->is_1_1 || str_is(version, "HTTP/1.0")) ||
                      !is_apart(method.at + method.bytes, target_at, 1) ||
                      !is_apart(target_at + target.bytes, version.at, 1);
}

/* ---- the headers ---------------------------------------------------------------------------- */

static void keep(struct head *head, str name, str value)
{
    for (size_t i = 0; i < COUNT(WANTED); i++) {
        if (WANTED[i].bytes != name.bytes || strncasecmp(name.at, WANTED[i].name, name.bytes) != 0)
            continue;
        str *at = (str *)(void *)((char *)head + WANTED[i].at);
        head->is_broken |= at->at != NULL && !WANTED[i].may_repeat;
        if (at->at == NULL || WANTED[i].may_repeat)
            *at = WANTED[i].is_raw ? value : str_trim(value);
        return;
    }
}

void head_line(struct head *head, str name, str value)
{
    enum { CRLF = 2 };
    if (value.at == NULL)
        value = (str){name.at + name.bytes, 0};
    head->header_count++;
    head->is_broken |=
        !is_token(name) || !is_clean(value, ' ', true) || !is_apart(head->end, name.at, CRLF);
    head->end = value.at + value.bytes;
    keep(head, name, value);
}

/* "+5", "5, 5" and "0x5" are read differently elsewhere. */
bool head_length_read(str text, size_t *ret)
{
    int64_t value;
    if (text.bytes == 0 || text.at[0] < '0' || text.at[0] > '9' || !str_i64(text, &value))
        return false;
    *ret = (size_t)value;
    return true;
}

/* One host, the same one in both places, and in 1.1 always. */
static bool is_host_clear(const struct head *head)
{
    const str in_target = host_of_target(head->target);
    if (head->host.at == NULL)
        return !head->is_1_1;
    if (!is_host(head->host))
        return false;
    return in_target.at == NULL || (in_target.bytes == head->host.bytes &&
                                    strncasecmp(in_target.at, head->host.at, in_target.bytes) == 0);
}

/* One length, said in one way. */
static bool is_length_clear(struct head *head)
{
    const str coding = head->transfer_encoding;
    head->is_chunked = coding.at != NULL;
    if (!head->is_chunked)
        return head->content_length.at == NULL ||
               head_length_read(head->content_length, &head->body_bytes);
    return head->is_1_1 && head->content_length.at == NULL && coding.bytes == strlen("chunked") &&
           strncasecmp(coding.at, "chunked", coding.bytes) == 0;
}

bool head_end(struct head *head, const char *end)
{
    enum { TWO_CRLF = 4 };
    return !head->is_broken && head->header_count <= LIMIT_HEADERS && is_host_clear(head) &&
           is_length_clear(head) && (end == NULL || is_apart(head->end, end, TWO_CRLF));
}
