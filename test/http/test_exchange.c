/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges that end later, in order, in crowds, and while the server stops. */
#include "unit/unit.h"

#include <pthread.h>
#include <stdio.h>

#include "client.h"
#include "shop.h"

#define SK         "Authorization: Basic c2tfdGVzdDo=\r\n"
#define HOST       "Host: shop.example\r\n"
#define GET(path)  "GET " path " HTTP/1.1\r\n" HOST SK "\r\n"
#define POST(path) "POST " path " HTTP/1.1\r\n" HOST SK "Content-Length: 2\r\n\r\n{}"

static struct client client, other;
static struct client_reply reply;

static void ask(struct client *from, const char *request, int status, const char *text)
{
    client_text(from, request);
    client_read(from, &reply);
    if (reply.status != status || strstr(reply.body, text) == NULL)
        UNIT_FAIL("%s gave %d %s", request, reply.status, reply.body);
}

/* Goal:   a kept exchange is answered, whether it is finished by another thread or before its
 *         handler has returned, and its connection goes on. */
TEST(kept_exchanges_are_answered)
{
    struct shop *shop = shop_open(&(struct http_config){0});
    client_open(&client, shop_port(shop));
    for (int i = 0; i < 300; i++) {
        ask(&client, POST("/later"), 200, "{\"later\":\"yes\"}");
        ask(&client, POST("/at-once"), 200, "{\"at_once\":\"yes\"}");
        ask(&client, GET("/open"), 200, "{\"open\":\"yes\"}");
    }
    client_close(&client);
    shop_close(shop);
}

/* Goal:   pipelined requests are answered one by one, in order, with their own ids. */
TEST(pipelined_requests_are_answered_in_order)
{
    struct shop *shop = shop_open(&(struct http_config){0});
    client_open(&client, shop_port(shop));
    for (int i = 0; i < 20; i++)
        client_text(&client, GET("/items/1") POST("/later") GET("/items/2") POST("/at-once"));
    static const char *const WANT[] = {"{\"item\":\"1\"}", "{\"later\":\"yes\"}",
                                       "{\"item\":\"2\"}", "{\"at_once\":\"yes\"}"};
    char last_id[64] = "";
    for (int i = 0; i < 80; i++) {
        client_read(&client, &reply);
        CHECK_TEXT(reply.body, WANT[i % 4]);
        const char *request_id = strcasestr(reply.head, "X-Request-Id: ");
        CHECK(request_id != NULL && strcspn(request_id + 14, "\r") == 25);
        CHECK(strncmp(last_id, request_id + 14, 25) != 0);
        memcpy(last_id, request_id + 14, 25);
    }
    client_close(&client);
    shop_close(shop);
}

enum { CROWD = 16, ROUNDS = 200 };

static void *crowd_member(void *cls)
{
    const uint16_t port = *(const uint16_t *)cls;
    struct client *mine = malloc(sizeof *mine);
    struct client_reply *got = malloc(sizeof *got);
    size_t wrong = 0;
    client_open(mine, port);
    for (int i = 0; i < ROUNDS; i++) {
        client_text(mine, i % 2 == 0 ? POST("/later") : POST("/at-once"));
        client_read(mine, got);
        wrong += got->status != 200;
    }
    client_close(mine);
    free(mine);
    free(got);
    return wrong == 0 ? NULL : cls;
}

/* Goal:   many connections with kept exchanges at once: every one is answered. */
TEST(crowds_are_answered)
{
    struct shop *shop = shop_open(&(struct http_config){.threads = 3});
    uint16_t port = shop_port(shop);
    pthread_t crowd[CROWD];
    for (size_t i = 0; i < CROWD; i++)
        CHECK(pthread_create(&crowd[i], NULL, crowd_member, &port) == 0);
    for (size_t i = 0; i < CROWD; i++) {
        void *wrong = NULL;
        (void)pthread_join(crowd[i], &wrong);
        CHECK(wrong == NULL);
    }
    shop_close(shop);
}

/* Goal:   beyond the limit of kept exchanges the answer is 503, at once, and it passes. */
TEST(too_many_kept_exchanges_are_refused)
{
    enum { KEPT = 4 };
    static struct client kept[KEPT];
    struct shop *shop = shop_open(&(struct http_config){.kept_max = KEPT});
    client_open(&other, shop_port(shop));
    for (unsigned i = 0; i < KEPT; i++) {
        ask(&other, GET("/open"), 200, "yes");
        client_open(&kept[i], shop_port(shop));
        client_text(&kept[i], POST("/held"));
        (void)shop_held_wait(shop, i + 1);
    }
    ask(&other, POST("/later"), 503, "service_unavailable");
    CHECK(client_has_line(&reply, "Retry-After: 1"));
    ask(&other, GET("/open"), 200, "yes"); /* reads go on */
    shop_release(shop);
    for (size_t i = 0; i < KEPT; i++) {
        client_read(&kept[i], &reply);
        CHECK_I64(reply.status, 200);
        client_close(&kept[i]);
    }
    int status = 503; /* the last of them may be on its way out */
    for (int i = 0; i < 1000 && status == 503; i++) {
        client_text(&other, POST("/later"));
        client_read(&other, &reply);
        status = reply.status;
    }
    CHECK_I64(status, 200);
    client_close(&other);
    shop_close(shop);
}

/* Goal:   a server that is told to stop answers the refusals it holds back, and ends. */
TEST(held_back_refusals_do_not_hold_up_the_end)
{
    enum { SHED = 50 };
    static struct client kept, shed[SHED];
    struct shop *shop = shop_open(&(struct http_config){.kept_max = 1});
    client_open(&kept, shop_port(shop));
    client_text(&kept, POST("/held"));
    (void)shop_held_wait(shop, 1);
    for (size_t i = 0; i < SHED; i++) {
        client_open(&shed[i], shop_port(shop));
        client_text(&shed[i], POST("/later"));
    }
    shop_release(shop);
    client_read(&kept, &reply);
    CHECK_I64(reply.status, 200);
    shop_close(shop);
    client_close(&kept);
    size_t refused = 0;
    for (size_t i = 0; i < SHED; i++) { /* taken, refused, or too late to be heard */
        client_read(&shed[i], &reply);
        CHECK(reply.status == 200 || reply.status == 503 || reply.status == 0);
        refused += reply.status == 503;
        client_close(&shed[i]);
    }
    CHECK(refused > 0);
}

/* Goal:   to stop at once, again and again, while a client is on every thread, ends the server and
 *         not the process. */
TEST(servers_start_and_stop_many_times)
{
    for (int i = 0; i < 100; i++) {
        struct shop *shop = shop_open(&(struct http_config){.threads = 4});
        client_open(&client, shop_port(shop));
        if (i % 2 == 0)
            ask(&client, GET("/open"), 200, "yes");
        shop_close(shop);
        client_close(&client);
    }
}

/* Goal:   a client that leaves while its exchange is kept harms nobody. */
TEST(clients_may_leave)
{
    struct shop *shop = shop_open(&(struct http_config){0});
    for (unsigned i = 0; i < 50; i++) {
        client_open(&client, shop_port(shop));
        client_text(&client, POST("/held"));
        (void)shop_held_wait(shop, i + 1);
        client_close(&client);
    }
    shop_release(shop);
    client_open(&client, shop_port(shop));
    ask(&client, POST("/later"), 200, "yes");
    client_close(&client);
    shop_close(shop);
}

struct stopping {
    struct shop *shop;
    int64_t wait_ms;
};

static void *stop(void *cls)
{
    const struct stopping *s = cls;
    shop_stop(s->shop, s->wait_ms);
    return NULL;
}

/* Goal:   a server that is told to stop answers what is under way, refuses what is new on old
 *         connections, takes no new ones, and is gone. */
TEST(stopping_answers_what_is_under_way)
{
    struct shop *shop = shop_open(&(struct http_config){0});
    client_open(&client, shop_port(shop));
    client_open(&other, shop_port(shop));
    ask(&other, GET("/open"), 200, "yes");
    client_text(&client, POST("/held"));
    (void)shop_held_wait(shop, 1);

    pthread_t stopper;
    struct stopping stopping = {shop, 60000};
    CHECK(pthread_create(&stopper, NULL, stop, &stopping) == 0);
    bool is_last =
        false; /* until the stop has begun; one that it overtakes is answered, and last */
    while (!is_last) {
        client_text(&other, GET("/open"));
        client_read(&other, &reply);
        CHECK(reply.status == 200 || reply.status == 503);
        is_last = reply.status != 200 || client_has_line(&reply, "Connection: close");
    }
    CHECK(reply.status == 200 || strstr(reply.body, "service_unavailable") != NULL);
    CHECK(client_has_line(&reply, "Connection: close"));
    CHECK(client_is_closed(&other));

    shop_release(shop);
    client_read(&client, &reply);
    CHECK_I64(reply.status, 200);
    CHECK(client_is_closed(&client));
    (void)pthread_join(stopper, NULL);
    client_close(&client);
    client_close(&other);
    shop_close(shop);
}

static pthread_barrier_t connected;

static void *insist(void *cls)
{
    const uint16_t port = *(const uint16_t *)cls;
    struct client *mine = malloc(sizeof *mine);
    struct client_reply *got = malloc(sizeof *got);
    client_open(mine, port);
    (void)pthread_barrier_wait(&connected);
    do {
        client_text(mine, POST("/later"));
        client_read(mine, got);
    } while (got->status == 200);
    const bool is_right = got->status == 503 || got->status == 0;
    client_close(mine);
    free(mine);
    free(got);
    return is_right ? NULL : cls;
}

/* Goal:   a stop in the middle of a crowd of kept exchanges answers or refuses each of them. */
TEST(stopping_in_a_crowd_loses_nobody)
{
    (void)pthread_barrier_init(&connected, NULL, CROWD + 1);
    for (int round = 0; round < 20; round++) {
        struct shop *shop = shop_open(&(struct http_config){0});
        uint16_t port = shop_port(shop);
        pthread_t crowd[CROWD];
        client_open(&client, port);
        for (size_t i = 0; i < CROWD; i++)
            CHECK(pthread_create(&crowd[i], NULL, insist, &port) == 0);
        (void)pthread_barrier_wait(&connected);
        for (int i = 0; i < 20 * round; i++) /* gives the crowd a while */
            ask(&client, GET("/open"), 200, "yes");
        client_close(&client);
        shop_stop(shop, 60000);
        for (size_t i = 0; i < CROWD; i++) {
            void *wrong = NULL;
            (void)pthread_join(crowd[i], &wrong);
            CHECK(wrong == NULL);
        }
        shop_close(shop);
    }
    (void)pthread_barrier_destroy(&connected);
}

/* Goal:   idle connections do not hold a stop up, nor does half a request beyond the wait. */
TEST(stopping_does_not_wait_for_silence)
{
    struct shop *shop = shop_open(&(struct http_config){0});
    client_open(&client, shop_port(shop));
    client_open(&other, shop_port(shop));
    ask(&client, GET("/open"), 200, "yes");
    client_text(&other, "POST /echo HTTP/1.1\r\n" HOST SK "Content-Length: 9\r\n\r\n{");
    shop_stop(shop, 50);
    CHECK(client_is_closed(&client));
    CHECK(client_is_closed(&other));
    client_close(&client);
    client_close(&other);
    shop_close(shop);
}

/* Goal:   a stop gives up on exchanges that stay kept beyond the wait, and whoever holds them may
 *         still finish them. */
TEST(stopping_gives_up_on_what_stays_kept)
{
    struct shop *shop = shop_open(&(struct http_config){0});
    client_open(&client, shop_port(shop));
    client_text(&client, POST("/held"));
    (void)shop_held_wait(shop, 1);
    shop_stop(shop, 50);
    shop_release(shop);
    client_read(&client, &reply);
    CHECK_I64(reply.status, 200);
    client_close(&client);
    shop_close(shop);
}

static const char *header(const char *name)
{
    const char *at = strcasestr(reply.head, name);
    return at == NULL ? "" : at + strlen(name);
}

/* Goal:   an address that guesses is stopped before anything is looked up for it, and told when to
 *         come again; what it finds it pays for as well, of a test merchant too; with a limit of
 *         nothing all is looked up. */
TEST(an_address_that_guesses_is_stopped_before_the_lookup)
{
    struct http_config config = {0};
    config.rates.of[RATE_LOOKUP] = (struct rate_limit){.requests = 1, .window_s = 3600, .burst = 5};
    config.rates.of[RATE_OPEN] = (struct rate_limit){.requests = 1, .window_s = 3600, .burst = 2};
    struct shop *shop = shop_open(&config);
    client_open(&client, shop_port(shop));
    ask(&client, GET("/things/guess/page"), 404, "not_found");
    ask(&client, GET("/things/tried/page"), 200, "tried");
    CHECK(strncmp(header("RateLimit-Remaining: "), "3\r", 2) == 0);
    for (int i = 0; i < 2; i++)
        ask(&client, GET("/things/known/page"), 200, "known");
    CHECK(strncmp(header("RateLimit-Limit: "), "2\r", 2) == 0);
    ask(&client, GET("/things/known/page"), 429, "too_many_requests");
    CHECK_I64(shop_lookup_count(shop), 5);
    for (int i = 0; i < 3; i++)
        ask(&client, i == 0 ? GET("/things/tried/page") : GET("/things/guess/page"), 429,
            "too_many_requests");
    CHECK_I64(shop_lookup_count(shop), 5);
    CHECK(strncmp(header("RateLimit-Limit: "), "5\r", 2) == 0);
    CHECK(strncmp(header("RateLimit-Remaining: "), "0\r", 2) == 0);
    CHECK(strncmp(header("Retry-After: "), "3", 1) == 0);   /* nearly an hour: 3,600 s */
    ask(&client, GET("/items/1"), 200, "{\"item\":\"1\"}"); /* a key is not an address */
    client_close(&client);
    shop_close(shop);

    shop = shop_open(&(struct http_config){0});
    client_open(&client, shop_port(shop));
    for (int i = 0; i < 1500; i++)
        ask(&client, GET("/things/guess/page"), 404, "not_found");
    CHECK_I64(shop_lookup_count(shop), 1500);
    client_close(&client);
    shop_close(shop);
}

/* Goal:   addresses that cannot be listened on are said so, with the option at fault. */
TEST(bad_addresses_are_refused)
{
    struct shop *shop = shop_open(&(struct http_config){.listen_host = "localhost"});
    struct http *http = NULL;
    struct http_config config = {.listen_host = "127.0.0.1", .port = shop_port(shop)};
    CHECK_RESULT(http_start(&config, &http), E_USAGE, "--listen");
    config = (struct http_config){.listen_host = "shop.example"};
    CHECK_RESULT(http_start(&config, &http), E_USAGE, "--listen");
    config = (struct http_config){.listen_host = "203.0.113.1"};
    CHECK_RESULT(http_start(&config, &http), E_USAGE, "--listen");
    CHECK(http == NULL);
    shop_close(shop);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(kept_exchanges_are_answered),
        CLAIM(pipelined_requests_are_answered_in_order),
        CLAIM(crowds_are_answered),
        CLAIM(too_many_kept_exchanges_are_refused),
        CLAIM(held_back_refusals_do_not_hold_up_the_end),
        CLAIM(servers_start_and_stop_many_times),
        CLAIM(clients_may_leave),
        CLAIM(stopping_answers_what_is_under_way),
        CLAIM(stopping_in_a_crowd_loses_nobody),
        CLAIM(stopping_does_not_wait_for_silence),
        CLAIM(an_address_that_guesses_is_stopped_before_the_lookup),
        CLAIM(bad_addresses_are_refused),
        CLAIM(stopping_gives_up_on_what_stays_kept),
    };
    return RUN_ALL(all);
}
