/* SPDX-License-Identifier: Apache-2.0 */
#include "api/schema.h"

#include <string.h>

#include "api/request.h"

/* ---- types in the words of object.def ------------------------------------------------------- */

#define ID_PATTERN "^[0-9a-z]{25}$"
static const struct scalar {
    const char *word, *type, *format, *pattern;
} SCALARS[] = {
    {"text", "string", NULL, NULL},     {"integer", "integer", "int64", NULL},
    {"number", "number", NULL, NULL},   {"boolean", "boolean", NULL, NULL},
    {"id", "string", NULL, ID_PATTERN}, {"time", "string", "date-time", NULL},
    {"url", "string", "uri", NULL},
};

static str part_of(str type, size_t from, size_t to)
{
    return (str){type.at + from, to - from};
}

static void put_type(struct json *j, const char *type, bool is_nullable)
{
    if (!is_nullable) {
        json_text(j, "type", type);
        return;
    }
    json_open_array(j, "type");
    json_text(j, NULL, type);
    json_text(j, NULL, "null");
    json_end(j);
}

/* The words of a text with blanks between them, as an enumeration. */
static void put_words(struct json *j, str words, bool is_nullable)
{
    put_type(j, "string", is_nullable);
    json_open_array(j, "enum");
    for (size_t from = 0, to; from <= words.bytes; from = to + 1) {
        for (to = from; to < words.bytes && words.at[to] != ' ';)
            to++;
        json_str(j, NULL, part_of(words, from, to));
    }
    if (is_nullable)
        json_put_null(j, NULL);
    json_end(j);
}

static void put_ref(struct json *j, str name)
{
    char text[128] = "#/components/schemas/";
    const size_t head = strlen(text);
    const size_t bytes = name.bytes < sizeof text - head ? name.bytes : sizeof text - head;
    memcpy(text + head, name.at, bytes);
    json_str(j, "$ref", (str){text, head + bytes});
}

static void put_scalar(struct json *j, const struct scalar *scalar, bool is_nullable)
{
    put_type(j, scalar->type, is_nullable);
    if (scalar->format != NULL)
        json_text(j, "format", scalar->format);
    if (scalar->pattern != NULL)
        json_text(j, "pattern", scalar->pattern);
}

static void put_constant(struct json *j, str word)
{
    if (str_is(word, "true"))
        json_bool(j, "const", true);
    else
        json_str(j, "const", word);
}

static void put_one(struct json *j, str type, bool is_nullable);

/* An array, whose items are one type, and a component that may be null: neither nests. */
static void put_array(struct json *j, str items, bool is_nullable)
{
    put_type(j, "array", is_nullable);
    json_open_object(j, "items");
    put_one(j, items, false);
    json_end(j);
}

static void put_component(struct json *j, str name, bool is_nullable)
{
    if (!is_nullable) {
        put_ref(j, name);
        return;
    }
    json_open_array(j, "anyOf");
    json_open_object(j, NULL);
    put_ref(j, name);
    json_end(j);
    json_open_object(j, NULL);
    json_text(j, "type", "null");
    json_end(j);
    json_end(j);
}

static void put_map(struct json *j)
{
    json_text(j, "type", "object");
    json_open_object(j, "additionalProperties");
    json_text(j, "type", "string");
    json_end(j);
}

static void put_one(struct json *j, str type, bool is_nullable)
{
    for (size_t i = 0; i < COUNT(SCALARS); i++)
        if (str_is(type, SCALARS[i].word)) {
            put_scalar(j, &SCALARS[i], is_nullable);
            return;
        }
    if (str_is(type, "map"))
        put_map(j);
    else if (type.at[0] == '=')
        put_constant(j, part_of(type, 1, type.bytes));
    else if (type.at[0] == '|')
        put_words(j, part_of(type, 1, type.bytes), is_nullable);
    else if (type.at[0] == '[')
        put_array(j, part_of(type, 1, type.bytes - 1), is_nullable);
    else if (!str_is(type, "any"))
        put_component(j, type, is_nullable);
}

void schema_type(struct json *j, const char *type)
{
    const str all = str_of(type);
    if (memchr(type, '/', all.bytes) == NULL) {
        const bool is_nullable = type[all.bytes - 1] == '?';
        put_one(j, part_of(all, 0, all.bytes - is_nullable), is_nullable);
        return;
    }
    json_open_array(j, "anyOf");
    for (size_t from = 0, to; from < all.bytes; from = to + 1) {
        for (to = from; to < all.bytes && all.at[to] != '/';)
            to++;
        json_open_object(j, NULL);
        put_one(j, part_of(all, from, to), false);
        json_end(j);
    }
    json_end(j);
}

/* ---- fields --------------------------------------------------------------------------------- */

static const struct part {
    const char *list, *field, *type;
} PARTS[] = {
#define PART(list, field, type) {list, field, type},
#include "api/request.def"
#undef PART
};

/* NULL: none. A row of the list stands before those of any. */
static const struct part *part_find(const char *list, const struct field *field)
{
    for (size_t i = 0; i < COUNT(PARTS); i++)
        if (strcmp(PARTS[i].field, field->name) == 0 &&
            (PARTS[i].list[0] == '\0' || (list != NULL && strcmp(PARTS[i].list, list) == 0)))
            return &PARTS[i];
    return NULL;
}

bool schema_field_has_parts(const struct field *field)
{
    return field->kind == F_ANY || field->kind == F_OBJECT || field->kind == F_ARRAY;
}

static void put_enum(struct json *j, const char *const *names)
{
    json_text(j, "type", "string");
    json_open_array(j, "enum");
    for (size_t i = 1; names[i] != NULL; i++)
        json_text(j, NULL, names[i]);
    json_end(j);
}

static void put_number_limits(struct json *j, const struct field *field)
{
    const bool has_bounds = field->min != 0 || field->max != 0;
    if (has_bounds && field->min != INT64_MIN)
        json_i64(j, "minimum", field->min);
    if (has_bounds && field->max != INT64_MAX)
        json_i64(j, "maximum", field->max);
}

/* An empty text is an absent one, so a least length of 1 matters only where it is required. */
static void put_text_limits(struct json *j, const struct field *field)
{
    if (field->kind == F_TEXT && (field->min > 1 || (field->flags & FIELD_REQUIRED) != 0))
        json_i64(j, "minLength", field->min > 0 ? field->min : 1);
    if (field->max > 0)
        json_i64(j, "maxLength", field->max);
}

static void put_kind(struct json *j, const struct field *field)
{
    static const char *const WORDS[FIELD_KINDS] = {
        [F_TEXT] = "text", [F_I64] = "integer", [F_BOOL] = "boolean",
        [F_ID] = "id",     [F_TIME] = "time",   [F_URL] = "url",
    };
    if (WORDS[field->kind] != NULL)
        schema_type(j, WORDS[field->kind]);
    if (field->kind == F_I64)
        put_number_limits(j, field);
    else if (field->kind == F_TEXT || field->kind == F_URL)
        put_text_limits(j, field);
    else if (field->kind == F_ENUM)
        put_enum(j, field->names);
    else if (field->kind == F_OBJECT || field->kind == F_ARRAY)
        json_text(j, "type", field->kind == F_ARRAY ? "array" : "object");
}

void schema_field(struct json *j, const char *list, const struct field *field)
{
    const struct part *part = part_find(list, field);
    if (part == NULL)
        put_kind(j, field);
    else
        schema_type(j, part->type);
    if (field->kind == F_ARRAY && field->max > 0)
        json_i64(j, "maxItems", field->max);
}

void schema_fields(struct json *j, const struct named_fields *lists, size_t count)
{
    bool has_required = false;
    json_open_object(j, "properties");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < lists[i].list->count; k++) {
            const struct field *field = &lists[i].list->fields[k];
            has_required |= (field->flags & FIELD_REQUIRED) != 0;
            json_open_object(j, field->name);
            schema_field(j, lists[i].name, field);
            json_end(j);
        }
    json_end(j);
    if (!has_required)
        return;
    json_open_array(j, "required");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < lists[i].list->count; k++)
            if ((lists[i].list->fields[k].flags & FIELD_REQUIRED) != 0)
                json_text(j, NULL, lists[i].list->fields[k].name);
    json_end(j);
}
