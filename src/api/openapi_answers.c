/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_answers.c: what a route answers: 200 with its type or 204, and the errors of errors.def
 * by status. */
#include <string.h>

#include "api/openapi_parts.h"
#include "api/schema.h"
#include "core/brand.h"
#include "core/dispute.h"

/* ---- answers -------------------------------------------------------------------------------- */

static void put_headers(struct json *j)
{
    static const char *const NAMES[] = {"X-Request-Id", "RateLimit-Limit", "RateLimit-Remaining",
                                        "RateLimit-Reset"};
    json_open_object(j, "headers");
    for (size_t i = 0; i < COUNT(NAMES); i++) {
        json_open_object(j, NAMES[i]);
        char ref[64] = "#/components/headers/";
        const size_t head = strlen(ref);
        const size_t bytes = strlen(NAMES[i]);
        memcpy(ref + head, NAMES[i], bytes);
        json_str(j, "$ref", (str){ref, head + bytes});
        json_end(j);
    }
    json_end(j);
}

static void put_media(struct json *j, const char *media, const char *type)
{
    json_open_object(j, media);
    json_open_object(j, "schema");
    schema_type(j, type);
    json_end(j);
    json_end(j);
}

static void put_content(struct json *j, enum answer_kind kind, const char *type)
{
    json_open_object(j, "content");
    if (kind == ANSWER_FILE)
        for (int i = DOCUMENT_NONE + 1; i < DOCUMENT_KINDS; i++)
            put_media(j, document_type((enum document_kind)i), "any");
    else if (kind == ANSWER_PICTURE)
        for (int i = LOGO_NONE + 1; i < LOGO_KINDS; i++)
            put_media(j, logo_type((enum logo_kind)i), "any");
    else if (kind == ANSWER_TEXT)
        put_media(j, type, "text");
    else
        put_media(j, "application/json", type);
    json_end(j);
}

static void put_success(struct json *j, enum answer_kind kind, const char *type)
{
    if (kind == ANSWER_REDIRECT) {
        json_open_object(j, "303");
        json_text(j, "description", "the browser goes on to Location");
        put_headers(j);
        json_end(j);
        return;
    }
    if (kind == ANSWER_EMPTY) {
        json_open_object(j, "204");
        json_text(j, "description", "it worked");
        put_headers(j);
        json_end(j);
        if (type[0] == '\0')
            return;
    }
    json_open_object(j, "200");
    json_text(j, "description",
              kind == ANSWER_EMPTY ? "what would happen, when that was asked" : "it worked");
    put_headers(j);
    put_content(j, kind, type);
    json_end(j);
}

/* The statuses of errors.def, ascending, each once; 0 after the last. The command line's own error
 * has none. */
static int status_after(int status)
{
    int next = 0;
    for (int i = 1; i < E_COUNT; i++) {
        const int http = err_http((enum err)i);
        if (i != E_USAGE && http > status && (next == 0 || http < next))
            next = http;
    }
    return next;
}

/* Whether a route can answer with a status at all. */
static bool can_answer(const struct route *route, int status)
{
    const bool is_guarded = route_has_key(route);
    const bool changes = route->verb != VERB_GET;
    switch (status) {
    case 401:
    case 403:
        return is_guarded;
    case 404:
        return is_guarded || route->body_bytes_max > 0 || strchr(route->pattern, '{') != NULL ||
               strstr(route->pattern, "_service/state") != NULL;
    case 423: /* the legacy page's GET makes a session */
        return changes || strstr(route->pattern, "{method}/new") != NULL;
    case 402:
    case 502:
    case 504:
        return changes;
    case 409:
        return (route->flags & ROUTE_IDEMPOTENT) != 0;
    default:
        return true;
    }
}

/* 422 as "422" and as "#/components/responses/E422". */
struct status_text {
    char digits[4];
    char ref[40];
};

static struct status_text status_text(int status)
{
    struct status_text text = {.ref = "#/components/responses/E"};
    const size_t head = strlen(text.ref);
    for (int i = 2; i >= 0; i--, status /= 10)
        text.digits[i] = (char)('0' + status % 10);
    memcpy(text.ref + head, text.digits, sizeof text.digits);
    return text;
}

void openapi_answers(struct json *j, const struct route *route, enum answer_kind kind,
                     const char *type)
{
    json_open_object(j, "responses");
    put_success(j, kind, type);
    for (int status = 0; (status = status_after(status)) != 0;) {
        if (!can_answer(route, status))
            continue;
        const struct status_text text = status_text(status);
        json_open_object(j, text.digits);
        json_text(j, "$ref", text.ref);
        json_end(j);
    }
    json_end(j);
}

/* An answer with one of the codes of a status. */
static void put_error_schema(struct json *j, int status)
{
    json_open_object(j, "schema");
    json_open_array(j, "allOf");
    openapi_ref(j, "#/components/schemas/Error");
    json_open_object(j, NULL);
    json_open_object(j, "properties");
    json_open_object(j, "error");
    json_open_object(j, "properties");
    json_open_object(j, "code");
    json_open_array(j, "enum");
    for (int i = 1; i < E_COUNT; i++) {
        bool is_new = i != E_USAGE && err_http((enum err)i) == status;
        for (int k = 1; k < i; k++)
            is_new = is_new && !(err_http((enum err)k) == status &&
                                 strcmp(err_wire((enum err)k), err_wire((enum err)i)) == 0);
        if (is_new)
            json_text(j, NULL, err_wire((enum err)i));
    }
    for (int level = 0; level < 8; level++)
        json_end(j);
}

static void put_error_texts(struct json *j, int status)
{
    json_open_array(j, "x-texts");
    for (int i = 1; i < E_COUNT; i++)
        if (i != E_USAGE && err_http((enum err)i) == status) {
            json_open_object(j, NULL);
            json_text(j, "code", err_wire((enum err)i));
            json_text(j, "text", err_text((enum err)i));
            json_end(j);
        }
    json_end(j);
}

void openapi_error_responses(struct json *j)
{
    static const struct {
        int status;
        const char *text;
    } TEXTS[] = {
        {400, "the request is malformed"},
        {401, "the key is missing or wrong"},
        {402, "it failed"},
        {403, "the key may not do this"},
        {404, "there is no such thing, for this key"},
        {408, "the request did not arrive in time"},
        {409, "a request with this idempotency key is under way"},
        {413, "the body is too large"},
        {422, "a parameter is missing or wrong, or the state does not allow it"},
        {423, "an operation is under way; try again"},
        {429, "too many requests; wait for Retry-After"},
        {500, "our fault"},
        {502, "the processor refused or failed, declines of cards included"},
        {503, "try again after Retry-After"},
        {504, "the processor did not answer in time; the payment was not made"},
    };
    for (int status = 0; (status = status_after(status)) != 0;) {
        json_open_object(j, status_text(status).ref + strlen("#/components/responses/"));
        const char *description = "an error";
        for (size_t i = 0; i < COUNT(TEXTS); i++)
            if (TEXTS[i].status == status)
                description = TEXTS[i].text;
        json_text(j, "description", description);
        put_headers(j);
        json_open_object(j, "content");
        json_open_object(j, "application/json");
        put_error_schema(j, status);
        json_end(j);
        json_end(j);
        put_error_texts(j, status);
        json_end(j);
    }
}
