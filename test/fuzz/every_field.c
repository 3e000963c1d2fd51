/* SPDX-License-Identifier: Apache-2.0 */
#include "every_field.h"

#include <inttypes.h>
#include <strings.h>

#include "core/payment.h"
#include "fuzz.h"
#include "http/fields.h"

enum { TEXT_MIN = 2, TEXT_MAX = 20, URL_MAX = 60, ARRAY_MAX = 5 };

struct every {
    bool has_amount, has_text, has_flag, has_id, has_time, has_choice, has_url, has_array;
    int64_t amount, time_us;
    str text, url;
    bool flag;
    id id;
    int choice;
    json_t *object, *array, *any;
};

static const char *const CHOICES[] = {"", "ja", "en", "ko", NULL};
#define AT(member) offsetof(struct every, member)
static const struct field FIELDS[] = {
    {"amount", F_I64, AT(amount), AT(has_amount), 0, 1, AMOUNT_MINOR_MAX, NULL},
    {"description", F_TEXT, AT(text), AT(has_text), 0, TEXT_MIN, TEXT_MAX, NULL},
    {"capture", F_BOOL, AT(flag), AT(has_flag), 0, 0, 0, NULL},
    {"payment", F_ID, AT(id), AT(has_id), 0, 0, 0, NULL},
    {"start_time", F_TIME, AT(time_us), AT(has_time), 0, 0, 0, NULL},
    {"locale", F_ENUM, AT(choice), AT(has_choice), 0, 0, 0, CHOICES},
    {"return_url", F_URL, AT(url), AT(has_url), 0, 0, URL_MAX, NULL},
    {"metadata", F_OBJECT, AT(object), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"submerchants", F_ARRAY, AT(array), AT(has_array), 0, 0, ARRAY_MAX, NULL},
    {"tax", F_ANY, AT(any), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
#undef AT

/* The text that a value of the given name has, if it is one. */
static str given(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return (str){json_string_value(value), json_string_length(value)};
}

static void check_texts(const struct every *e)
{
    if (e->has_text) {
        MUST(str_is_utf8(e->text));
        MUST(TEXT_MIN <= str_characters(e->text) && str_characters(e->text) <= TEXT_MAX);
    }
    if (!e->has_url)
        return;
    MUST(e->url.bytes <= URL_MAX && str_is_utf8(e->url));
    MUST(memchr(e->url.at, ':', e->url.bytes) != NULL);
    MUST(strncasecmp(e->url.at, "javascript:", e->url.bytes < 11 ? e->url.bytes : 11) != 0);
    for (size_t i = 0; i < e->url.bytes; i++)
        MUST((unsigned char)e->url.at[i] > ' ' && e->url.at[i] != 0x7f);
}

static void check_numbers(const json_t *object, const struct every *e)
{
    if (e->has_amount) {
        MUST(1 <= e->amount && e->amount <= AMOUNT_MINOR_MAX);
        const json_t *value = json_object_get(object, "amount");
        if (json_is_integer(value))
            MUST(json_integer_value(value) == e->amount);
    }
    if (e->has_choice)
        MUST(1 <= e->choice && e->choice <= 3 &&
             str_is(given(object, "locale"), CHOICES[e->choice]));
    if (e->has_id) {
        char text[ID_TEXT_BYTES];
        id_text(e->id, text);
        MUST(e->id.key > 0 && str_is(given(object, "payment"), text));
    }
    if (e->has_time) {
        char text[TIME_TEXT_BYTES];
        int64_t again_us;
        time_text(e->time_us, text);
        MUST(time_read(str_of(text), &again_us) && again_us == e->time_us - e->time_us % US_PER_S);
    }
}

static void check_list_query(const json_t *object, struct arena *arena)
{
    struct list_query query;
    if (list_query_read(object, arena, &query).code != E_OK)
        return;
    MUST(1 <= query.page && query.page <= INT32_MAX);
    MUST(1 <= query.per_page && query.per_page <= 100);
}

void every_field_check(const json_t *object, struct arena *arena)
{
    struct every e = {0}, again = {0};
    const result r = fields_read(object, "prefix", FIELDS, COUNT(FIELDS), arena, &e);
    if (r.code != E_OK) {
        MUST(r.code == E_INVALID_PARAMETER && r.message != NULL);
        MUST(r.param != NULL && str_starts(str_of(r.param), "prefix."));
    }
    check_texts(&e); /* what was read before the error as well */
    check_numbers(object, &e);
    MUST(e.object == NULL || json_is_object(e.object));
    MUST(!e.has_array || (json_is_array(e.array) && json_array_size(e.array) <= ARRAY_MAX));
    /* The same again: reading leaves no trace that changes the outcome. */
    MUST(fields_read(object, "prefix", FIELDS, COUNT(FIELDS), arena, &again).code == r.code);
    MUST(again.amount == e.amount && again.time_us == e.time_us && again.array == e.array);
    check_list_query(object, arena);
}
