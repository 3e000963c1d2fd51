/* SPDX-License-Identifier: Apache-2.0 */
#include "api/metadata.h"

#include <string.h>

#include "base/json.h"
#include "http/fields.h"

const char *const STATEMENT_KEYS[] = {"statement_descriptor",
                                      "statement_descriptor_alpha",
                                      "statement_descriptor_kana",
                                      "statement_city",
                                      "contact_phone",
                                      NULL};

enum { OBJECT_BYTES_MAX = 65536, METADATA_BYTES_MAX = 256 << 10 };

/* A value as text: absent for null, `false` for what has no text. */
static bool value_text(const json_t *value, struct arena *arena, str *ret)
{
    *ret = STR_NONE;
    if (json_is_string(value))
        *ret = (str){json_string_value(value), json_string_length(value)};
    else if (json_is_integer(value))
        *ret = str_of(arena_printf(arena, "%lld", (long long)json_integer_value(value)));
    else if (json_is_real(value))
        *ret = str_of(arena_printf(arena, "%.15g", json_real_value(value)));
    else if (json_is_boolean(value))
        *ret = str_of(json_is_true(value) ? "true" : "false");
    else if (!json_is_null(value))
        return false;
    return true;
}

static result write_pairs(const json_t *metadata, struct arena *arena, struct json *j)
{
    const char *key;
    json_t *value;
    void *at = json_object_iter((json_t *)(uintptr_t)metadata);
    for (; at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)metadata, at)) {
        key = json_object_iter_key(at);
        value = json_object_iter_value(at);
        str text;
        if (!value_text(value, arena, &text))
            return FAIL(E_INVALID_PARAMETER, "metadata", "metadata holds texts only");
        if (str_characters(str_of(key)) > METADATA_KEY_CHARACTERS_MAX || key[0] == '\0')
            return FAIL(E_INVALID_PARAMETER, "metadata",
                        "a key of metadata has 1 to 30 characters");
        if (str_characters(text) > METADATA_VALUE_CHARACTERS_MAX)
            return FAIL(E_INVALID_PARAMETER, "metadata",
                        "a value of metadata has at most 2000 characters");
        if (text.at != NULL)
            json_pair(j, str_of(key), text);
    }
    return OK;
}

static result object_text(struct buf *text, struct arena *arena, result r, str *ret)
{
    const bool is_broken = text->is_broken;
    if (r.code == E_OK)
        *ret = arena_str(arena, buf_view(text));
    buf_done(text);
    if (r.code == E_OK && (is_broken || ret->at == NULL))
        return E_NO_MEMORY;
    return r;
}

result metadata_read(const json_t *metadata, struct arena *arena, str *ret)
{
    *ret = STR_NONE;
    if (metadata == NULL || json_is_null(metadata) ||
        (json_is_array(metadata) && json_array_size(metadata) == 0))
        return OK;
    if (!json_is_object(metadata))
        return FAIL(E_INVALID_PARAMETER, "metadata", "metadata is an object");
    if (json_object_size(metadata) > METADATA_KEYS_MAX)
        return FAIL(E_INVALID_PARAMETER, "metadata", "metadata has at most 50 keys");
    if (json_object_size(metadata) == 0)
        return OK;
    struct buf text;
    buf_init(&text, METADATA_BYTES_MAX);
    struct json j;
    json_init(&j, &text);
    json_open_object(&j, NULL);
    result r = write_pairs(metadata, arena, &j);
    json_end(&j);
    if (r.code == E_OK && text.is_broken && !text.is_starved)
        r = FAIL(E_INVALID_PARAMETER, "metadata", "metadata is more than 256 KiB as JSON");
    return object_text(&text, arena, r, ret);
}

result statement_descriptor_read(const json_t *object, struct arena *arena, str *ret)
{
    *ret = STR_NONE;
    if (object == NULL || json_is_null(object) ||
        (json_is_array(object) && json_array_size(object) == 0))
        return OK;
    if (!json_is_object(object))
        return FAIL(E_INVALID_PARAMETER, "statement_descriptor",
                    "statement_descriptor is an object");
    struct buf text;
    buf_init(&text, OBJECT_BYTES_MAX);
    struct json j;
    json_init(&j, &text);
    json_open_object(&j, NULL);
    result r = OK;
    for (size_t i = 0; STATEMENT_KEYS[i] != NULL; i++) {
        const json_t *value = json_object_get(object, STATEMENT_KEYS[i]);
        if (value == NULL || json_is_null(value))
            continue;
        if (!json_is_string(value) || json_string_length(value) > STATEMENT_TEXT_BYTES_MAX)
            r = FAIL(E_INVALID_PARAMETER, "statement_descriptor",
                     "its values are texts of at most 255 bytes");
        else
            json_str(&j, STATEMENT_KEYS[i],
                     (str){json_string_value(value), json_string_length(value)});
    }
    json_end(&j);
    return object_text(&text, arena, r, ret);
}
