/* SPDX-License-Identifier: Apache-2.0 */
#include "http/body.h"

#include <string.h>
#include <strings.h>

#include "base/json_parse.h"
#include "http/params.h"
#include "http/server.h"

enum dialect { DIALECT_NONE = 0, DIALECT_JSON, DIALECT_FORM, DIALECTS };

static bool ends_with(str s, const char *end)
{
    const str e = str_of(end);
    return s.bytes >= e.bytes && strncasecmp(s.at + s.bytes - e.bytes, e.at, e.bytes) == 0;
}

static bool is_type(str s, const char *type)
{
    return s.bytes == strlen(type) && ends_with(s, type);
}

static enum dialect dialect_of(str content_type, str body)
{
    const char *semicolon =
        content_type.bytes == 0 ? NULL : memchr(content_type.at, ';', content_type.bytes);
    if (semicolon != NULL)
        content_type.bytes = (size_t)(semicolon - content_type.at);
    content_type = str_trim(content_type);
    if (content_type.bytes == 0)
        return body.at[0] == '{' || body.at[0] == '[' ? DIALECT_JSON : DIALECT_FORM;
    if (is_type(content_type, "application/x-www-form-urlencoded"))
        return DIALECT_FORM;
    if (is_type(content_type, "application/json") || is_type(content_type, "text/json") ||
        ends_with(content_type, "+json"))
        return DIALECT_JSON;
    return DIALECT_NONE;
}

/* Counts brackets and commas outside of texts, so that depth and size are known before any memory
 * is spent on a tree. */
static bool is_within_limits(str body)
{
    size_t depth = 0, values = 0;
    bool is_text = false;
    for (size_t i = 0; i < body.bytes; i++) {
        const char c = body.at[i];
        if (c == '"') {
            is_text = !is_text;
        } else if (is_text) {
            i += c == '\\';
        } else if (c == '{' || c == '[') {
            values++;
            if (++depth > LIMIT_JSON_DEPTH)
                return false;
        } else if (c == '}' || c == ']') {
            depth -= depth > 0;
        } else if (c == ',') {
            values++;
        }
    }
    return values <= LIMIT_JSON_VALUES;
}

static result json_empty(json_t **ret)
{
    *ret = json_object();
    return *ret == NULL ? E_NO_MEMORY : OK;
}

static result json_read(str body, struct arena *arena, json_t **ret)
{
    if (!is_within_limits(body))
        return FAIL(E_BAD_REQUEST, NULL, "The JSON is nested too deeply or has too many values.");
    json_error_t error = {0};
    json_t *root = NULL;
    result r = json_parse(body, 0, &root, &error);
    if (r.code == E_BAD_REQUEST && json_error_code(&error) == json_error_numeric_overflow)
        r = json_parse(body, JSON_DECODE_INT_AS_REAL, &root, &error);
    if (r.code == E_BAD_REQUEST)
        r.message = arena_printf(arena, "The body is not valid JSON (line %d, column %d).",
                                 error.line, error.column);
    TRY(r);
    if (json_is_array(root) && json_array_size(root) == 0) {
        json_decref(root);
        return json_empty(ret);
    }
    if (!json_is_object(root)) {
        json_decref(root);
        return FAIL(E_BAD_REQUEST, NULL, "The body must be a JSON object.");
    }
    *ret = root;
    return OK;
}

result body_read(str content_type, str body, struct arena *arena, json_t **ret)
{
    body = str_trim(body);
    if (body.bytes == 0)
        return json_empty(ret);
    switch (dialect_of(content_type, body)) {
    case DIALECT_JSON:
        return json_read(body, arena, ret);
    case DIALECT_FORM:
        return params_read(body, arena, ret);
    case DIALECT_NONE:
    case DIALECTS:
        break;
    }
    return FAIL(E_BAD_REQUEST, NULL,
                "The Content-Type is not supported; send application/json or "
                "application/x-www-form-urlencoded.");
}
