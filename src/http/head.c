/* SPDX-License-Identifier: Apache-2.0 */
/* head.c: one pass over the headers, and the refusal of everything that two programs could read
 * differently: that is how requests are smuggled past a proxy (RFC 9112 6.3, 11.2). */
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "http/server.h"

#define ROW(name, member, is_single)                                                               \
    {                                                                                              \
        name, sizeof(name) - 1, offsetof(struct head, member), is_single                           \
    }
static const struct {
    const char *name;
    size_t bytes;
    size_t at; /* of the str in struct head */
    bool is_single;
} WANTED[] = {
    ROW("host", host, true),
    ROW("authorization", authorization, true),
    ROW("content-type", content_type, true),
    ROW("content-length", content_length, true),
    ROW("content-encoding", content_encoding, true),
    ROW("transfer-encoding", transfer_encoding, true),
    ROW("origin", origin, false),
    ROW("x-komoju-idempotency", komoju_key, false),
    ROW("idempotency-key", idempotency_key, false),
    ROW("komoju-scenario", scenario, false),
    ROW("x-komoju-api-version", api_version, false),
};

static const struct {
    const char *name;
    enum verb verb;
} METHODS[] = {{"GET", VERB_GET}, {"POST", VERB_POST},     {"PATCH", VERB_PATCH},
               {"PUT", VERB_PUT}, {"DELETE", VERB_DELETE}, {"OPTIONS", VERB_OPTIONS}};

/* The token of RFC 9110 5.6.2, as far as a server can be fooled: no blanks, controls or 8 bit. */
static bool is_token(const char *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (at[i] <= ' ' || at[i] >= 0x7f)
            return false;
    return bytes > 0;
}

static enum MHD_Result take_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                   size_t name_bytes, const char *value, size_t value_bytes)
{
    struct head *head = cls;
    (void)kind;
    head->header_count++;
    head->is_broken |= !is_token(name, name_bytes);
    for (size_t i = 0; i < COUNT(WANTED); i++) {
        if (WANTED[i].bytes != name_bytes || strncasecmp(name, WANTED[i].name, name_bytes) != 0)
            continue;
        str *at = (str *)(void *)((char *)head + WANTED[i].at);
        head->is_broken |= WANTED[i].is_single && at->at != NULL;
        if (at->at == NULL)
            *at = str_trim((str){value == NULL ? "" : value, value_bytes});
    }
    return MHD_YES;
}

static enum verb verb_of(const char *method)
{
    for (size_t i = 0; i < COUNT(METHODS); i++)
        if (strcmp(method, METHODS[i].name) == 0)
            return METHODS[i].verb;
    return VERB_NONE;
}

/* Digits only: "+5", "5, 5" and "0x5" are read differently elsewhere. */
static bool read_length(str text, size_t *ret)
{
    int64_t value;
    if (text.bytes == 0 || text.at[0] < '0' || text.at[0] > '9' || !str_i64(text, &value))
        return false;
    *ret = (size_t)value;
    return true;
}

static bool is_framing_clear(struct head *head, const char *version)
{
    const str coding = head->transfer_encoding;
    if (strcmp(version, MHD_HTTP_VERSION_1_1) != 0 &&
        (strcmp(version, MHD_HTTP_VERSION_1_0) != 0 || coding.at != NULL))
        return false;
    if (coding.at != NULL) {
        head->is_chunked = true;
        return head->content_length.at == NULL && coding.bytes == strlen("chunked") &&
               strncasecmp(coding.at, "chunked", coding.bytes) == 0;
    }
    return head->content_length.at == NULL || read_length(head->content_length, &head->body_bytes);
}

bool head_read(struct connection_state *c, const char *method, const char *version)
{
    struct head *head = &c->head;
    *head = (struct head){.verb = verb_of(method)};
    (void)MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, take_header, head);
    return !head->is_broken && head->header_count <= LIMIT_HEADERS &&
           is_framing_clear(head, version);
}
