/* SPDX-License-Identifier: Apache-2.0 */
#include "http/params.h"

#include <string.h>

#include "base/json_parse.h"
#include "http/server.h"

/* The parts of a name: "a[b][]" is "a", "b", "". */
struct name {
    str parts[LIMIT_JSON_DEPTH];
    size_t count;
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

result params_decode(str text, bool has_plus, struct arena *arena, str *ret)
{
    char *at = arena_alloc(arena, text.bytes + 1);
    if (at == NULL)
        return E_NO_MEMORY;
    size_t n = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        char c = text.at[i];
        if (c == '%') {
            const int high = i + 2 < text.bytes ? hex_digit(text.at[i + 1]) : -1;
            const int low = i + 2 < text.bytes ? hex_digit(text.at[i + 2]) : -1;
            if (high < 0 || low < 0)
                return FAIL(E_BAD_REQUEST, NULL, "A percent escape is malformed.");
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && has_plus) {
            c = ' ';
        }
        at[n++] = c;
    }
    *ret = (str){at, n};
    return OK;
}

/* A name whose brackets do not pair up is one plain part. */
static bool name_read(str text, struct name *ret)
{
    *ret = (struct name){.parts = {text}, .count = 1};
    const char *open = text.bytes == 0 ? NULL : memchr(text.at, '[', text.bytes);
    if (open == NULL || open == text.at)
        return true;
    struct name name = {.parts = {{text.at, (size_t)(open - text.at)}}, .count = 1};
    for (size_t i = name.parts[0].bytes; i < text.bytes;) {
        const char *close = memchr(text.at + i, ']', text.bytes - i);
        if (text.at[i] != '[' || close == NULL)
            return true;
        if (name.count == LIMIT_JSON_DEPTH)
            return false;
        const size_t end = (size_t)(close - text.at);
        name.parts[name.count++] = (str){text.at + i + 1, end - i - 1};
        i = end + 1;
    }
    *ret = name;
    return true;
}

/* Whether the object already has the value that parts lead to;
 * a path through an array never does. */
static bool has_path(const json_t *object, const str *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (parts[i].bytes == 0 || !json_is_object(object))
            return false;
        object = json_object_getn(object, parts[i].at, parts[i].bytes);
        if (object == NULL)
            return false;
    }
    return true;
}

/* The container below `in` at part i, made if it is not there; NULL if another kind is. */
static json_t *descend(json_t *in, const struct name *name, size_t i)
{
    const str part = name->parts[i];
    const bool wants_array = name->parts[i + 1].bytes == 0;
    if (json_is_array(in)) {
        json_t *last = json_array_get(in, json_array_size(in) - 1);
        if (wants_array)
            return NULL;
        if (json_is_object(last) && !has_path(last, &name->parts[i + 1], name->count - i - 1))
            return last;
        json_t *made = json_object();
        return json_array_append_new(in, made) == 0 ? made : NULL;
    }
    json_t *found = json_object_getn(in, part.at, part.bytes);
    if (found != NULL)
        return (wants_array ? json_is_array(found) : json_is_object(found)) ? found : NULL;
    json_t *made = wants_array ? json_array() : json_object();
    return json_object_setn_new(in, part.at, part.bytes, made) == 0 ? made : NULL;
}

/* Puts a value (stolen) where the name says. */
static bool put(json_t *root, const struct name *name, json_t *value)
{
    json_t *in = root;
    for (size_t i = 0; i + 1 < name->count && in != NULL; i++)
        in = descend(in, name, i);
    const str last = name->parts[name->count - 1];
    if (in == NULL) {
        json_decref(value);
        return false;
    }
    return json_is_array(in) ? json_array_append_new(in, value) == 0
                             : json_object_setn_new(in, last.at, last.bytes, value) == 0;
}

static result read_pair(json_t *root, str pair, struct arena *arena)
{
    const char *equals = memchr(pair.at, '=', pair.bytes);
    const size_t name_bytes = equals == NULL ? pair.bytes : (size_t)(equals - pair.at);
    str name_text, value_text = S("");
    TRY(params_decode((str){pair.at, name_bytes}, true, arena, &name_text));
    if (equals != NULL)
        TRY(params_decode((str){equals + 1, pair.bytes - name_bytes - 1}, true, arena,
                          &value_text));
    if (!str_is_utf8(name_text) || !str_is_utf8(value_text))
        return FAIL(E_BAD_REQUEST, NULL, "A parameter is not valid UTF-8.");
    struct name name;
    if (!name_read(name_text, &name))
        return FAIL(E_BAD_REQUEST, NULL, "A parameter is nested too deeply.");
    json_t *value =
        equals == NULL ? json_null() : json_stringn_nocheck(value_text.at, value_text.bytes);
    if (value == NULL)
        return E_NO_MEMORY;
    if (!put(root, &name, value))
        return FAIL(E_BAD_REQUEST, NULL, "A parameter is given in two ways that cannot be joined.");
    return OK;
}

static result read_pairs(json_t *root, str text, struct arena *arena)
{
    size_t pairs = 0;
    while (text.bytes > 0) {
        const char *end = memchr(text.at, '&', text.bytes);
        const size_t bytes = end == NULL ? text.bytes : (size_t)(end - text.at);
        if (bytes > 0 && ++pairs > LIMIT_FORM_PAIRS)
            return FAIL(E_BAD_REQUEST, NULL, "There are too many parameters.");
        if (bytes > 0)
            TRY(read_pair(root, (str){text.at, bytes}, arena));
        const size_t step = end == NULL ? bytes : bytes + 1;
        text = (str){text.at + step, text.bytes - step};
    }
    return OK;
}

result params_read(str text, struct arena *arena, json_t **ret)
{
    json_t *root = json_object();
    if (root == NULL)
        return E_NO_MEMORY;
    (void)json_was_short();
    result r = read_pairs(root, text, arena);
    if (json_was_short())
        r = E_NO_MEMORY;
    if (r.code != E_OK) {
        json_decref(root);
        return r;
    }
    *ret = root;
    return OK;
}
