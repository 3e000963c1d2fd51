/* SPDX-License-Identifier: Apache-2.0 */
/* test_rate_limit.c: buckets by a clock that the test moves, the option that sets them, and the
 * address of a client. */
#include "../unit/unit.h"

#include <netinet/in.h>
#include <pthread.h>

#include "http/peer.h"
#include "http/rate_limit.h"

enum { ARENA_BYTES = 16 << 20 };
static struct arena *arena;

static struct rate_limiter *limiter_of(const char *option)
{
    struct rate_limits limits = {0};
    struct rate_limiter *limiter = NULL;
    arena_clear(arena);
    CHECK(rate_limit_read(str_of(option), &limits));
    CHECK_OK(rate_limiter_new(arena, &limits, &limiter));
    return limiter;
}

/* How many of `tries` are let through at that moment. */
static int64_t let_through(struct rate_limiter *limiter, uint64_t mark, int tries, int64_t now_us)
{
    int64_t count = 0;
    for (int i = 0; i < tries; i++)
        count += rate_limit_take(limiter, RATE_PAY, mark, now_us).is_allowed;
    return count;
}

/* ---- buckets ------------------------------------------------------------------------------- */

TEST(a_bucket_holds_its_burst_and_fills_at_its_rate)
{
    struct rate_limiter *limiter = limiter_of("pay=6/60/4"); /* one in 10 s */
    const int64_t start_us = 1000 * US_PER_S;
    CHECK_I64(let_through(limiter, 1, 10, start_us), 4);
    CHECK_I64(let_through(limiter, 1, 10, start_us + 10 * US_PER_S - 1), 0);
    CHECK_I64(let_through(limiter, 1, 10, start_us + 10 * US_PER_S), 1);
    CHECK_I64(let_through(limiter, 1, 10, start_us + 29 * US_PER_S), 1);
    CHECK_I64(let_through(limiter, 1, 10, start_us + 69 * US_PER_S), 4);
    CHECK_I64(let_through(limiter, 1, 10, start_us + 9000 * US_PER_S), 4);
    rate_limiter_done(limiter);
}

TEST(an_answer_says_what_is_left_and_when_there_is_more)
{
    struct rate_limiter *limiter = limiter_of("pay=6/60/3");
    static const struct {
        int64_t at_s;
        bool is_allowed;
        int64_t left, full_in_s, retry_in_s;
    } STEPS[] = {
        {0, true, 2, 10, 0},  {0, true, 1, 20, 0},  {0, true, 0, 30, 0},  {0, false, 0, 30, 10},
        {7, false, 0, 23, 3}, {10, true, 0, 30, 0}, {35, true, 1, 15, 0}, {60, true, 2, 10, 0},
    };
    for (size_t i = 0; i < COUNT(STEPS); i++) {
        const struct rate_answer answer =
            rate_limit_take(limiter, RATE_PAY, 7, (100 + STEPS[i].at_s) * US_PER_S);
        CHECK(answer.is_limited);
        CHECK(answer.is_allowed == STEPS[i].is_allowed);
        CHECK_I64(answer.burst, 3);
        CHECK_I64(answer.left, STEPS[i].left);
        CHECK_I64(answer.full_in_s, STEPS[i].full_in_s);
        CHECK_I64(answer.retry_in_s, STEPS[i].retry_in_s);
    }
    rate_limiter_done(limiter);
}

TEST(callers_and_classes_have_buckets_of_their_own)
{
    struct rate_limits limits = {0};
    struct rate_limiter *limiter;
    arena_clear(arena);
    CHECK(rate_limit_read(S("pay=1/60/2"), &limits));
    CHECK(rate_limit_read(S("read=1/60/3"), &limits));
    CHECK_OK(rate_limiter_new(arena, &limits, &limiter));
    CHECK_I64(let_through(limiter, 1, 9, US_PER_S), 2);
    CHECK_I64(let_through(limiter, 2, 9, US_PER_S), 2);
    for (int i = 0; i < 9; i++)
        CHECK(rate_limit_take(limiter, RATE_READ, 1, US_PER_S).is_allowed == (i < 3));
    for (int i = 0; i < 99; i++) {
        const struct rate_answer answer = rate_limit_take(limiter, RATE_WRITE, 1, US_PER_S);
        CHECK(answer.is_allowed && !answer.is_limited);
    }
    rate_limiter_done(limiter);
}

/* Goal:   no stretch of time lets more through than its rate and one burst, and whoever waits as
 * long as he is told to is let through. Method: random limits and random times; the oracle is the
 * list of what was let through. */
TEST(no_stretch_of_time_lets_more_through_than_it_may)
{
    enum { TRIES = 300 };
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 200; round++) {
        random_round(seed + round);
        struct rate_limits limits = {0};
        const struct rate_limit limit = {.requests = random_between(1, 50),
                                         .window_s = random_between(1, 20),
                                         .burst = random_between(1, 20)};
        limits.of[RATE_PAY] = limit;
        struct rate_limiter *limiter;
        arena_clear(arena);
        CHECK_OK(rate_limiter_new(arena, &limits, &limiter));
        int64_t at_us[TRIES], now_us = US_PER_S;
        int count = 0;
        for (int i = 0; i < TRIES; i++) {
            now_us += random_between(0, limit.window_s * US_PER_S / limit.requests);
            const struct rate_answer answer = rate_limit_take(limiter, RATE_PAY, 5, now_us);
            CHECK(0 <= answer.left && answer.left < limit.burst);
            if (!answer.is_allowed) {
                CHECK(answer.retry_in_s >= 1);
                now_us += answer.retry_in_s * US_PER_S;
                CHECK(rate_limit_take(limiter, RATE_PAY, 5, now_us).is_allowed);
            }
            at_us[count++] = now_us;
        }
        for (int first = 0; first < count; first++)
            for (int last = first; last < count; last++) {
                const int64_t span_us = at_us[last] - at_us[first];
                const int64_t may =
                    limit.burst + span_us * limit.requests / (limit.window_s * US_PER_S) + 1;
                CHECK(last - first + 1 <= may);
            }
        rate_limiter_done(limiter);
    }
}

TEST(more_callers_than_there_is_room_for_cost_the_oldest_theirs)
{
    enum { CALLERS = 4 * RATE_SHARDS * RATE_SETS * RATE_WAYS };
    struct rate_limiter *limiter = limiter_of("pay=1/3600/1");
    for (uint64_t mark = 1; mark <= CALLERS; mark++) /* a new caller is always let in */
        CHECK_I64(let_through(limiter, mark, 1, (int64_t)mark), 1);
    /* the newest is remembered, whatever came before */
    CHECK_I64(let_through(limiter, CALLERS, 1, CALLERS + 1), 0);
    rate_limiter_done(limiter);
}

struct hammer {
    struct rate_limiter *limiter;
    int64_t count;
};

static void *hammer_main(void *context)
{
    struct hammer *hammer = context;
    hammer->count = let_through(hammer->limiter, 9, 20000, 77 * US_PER_S);
    return NULL;
}

TEST(threads_that_take_at_once_get_exactly_what_there_is)
{
    enum { THREADS = 8 };
    struct rate_limiter *limiter = limiter_of("pay=1/60/12345");
    struct hammer hammers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        hammers[i] = (struct hammer){.limiter = limiter};
        CHECK(pthread_create(&threads[i], NULL, hammer_main, &hammers[i]) == 0);
    }
    int64_t count = 0;
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        count += hammers[i].count;
    }
    CHECK_I64(count, 12345);
    rate_limiter_done(limiter);
}

/* ---- the option ---------------------------------------------------------------------------- */

TEST(a_rate_is_read_or_refused_whole)
{
    struct rate_limits limits;
    rate_limits_default(&limits);
    for (int class = RATE_NONE + 1; class < RATE_CLASSES; class ++) {
        const struct rate_limit *limit = &limits.of[class];
        CHECK(limit->requests > 0 && limit->window_s > 0 && limit->burst > 0);
    }
    CHECK(rate_limit_read(S("read=1000000/86400/1000000"), &limits));
    CHECK_I64(limits.of[RATE_READ].window_s, 86400);
    CHECK(rate_limit_read(S("open=0"), &limits));
    CHECK_I64(limits.of[RATE_OPEN].requests, 0);
    static const char *const BAD[] = {
        "",           "pay",         "pay=",          "=1/1/1",          "pay=1",
        "pay=1/1",    "pay=1/1/",    "pay=0/1/1",     "pay=1/0/1",       "pay=1/1/0",
        "pay=-1/1/1", "pay=1/1/1/1", "pay=1/86401/1", "pay=1000001/1/1", "pay=1/1/1000001",
        "Pay=1/1/1",  "other=1/1/1", "pay=1/1/1 ",    "pay=00",          "pay=x/1/1",
    };
    struct rate_limits before = limits;
    for (size_t i = 0; i < COUNT(BAD); i++) {
        CHECK(!rate_limit_read(str_of(BAD[i]), &limits));
        CHECK(memcmp(&before, &limits, sizeof before) == 0);
    }
}

/* ---- the address --------------------------------------------------------------------------- */

static const char *found(const char *peer, const char *header, const char *proxies_text)
{
    static char text[PEER_TEXT_BYTES];
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    struct proxies proxies;
    struct peer client;
    CHECK(proxies_read(str_of(proxies_text), &proxies));
    CHECK(peer_read(str_of(peer), &client));
    memcpy(&address.sin6_addr, client.bytes, sizeof client.bytes);
    client = peer_find((const struct sockaddr *)(const void *)&address, str_of(header), &proxies);
    peer_text(&client, text);
    return text;
}

TEST(the_client_is_the_last_address_that_no_proxy_of_ours_has)
{
    static const struct {
        const char *peer, *header, *proxies, *want;
    } CASES[] = {
        {"192.0.2.1", NULL, NULL, "192.0.2.1"},
        {"192.0.2.1", "6.6.6.6", NULL, "192.0.2.1"},
        {"192.0.2.1", "6.6.6.6", "192.0.2.2", "192.0.2.1"},
        {"192.0.2.1", "6.6.6.6", "192.0.2.1", "6.6.6.6"},
        {"192.0.2.1", "9.9.9.9, 6.6.6.6", "192.0.2.1", "6.6.6.6"},
        {"192.0.2.1", "9.9.9.9,6.6.6.6 , 10.0.0.1", "10.0.0.1,192.0.2.1", "6.6.6.6"},
        {"192.0.2.1", "10.0.0.1", "10.0.0.1,192.0.2.1", "10.0.0.1"},
        {"192.0.2.1", "6.6.6.6, nonsense", "192.0.2.1", "192.0.2.1"},
        {"192.0.2.1", "6.6.6.6,", "192.0.2.1", "192.0.2.1"},
        {"192.0.2.1", "", "192.0.2.1", "192.0.2.1"},
        {"::1", "2001:db8::5", "::1", "2001:db8::5"},
        {"::ffff:192.0.2.1", "::ffff:6.6.6.6", "192.0.2.1", "6.6.6.6"},
    };
    for (size_t i = 0; i < COUNT(CASES); i++)
        CHECK_TEXT(found(CASES[i].peer, CASES[i].header, CASES[i].proxies), CASES[i].want);
}

TEST(an_ipv4_socket_is_known_and_another_kind_is_not)
{
    const struct proxies none = {0};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201)};
    struct peer client = peer_find((const struct sockaddr *)(const void *)&v4, STR_NONE, &none);
    char text[PEER_TEXT_BYTES];
    peer_text(&client, text);
    CHECK_TEXT(text, "192.0.2.1");
    CHECK(peer_is_known(&client));
    v4.sin_family = AF_UNIX;
    client = peer_find((const struct sockaddr *)(const void *)&v4, STR_NONE, &none);
    CHECK(!peer_is_known(&client));
    client = peer_find(NULL, STR_NONE, &none);
    CHECK(!peer_is_known(&client));
}

TEST(a_network_is_an_ipv4_address_or_64_bits)
{
    struct peer a, b;
    CHECK(peer_read(S("2001:db8:1:2::1"), &a) && peer_read(S("2001:db8:1:2:ffff::"), &b));
    CHECK(str_equal(peer_network(&a), peer_network(&b)));
    CHECK(peer_read(S("2001:db8:1:3::1"), &b));
    CHECK(!str_equal(peer_network(&a), peer_network(&b)));
    CHECK(peer_read(S("192.0.2.1"), &a) && peer_read(S("192.0.2.2"), &b));
    CHECK(!str_equal(peer_network(&a), peer_network(&b)));
}

TEST(proxies_are_addresses_and_not_too_many)
{
    struct proxies proxies;
    CHECK(proxies_read(STR_NONE, &proxies) && proxies.count == 0);
    CHECK(proxies_read(S("::1, 10.0.0.1"), &proxies) && proxies.count == 2);
    static const char *const BAD[] = {"x",     "10.0.0.1,x", "10.0.0.0/8", "10.0.0.1:80",
                                      "[::1]", ",::1",       "1,2"};
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!proxies_read(str_of(BAD[i]), &proxies));
    char many[(PROXIES_MAX + 1) * 9] = "10.0.0.1";
    for (int i = 1; i <= PROXIES_MAX; i++) {
        CHECK(proxies_read(str_of(many), &proxies));
        memcpy(many + strlen(many), ",10.0.0.1", sizeof ",10.0.0.1" - (i == PROXIES_MAX));
    }
    CHECK(!proxies_read((str){many, sizeof many - 1}, &proxies));
    CHECK(!peer_read((str){"10.0.0.1\0", 9}, &(struct peer){{0}}));
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_bucket_holds_its_burst_and_fills_at_its_rate),
        CLAIM(an_answer_says_what_is_left_and_when_there_is_more),
        CLAIM(callers_and_classes_have_buckets_of_their_own),
        CLAIM(no_stretch_of_time_lets_more_through_than_it_may),
        CLAIM(more_callers_than_there_is_room_for_cost_the_oldest_theirs),
        CLAIM(threads_that_take_at_once_get_exactly_what_there_is),
        CLAIM(a_rate_is_read_or_refused_whole),
        CLAIM(the_client_is_the_last_address_that_no_proxy_of_ours_has),
        CLAIM(an_ipv4_socket_is_known_and_another_kind_is_not),
        CLAIM(a_network_is_an_ipv4_address_or_64_bits),
        CLAIM(proxies_are_addresses_and_not_too_many),
    };
    arena = arena_new(ARENA_BYTES);
    const int failures = arena == NULL ? 1 : RUN_ALL(all);
    arena_free(arena);
    return failures;
}
