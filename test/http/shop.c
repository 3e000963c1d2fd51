/* SPDX-License-Identifier: Apache-2.0 */
#include "shop.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

enum { QUEUE_MAX = 8192 };

/* A queue of exchanges that one thread finishes. */
struct shop {
    struct http *http;
    pthread_t finisher;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct exchange *queue[QUEUE_MAX], *held[QUEUE_MAX];
    size_t queued, held_count;
    bool is_ending;
    bool is_blocked; /* who comes to block() stays */
    unsigned blocked_count;
    _Atomic unsigned lookup_count;
};

static void say(struct exchange *x, const char *name, str value)
{
    struct json j;
    json_init(&j, &x->reply.body);
    json_open_object(&j, NULL);
    json_str(&j, name, value);
    json_end(&j);
}

static void handle_open(struct exchange *x)
{
    say(x, "open", S("yes"));
}

static void handle_new(struct exchange *x)
{
    say(x, "new", S("yes"));
}

static void handle_item(struct exchange *x)
{
    say(x, "item", x->request.args[0]);
}

static void handle_part(struct exchange *x)
{
    say(x, "part", x->request.args[1]);
}

static void handle_echo(struct exchange *x)
{
    struct json j;
    char *body = json_dumps(x->request.body, JSON_COMPACT | JSON_SORT_KEYS);
    char *query = json_dumps(x->request.query, JSON_COMPACT | JSON_SORT_KEYS);
    json_init(&j, &x->reply.body);
    json_open_object(&j, NULL);
    json_raw(&j, "body", str_of(body));
    json_raw(&j, "query", str_of(query));
    json_str(&j, "key", x->request.idempotency_key);
    json_str(&j, "scenario", x->request.scenario);
    json_str(&j, "version", x->request.api_version);
    json_i64(&j, "raw_bytes", (int64_t)x->request.body_raw.bytes);
    json_end(&j);
    free(body);
    free(query);
}

static void handle_fail(struct exchange *x)
{
    for (int i = E_OK + 1; i < E_COUNT; i++)
        if (str_is(x->request.args[0], err_name((enum err)i)))
            reply_error(x, FAIL((enum err)i, "thing", "a sentence"));
}

static void handle_later(struct exchange *x)
{
    struct shop *shop = x->app;
    exchange_keep(x);
    (void)pthread_mutex_lock(&shop->lock);
    assert(shop->queued < QUEUE_MAX);
    shop->queue[shop->queued++] = x;
    (void)pthread_cond_broadcast(&shop->changed);
    (void)pthread_mutex_unlock(&shop->lock);
}

static void handle_held(struct exchange *x)
{
    struct shop *shop = x->app;
    exchange_keep(x);
    (void)pthread_mutex_lock(&shop->lock);
    assert(shop->held_count < QUEUE_MAX);
    shop->held[shop->held_count++] = x;
    (void)pthread_cond_broadcast(&shop->changed);
    (void)pthread_mutex_unlock(&shop->lock);
}

/* Keeps the thread that calls it at work until shop_unblock(). */
static void block(struct shop *shop)
{
    (void)pthread_mutex_lock(&shop->lock);
    shop->blocked_count++;
    (void)pthread_cond_broadcast(&shop->changed);
    while (shop->is_blocked)
        (void)pthread_cond_wait(&shop->changed, &shop->lock);
    shop->blocked_count--;
    (void)pthread_mutex_unlock(&shop->lock);
}

static void handle_blocked(struct exchange *x)
{
    block(x->app);
    say(x, "blocked", S("no"));
}

static void handle_at_once(struct exchange *x)
{
    exchange_keep(x);
    say(x, "at_once", S("yes"));
    exchange_finish(x);
}

static const struct route ROUTES[] = {
    {VERB_GET, "/open", handle_open, SCOPE_OPEN, 0, 0, "open", RATE_NONE, 0},
    {VERB_GET, "/things/{id}/page", handle_item, SCOPE_HOLDER, 0, 0, "thing", RATE_NONE, 0},
    {VERB_GET, "/items/{id}", handle_item, SCOPE_CLIENT, 0, 0, "item", RATE_NONE, 0},
    {VERB_GET, "/items/new", handle_new, SCOPE_CLIENT, 0, 0, "new", RATE_NONE, 0},
    {VERB_GET, "/items/{id}/parts/{part}", handle_part, SCOPE_CLIENT, 0, 0, "part", RATE_NONE, 0},
    {VERB_GET, "/fail/{code}", handle_fail, SCOPE_OPEN, 0, 0, "fail", RATE_NONE, 0},
    {VERB_GET, "/echo", handle_echo, SCOPE_SECRET, ROUTE_IDEMPOTENT, 0, "echo", RATE_NONE, 0},
    {VERB_POST, "/echo", handle_echo, SCOPE_SECRET, ROUTE_IDEMPOTENT, SHOP_ECHO_BYTES, "echo",
     RATE_NONE, 0},
    {VERB_PATCH, "/echo", handle_echo, SCOPE_SECRET, ROUTE_IDEMPOTENT, SHOP_ECHO_BYTES, "echo",
     RATE_NONE, 0},
    {VERB_POST, "/plain", handle_echo, SCOPE_SECRET, 0, 0, "echo without idempotency", RATE_NONE,
     0},
    {VERB_POST, "/platform", handle_open, SCOPE_PLATFORM, 0, 0, "platform", RATE_NONE, 0},
    {VERB_POST, "/test", handle_open, SCOPE_TEST, 0, 0, "test", RATE_NONE, 0},
    {VERB_POST, "/later", handle_later, SCOPE_SECRET, 0, 0, "later", RATE_NONE, 0},
    {VERB_POST, "/at-once", handle_at_once, SCOPE_SECRET, 0, 0, "at once", RATE_NONE, 0},
    {VERB_GET, "/blocked", handle_blocked, SCOPE_OPEN, 0, 0, "blocked", RATE_NONE, 0},
    {VERB_POST, "/held", handle_held, SCOPE_SECRET, 0, 0, "held", RATE_NONE, 0},
};

static result authenticate(void *app, str key, int64_t now_us, struct caller *ret)
{
    static const struct {
        const char *key;
        struct caller caller;
    } KEYS[] = {
        {"sk_test", {.tenant = 1, .merchant = 1, .is_secret = true}},
        {"sk_live", {.tenant = 1, .merchant = 1, .is_secret = true, .is_live = true}},
        {"sk_plat", {.tenant = 2, .merchant = 2, .is_secret = true, .is_platform = true}},
        {"sk_slow", {.tenant = 1, .merchant = 1, .is_secret = true}},
        {"pk_test", {.tenant = 1, .merchant = 1}},
    };
    if (str_is(key, "sk_slow"))
        block(app);
    (void)now_us;
    for (size_t i = 0; i < COUNT(KEYS); i++)
        if (str_is(key, KEYS[i].key)) {
            *ret = KEYS[i].caller;
            return OK;
        }
    return FAIL(E_UNAUTHORIZED, NULL, NULL);
}

static result identify(void *app, const struct request *rq, const struct route *route,
                       struct caller *ret)
{
    struct shop *shop = app;
    (void)route;
    (void)atomic_fetch_add(&shop->lookup_count, 1);
    if (!str_is(rq->args[0], "known") && !str_is(rq->args[0], "tried"))
        return FAIL(E_NOT_FOUND, NULL, NULL);
    *ret = (struct caller){.tenant = 1, .merchant = 1, .is_live = str_is(rq->args[0], "known")};
    return OK;
}

static void *finish_all(void *cls)
{
    struct shop *shop = cls;
    (void)pthread_mutex_lock(&shop->lock);
    while (!shop->is_ending || shop->queued > 0) {
        if (shop->queued == 0) {
            (void)pthread_cond_wait(&shop->changed, &shop->lock);
            continue;
        }
        struct exchange *x = shop->queue[--shop->queued];
        (void)pthread_mutex_unlock(&shop->lock);
        say(x, "later", S("yes"));
        exchange_finish(x);
        (void)pthread_mutex_lock(&shop->lock);
    }
    (void)pthread_mutex_unlock(&shop->lock);
    return NULL;
}

struct shop *shop_open(const struct http_config *config)
{
    struct shop *shop = calloc(1, sizeof *shop);
    assert(shop != NULL);
    (void)pthread_mutex_init(&shop->lock, NULL);
    (void)pthread_cond_init(&shop->changed, NULL);
    struct http_config own = *config;
    own.listen_host = config->listen_host != NULL ? config->listen_host : "127.0.0.1";
    own.routes = ROUTES;
    own.route_count = COUNT(ROUTES);
    own.app = shop;
    own.authenticate = authenticate;
    own.identify = identify;
    const result r = http_start(&own, &shop->http);
    assert(r.code == E_OK);
    const int failed = pthread_create(&shop->finisher, NULL, finish_all, shop);
    assert(failed == 0);
    return shop;
}

uint16_t shop_port(const struct shop *shop)
{
    return http_port(shop->http);
}

unsigned shop_lookup_count(const struct shop *shop)
{
    return atomic_load(&shop->lookup_count);
}

unsigned shop_held_wait(struct shop *shop, unsigned count)
{
    (void)pthread_mutex_lock(&shop->lock);
    while (shop->held_count < count)
        (void)pthread_cond_wait(&shop->changed, &shop->lock);
    const unsigned held = (unsigned)shop->held_count;
    (void)pthread_mutex_unlock(&shop->lock);
    return held;
}

void shop_block(struct shop *shop)
{
    (void)pthread_mutex_lock(&shop->lock);
    shop->is_blocked = true;
    (void)pthread_mutex_unlock(&shop->lock);
}

void shop_blocked_wait(struct shop *shop)
{
    (void)pthread_mutex_lock(&shop->lock);
    while (shop->blocked_count == 0)
        (void)pthread_cond_wait(&shop->changed, &shop->lock);
    (void)pthread_mutex_unlock(&shop->lock);
}

void shop_unblock(struct shop *shop)
{
    (void)pthread_mutex_lock(&shop->lock);
    shop->is_blocked = false;
    (void)pthread_cond_broadcast(&shop->changed);
    (void)pthread_mutex_unlock(&shop->lock);
}

void shop_release(struct shop *shop)
{
    (void)pthread_mutex_lock(&shop->lock);
    for (size_t i = 0; i < shop->held_count; i++)
        shop->queue[shop->queued++] = shop->held[i];
    shop->held_count = 0;
    (void)pthread_cond_broadcast(&shop->changed);
    (void)pthread_mutex_unlock(&shop->lock);
}

void shop_stop(struct shop *shop, int64_t wait_ms)
{
    http_stop(shop->http, wait_ms);
    shop->http = NULL;
}

void shop_close(struct shop *shop)
{
    if (shop->http != NULL)
        shop_stop(shop, 10000);
    (void)pthread_mutex_lock(&shop->lock);
    shop->is_ending = true;
    (void)pthread_cond_broadcast(&shop->changed);
    (void)pthread_mutex_unlock(&shop->lock);
    (void)pthread_join(shop->finisher, NULL);
    (void)pthread_cond_destroy(&shop->changed);
    (void)pthread_mutex_destroy(&shop->lock);
    free(shop);
}
