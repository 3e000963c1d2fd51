/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h: coercions, both sides of every limit, and what an error says. */
#include "unit/unit.h"

#include "base/arena.h"
#include "http/fields.h"

enum { ARENA_BYTES = 1 << 20 };

struct landing {
    str text, url;
    int64_t number, time_us;
    bool flag, has_it;
    id key;
    int choice;
    json_t *object, *array, *any;
};

static const char *const CHOICES[] = {"", "red", "green", NULL};
#define AT(member) offsetof(struct landing, member), offsetof(struct landing, has_it)

static const struct field TEXT = {"f", F_TEXT, AT(text), 0, 2, 5, NULL};
static const struct field EMPTY = {"f", F_TEXT, AT(text), FIELD_KEEP_EMPTY, 0, 5, NULL};
static const struct field NUMBER = {"f", F_I64, AT(number), 0, -5, 2000, NULL};
static const struct field ANY_NUMBER = {"f", F_I64, AT(number), 0, 0, 0, NULL};
static const struct field FLAG = {"f", F_BOOL, AT(flag), 0, 0, 0, NULL};
static const struct field ID = {"f", F_ID, AT(key), 0, 0, 0, NULL};
static const struct field SOFT_ID = {"f", F_ID, AT(key), FIELD_SOFT_ID, 0, 0, NULL};
static const struct field TIME = {"f", F_TIME, AT(time_us), 0, 0, 0, NULL};
static const struct field CHOICE = {"f", F_ENUM, AT(choice), 0, 0, 0, CHOICES};
static const struct field URL = {"f", F_URL, AT(url), 0, 0, 20, NULL};
static const struct field OBJECT = {"f", F_OBJECT, AT(object), 0, 0, 0, NULL};
static const struct field ARRAY = {"f", F_ARRAY, AT(array), 0, 0, 3, NULL};
static const struct field ANY = {"f", F_ANY, AT(any), 0, 0, 0, NULL};
static const struct field NEEDED = {"f", F_TEXT, AT(text), FIELD_REQUIRED, 0, 0, NULL};

enum outcome { TAKEN, ABSENT, WRONG, MISSING };

struct row {
    const struct field *field;
    const char *value; /* JSON; NULL: not there */
    enum outcome outcome;
    int64_t number;   /* of NUMBER, FLAG, TIME, CHOICE, of ARRAY its size */
    const char *text; /* of TEXT, URL; of OBJECT, ARRAY, ANY as JSON */
};

#define ID_TEXT "00iuyhywskzb3cvu2oh5pbkbt"

static const struct row ROWS[] = {
    {&TEXT, NULL, ABSENT, 0, NULL},
    {&TEXT, "null", ABSENT, 0, NULL},
    {&TEXT, "\"\"", ABSENT, 0, NULL},
    {&TEXT, "\"a\"", WRONG, 0, NULL},
    {&TEXT, "\"ab\"", TAKEN, 0, "ab"},
    {&TEXT, "\"abcde\"", TAKEN, 0, "abcde"},
    {&TEXT, "\"abcdef\"", WRONG, 0, NULL},
    {&TEXT, "12", TAKEN, 0, "12"},
    {&TEXT, "1.5", TAKEN, 0, "1.5"},
    {&TEXT, "true", WRONG, 0, NULL},
    {&TEXT, "[]", WRONG, 0, NULL},
    {&TEXT, "{}", WRONG, 0, NULL},
    {&EMPTY, "\"\"", TAKEN, 0, ""},
    {&EMPTY, "null", ABSENT, 0, NULL},
    {&NUMBER, "1000", TAKEN, 1000, NULL},
    {&NUMBER, "\"1000\"", TAKEN, 1000, NULL},
    {&NUMBER, "\"08\"", TAKEN, 8, NULL},
    {&NUMBER, "1500.0", TAKEN, 1500, NULL},
    {&NUMBER, "1.5e3", TAKEN, 1500, NULL},
    {&NUMBER, "\"1500.0000\"", TAKEN, 1500, NULL},
    {&NUMBER, "\"-5.0\"", TAKEN, -5, NULL},
    {&NUMBER, "-5", TAKEN, -5, NULL},
    {&NUMBER, "-6", WRONG, 0, NULL},
    {&NUMBER, "2000", TAKEN, 2000, NULL},
    {&NUMBER, "2001", WRONG, 0, NULL},
    {&NUMBER, "0", TAKEN, 0, NULL},
    {&NUMBER, "1500.5", WRONG, 0, NULL},
    {&NUMBER, "\"1500.5\"", WRONG, 0, NULL},
    {&NUMBER, "\"1500.\"", WRONG, 0, NULL},
    {&NUMBER, "\".0\"", WRONG, 0, NULL},
    {&NUMBER, "\"1e3\"", WRONG, 0, NULL},
    {&NUMBER, "\"0x10\"", WRONG, 0, NULL},
    {&NUMBER, "\"1,000\"", WRONG, 0, NULL},
    {&NUMBER, "\" 1\"", WRONG, 0, NULL},
    {&NUMBER, "\"\"", ABSENT, 0, NULL},
    {&NUMBER, "true", WRONG, 0, NULL},
    {&NUMBER, "[1]", WRONG, 0, NULL},
    {&ANY_NUMBER, "9223372036854775807", TAKEN, INT64_MAX, NULL},
    {&ANY_NUMBER, "\"-9223372036854775808\"", TAKEN, INT64_MIN, NULL},
    {&ANY_NUMBER, "\"9223372036854775808\"", WRONG, 0, NULL},
    {&ANY_NUMBER, "9007199254740992.0", TAKEN, INT64_C(1) << 53, NULL},
    {&ANY_NUMBER, "9007199254740994.0", WRONG, 0, NULL},
    {&ANY_NUMBER, "1e300", WRONG, 0, NULL},
    {&FLAG, "true", TAKEN, 1, NULL},
    {&FLAG, "false", TAKEN, 0, NULL},
    {&FLAG, "\"true\"", TAKEN, 1, NULL},
    {&FLAG, "\"false\"", TAKEN, 0, NULL},
    {&FLAG, "\"1\"", TAKEN, 1, NULL},
    {&FLAG, "\"0\"", TAKEN, 0, NULL},
    {&FLAG, "1", TAKEN, 1, NULL},
    {&FLAG, "0", TAKEN, 0, NULL},
    {&FLAG, "2", WRONG, 0, NULL},
    {&FLAG, "\"yes\"", WRONG, 0, NULL},
    {&FLAG, "\"\"", ABSENT, 0, NULL},
    {&ID, "\"" ID_TEXT "\"", TAKEN, 0, NULL},
    {&ID, "\"" ID_TEXT "x\"", WRONG, 0, NULL},
    {&ID, "\"x\"", WRONG, 0, NULL},
    {&ID, "1", WRONG, 0, NULL},
    {&ID, "\"\"", ABSENT, 0, NULL},
    {&SOFT_ID, "\"x\"", TAKEN, 0, NULL},
    {&SOFT_ID, "1", TAKEN, 0, NULL},
    {&TIME, "\"1970-01-01T00:00:01Z\"", TAKEN, 1000000, NULL},
    {&TIME, "\"1970-01-01T09:00:01+09:00\"", TAKEN, 1000000, NULL},
    {&TIME, "\"1970-01-02\"", TAKEN, INT64_C(86400000000), NULL},
    {&TIME, "\"yesterday\"", WRONG, 0, NULL},
    {&TIME, "1", WRONG, 0, NULL},
    {&CHOICE, "\"red\"", TAKEN, 1, NULL},
    {&CHOICE, "\"green\"", TAKEN, 2, NULL},
    {&CHOICE, "\"Red\"", WRONG, 0, NULL},
    {&CHOICE, "\"\"", ABSENT, 0, NULL},
    {&CHOICE, "1", WRONG, 0, NULL},
    {&URL, "\"https://a.example/\"", TAKEN, 0, "https://a.example/"},
    {&URL, "\"shop://back\"", TAKEN, 0, "shop://back"},
    {&URL, "\"https://a.example/xy\"", TAKEN, 0, "https://a.example/xy"},
    {&URL, "\"https://a.example/xyz\"", WRONG, 0, NULL},
    {&URL, "\"a.example\"", WRONG, 0, NULL},
    {&URL, "\"https:\"", WRONG, 0, NULL},
    {&URL, "\"//a.example\"", WRONG, 0, NULL},
    {&URL, "\"1x://a\"", WRONG, 0, NULL},
    {&URL, "\"x y://a\"", WRONG, 0, NULL},
    {&URL, "\"https://a b\"", WRONG, 0, NULL},
    {&URL, "\"https://a\\n\"", WRONG, 0, NULL},
    {&URL, "\"JavaScript:x()\"", WRONG, 0, NULL},
    {&URL, "\"data:text/html,\"", WRONG, 0, NULL},
    {&URL, "5", WRONG, 0, NULL},
    {&OBJECT, "{}", TAKEN, 0, "{}"},
    {&OBJECT, "{\"a\":1}", TAKEN, 0, "{\"a\":1}"},
    {&OBJECT, "[]", WRONG, 0, NULL},
    {&OBJECT, "\"\"", ABSENT, 0, NULL},
    {&OBJECT, "\"x\"", WRONG, 0, NULL},
    {&ARRAY, "[]", TAKEN, 0, "[]"},
    {&ARRAY, "[1,2,3]", TAKEN, 3, "[1,2,3]"},
    {&ARRAY, "[1,2,3,4]", WRONG, 0, NULL},
    {&ARRAY, "{\"0\":\"a\",\"1\":\"b\"}", TAKEN, 2, "[\"a\",\"b\"]"},
    {&ARRAY, "{\"10\":\"c\",\"9\":\"b\",\"0\":\"a\"}", TAKEN, 3, "[\"a\",\"b\",\"c\"]"},
    {&ARRAY, "{\"0\":1,\"1\":1,\"2\":1,\"3\":1}", WRONG, 0, NULL},
    {&ARRAY, "{\"a\":1}", WRONG, 0, NULL},
    {&ARRAY, "{\"-1\":1}", WRONG, 0, NULL},
    {&ARRAY, "{}", WRONG, 0, NULL},
    {&ARRAY, "\"x\"", WRONG, 0, NULL},
    {&ANY, "5", TAKEN, 0, "5"},
    {&ANY, "\"auto\"", TAKEN, 0, "\"auto\""},
    {&ANY, "\"\"", ABSENT, 0, NULL},
    {&ANY, "null", ABSENT, 0, NULL},
    {&NEEDED, "\"x\"", TAKEN, 0, "x"},
    {&NEEDED, NULL, MISSING, 0, NULL},
    {&NEEDED, "null", MISSING, 0, NULL},
    {&NEEDED, "\"\"", MISSING, 0, NULL},
};

static json_t *object_with(const char *value)
{
    json_t *object = json_object();
    if (value != NULL)
        json_object_set_new(object, "f", json_loads(value, JSON_DECODE_ANY, NULL));
    return object;
}

static void check_json(const json_t *got, const char *want)
{
    char *text = json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    CHECK_TEXT(text, want);
    free(text);
}

static void check_landing(const struct row *row, const struct landing *in)
{
    const enum field_kind kind = row->field->kind;
    if (kind == F_TEXT)
        CHECK(str_is(in->text, row->text));
    if (kind == F_URL)
        CHECK(str_is(in->url, row->text));
    if (kind == F_I64)
        CHECK_I64(in->number, row->number);
    if (kind == F_BOOL)
        CHECK_I64(in->flag, row->number);
    if (kind == F_TIME)
        CHECK_I64(in->time_us, row->number);
    if (kind == F_ENUM)
        CHECK_I64(in->choice, row->number);
    if (kind == F_ID)
        CHECK((in->key.key > 0) == (row->field == &ID));
    if (kind == F_OBJECT)
        check_json(in->object, row->text);
    if (kind == F_ARRAY)
        check_json(in->array, row->text);
    if (kind == F_ANY)
        check_json(in->any, row->text);
}

/* Goal:   every kind takes what it should, in every coercion, and nothing else. */
TEST(fields_take_what_they_should)
{
    static const enum err CODES[] = {E_OK, E_OK, E_INVALID_PARAMETER, E_MISSING_PARAMETER};
    struct arena *arena = arena_new(ARENA_BYTES);
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const struct row *row = &ROWS[i];
        json_t *object = object_with(row->value);
        struct landing in = {0};
        const result r = fields_read(object, NULL, row->field, 1, arena, &in);
        if (r.code != CODES[row->outcome] || in.has_it != (row->outcome == TAKEN))
            UNIT_FAIL("row %zu: %s gave %s", i, row->value, err_name(r.code));
        if (row->outcome == TAKEN)
            check_landing(row, &in);
        if (r.code != E_OK)
            CHECK_TEXT(r.param, "f");
        json_decref(object);
    }
    arena_free(arena);
}

/* Goal:   an error names the parameter with its prefix, and what is missing. */
TEST(errors_name_the_parameter)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    struct landing in = {0};
    json_t *object = object_with(NULL);
    const result r = fields_read(object, "payment_details", &NEEDED, 1, arena, &in);
    CHECK_RESULT(r, E_MISSING_PARAMETER, "payment_details.f");
    CHECK_TEXT(r.message, "A required parameter (payment_details.f) is missing.");
    json_decref(object);
    object = object_with("\"far too long\"");
    CHECK_RESULT(fields_read(object, "a.b[1]", &TEXT, 1, arena, &in), E_INVALID_PARAMETER,
                 "a.b[1].f");
    json_decref(object);
    arena_free(arena);
}

/* Goal:   reading the same indexed object twice gives the same array. */
TEST(indexed_objects_can_be_read_twice)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    json_t *object = object_with("{\"1\":\"b\",\"0\":\"a\"}");
    struct landing first = {0}, second = {0};
    CHECK_OK(fields_read(object, NULL, &ARRAY, 1, arena, &first));
    CHECK_OK(fields_read(object, NULL, &ARRAY, 1, arena, &second));
    CHECK(first.array == second.array);
    check_json(second.array, "[\"a\",\"b\"]");
    json_decref(object);
    arena_free(arena);
}

/* Goal:   both sides of every limit of a list's parameters (komoju-core 4). */
TEST(lists_are_paged_within_limits)
{
    static const struct {
        const char *query;
        const char *param; /* NULL: taken */
        struct list_query want;
    } LISTS[] = {
        {"{}", NULL, {1, 10, 0, 0}},
        {"{\"page\":\"2\",\"per_page\":\"25\"}", NULL, {2, 25, 0, 0}},
        {"{\"page\":\"\",\"per_page\":null}", NULL, {1, 10, 0, 0}},
        {"{\"page\":\"0\"}", "page", {0}},
        {"{\"page\":\"-1\"}", "page", {0}},
        {"{\"page\":\"x\"}", "page", {0}},
        {"{\"page\":\"2147483647\"}", NULL, {INT32_MAX, 10, 0, 0}},
        {"{\"page\":\"2147483648\"}", "page", {0}},
        {"{\"per_page\":\"0\"}", "per_page", {0}},
        {"{\"per_page\":\"1\"}", NULL, {1, 1, 0, 0}},
        {"{\"per_page\":\"100\"}", NULL, {1, 100, 0, 0}},
        {"{\"per_page\":\"101\"}", NULL, {1, 100, 0, 0}},
        {"{\"start_time\":\"1970-01-01T00:00:01Z\",\"end_time\":\"1970-01-01T00:00:02Z\"}",
         NULL,
         {1, 10, 1000000, 2000000}},
        {"{\"start_time\":\"x\"}", "start_time", {0}},
        {"{\"end_time\":[]}", "end_time", {0}},
    };
    struct arena *arena = arena_new(ARENA_BYTES);
    for (size_t i = 0; i < COUNT(LISTS); i++) {
        json_t *query = json_loads(LISTS[i].query, 0, NULL);
        struct list_query got = {0};
        CHECK_RESULT(list_query_read(query, arena, &got),
                     LISTS[i].param == NULL ? E_OK : E_INVALID_PARAMETER, LISTS[i].param);
        CHECK_I64(got.page, LISTS[i].want.page);
        CHECK_I64(got.per_page, LISTS[i].want.per_page);
        CHECK_I64(got.start_us, LISTS[i].want.start_us);
        CHECK_I64(got.end_us, LISTS[i].want.end_us);
        json_decref(query);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(fields_take_what_they_should),
        CLAIM(errors_name_the_parameter),
        CLAIM(indexed_objects_can_be_read_twice),
        CLAIM(lists_are_paged_within_limits),
    };
    return RUN_ALL(all);
}
