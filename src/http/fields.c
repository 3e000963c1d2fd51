/* SPDX-License-Identifier: Apache-2.0 */
#include "http/fields.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/json_parse.h"
#include "http/server.h"

/* What a reader of one kind needs; `at` is where the value lands. */
struct reading {
    const struct field *field;
    json_t *value;
    struct arena *arena;
    void *at;
};

/* NULL: done. Otherwise the sentence for the caller. */
typedef const char *(*reader)(const struct reading *rd);

static str text_of(const json_t *value)
{
    return (str){json_string_value(value), json_string_length(value)};
}

/* A count as int64_t; saturates, so that comparisons with limits stay right. */
static int64_t count_of(size_t n)
{
    return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

static const char *read_text(const struct reading *rd)
{
    const struct field *f = rd->field;
    str text = text_of(rd->value);
    if (json_is_integer(rd->value))
        text =
            str_of(arena_printf(rd->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(rd->value)));
    else if (json_is_real(rd->value))
        text = str_of(arena_printf(rd->arena, "%.17g", json_real_value(rd->value)));
    if (text.at == NULL)
        return "The parameter must be a text.";
    if (!str_is_utf8(text))
        return "The parameter must be valid UTF-8.";
    const int64_t characters = count_of(str_characters(text));
    if (characters < f->min)
        return "The parameter is too short.";
    if (f->max > 0 && characters > f->max)
        return "The parameter is too long.";
    *(str *)rd->at = text;
    return NULL;
}

/* "1500.0000" is "1500": what follows the point must be zeros. */
static bool decimal_read(str text, int64_t *ret)
{
    const char *point = memchr(text.at, '.', text.bytes);
    if (point != NULL) {
        const size_t whole_bytes = (size_t)(point - text.at);
        if (whole_bytes + 1 == text.bytes)
            return false;
        for (size_t i = whole_bytes + 1; i < text.bytes; i++)
            if (text.at[i] != '0')
                return false;
        text.bytes = whole_bytes;
    }
    return str_i64(text, ret);
}

/* A JSON real such as 1500.0. Up to 2^53 every integral real is exact. */
static bool real_read(const json_t *value, int64_t *ret)
{
    static const int64_t EXACT_MAX = INT64_C(1) << 53;
    const double real = json_real_value(value);
    if (!(real >= (double)-EXACT_MAX && real <= (double)EXACT_MAX))
        return false;
    const int64_t whole = (int64_t)real;
    const double again = (double)whole;
    if (again < real || again > real)
        return false;
    *ret = whole;
    return true;
}

static const char *read_i64(const struct reading *rd)
{
    const struct field *f = rd->field;
    int64_t number = json_integer_value(rd->value);
    if (!json_is_integer(rd->value) &&
        !(json_is_string(rd->value) && decimal_read(text_of(rd->value), &number)) &&
        !(json_is_real(rd->value) && real_read(rd->value, &number)))
        return "The parameter must be an integer.";
    const bool has_bounds = f->min != 0 || f->max != 0;
    if (has_bounds && number < f->min)
        return "The parameter is too small.";
    if (has_bounds && number > f->max)
        return "The parameter is too large.";
    *(int64_t *)rd->at = number;
    return NULL;
}

static const char *read_bool(const struct reading *rd)
{
    const str text = text_of(rd->value);
    const bool is_number = json_is_integer(rd->value);
    const json_int_t number = json_integer_value(rd->value);
    const bool is_yes = json_is_true(rd->value) || (is_number && number == 1) ||
                        str_is(text, "true") || str_is(text, "1");
    const bool is_no = json_is_false(rd->value) || (is_number && number == 0) ||
                       str_is(text, "false") || str_is(text, "0");
    if (!is_yes && !is_no)
        return "The parameter must be true or false.";
    *(bool *)rd->at = is_yes;
    return NULL;
}

static const char *read_id(const struct reading *rd)
{
    id found = {0};
    if (!id_read(text_of(rd->value), &found) && (rd->field->flags & FIELD_SOFT_ID) == 0)
        return "The parameter must be an id.";
    *(id *)rd->at = found;
    return NULL;
}

static const char *read_time(const struct reading *rd)
{
    int64_t time_us;
    if (!json_is_string(rd->value) || !time_read(text_of(rd->value), &time_us))
        return "The parameter must be an ISO 8601 date and time.";
    *(int64_t *)rd->at = time_us;
    return NULL;
}

static const char *read_enum(const struct reading *rd)
{
    const str text = text_of(rd->value);
    for (int i = 1; text.at != NULL && rd->field->names[i] != NULL; i++)
        if (str_is(text, rd->field->names[i])) {
            *(int *)rd->at = i;
            return NULL;
        }
    return "The parameter is not one of the known values.";
}

/* A scheme (RFC 3986 3.1), a colon and something after it, without blanks and controls. A URL may
 * become a link on a page of ours, so schemes that are code are refused. */
static bool is_url(str s)
{
    static const char *const CODE[] = {"javascript:", "data:", "vbscript:"};
    const char *colon = memchr(s.at, ':', s.bytes);
    const size_t scheme_bytes = colon == NULL ? 0 : (size_t)(colon - s.at);
    if (scheme_bytes == 0 || scheme_bytes + 1 == s.bytes)
        return false;
    for (size_t i = 0; i < COUNT(CODE); i++)
        if (scheme_bytes + 1 == strlen(CODE[i]) && strncasecmp(s.at, CODE[i], scheme_bytes) == 0)
            return false;
    for (size_t i = 0; i < scheme_bytes; i++) {
        const char c = (char)(s.at[i] | 0x20);
        const bool is_letter = c >= 'a' && c <= 'z';
        if (!is_letter && (i == 0 || s.at[i] == '\0' || strchr("0123456789+-.", s.at[i]) == NULL))
            return false;
    }
    for (size_t i = 0; i < s.bytes; i++)
        if ((unsigned char)s.at[i] <= ' ' || s.at[i] == 0x7f)
            return false;
    return true;
}

static const char *read_url(const struct reading *rd)
{
    const str text = text_of(rd->value);
    if (text.at == NULL || !str_is_utf8(text) || !is_url(text))
        return "The parameter must be an absolute URI.";
    if (rd->field->max > 0 && count_of(text.bytes) > rd->field->max)
        return "The parameter is too long.";
    *(str *)rd->at = text;
    return NULL;
}

static const char *read_object(const struct reading *rd)
{
    if (!json_is_object(rd->value))
        return "The parameter must be an object.";
    *(json_t **)rd->at = rd->value;
    return NULL;
}

struct indexed {
    int64_t index;
    json_t *value;
};

static int by_index(const void *a, const void *b)
{
    const struct indexed *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

/* The name under which the array of an indexed object is kept inside that object, so that both live
 * equally long. No form can make it: "a[]" is an array at once. */
#define ARRAY_KEY ""

/* {"0":x,"1":y} of a form as [x,y], in the order of the numbers. NULL if it is not one. */
static json_t *indexed_array(json_t *object, struct arena *arena)
{
    json_t *made = json_object_get(object, ARRAY_KEY);
    if (made != NULL)
        return made;
    const size_t count = json_object_size(object);
    struct indexed *items = ARENA_ARRAY(arena, struct indexed, count + 1);
    made = json_array();
    size_t n = 0;
    bool is_right = items != NULL && made != NULL;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (!is_right || key[0] < '0' || key[0] > '9' || !str_i64(str_of(key), &items[n].index)) {
            is_right = false;
            break;
        }
        items[n++].value = value;
    }
    if (is_right && n > 0)
        qsort(items, n, sizeof items[0], by_index);
    for (size_t i = 0; is_right && i < n; i++)
        is_right = json_array_append(made, items[i].value) == 0;
    if (!is_right || n == 0) {
        json_decref(made);
        return NULL;
    }
    return json_object_set_new(object, ARRAY_KEY, made) == 0 ? made : NULL;
}

static const char *read_array(const struct reading *rd)
{
    (void)json_was_short();
    json_t *array = json_is_object(rd->value) ? indexed_array(rd->value, rd->arena) : rd->value;
    if (json_was_short())
        arena_break(rd->arena);
    if (!json_is_array(array))
        return "The parameter must be an array.";
    if (rd->field->max > 0 && count_of(json_array_size(array)) > rd->field->max)
        return "The parameter has too many elements.";
    *(json_t **)rd->at = array;
    return NULL;
}

static const char *read_any(const struct reading *rd)
{
    *(json_t **)rd->at = rd->value;
    return NULL;
}

static const reader READERS[FIELD_KINDS] = {
    [F_TEXT] = read_text,   [F_I64] = read_i64,   [F_BOOL] = read_bool, [F_ID] = read_id,
    [F_TIME] = read_time,   [F_ENUM] = read_enum, [F_URL] = read_url,   [F_OBJECT] = read_object,
    [F_ARRAY] = read_array, [F_ANY] = read_any,
};

static bool is_absent(const json_t *value, const struct field *f)
{
    if (value == NULL || json_is_null(value))
        return true;
    const bool keeps_empty = f->kind == F_TEXT && (f->flags & FIELD_KEEP_EMPTY) != 0;
    return json_is_string(value) && json_string_length(value) == 0 && !keeps_empty;
}

static result fail_at(enum err code, const char *prefix, const char *name, const char *message,
                      struct arena *arena)
{
    const char *param = prefix == NULL ? name : arena_printf(arena, "%s.%s", prefix, name);
    if (code == E_MISSING_PARAMETER)
        message = arena_printf(arena, "A required parameter (%s) is missing.", param);
    return FAIL(code, param, message);
}

result fields_read(const json_t *object, const char *prefix, const struct field *fields,
                   size_t count, struct arena *arena, void *ret)
{
    for (size_t i = 0; i < count; i++) {
        const struct field *f = &fields[i];
        assert(f->kind > F_NONE && f->kind < FIELD_KINDS);
        json_t *value = json_object_get(object, f->name);
        if (is_absent(value, f)) {
            if ((f->flags & FIELD_REQUIRED) != 0)
                return fail_at(E_MISSING_PARAMETER, prefix, f->name, NULL, arena);
            continue;
        }
        const struct reading rd = {f, value, arena, (char *)ret + f->at};
        const char *message = READERS[f->kind](&rd);
        if (message != NULL)
            return fail_at(E_INVALID_PARAMETER, prefix, f->name, message, arena);
        if (f->has_at != FIELD_NO_FLAG)
            *(bool *)((char *)ret + f->has_at) = true;
    }
    return OK;
}

enum { PER_PAGE_USUAL = 10, PER_PAGE_MAX = 100 };
#define AT(member) offsetof(struct list_query, member), FIELD_NO_FLAG, 0

static const struct field LIST_QUERY[] = {
    {"page", F_I64, AT(page), 1, INT32_MAX, NULL},
    {"per_page", F_I64, AT(per_page), 1, INT64_MAX, NULL}, /* more than the most is the most */
    {"start_time", F_TIME, AT(start_us), 0, 0, NULL},
    {"end_time", F_TIME, AT(end_us), 0, 0, NULL},
};
const struct field_list LIST_QUERY_FIELDS = FIELD_LIST(LIST_QUERY);

result list_query_read(const json_t *query, struct arena *arena, struct list_query *ret)
{
    struct list_query read = {.page = 1, .per_page = PER_PAGE_USUAL};
    TRY(fields_read(query, NULL, LIST_QUERY, COUNT(LIST_QUERY), arena, &read));
    if (read.per_page > PER_PAGE_MAX)
        read.per_page = PER_PAGE_MAX;
    *ret = read;
    return OK;
}
