/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/memory/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/api.h"
#include "api/event_hub.h"
#include "api/openapi.h"
#include "app/merchant.h"
#include "app/operator.h"
#include "app/rail_pool.h"
#include "app/recover.h"
#include "app/screen_settings.h"
#include "app/webhook_endpoint.h"
#include "audit/audit.h"
#include "fault/memory/seam.h"
#include "rails/simulator.h"

#define CHECK_OK(f) assert_int_equal((f).code, E_OK)
enum { RAIL_THREADS = 2, DRAIN_MS = 10000 };

/* ---- places ---------------------------------------------------------------------------------- */

/* In memory where there is such a place: nothing here is about the disk. */
void world_make_directory(struct world *w)
{
    const char *base = access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
    (void)snprintf(w->directory, sizeof w->directory, "%s/kessai-memory-XXXXXX", base);
    assert_non_null(mkdtemp(w->directory));
    (void)snprintf(w->db, sizeof w->db, "%s/db", w->directory);
}

void world_empty_directory(const struct world *w)
{
    static const char *const FILES[] = {"db", "db-wal", "db-shm", "db.lock", "db.key", "db.rail"};
    for (size_t i = 0; i < COUNT(FILES); i++) {
        char path[128];
        (void)snprintf(path, sizeof path, "%s/%s", w->directory, FILES[i]);
        (void)unlink(path);
    }
}

void world_remove_directory(struct world *w)
{
    world_empty_directory(w);
    assert_int_equal(rmdir(w->directory), 0);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void open_http(struct world *w)
{
    struct http_config http = {.listen_host = "127.0.0.1",
                               .app = &w->app,
                               .authenticate = api_authenticate,
                               .identify = api_identify,
                               .threads = 2};
    http.routes = api_routes(&http.route_count);
    CHECK_OK(http_start(&http, &w->http));
}

static void open_parts(struct world *w)
{
    w->app.clock = w->clock == NULL ? &CLOCK_SYSTEM : w->clock;
    const struct store_config store = {
        .url = w->db,
        .access = STORE_SERVER,
        .clock = w->app.clock,
        .emails = {.live = EMAIL_OMITTED, .test = EMAIL_KEPT},
        .readers = 3,
    };
    const struct jobs_config jobs = {.allow_private_webhooks = true};
    w->app.public_url = "http://127.0.0.1";
    CHECK_OK(store_open(&store, &w->app.store));
    CHECK_OK(vault_open(arena_printf(w->arena, "%s.key", w->db), &w->app.vault));
    CHECK_OK(
        simulator_open(arena_printf(w->arena, "%s.rail", w->db), &w->app.rails[RAIL_SIMULATOR]));
    CHECK_OK(rail_pool_start(RAIL_THREADS, &w->app.pool));
    CHECK_OK(operations_recover(&w->app));
    CHECK_OK(jobs_start(&w->app, &jobs, &w->jobs));
    CHECK_OK(event_hub_start(&w->app));
    CHECK_OK(openapi_start(&w->app));
    open_http(w);
}

static void keep_name(struct world *w, enum name name, str text)
{
    assert_true(text.bytes < NAME_BYTES);
    memcpy(w->names[name], text.at, text.bytes);
    w->names[name][text.bytes] = '\0';
}

/* What a merchant with limits has to pay is counted. Nobody comes to this one. */
static void limit(struct world *w, id merchant, enum screen_limit of)
{
    struct screen_limit_change change = {
        .merchant = merchant, .limit = of, .has_most = true, .rule = {.most = SCREEN_MOST_MAX}};
    CHECK_OK(screen_limit_set(w->app.store, w->arena, &change));
}

static void make_merchants(struct world *w)
{
    struct merchant_root root = {.name = S("A marketplace"), .kind = KIND_MARKETPLACE};
    struct merchant_root shop = {.name = S("A shop"), .kind = KIND_ORDINARY};
    struct merchant_root mall = {.name = S("A platform"), .kind = KIND_PLATFORM};
    CHECK_OK(merchant_create_root(w->app.store, w->arena, &root));
    CHECK_OK(merchant_create_root(w->app.store, w->arena, &shop));
    CHECK_OK(merchant_create_root(w->app.store, w->arena, &mall));
    limit(w, shop.id, SCREEN_LIMIT_CARD_ATTEMPTS);
    limit(w, shop.id, SCREEN_LIMIT_CARD_DECLINES);
    keep_name(w, NAME_MALL, mall.keys.secret);
    char id_digits[ID_TEXT_BYTES];
    id_text(root.id, id_digits);
    keep_name(w, NAME_PLATFORM, str_of(id_digits));
    keep_name(w, NAME_SECRET, root.keys.secret);
    keep_name(w, NAME_PUBLISHABLE, root.keys.publishable);
    keep_name(w, NAME_SHOP, shop.keys.secret);
    struct operator_create person = {.merchant = root.id, .name = S("Hana")};
    CHECK_OK(operator_create(w->app.store, w->arena, &person));
    keep_name(w, NAME_PERSON, person.key);
    if (!w->has_sink)
        return;
    seam_exempt_threads(true);
    sink_start(&w->sink);
    seam_exempt_threads(false);
    struct webhook_endpoint endpoint = {
        .merchant = root.id, .url = str_of(w->sink.url), .secret = S("whsec")};
    CHECK_OK(webhook_endpoint_add(w->app.store, w->app.vault, w->arena, &endpoint));
}

/* Both have money, so that refunds and transfers find some. */
static void make_money(struct world *w)
{
    world_take(w,
               &(struct call){.verb = "POST",
                              .target = "/api/v1/merchants",
                              .key = NAME_SECRET,
                              .body = "{\"name\":\"Payee\",\"platform_role\":\"payout\"}"},
               NULL, NAME_PAYEE);
    world_take(w,
               &(struct call){
                   .verb = "POST",
                   .target = "/api/v1/payments",
                   .key = NAME_SECRET,
                   .body = "{\"amount\":1000000,\"currency\":\"JPY\",\"payment_details\":{\"type\":"
                           "\"credit_card\",\"number\":\"4111111111111111\",\"month\":12,\"year\":"
                           "2035},\"platform_details\":{\"submerchants\":[{\"submerchant_id\":"
                           "\"$payee\",\"amount\":1000000,\"platform_fee\":500000}]}}"},
               NULL, NAME_PAYMENT);
    world_take(w,
               &(struct call){.verb = "GET",
                              .target = "/api/v1/merchants/$payee/balances/JPY/transactions",
                              .key = NAME_SECRET},
               NULL, NAME_UUID);
    world_take(w, &(struct call){.verb = "GET", .target = "/api/v1/events", .key = NAME_SECRET},
               NULL, NAME_EVENT);
}

void world_begin(struct world *w)
{
    *w = (struct world){.has_sink = w->has_sink, .clock = w->clock};
    w->sink.statuses[0] = 200;
    w->arena = arena_new(1 << 20);
    assert_non_null(w->arena);
    world_make_directory(w);
    open_parts(w);
    make_merchants(w);
    make_money(w);
    world_look_begin(w);
}

void world_settle(const struct world *w)
{
    id root = {0};
    assert_true(id_read(str_of(w->names[NAME_PLATFORM]), &root));
    w->app.run_due(w->app.run_due_context, root.key);
}

void world_cool(struct world *w)
{
    world_disconnect(w);
    http_stop(w->http, DRAIN_MS);
    open_http(w);
}

static void close_parts(struct world *w)
{
    world_disconnect(w);
    http_stop(w->http, DRAIN_MS);
    event_hub_stop(&w->app);
    openapi_stop(&w->app);
    jobs_stop(w->jobs);
    rail_pool_stop(w->app.pool);
    store_close(w->app.store);
    rail_pool_free(w->app.pool);
    w->app.rails[RAIL_SIMULATOR]->functions->close(w->app.rails[RAIL_SIMULATOR]);
    vault_close(w->app.vault);
    w->app = (struct app){0};
}

void world_restart(struct world *w)
{
    close_parts(w);
    open_parts(w);
}

void world_end(struct world *w)
{
    int64_t findings = -1;
    world_look_end(w);
    close_parts(w);
    if (w->has_sink) {
        sink_stop(&w->sink);
        sink_done(&w->sink);
    }
    CHECK_OK(audit_run(w->db, stdout, &findings));
    assert_int_equal(findings, 0);
    world_remove_directory(w);
    arena_free(w->arena);
    *w = (struct world){.has_sink = w->has_sink, .clock = w->clock};
}
