/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies and queries of every dialect become one JSON object, or a 400 that changes nothing. */
#include "unit/unit.h"

#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"
#include "client.h"
#include "http/body.h"
#include "http/params.h"
#include "shop.h"

enum { ARENA_BYTES = 4 << 20, BIG_BYTES = 1 << 18 };

struct row {
    const char *type, *body;
    const char *want; /* compact, sorted; NULL: E_BAD_REQUEST */
};

static void check_body(str type, str body, const char *want)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    json_t *got = NULL;
    const result r = body_read(type, body, arena, &got);
    if (r.code != (want == NULL ? E_BAD_REQUEST : E_OK))
        UNIT_FAIL("%.*s gave %s %s", (int)body.bytes, body.at, err_name(r.code), r.message);
    if (want != NULL) {
        char *text = json_dumps(got, JSON_COMPACT | JSON_SORT_KEYS);
        CHECK_TEXT(text, want);
        free(text);
    } else {
        CHECK(got == NULL);
    }
    json_decref(got);
    arena_free(arena);
}

#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"

/* Goal:   every way to say an object is read, everything else is a bad request. */
TEST(bodies_become_objects)
{
    static const struct row ROWS[] = {
        {JSON, "", "{}"},
        {FORM, "", "{}"},
        {JSON, " \r\n ", "{}"},
        {JSON, "{}", "{}"},
        {JSON, " {\"a\":1} ", "{\"a\":1}"},
        {"application/json; charset=utf-8", "{\"a\":1}", "{\"a\":1}"},
        {"APPLICATION/JSON ;charset=Shift_JIS", "{\"a\":1}", "{\"a\":1}"},
        {"application/vnd.api+json", "{\"a\":1}", "{\"a\":1}"},
        {NULL, "{\"a\":1}", "{\"a\":1}"},
        {"", "{\"a\":1}", "{\"a\":1}"},
        {NULL, "a=1", "{\"a\":\"1\"}"},
        {JSON, "{\"a\":1,\"a\":2}", "{\"a\":2}"},
        {JSON, "{\"a\":\"\\u00e9\\ud83d\\ude00\"}", "{\"a\":\"\xc3\xa9\xf0\x9f\x98\x80\"}"},
        {JSON, "{\"a\":9223372036854775807}", "{\"a\":9223372036854775807}"},
        {JSON, "{\"a\":9223372036854775808}", "{\"a\":9.2233720368547758e18}"},
        {JSON, "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[\"}", "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[\"}"},
        {JSON, "{\"a\":\"\\\"{{{\"}", "{\"a\":\"\\\"{{{\"}"},
        {JSON, "{", NULL},
        {JSON, "}", NULL},
        {JSON, "{\"a\":1,}", NULL},
        {JSON, "{\"a\":01}", NULL},
        {JSON, "{\"a\":1e999}", NULL},
        {JSON, "{a:1}", NULL},
        {JSON, "{} {}", NULL},
        {JSON, "[]", "{}"}, /* of PHP */
        {NULL, " [ ]", "{}"},
        {JSON, "[[]]", NULL},
        {JSON, "[null]", NULL},
        {NULL, "[1]", NULL},
        {JSON, "null", NULL},
        {JSON, "\"text\"", NULL},
        {JSON, "a=1", NULL},
        {JSON, "{\"a\":\"\xff\"}", NULL},
        {JSON, "{\"a\":\"\xc0\x80\"}", NULL},
        {JSON, "{\"a\":\"\xed\xa0\x80\"}", NULL},
        {JSON, "{\"a\":\"\\u0000\"}", NULL},
        {JSON, "{\"a\":\"\\ud800\"}", NULL},
        {"multipart/form-data; boundary=x", "--x", NULL},
        {"text/plain", "{\"a\":1}", NULL},
        {"json", "{}", NULL},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++)
        check_body(str_of(ROWS[i].type), str_of(ROWS[i].body), ROWS[i].want);
    check_body(S(JSON), S("{\"a\":\"\0\"}"), NULL);
    check_body(S(JSON), S("{}\0"), NULL);
}

/* Goal:   forms nest as Rails does it. */
TEST(forms_nest)
{
    static const struct row ROWS[] = {
        {FORM, "a=1", "{\"a\":\"1\"}"},
        {FORM "; charset=UTF-8", "a=1&b=2&", "{\"a\":\"1\",\"b\":\"2\"}"},
        {FORM, "a=1&a=2", "{\"a\":\"2\"}"},
        {FORM, "a", "{\"a\":null}"},
        {FORM, "a=", "{\"a\":\"\"}"},
        {FORM, "a=b=c", "{\"a\":\"b=c\"}"},
        {FORM, "a=x+y%20z%2B", "{\"a\":\"x y z+\"}"},
        {FORM, "%E5%90%8D=%E5%89%8D", "{\"\xe5\x90\x8d\":\"\xe5\x89\x8d\"}"},
        {FORM, "a[b]=1&a[c]=2", "{\"a\":{\"b\":\"1\",\"c\":\"2\"}}"},
        {FORM, "a%5Bb%5D=1", "{\"a\":{\"b\":\"1\"}}"},
        {FORM, "a[b][c][d]=1", "{\"a\":{\"b\":{\"c\":{\"d\":\"1\"}}}}"},
        {FORM, "a[]=1&a[]=2", "{\"a\":[\"1\",\"2\"]}"},
        {FORM, "a[b][]=1&a[b][]=2", "{\"a\":{\"b\":[\"1\",\"2\"]}}"},
        {FORM, "a[][q]=1&a[][d]=x&a[][q]=2&a[][d]=y",
         "{\"a\":[{\"d\":\"x\",\"q\":\"1\"},{\"d\":\"y\",\"q\":\"2\"}]}"},
        {FORM, "a[][q]=1&a[][q]=2", "{\"a\":[{\"q\":\"1\"},{\"q\":\"2\"}]}"},
        {FORM, "a[][x][y]=1&a[][x][z]=2&a[][x][y]=3",
         "{\"a\":[{\"x\":{\"y\":\"1\",\"z\":\"2\"}},{\"x\":{\"y\":\"3\"}}]}"},
        {FORM, "a[][x][]=1&a[][x][]=2", "{\"a\":[{\"x\":[\"1\",\"2\"]}]}"},
        {FORM, "a[0][k]=x&a[1][k]=y", "{\"a\":{\"0\":{\"k\":\"x\"},\"1\":{\"k\":\"y\"}}}"},
        {FORM, "a[=1", "{\"a[\":\"1\"}"},
        {FORM, "a]=1", "{\"a]\":\"1\"}"},
        {FORM, "[a]=1", "{\"[a]\":\"1\"}"},
        {FORM, "a[b]c=1", "{\"a[b]c\":\"1\"}"},
        {FORM, "=1", "{\"\":\"1\"}"},
        {FORM, "a[b]=1&a=2", "{\"a\":\"2\"}"},
        {FORM, "a=1&a[b]=2", NULL},
        {FORM, "a=1&a[]=2", NULL},
        {FORM, "a[]=1&a[b]=2", NULL},
        {FORM, "a[b]=1&a[]=2", NULL},
        {FORM, "a[][]=1", NULL},
        {FORM, "a=%", NULL},
        {FORM, "a=%2", NULL},
        {FORM, "a=%zz", NULL},
        {FORM, "%=a", NULL},
        {FORM, "a=%ff", NULL},
        {FORM, "a=%00", NULL},
        {FORM, "a%00b=1", NULL},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++)
        check_body(str_of(ROWS[i].type), str_of(ROWS[i].body), ROWS[i].want);
}

static char big[BIG_BYTES];

static str repeat(const char *before, const char *part, size_t count, const char *after)
{
    size_t at = strlen(before);
    memcpy(big, before, at);
    for (size_t i = 0; i < count; i++, at += strlen(part))
        memcpy(big + at, part, strlen(part));
    memcpy(big + at, after, strlen(after) + 1);
    return (str){big, at + strlen(after)};
}

static enum err body_code(const char *type, str body)
{
    struct arena *arena = arena_new(ARENA_BYTES);
    json_t *got = NULL;
    const result r = body_read(str_of(type), body, arena, &got);
    json_decref(got);
    arena_free(arena);
    return r.code;
}

/* Goal:   both sides of the limits of depth and size. */
TEST(bodies_are_bounded)
{
    CHECK(body_code(JSON, repeat("{\"a\":", "[", 15, "]]]]]]]]]]]]]]]}")) == E_OK);
    CHECK(body_code(JSON, repeat("{\"a\":", "[", 16, "]]]]]]]]]]]]]]]]}")) == E_BAD_REQUEST);
    CHECK(body_code(JSON, repeat("{\"a\":", "[", 100000, "")) == E_BAD_REQUEST);
    CHECK(body_code(JSON, repeat("{\"a\":[0", ",0", 19998, "]}")) == E_OK);
    CHECK(body_code(JSON, repeat("{\"a\":[0", ",0", 19999, "]}")) == E_BAD_REQUEST);
    CHECK(body_code(FORM, repeat("a", "[b]", 15, "=1")) == E_OK);
    CHECK(body_code(FORM, repeat("a", "[b]", 16, "=1")) == E_BAD_REQUEST);
    CHECK(body_code(FORM, repeat("", "a[]=1&", 2000, "")) == E_OK);
    CHECK(body_code(FORM, repeat("", "a[]=1&", 2001, "")) == E_BAD_REQUEST);
}

/* Goal:   any bytes at all are either an object or a bad request; nothing else happens. The
 *         sanitizers watch.
 * Method: damaged copies of good bodies. */
TEST(damaged_bodies_do_no_harm)
{
    static const char *const GOOD[] = {
        "{\"amount\":\"1000\",\"payment_details\":{\"type\":\"credit_card\",\"a\":[1,2.5,null]}}",
        "amount=1000&payment_details[type]=x&line_items[][q]=1&line_items[][q]=2&b=%E5%89%8D",
    };
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 20000; round++) {
        random_round(seed + round);
        char text[128];
        const char *good = GOOD[round % COUNT(GOOD)];
        const size_t bytes = strlen(good);
        memcpy(text, good, bytes);
        for (int64_t n = random_between(1, 4); n > 0; n--)
            text[random_between(0, (int64_t)bytes - 1)] = (char)random_between(-128, 127);
        const str body = {text, (size_t)random_between(0, (int64_t)bytes)};
        const enum err code = body_code(round % 2 == 0 ? JSON : FORM, body);
        CHECK(code == E_OK || code == E_BAD_REQUEST);
    }
}

#define SK   "Authorization: Basic c2tfdGVzdDo=\r\n"
#define HEAD " HTTP/1.1\r\nHost: shop.example\r\n" SK

/* Goal:   body, query and headers reach the handler as http.h says.
 * Method: the reply of /echo. */
TEST(requests_reach_the_handler_whole)
{
    static const struct {
        const char *request, *want;
    } ROWS[] = {
        {"POST /echo?a[b]=1&c[]=%20" HEAD "Content-Length: 7\r\n\r\n{\"x\":1}",
         "{\"body\":{\"x\":1},\"query\":{\"a\":{\"b\":\"1\"},\"c\":[\" \"]},\"key\":null,"
         "\"scenario\":null,\"version\":null,\"raw_bytes\":7}"},
        {"POST /echo" HEAD "X-KOMOJU-IDEMPOTENCY: one\r\nIdempotency-Key: two\r\n\r\n",
         "{\"body\":{},\"query\":{},\"key\":\"one\",\"scenario\":null,\"version\":null,"
         "\"raw_bytes\":0}"},
        {"POST /echo" HEAD "Idempotency-Key:  two \r\nKomoju-Scenario: slow\r\n"
         "X-Komoju-Api-Version: 2025-01-28\r\n\r\n",
         "{\"body\":{},\"query\":{},\"key\":\"two\",\"scenario\":\"slow\","
         "\"version\":\"2025-01-28\",\"raw_bytes\":0}"},
        {"POST /echo" HEAD "Idempotency-Key:\r\n\r\n",
         "{\"body\":{},\"query\":{},\"key\":\"\",\"scenario\":null,\"version\":null,"
         "\"raw_bytes\":0}"},
        {"PATCH /echo" HEAD "Idempotency-Key: two\r\n\r\n",
         "{\"body\":{},\"query\":{},\"key\":null,\"scenario\":null,\"version\":null,"
         "\"raw_bytes\":0}"},
        {"POST /plain" HEAD "Idempotency-Key: two\r\n\r\n",
         "{\"body\":{},\"query\":{},\"key\":null,\"scenario\":null,\"version\":null,"
         "\"raw_bytes\":0}"},
        {"GET /echo" HEAD "Content-Length: 3\r\n\r\n{{{",
         "{\"body\":{},\"query\":{},\"key\":null,\"scenario\":null,\"version\":null,"
         "\"raw_bytes\":0}"},
    };
    static struct client client;
    static struct client_reply reply;
    struct shop *shop = shop_open(&(struct http_config){0});
    client_open(&client, shop_port(shop));
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        client_text(&client, ROWS[i].request);
        client_read(&client, &reply);
        CHECK_TEXT(reply.body, ROWS[i].want);
    }
    client_text(&client, "POST /echo?a=%zz" HEAD "\r\n");
    client_read(&client, &reply);
    CHECK_I64(reply.status, 400);
    client_text(&client, "POST /echo" HEAD "Content-Length: 3\r\n\r\n{{{");
    client_read(&client, &reply);
    CHECK_I64(reply.status, 400);
    CHECK(strstr(reply.body, "line 1, column 2") != NULL);
    client_close(&client);
    shop_close(shop);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(bodies_become_objects),
        CLAIM(forms_nest),
        CLAIM(bodies_are_bounded),
        CLAIM(damaged_bodies_do_no_harm),
        CLAIM(requests_reach_the_handler_whole),
    };
    return RUN_ALL(all);
}
