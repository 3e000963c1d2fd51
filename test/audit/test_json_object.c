/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's reading of JSON: what is an object, and what its member says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "audit/json_object.h"
#include "base/compiler.h"

/* Goal:   every form of RFC 8259 is taken, and the member at the top is found.
 * Method: texts with what `id` says in them; NULL: nothing. */
static void objects_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
    } GOOD[] = {
        {"{}", NULL},
        {" \t\r\n{ } \n", NULL},
        {"{\"id\":\"a\"}", "a"},
        {"{\"id\" : \"\" , \"b\":1}", ""},
        {"{\"b\":{\"id\":\"inner\"},\"id\":\"outer\"}", "outer"},
        {"{\"b\":[{\"id\":\"inner\"},[],[{}],1],\"c\":{}}", NULL},
        {"{\"id\":[\"a\"]}", NULL},
        {"{\"id\":{}}", NULL},
        {"{\"id\":null}", NULL},
        {"{\"id\":1}", NULL},
        {"{\"id\":\"a\",\"id\":\"b\"}", "b"},
        {"{\"n\":[0,-0,1,-12,1.5,0.25,1e5,1E+5,2.5e-7,true,false,null]}", NULL},
        {"{\"s\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9 \xc3\xa9 \xe6\xb8\x88\"}", NULL},
        {"{\"id\":\"a\\\"b\"}", "a\\\"b"},
    };
    for (size_t i = 0; i < COUNT(GOOD); i++) {
        str id = S("untouched");
        if (!json_object_read(str_of(GOOD[i].text), "id", &id))
            fail_msg("refused: %s", GOOD[i].text);
        if (GOOD[i].id == NULL ? id.at != NULL : !str_is(id, GOOD[i].id))
            fail_msg("%s: id is %.*s", GOOD[i].text, (int)id.bytes, id.at);
    }
}

/* Goal:   whatever is not one object is refused.
 * Method: texts that are almost one, each cut short as well. */
static void other_texts_are_refused(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "",
        "[]",
        "1",
        "\"a\"",
        "null",
        "{",
        "}",
        "{}}",
        "{} {}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":-}",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"a\":[1}",
        "{\"a\":{\"b\":1]}",
        "{\"a\":tru}",
        "{\"a\":truex}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\xc3\"}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{1:2}",
    };
    for (size_t i = 0; i < COUNT(BAD); i++) {
        str id = S("untouched");
        if (json_object_read(str_of(BAD[i]), "id", &id))
            fail_msg("taken: %s", BAD[i]);
        assert_true(str_is(id, "untouched"));
    }
    static const char WHOLE[] = "{\"a\":[1,{\"b\":\"\\u00e9\"}],\"id\":\"x\",\"c\":-1.5e7}";
    for (size_t bytes = 0; bytes < sizeof WHOLE - 1; bytes++) {
        str id;
        assert_false(json_object_read((str){WHOLE, bytes}, "id", &id));
    }
    assert_false(json_object_read((str){"{\"a\":\"\0\"}", 9}, "id", &(str){0}));
}

/* Goal:   depth has a limit, on both sides of it. */
static void depth_has_a_limit(void **state)
{
    (void)state;
    for (int depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
        char text[4 * JSON_DEPTH_MAX] = "{\"a\":";
        size_t bytes = strlen(text);
        memset(text + bytes, '[', (size_t)depth - 1);
        bytes += (size_t)depth - 1;
        memset(text + bytes, ']', (size_t)depth - 1);
        bytes += (size_t)depth - 1;
        text[bytes++] = '}';
        str id;
        assert_int_equal(json_object_read((str){text, bytes}, "id", &id), depth <= JSON_DEPTH_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_read),
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(depth_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
