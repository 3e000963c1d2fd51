/* SPDX-License-Identifier: Apache-2.0 */
/* What the server refuses before a handler is called, and what it lets through just inside. */
#include "unit/unit.h"

#include <sodium.h>
#include <stdio.h>

#include "client.h"
#include "shop.h"

#define SK                        "Authorization: Basic c2tfdGVzdDo=\r\n" /* sk_test: */
#define LIVE                      "Authorization: Basic c2tfbGl2ZTo=\r\n" /* sk_live: */
#define PLAT                      "Authorization: Basic c2tfcGxhdDo=\r\n" /* sk_plat: */
#define PK                        "Authorization: Basic cGtfdGVzdDo=\r\n" /* pk_test: */
#define HOST                      "Host: shop.example\r\n"
#define GET(path, headers)        "GET " path " HTTP/1.1\r\n" HOST headers "\r\n"
#define POST(path, headers, body) "POST " path " HTTP/1.1\r\n" HOST headers "\r\n" body
#define JSON                      "Content-Type: application/json\r\n"

static struct shop *shop;

struct row {
    const char *request;
    int status;
    const char *line; /* of the reply's head, or NULL */
    const char *text; /* in the reply's body, or NULL */
    bool closes;
};

static void check_row(const struct row *row)
{
    static struct client client;
    static struct client_reply reply;
    client_open(&client, shop_port(shop));
    client_text(&client, row->request);
    if (row->closes) /* what follows must not become a request */
        client_text(&client, GET("/open", ""));
    client_read(&client, &reply);
    if (reply.status != row->status || (row->line != NULL && !client_has_line(&reply, row->line)) ||
        (row->text != NULL && strstr(reply.body, row->text) == NULL))
        UNIT_FAIL("%.300s\ngave %d\n%s%s", row->request, reply.status, reply.head, reply.body);
    if (row->closes) {
        if (client_rest_has(&client, "HTTP/1.1"))
            UNIT_FAIL("after %.300s\nthe connection went on", row->request);
    } else { /* the connection still works */
        client_text(&client, GET("/open", ""));
        client_read(&client, &reply);
        if (reply.status != 200)
            UNIT_FAIL("after %.300s\nthe connection gave %d", row->request, reply.status);
    }
    client_close(&client);
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_row(&rows[i]);
}

/* Goal:   keys in every encoding that clients use work, all others are 401 before anything else.
 * Method: a table of headers. */
TEST(a_key_is_read_in_every_encoding_and_nothing_else_is_one)
{
    static const struct row ROWS[] = {
        {GET("/items/a", SK), 200, NULL, "{\"item\":\"a\"}", false},
        {GET("/items/a", "Authorization: Basic c2tfdGVzdA==\r\n"), 200, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basic c2tfdGVzdA\r\n"), 200, NULL, NULL, false},
        {GET("/items/a", "Authorization: basic  c2tf dGVz dDo= \r\n"), 200, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basic c2tfdGVzdDpzZWNyZXQ=\r\n"), 200, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basic c2tfdGVzdAo=\r\n"), 200, NULL, NULL, false},
        {GET("/items/a", ""), 401, "WWW-Authenticate: Basic realm=\"Kessai\"", "unauthorized",
         false},
        {GET("/items/a", "Authorization: Basic\r\n"), 401, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basic \r\n"), 401, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basicc2tfdGVzdDo=\r\n"), 401, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basic !!!!\r\n"), 401, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basic c2tfdGVzdDo=x\r\n"), 401, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basic Og==\r\n"), 401, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basic c2tfdGVzdAB4Og==\r\n"), 401, NULL, NULL, false},
        {GET("/items/a", "Authorization: Basic c2tfb3RoZXI6\r\n"), 401, NULL, NULL, false},
        {GET("/items/a", "Authorization: Bearer sk_test\r\n"), 401, NULL, NULL, false},
        {GET("/items/a", SK LIVE), 400, NULL, "bad_request", true},
        {POST("/echo", JSON "Content-Length: 3\r\n", "{{{"), 401, NULL, "unauthorized", false},
    };
    check_rows(ROWS, COUNT(ROWS));
}

/* Goal:   a key of the longest size is looked up, a longer one is 401. */
TEST(a_key_has_a_longest_size)
{
    for (size_t bytes = 127; bytes <= 129; bytes++) {
        char key[130], base64[256], request[512];
        memset(key, 'k', sizeof key);
        (void)sodium_bin2base64(base64, sizeof base64, (const unsigned char *)key, bytes,
                                sodium_base64_VARIANT_ORIGINAL);
        (void)snprintf(request, sizeof request,
                       "GET /items/a HTTP/1.1\r\n" HOST "Authorization: Basic %s\r\n\r\n", base64);
        check_row(&(struct row){request, 401, NULL, "unauthorized", false});
    }
}

/* Goal:   the route table decides who may call; unknown paths need a key. */
TEST(scopes_decide_who_may_call)
{
    static const struct row ROWS[] = {
        {GET("/open", ""), 200, "Content-Type: application/json; charset=utf-8", "yes", false},
        {GET("/open/", ""), 200, NULL, "yes", false},
        {GET("http://shop.example/open", ""), 200, NULL, "yes", false},
        {GET("/open", "Authorization: Basic !!\r\n"), 200, NULL, "yes", false},
        {GET("/items/a", PK), 200, NULL, NULL, false},
        {GET("/items/new", PK), 200, NULL, "{\"new\":\"yes\"}", false},
        {GET("/items/a%2Fb", PK), 200, NULL, "{\"item\":\"a/b\"}", false},
        {GET("/items/a/parts/b", PK), 200, NULL, "{\"part\":\"b\"}", false},
        {POST("/echo", PK, ""), 403, NULL, "forbidden", false},
        {POST("/platform", PK, ""), 403, NULL, "forbidden", false},
        {POST("/platform", SK, ""), 403, NULL, "forbidden", false},
        {POST("/platform", PLAT, ""), 200, NULL, NULL, false},
        {POST("/test", SK, ""), 200, NULL, NULL, false},
        {POST("/test", PK, ""), 403, NULL, "forbidden", false},
        {POST("/test", LIVE, ""), 404, NULL, "not_found", false},
        {GET("/api/v1/nothing", ""), 401, NULL, "unauthorized", false},
        {GET("/nothing", ""), 404, NULL, "not_found", false},
        {GET("/nothing", SK), 404, NULL, "not_found", false},
        {GET("/items", SK), 404, NULL, "not_found", false},
        {GET("/items//", SK), 404, NULL, "not_found", false},
        {GET("/items/%zz", SK), 404, NULL, "not_found", false},
        {GET("/items/%00", SK), 404, NULL, "not_found", false},
        {GET("/items/%ff", SK), 404, NULL, "not_found", false},
        {GET("/a/b/c/d/e/f/g/h/i/j/k/l/m", SK), 404, NULL, "not_found", false},
        {POST("/open", SK, ""), 404, NULL, "not_found", false},
        {"BREW /open HTTP/1.1\r\n" HOST SK "\r\n", 404, NULL, "not_found", false},
    };
    check_rows(ROWS, COUNT(ROWS));
}

/* Goal:   pages of any origin may call, and only they get the headers for it. */
TEST(pages_of_any_origin_may_call)
{
#define ORIGIN "Origin: https://shop.example\r\n"
    static const struct row ROWS[] = {
        {"OPTIONS /echo HTTP/1.1\r\n" HOST ORIGIN "\r\n", 204, "Access-Control-Allow-Origin: *",
         NULL, false},
        {"OPTIONS /nothing HTTP/1.1\r\n" HOST ORIGIN "\r\n", 204, "Access-Control-Max-Age: 86400",
         NULL, false},
        {"OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 204,
         "Access-Control-Allow-Methods: GET, POST, PATCH, PUT, DELETE, OPTIONS", NULL, false},
        {"OPTIONS /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}", 204, NULL, NULL, false},
        {GET("/open", ORIGIN), 200, "Access-Control-Allow-Origin: *", NULL, false},
        {GET("/open", ORIGIN), 200, "Access-Control-Expose-Headers: x-request-id", NULL, false},
        {GET("/items/a", ORIGIN), 401, "Access-Control-Allow-Origin: *", NULL, false},
    };
    check_rows(ROWS, COUNT(ROWS));
    static struct client client;
    static struct client_reply reply;
    client_open(&client, shop_port(shop));
    client_text(&client, GET("/items/a", ORIGIN) GET("/items/a", ""));
    client_read(&client, &reply);
    CHECK(strstr(reply.head, "WWW-Authenticate") == NULL); /* it would raise a dialog */
    client_read(&client, &reply);
    CHECK(strstr(reply.head, "WWW-Authenticate") != NULL);
    CHECK(strstr(reply.head, "Access-Control") == NULL);
    CHECK(client_has_line(&reply, "Cache-Control: no-store"));
    client_close(&client);
}

/* Goal:   where a message ends is never a matter of opinion: what two programs could read
 *         differently is refused, and the connection ends, so that no byte of it is a request. */
TEST(ambiguous_framing_ends_the_connection)
{
#define CHUNKED "Transfer-Encoding: chunked\r\n"
    static const struct row ROWS[] = {
        {POST("/echo", SK JSON "Content-Length: 2\r\n", "{}"), 200, NULL, NULL, false},
        {POST("/echo", SK JSON CHUNKED, "2\r\n{}\r\n0\r\n\r\n"), 200, "Connection: close", NULL,
         true},
        {POST("/echo", SK JSON "Transfer-Encoding: Chunked\r\n", "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
         200, "Connection: close", NULL, true},
        {POST("/echo", SK JSON "Content-Length: 2\r\n" CHUNKED, "2\r\n{}\r\n0\r\n\r\n"), 400, NULL,
         "bad_request", true},
        {POST("/echo", SK JSON CHUNKED "Content-Length: 5\r\n", "0\r\n\r\n"), 400, NULL, NULL,
         true},
        {POST("/echo", SK JSON "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), 400, NULL, NULL,
         true},
        {POST("/echo", SK JSON "Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400, NULL, NULL,
         true},
        {POST("/echo", SK JSON "Content-Length: 2, 2\r\n", "{}"), 400, NULL, NULL, true},
        {POST("/echo", SK JSON "Content-Length: +2\r\n", "{}"), 400, NULL, NULL, true},
        {POST("/echo", SK JSON "Content-Length: -2\r\n", "{}"), 400, NULL, NULL, true},
        {POST("/echo", SK JSON "Content-Length: 0x2\r\n", "{}"), 400, NULL, NULL, true},
        {POST("/echo", SK JSON "Content-Length: \r\n", "{}"), 400, NULL, NULL, true},
        {POST("/echo", SK JSON "Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400, NULL,
         NULL, true},
        {POST("/echo", SK JSON "Transfer-Encoding: identity\r\n", "{}"), 400, NULL, NULL, true},
        {POST("/echo", SK JSON CHUNKED CHUNKED, "0\r\n\r\n"), 400, NULL, NULL, true},
        {POST("/echo", SK JSON "Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400, NULL, NULL,
         true},
        {"POST /echo HTTP/1.0\r\n" HOST SK CHUNKED "\r\n0\r\n\r\n", 400, NULL, NULL, true},
        {"GET /open HTTP/1.1\r\n\r\n", 400, NULL, NULL, true},
        {"GET /open HTTP/1.1\r\n" HOST HOST "\r\n", 400, NULL, NULL, true},
        {"GET /open HTTP/3.0\r\n" HOST "\r\n", 505, NULL, NULL, true},
        {"GET /open HTTP/1.0\r\n\r\n", 200, NULL, NULL, true},
        {GET("/open", "Connection: close\r\n"), 200, NULL, NULL, true},
        {POST("/echo", SK JSON "Content-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"), 400, NULL,
         NULL, false},
    };
    check_rows(ROWS, COUNT(ROWS));
}

/* Goal:   broken chunks never reach a handler. libmicrohttpd ends the connection, with or without
 *         a word. */
TEST(broken_chunks_end_the_connection)
{
    static const char *const BODIES[] = {"x\r\n{}\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n",
                                         "2\r\n{}xx0\r\n\r\n", "ffffffffffffffffff\r\n{}",
                                         "\r\n\r\n"};
    for (size_t i = 0; i < COUNT(BODIES); i++) {
        static struct client client;
        static struct client_reply reply;
        client_open(&client, shop_port(shop));
        client_text(&client, POST("/echo", SK JSON CHUNKED, ""));
        client_text(&client, BODIES[i]);
        client_read(&client, &reply);
        if (reply.status != 0 && reply.status != 400 && reply.status != 413)
            UNIT_FAIL("%s gave %d %s", BODIES[i], reply.status, reply.body);
        CHECK(client_is_closed(&client));
        client_close(&client);
    }
}

static char big[1 << 20];

/* A request with a header, path, query or body of a size. */
static const char *sized(const char *before, size_t bytes, const char *after)
{
    const size_t before_bytes = strlen(before);
    assert_true(before_bytes + bytes + strlen(after) < sizeof big);
    memcpy(big, before, before_bytes);
    memset(big + before_bytes, 'a', bytes);
    memcpy(big + before_bytes + bytes, after, strlen(after) + 1);
    return big;
}

/* Goal:   both sides of the limits of a head. */
TEST(heads_have_limits)
{
#define PATH_AFTER  " HTTP/1.1\r\n" HOST SK "\r\n"
#define QUERY_BEFOR "GET /open?"
    check_row(&(struct row){sized("GET /items/", 1024 - 7, PATH_AFTER), 200, NULL, NULL, false});
    check_row(
        &(struct row){sized("GET /items/", 1025 - 7, PATH_AFTER), 400, NULL, "too long", false});
    check_row(&(struct row){sized(QUERY_BEFOR, 4096, PATH_AFTER), 200, NULL, NULL, false});
    check_row(&(struct row){sized(QUERY_BEFOR, 4097, PATH_AFTER), 400, NULL, "too long", false});
    check_row(&(struct row){sized("GET /open HTTP/1.1\r\n" HOST "X-Long: ", 8000, "\r\n\r\n"), 200,
                            NULL, NULL, false});
    check_row(&(struct row){sized("GET /open HTTP/1.1\r\n" HOST "X-Long: ", 30000, "\r\n\r\n"), 431,
                            NULL, NULL, true});
    for (int headers = 99; headers <= 100; headers++) { /* and Host is one more */
        size_t at = (size_t)snprintf(big, sizeof big, "GET /open HTTP/1.1\r\n" HOST);
        for (int i = 0; i < headers; i++)
            at += (size_t)snprintf(big + at, sizeof big - at, "X-%d: y\r\n", i);
        (void)snprintf(big + at, sizeof big - at, "\r\n");
        check_row(headers < 100 ? &(struct row){big, 200, NULL, NULL, false}
                                : &(struct row){big, 400, NULL, NULL, true});
    }
}

/* Goal:   a body over the route's limit is 413, whatever the verb and the coding; one within is
 *         not; and a huge one is refused without being read. */
TEST(bodies_have_limits)
{
    static const char *const VERBS_[] = {"POST", "PATCH"};
    for (size_t i = 0; i < COUNT(VERBS_); i++)
        for (size_t bytes = SHOP_ECHO_BYTES - 1; bytes <= SHOP_ECHO_BYTES + 1; bytes++) {
            char head[512];
            const int status = bytes <= SHOP_ECHO_BYTES ? 200 : 413;
            (void)snprintf(head, sizeof head,
                           "%s /echo HTTP/1.1\r\n" HOST SK "Content-Length: %zu\r\n\r\n", VERBS_[i],
                           bytes);
            check_row(&(struct row){sized(head, bytes, ""), status, NULL, NULL, false});
            (void)snprintf(head, sizeof head, "%s /echo HTTP/1.1\r\n" HOST SK CHUNKED "\r\n%zx\r\n",
                           VERBS_[i], bytes);
            check_row(&(struct row){sized(head, bytes, "\r\n0\r\n\r\n"), status, NULL, NULL, true});
        }
    check_row(&(struct row){POST("/echo", SK "Content-Length: 999999999999\r\n", "{"), 413, NULL,
                            "bad_request", true});
    check_row(
        &(struct row){POST("/echo", SK "Expect: 100-continue\r\nContent-Length: 99999999\r\n", ""),
                      413, NULL, NULL, true});
    check_row(&(struct row){POST("/echo", "Content-Length: 99999999\r\n", "{"), 401, NULL,
                            "unauthorized", true});
}

/* Goal:   an endless chunked body is cut off. */
TEST(endless_chunks_are_cut_off)
{
    static struct client client;
    static struct client_reply reply;
    client_open(&client, shop_port(shop));
    client_text(&client, POST("/echo", SK CHUNKED, ""));
    (void)sized("8000\r\n", 0x8000, "\r\n");
    for (int i = 0; i < 100 && !client_is_closed_now(&client); i++)
        client_send(&client, big, strlen(big));
    client_read(&client, &reply);
    CHECK(reply.status == 413 || reply.status == 0);
    CHECK(client_is_closed(&client)); /* the end may come a moment after the answer */
    client_close(&client);
}

/* Goal:   every error of the table goes out with its status, code and parameter; what is ours does
 *         not say why; what is busy says when to come back. */
TEST(every_error_has_its_envelope)
{
    static struct client client;
    static struct client_reply reply;
    client_open(&client, shop_port(shop));
    for (int i = E_OK + 1; i < E_COUNT; i++) {
        const enum err code = (enum err)i;
        char request[128], want[512];
        (void)snprintf(request, sizeof request, "GET /fail/%s HTTP/1.1\r\n" HOST "\r\n",
                       err_name(code));
        const bool is_ours = err_class_of(code) == ERR_OURS;
        (void)snprintf(want, sizeof want,
                       "{\"error\":{\"code\":\"%s\",\"message\":\"%s\",\"param\":%s,"
                       "\"details\":{}}}",
                       err_wire(code), is_ours ? err_text(code) : "a sentence",
                       is_ours ? "null" : "\"thing\"");
        client_text(&client, request);
        client_read(&client, &reply);
        CHECK_I64(reply.status, err_http(code));
        CHECK_TEXT(reply.body, want);
        CHECK(client_has_line(&reply, "Retry-After: 1") == (err_class_of(code) == ERR_BUSY));
    }
    client_close(&client);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_key_is_read_in_every_encoding_and_nothing_else_is_one),
        CLAIM(a_key_has_a_longest_size),
        CLAIM(scopes_decide_who_may_call),
        CLAIM(pages_of_any_origin_may_call),
        CLAIM(ambiguous_framing_ends_the_connection),
        CLAIM(broken_chunks_end_the_connection),
        CLAIM(heads_have_limits),
        CLAIM(bodies_have_limits),
        CLAIM(endless_chunks_are_cut_off),
        CLAIM(every_error_has_its_envelope),
    };
    shop = shop_open(&(struct http_config){0});
    const int failed = RUN_ALL(all);
    shop_close(shop);
    return failed;
}
