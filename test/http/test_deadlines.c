/* SPDX-License-Identifier: Apache-2.0 */
/* Deadlines of whole requests: a client that sends a byte now and then gains nothing by it. Real
 * time passes here, because sockets have no other. */
#include "unit/unit.h"

#include <poll.h>

#include "client.h"
#include "shop.h"

#define SK   "Authorization: Basic c2tfdGVzdDo=\r\n"
#define HOST "Host: shop.example\r\n"

enum { HEADER_MS = 300, BODY_MS = 800, PATIENCE_MS = 8000, PACE_MS = 20 };

static struct shop *shop;
static struct client client;
static struct client_reply reply;

/* Sends a byte every PACE_MS until the server ends the connection; how long that took. */
static int64_t drip_ms(const char *text)
{
    const int64_t begun_us = clock_ticks_us();
    int64_t ms = 0;
    for (size_t i = 0; ms < PATIENCE_MS; i++) {
        struct pollfd fd = {.fd = client.fd, .events = POLLIN};
        if (poll(&fd, 1, PACE_MS) > 0)
            break;
        client_send(&client, &text[i % strlen(text)], 1);
        ms = (clock_ticks_us() - begun_us) / 1000;
    }
    return (clock_ticks_us() - begun_us) / 1000;
}

static void check_between(int64_t ms, int64_t least_ms)
{
    if (ms < least_ms || ms >= PATIENCE_MS)
        UNIT_FAIL("it took %" PRId64 " ms, not %" PRId64 " to %d", ms, least_ms, PATIENCE_MS);
}

static void check_timeout_reply(void)
{
    client_read(&client, &reply);
    if (reply.status != 0) { /* a reset may overtake it */
        CHECK_I64(reply.status, 408);
        CHECK(strstr(reply.body, "bad_request") != NULL);
    }
    CHECK(client_is_closed_now(&client) || client_is_closed(&client));
    client_close(&client);
}

/* Goal:   headers that drip end after the headers' deadline, not later. */
TEST(headers_that_drip_are_cut_off)
{
    client_open(&client, shop_port(shop));
    client_text(&client, "GET /open HTTP/1.1\r\n" HOST "X-Slow: ");
    check_between(drip_ms("a"), HEADER_MS - PACE_MS);
    check_timeout_reply();
}

/* Goal:   so does a request line, and a connection that never says anything. */
TEST(request_lines_that_drip_are_cut_off)
{
    client_open(&client, shop_port(shop));
    check_between(drip_ms("GET/"), HEADER_MS - PACE_MS);
    check_timeout_reply();
    client_open(&client, shop_port(shop));
    client_read(&client, &reply);
    CHECK(reply.status == 0 || reply.status == 408);
    client_close(&client);
}

/* Goal:   on a connection that was used before, the deadline counts from the next first byte: not
 *         from the connection's start, and not only when the line is complete. */
TEST(next_requests_that_drip_are_cut_off)
{
    client_open(&client, shop_port(shop));
    client_text(&client, "GET /open HTTP/1.1\r\n" HOST "\r\n");
    client_read(&client, &reply);
    CHECK_I64(reply.status, 200);
    struct pollfd fd = {.fd = client.fd, .events = POLLIN};
    CHECK(poll(&fd, 1, 2 * HEADER_MS) == 0); /* idle longer than a head may take is fine */
    client_text(&client, "GET /open HTTP/1.1\r\n" HOST "\r\n");
    client_read(&client, &reply);
    CHECK_I64(reply.status, 200);
    CHECK(poll(&fd, 1, 100) == 0);
    check_between(drip_ms("GET/"), HEADER_MS - PACE_MS);
    check_timeout_reply();
}

/* Goal:   a body that drips ends after the deadline of the whole request, in both codings, kept or
 *         refused. */
TEST(bodies_that_drip_are_cut_off)
{
    static const char *const HEADS[] = {
        "POST /plain HTTP/1.1\r\n" HOST SK "Content-Length: 9999\r\n\r\n",
        "POST /plain HTTP/1.1\r\n" HOST SK "Transfer-Encoding: chunked\r\n\r\nfff\r\n",
        "POST /plain HTTP/1.1\r\n" HOST "Content-Length: 9999\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT(HEADS); i++) {
        client_open(&client, shop_port(shop));
        client_text(&client, HEADS[i]);
        check_between(drip_ms("a"), BODY_MS - PACE_MS);
        check_timeout_reply();
    }
}

/* Goal:   a handler may take as long as it likes: the client has done its part. */
TEST(kept_exchanges_have_no_deadline)
{
    client_open(&client, shop_port(shop));
    client_text(&client, "POST /held HTTP/1.1\r\n" HOST SK "Content-Length: 2\r\n\r\n{}");
    (void)shop_held_wait(shop, 1);
    struct pollfd fd = {.fd = client.fd, .events = POLLIN};
    CHECK(poll(&fd, 1, 2 * BODY_MS) == 0);
    shop_release(shop);
    client_read(&client, &reply);
    CHECK_I64(reply.status, 200);
    client_close(&client);
}

#define SLOW_SK "Authorization: Basic c2tfc2xvdzo=\r\n"
#define WHOLE   "Content-Length: 2\r\n\r\n{}"

/* Goal:   who has sent all of a request is not called slow while the server's thread is at work on
 *         somebody else's, however long that takes.
 * Method: the only thread is blocked by another connection; a used connection sends a request. */
TEST(requests_that_wait_for_a_thread_have_no_deadline)
{
    struct client other;
    client_open(&client, shop_port(shop));
    client_text(&client, "GET /open HTTP/1.1\r\n" HOST "\r\n");
    client_read(&client, &reply);
    CHECK_I64(reply.status, 200);
    struct pollfd fd = {.fd = client.fd, .events = POLLIN};
    CHECK(poll(&fd, 1, 100) == 0); /* the next first byte is seen to be one */
    client_open(&other, shop_port(shop));
    shop_block(shop);
    client_text(&other, "GET /blocked HTTP/1.1\r\n" HOST "\r\n");
    shop_blocked_wait(shop);
    client_text(&client, "POST /plain HTTP/1.1\r\n" HOST SK WHOLE);
    CHECK(poll(&fd, 1, 2 * BODY_MS) == 0);
    shop_unblock(shop);
    client_read(&client, &reply);
    CHECK_I64(reply.status, 200);
    client_read(&other, &reply);
    CHECK_I64(reply.status, 200);
    client_close(&client);
    client_close(&other);
}

/* Goal:   nor while its key is looked up.
 * Method: a key whose look-up takes longer than a request may. */
TEST(requests_whose_key_is_looked_up_have_no_deadline)
{
    client_open(&client, shop_port(shop));
    shop_block(shop);
    client_text(&client, "POST /plain HTTP/1.1\r\n" HOST SLOW_SK WHOLE);
    shop_blocked_wait(shop);
    struct pollfd fd = {.fd = client.fd, .events = POLLIN};
    CHECK(poll(&fd, 1, 2 * BODY_MS) == 0);
    shop_unblock(shop);
    client_read(&client, &reply);
    CHECK_I64(reply.status, 200);
    client_close(&client);
}

/* Goal:   the look-up gives no time to a client whose body drips.  Method: as above, with a body.
 */
TEST(a_slow_look_up_does_not_excuse_a_slow_body)
{
    client_open(&client, shop_port(shop));
    shop_block(shop);
    client_text(&client, "POST /plain HTTP/1.1\r\n" HOST SLOW_SK "Content-Length: 9999\r\n\r\n");
    shop_blocked_wait(shop);
    shop_unblock(shop);
    check_between(drip_ms("a"), BODY_MS - PACE_MS);
    check_timeout_reply();
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(headers_that_drip_are_cut_off),
        CLAIM(request_lines_that_drip_are_cut_off),
        CLAIM(next_requests_that_drip_are_cut_off),
        CLAIM(bodies_that_drip_are_cut_off),
        CLAIM(kept_exchanges_have_no_deadline),
        CLAIM(requests_that_wait_for_a_thread_have_no_deadline),
        CLAIM(requests_whose_key_is_looked_up_have_no_deadline),
        CLAIM(a_slow_look_up_does_not_excuse_a_slow_body),
    };
    shop =
        shop_open(&(struct http_config){.header_ms = HEADER_MS, .body_ms = BODY_MS, .threads = 1});
    const int failed = RUN_ALL(all);
    shop_close(shop);
    return failed;
}
