/* SPDX-License-Identifier: Apache-2.0 */
#include "api/details.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/contact.h"
#include "core/kana.h"
#include "http/fields.h"

enum kind { KIND_OF_NONE = 0, KIND_OF_TEXT, KIND_OF_I64, KIND_OF_BOOL };
enum rule {
    RULE_NONE = 0,
    RULE_ANY,
    RULE_EMAIL,
    RULE_PHONE,
    RULE_DIGITS,
    RULE_ADDRESS,
    RULE_ONE_OF
};
enum place { PLACE_NONE = 0, PLACE_CARD, PLACE_TOKEN, PLACE_PLAIN };

static const struct row {
    const char *wire, *shown;
    enum kind kind;
    int64_t min, max;
    enum rule rule;
    const char *values;
    enum place place;
} ROWS[DETAILS] = {
#define DETAIL(ours, wire, shown, kind, min, max, rule, values, place)                             \
    [DETAIL_##ours] = {wire, shown, KIND_OF_##kind, min, max, RULE_##rule, values, PLACE_##place},
#include "core/details.def"
#undef DETAIL
};

/* ---- which of them a type takes ------------------------------------------------------------- */

enum { USE_NEEDED = 1, USE_SHOWN = 2, USE_KANA = 4 };
struct use {
    enum detail detail;
    unsigned flags;
};
enum { USES_MAX = 24 }; /* of a row; the rest is zeros */

#define TAKES(name)       {DETAIL_##name, 0},
#define SHOWS(name)       {DETAIL_##name, USE_SHOWN},
#define NEEDS(name)       {DETAIL_##name, USE_NEEDED},
#define NEEDS_SHOWN(name) {DETAIL_##name, USE_NEEDED | USE_SHOWN},
#define NEEDS_KANA(name)  {DETAIL_##name, USE_NEEDED | USE_KANA},
#define TYPE(method, ...) [METHOD_##method] = {__VA_ARGS__},
static const struct use TYPES[METHODS][USES_MAX] = {
#include "core/details.def"
};
static const struct use COMMON[] = {EVERY_TYPE};
#undef TYPE

/* What method takes, one after the other: its own row, then what every type takes and the row does
 * not say otherwise of. NULL at the end. */
static const struct use *use_next(enum method method, size_t *at)
{
    const struct use *own = TYPES[method];
    size_t count = 0;
    while (count < USES_MAX && own[count].detail != DETAIL_NONE)
        count++;
    for (; *at < count + COUNT(COMMON); ++*at) {
        const struct use *use = *at < count ? &own[*at] : &COMMON[*at - count];
        size_t i = 0;
        while (*at >= count && i < count && own[i].detail != use->detail)
            i++;
        if (*at < count || i == count) {
            ++*at;
            return use;
        }
    }
    return NULL;
}

static const enum field_kind KINDS[] = {
    [KIND_OF_TEXT] = F_TEXT, [KIND_OF_I64] = F_I64, [KIND_OF_BOOL] = F_BOOL};

bool detail_use_next(enum method method, size_t *at, struct detail_use *ret)
{
    const struct use *use = use_next(method, at);
    if (use == NULL)
        return false;
    const struct row *row = &ROWS[use->detail];
    *ret = (struct detail_use){
        .wire = row->wire,
        .shown = row->shown,
        .kind = KINDS[row->kind],
        .min = row->min,
        .max = row->max,
        .values = row->values,
        .format = row->rule == RULE_EMAIL ? "email" : NULL,
        .is_needed = (use->flags & USE_NEEDED) != 0,
        .is_shown = (use->flags & USE_SHOWN) != 0,
        .is_common = use >= COMMON && use < COMMON + COUNT(COMMON),
        .is_card = row->place == PLACE_CARD,
    };
    return true;
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool are_digits(str text)
{
    for (size_t i = 0; i < text.bytes; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return true;
}

static bool is_address(str text, struct arena *arena)
{
    unsigned char address[sizeof(struct in6_addr)];
    const char *copy = arena_cstr(arena, text);
    return copy != NULL &&
           (inet_pton(AF_INET, copy, address) == 1 || inet_pton(AF_INET6, copy, address) == 1);
}

static bool is_one_of(str text, const char *values)
{
    for (str rest = str_of(values); rest.bytes > 0;) {
        const char *blank = memchr(rest.at, ' ', rest.bytes);
        const str value = {rest.at, blank == NULL ? rest.bytes : (size_t)(blank - rest.at)};
        if (str_equal(text, value))
            return true;
        const size_t gone = value.bytes + (blank != NULL);
        rest = (str){rest.at + gone, rest.bytes - gone};
    }
    return false;
}

/* NULL: it is right. Otherwise the sentence for the caller. */
static const char *wrong(const struct row *row, str text, struct arena *arena)
{
    switch (row->rule) {
    case RULE_EMAIL:
        return contact_is_email(text) ? NULL : "this is not an e-mail address";
    case RULE_PHONE:
        return contact_is_phone(text) ? NULL : "a telephone number has at least 10 digits";
    case RULE_DIGITS:
        return are_digits(text) ? NULL : "these are not digits";
    case RULE_ADDRESS:
        return is_address(text, arena) ? NULL : "this is not an IP address";
    case RULE_ONE_OF:
        return is_one_of(text, row->values)
                   ? NULL
                   : arena_printf(arena, "it must be one of: %s", row->values);
    case RULE_NONE:
    case RULE_ANY:
        break;
    }
    return NULL;
}

static result fail_at(const struct row *row, const char *message, struct arena *arena)
{
    const char *param = arena_printf(arena, "payment_details.%s", row->wire);
    return param == NULL || message == NULL ? E_NO_MEMORY
                                            : FAIL(E_INVALID_PARAMETER, param, message);
}

static result to_kana(const struct row *row, struct arena *arena, str *text)
{
    struct kana kana;
    size_t at;
    const result r = kana_of_name(*text, &kana, &at);
    if (r.code != E_OK)
        return fail_at(row, arena_printf(arena, "%s (after %zu characters)", r.message, at), arena);
    *text = arena_str(arena, (str){kana.text, kana.bytes});
    return text->at == NULL ? E_NO_MEMORY : OK;
}

/* What stands for a detail that is not given: Fields asks for `name` where paidy wants its own. */
static str default_of(const json_t *object, enum detail detail,
                      const struct detail_defaults *defaults)
{
    const json_t *name = detail == DETAIL_customer_name ? json_object_get(object, "name") : NULL;
    if (json_is_string(name) && json_string_length(name) > 0)
        return (str){json_string_value(name), json_string_length(name)};
    if (defaults == NULL)
        return STR_NONE;
    if (detail == DETAIL_email)
        return defaults->email;
    if (detail == DETAIL_customer_ip)
        return defaults->address;
    return detail == DETAIL_name || detail == DETAIL_customer_name ? defaults->name : STR_NONE;
}

static result read_one(const json_t *object, const struct use *use, str stand_in,
                       struct arena *arena, struct detail_value *ret)
{
    static const size_t PLACES[] = {[KIND_OF_TEXT] = offsetof(struct detail_value, text),
                                    [KIND_OF_I64] = offsetof(struct detail_value, number),
                                    [KIND_OF_BOOL] = offsetof(struct detail_value, flag)};
    const struct row *row = &ROWS[use->detail];
    const bool is_required = (use->flags & USE_NEEDED) != 0 && stand_in.bytes == 0;
    const struct field field = {
        .name = row->wire,
        .kind = KINDS[row->kind],
        .at = PLACES[row->kind],
        .has_at = offsetof(struct detail_value, is_given),
        .flags = is_required ? FIELD_REQUIRED : 0,
        .min = row->min,
        .max = row->max,
    };
    TRY(fields_read(object, "payment_details", &field, 1, arena, ret));
    if (!ret->is_given && stand_in.bytes > 0)
        *ret = (struct detail_value){.is_given = true, .text = stand_in};
    if (!ret->is_given || row->kind != KIND_OF_TEXT)
        return OK;
    const char *message = wrong(row, ret->text, arena);
    if (message != NULL)
        return fail_at(row, message, arena);
    return (use->flags & USE_KANA) != 0 ? to_kana(row, arena, &ret->text) : OK;
}

result details_read(const json_t *object, enum method method,
                    const struct detail_defaults *defaults, struct arena *arena,
                    struct details *ret)
{
    *ret = (struct details){.method = method};
    size_t at = 0;
    for (const struct use *use; (use = use_next(method, &at)) != NULL;)
        TRY(read_one(object, use, default_of(object, use->detail, defaults), arena,
                     &ret->values[use->detail]));
    return OK;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void put(struct json *j, const char *name, enum kind kind, const struct detail_value *value)
{
    if (kind == KIND_OF_TEXT)
        json_str(j, name, value->text);
    else if (kind == KIND_OF_I64)
        json_i64(j, name, value->number);
    else
        json_bool(j, name, value->flag);
}

void details_show(struct json *j, const struct details *in)
{
    size_t at = 0;
    for (const struct use *use; (use = use_next(in->method, &at)) != NULL;) {
        const struct row *row = &ROWS[use->detail];
        if (in->values[use->detail].is_given && (use->flags & USE_SHOWN) != 0)
            put(j, row->shown, row->kind, &in->values[use->detail]);
    }
}

void details_show_token(struct json *j, const struct details *in)
{
    for (int i = DETAIL_NONE + 1; i < DETAILS; i++)
        if (in->values[i].is_given && ROWS[i].place == PLACE_TOKEN)
            put(j, ROWS[i].shown, ROWS[i].kind, &in->values[i]);
}

size_t details_hide(struct json *j, const struct details *in)
{
    size_t at = 0, count = 0;
    for (const struct use *use; (use = use_next(in->method, &at)) != NULL;) {
        const struct row *row = &ROWS[use->detail];
        if (!in->values[use->detail].is_given || (use->flags & USE_SHOWN) != 0 ||
            row->place == PLACE_CARD || use->detail == DETAIL_email)
            continue; /* the e-mail address is always shown */
        put(j, row->wire, row->kind, &in->values[use->detail]);
        count++;
    }
    return count;
}
