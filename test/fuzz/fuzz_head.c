/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_head.c: request lines and headers, taken apart in place as generously as libmicrohttpd does.
 * Property: what http/head.h lets through is exactly what a strict reader of the bytes lets through
 * (RFC 9112), and their length of the body is the same. */
#include <ctype.h>
#include <strings.h>

#include "fuzz.h"
#include "http/server.h"

/* ---- as libmicrohttpd does it (connection.c of 0.9.75) --------------------------------------- */

/* The next line, ended by LF or CRLF, both cut out; NULL without one. */
static char *next_line(char **at, const char *end)
{
    char *line = *at;
    char *lf = memchr(line, '\n', (size_t)(end - line));
    if (lf == NULL)
        return NULL;
    *lf = '\0';
    if (lf > line && lf[-1] == '\r')
        lf[-1] = '\0';
    *at = lf + 1;
    return line;
}

/* False where the library answers by itself. */
static bool split_request_line(char *line, size_t bytes, struct head *head)
{
    char *uri = memchr(line, ' ', bytes);
    if (uri == NULL || uri == line)
        return false;
    *uri++ = '\0';
    while (*uri == ' ')
        uri++;
    if (uri >= line + bytes)
        return false;
    char *version = line + bytes - 1;
    while (*version == ' ' && version > uri)
        version--;
    while (*version != ' ' && version > uri)
        version--;
    if (version == uri)
        return false;
    *version++ = '\0';
    const size_t version_bytes = (size_t)(line + bytes - version);
    if (version_bytes != 8 || memcmp(version, "HTTP/1.", 7) != 0 || !isdigit(version[7]))
        return false;
    head_start(head, str_of(line), uri, str_of(uri), str_of(version));
    return true;
}

/* 1 taken, 0 refused by the library or unfinished. */
static bool read_as_library(char *at, const char *end, struct head *head, bool *ret_taken)
{
    char *start = at;
    char *line = next_line(&at, end);
    if (line == NULL ||
        !split_request_line(line, (size_t)(at - line) - 1 - (at[-2] == '\0' && at - line > 1),
                            head))
        return false;
    while ((line = next_line(&at, end)) != NULL && line[0] != '\0') {
        char *colon = strchr(line, ':');
        if (colon == NULL)
            return false;
        *colon++ = '\0';
        while (*colon == ' ' || *colon == '\t')
            colon++;
        head_line(head, str_of(line), str_of(colon));
    }
    if (line == NULL || (size_t)(at - start) > LIMIT_HEADER_BYTES)
        return false;
    *ret_taken = head_end(head, at);
    return true;
}

/* ---- as the RFC has it ----------------------------------------------------------------------- */

struct strict {
    size_t hosts, lengths, codings, count;
    str host, length, coding;
};

static bool is_tchar(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static str trimmed(str s)
{
    while (s.bytes > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
        s = (str){s.at + 1, s.bytes - 1};
    while (s.bytes > 0 && (s.at[s.bytes - 1] == ' ' || s.at[s.bytes - 1] == '\t'))
        s.bytes--;
    return s;
}

static bool name_is(str s, const char *name)
{
    return s.bytes == strlen(name) && strncasecmp(s.at, name, s.bytes) == 0;
}

/* Headers that may come once, beside the three that are counted. */
static const char *const ONCE[] = {
    "authorization",        "content-type",    "content-encoding", "origin",
    "x-komoju-idempotency", "idempotency-key", "komoju-scenario",  "x-komoju-api-version",
};

static bool strict_header(str line, struct strict *s, unsigned *once)
{
    const char *colon = memchr(line.at, ':', line.bytes);
    if (colon == NULL || colon == line.at)
        return false;
    const str name = {line.at, (size_t)(colon - line.at)};
    const str value = {colon + 1, line.bytes - name.bytes - 1};
    for (size_t i = 0; i < name.bytes; i++)
        if (!is_tchar(name.at[i]))
            return false;
    for (size_t i = 0; i < value.bytes; i++)
        if (iscntrl((unsigned char)value.at[i]) && value.at[i] != '\t')
            return false;
    for (size_t i = 0; i < COUNT(ONCE); i++)
        if (name_is(name, ONCE[i])) {
            if ((*once & 1u << i) != 0)
                return false;
            *once |= 1u << i;
        }
    if (name_is(name, "host") && ++s->hosts)
        s->host = trimmed(value);
    if (name_is(name, "content-length") && ++s->lengths)
        s->length = value;
    if (name_is(name, "transfer-encoding") && ++s->codings)
        s->coding = value;
    s->count++;
    return true;
}

static bool strict_target(str target, str method, str *ret_host)
{
    *ret_host = STR_NONE;
    for (size_t i = 0; i < target.bytes; i++)
        if ((unsigned char)target.at[i] <= ' ' || target.at[i] == 0x7f)
            return false;
    if (target.bytes > 0 && target.at[0] == '/')
        return true;
    if (str_is(target, "*"))
        return str_is(method, "OPTIONS");
    if (!str_starts(target, "http://") && !str_starts(target, "https://"))
        return false;
    str rest = target;
    (void)fuzz_take(&rest, '/');
    (void)fuzz_take(&rest, '/');
    size_t bytes = 0;
    while (bytes < rest.bytes && memchr("/?#", rest.at[bytes], 3) == NULL)
        bytes++;
    *ret_host = (str){rest.at, bytes};
    return bytes > 0;
}

/* The blanks behind a length or a coding are legal; libmicrohttpd reads neither, so they are
 * refused. */
static bool strict_body(const struct strict *s, bool is_1_1, size_t *ret_bytes, bool *ret_chunked)
{
    str length = s->length, coding = s->coding;
    while (length.bytes > 0 && (length.at[0] == ' ' || length.at[0] == '\t'))
        length = (str){length.at + 1, length.bytes - 1};
    while (coding.bytes > 0 && (coding.at[0] == ' ' || coding.at[0] == '\t'))
        coding = (str){coding.at + 1, coding.bytes - 1};
    *ret_chunked = s->codings > 0;
    *ret_bytes = 0;
    if (s->codings + s->lengths > 1)
        return false;
    if (s->codings > 0)
        return is_1_1 && name_is(coding, "chunked");
    u128 value = 0;
    for (size_t i = 0; i < length.bytes; i++) {
        if (!isdigit((unsigned char)length.at[i]))
            return false;
        value = value > INT64_MAX ? value : value * 10 + (u128)(length.at[i] - '0');
    }
    *ret_bytes = (size_t)value;
    return s->lengths == 0 || (length.bytes > 0 && value <= INT64_MAX);
}

static bool read_strictly(str text, size_t *ret_bytes, bool *ret_chunked)
{
    struct strict s = {0};
    unsigned once = 0;
    bool is_1_1 = false;
    str method = STR_NONE, in_target = STR_NONE;
    for (size_t n = 0;; n++) {
        str line = fuzz_take(&text, '\n');
        if (line.bytes == 0 || line.at[line.bytes - 1] != '\r')
            return false;
        line.bytes--;
        if (line.bytes == 0)
            break;
        if (n > 0 && !strict_header(line, &s, &once))
            return false;
        if (n > 0)
            continue;
        method = fuzz_take(&line, ' ');
        const str target = fuzz_take(&line, ' ');
        is_1_1 = str_is(line, "HTTP/1.1");
        for (size_t i = 0; i < method.bytes; i++)
            if (!is_tchar(method.at[i]))
                return false;
        if (method.bytes == 0 || !strict_target(target, method, &in_target) ||
            !(is_1_1 || str_is(line, "HTTP/1.0")))
            return false;
    }
    for (size_t i = 0; i < s.host.bytes; i++)
        if (memchr(" \t\"#,/<>?@\\^`{|}", s.host.at[i], 16) != NULL)
            return false;
    return s.hosts <= 1 && (s.hosts == 1 || !is_1_1) && s.count <= LIMIT_HEADERS &&
           (in_target.at == NULL || s.hosts == 0 ||
            (in_target.bytes == s.host.bytes &&
             strncasecmp(in_target.at, s.host.at, s.host.bytes) == 0)) &&
           strict_body(&s, is_1_1, ret_bytes, ret_chunked);
}

/* After the library has cut the lines, a NUL right before a line's end looks like a part of it. */
static bool has_blind_spot(str text)
{
    for (size_t i = 0; i + 1 < text.bytes; i++)
        if (text.at[i] == '\0' && memchr("\0\r\n", text.at[i + 1], 3) != NULL)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    MUST(copy != NULL);
    memcpy(copy, data, size);
    copy[size] = '\0';
    struct head head;
    bool is_taken = false, is_chunked = false;
    size_t bytes = 0;
    if (size > 0 && data[0] != '\r' && data[0] != '\n' &&
        read_as_library(copy, copy + size, &head, &is_taken)) {
        const bool is_clear = read_strictly(fuzz_text(data, size), &bytes, &is_chunked);
        MUST(is_taken == is_clear || (is_taken && has_blind_spot(fuzz_text(data, size))));
        MUST(!is_clear || (head.is_chunked == is_chunked && head.body_bytes == bytes));
    }
    free(copy);
    return 0;
}
