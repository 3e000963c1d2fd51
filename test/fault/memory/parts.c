/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/memory/parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/api.h"
#include "api/event_hub.h"
#include "api/openapi.h"
#include "app/merchant.h"
#include "app/rail_pool.h"
#include "app/recover.h"
#include "app/webhook_endpoint.h"
#include "audit/audit.h"
#include "fault/memory/seam.h"
#include "rails/simulator.h"

enum { SITES_MAX = 20000, DRAIN_MS = 10000, LIST_BYTES_MAX = 1 << 16, FAILURES_MAX = 200 };

struct part_figures part_figures;
static int failures; /* of the part */

/* ---- opened and closed ----------------------------------------------------------------------- */

static const char *beside(const struct world *w, const char *suffix)
{
    static char path[128];
    (void)snprintf(path, sizeof path, "%s.%s", w->db, suffix);
    return path;
}

static result store(struct world *w)
{
    const struct store_config config = {
        .url = w->db, .access = STORE_SERVER, .clock = &CLOCK_SYSTEM, .readers = 1};
    return store_open(&config, &w->app.store);
}

static void close_store(struct world *w)
{
    store_close(w->app.store);
}

static result vault(struct world *w)
{
    return vault_open(beside(w, "key"), &w->app.vault);
}

static void close_vault(struct world *w)
{
    vault_close(w->app.vault);
}

static result simulator(struct world *w)
{
    return simulator_open(beside(w, "rail"), &w->app.rails[RAIL_SIMULATOR]);
}

static void close_simulator(struct world *w)
{
    w->app.rails[RAIL_SIMULATOR]->functions->close(w->app.rails[RAIL_SIMULATOR]);
}

static result pool(struct world *w)
{
    return rail_pool_start(3, &w->app.pool);
}

static void close_pool(struct world *w)
{
    rail_pool_stop(w->app.pool);
    rail_pool_free(w->app.pool); /* nothing puts a job here any more */
}

static result streams(struct world *w)
{
    return event_hub_start(&w->app);
}

static void close_streams(struct world *w)
{
    event_hub_stop(&w->app);
}

static result openapi(struct world *w)
{
    return openapi_start(&w->app);
}

static void close_openapi(struct world *w)
{
    openapi_stop(&w->app);
}

static result server(struct world *w)
{
    struct http_config config = {.listen_host = "127.0.0.1",
                                 .app = &w->app,
                                 .authenticate = api_authenticate,
                                 .identify = api_identify,
                                 .threads = 2};
    config.routes = api_routes(&config.route_count);
    return http_start(&config, &w->http);
}

static void close_server(struct world *w)
{
    http_stop(w->http, DRAIN_MS);
}

/* In a running world, whose own jobs have been stopped. */
static result jobs(struct world *w)
{
    const struct jobs_config config = {.allow_private_webhooks = true};
    return jobs_start(&w->app, &config, &w->jobs);
}

static void close_jobs(struct world *w)
{
    jobs_stop(w->jobs);
}

static result recover(struct world *w)
{
    return operations_recover(&w->app);
}

/* ---- the operator's use cases ---------------------------------------------------------------- */

static result create_root(struct world *w)
{
    struct merchant_root root = {.name = S("Another"), .kind = KIND_PLATFORM};
    struct arena *arena = arena_new(1 << 16);
    const result r = arena == NULL ? E_NO_MEMORY : merchant_create_root(w->app.store, arena, &root);
    arena_free(arena);
    return r;
}

static id root_of(const struct world *w)
{
    id found = {0};
    assert_true(id_read(str_of(w->names[NAME_PLATFORM]), &found));
    return found;
}

static result roll_key(struct world *w)
{
    struct key_roll roll = {.merchant = root_of(w)};
    struct arena *arena = arena_new(1 << 16);
    const result r = arena == NULL ? E_NO_MEMORY : key_roll(w->app.store, arena, &roll);
    arena_free(arena);
    return r;
}

static result set_rate(struct world *w)
{
    struct method_rate rate = {.merchant = root_of(w),
                               .method = METHOD_CREDIT_CARD,
                               .has_percent = true,
                               .rate = {.percent_e4 = 30000}};
    struct arena *arena = arena_new(1 << 16);
    const result r = arena == NULL ? E_NO_MEMORY : method_rate_set(w->app.store, arena, &rate);
    arena_free(arena);
    return r;
}

static struct webhook_endpoint endpoint_of(const struct world *w)
{
    return (struct webhook_endpoint){.merchant = root_of(w),
                                     .url = S("http://127.0.0.1:9/hook"),
                                     .types = S("payment.captured"),
                                     .secret = S("whsec")};
}

static result add_endpoint(struct world *w)
{
    struct webhook_endpoint endpoint = endpoint_of(w);
    struct arena *arena = arena_new(1 << 16);
    const result r = arena == NULL
                         ? E_NO_MEMORY
                         : webhook_endpoint_add(w->app.store, w->app.vault, arena, &endpoint);
    arena_free(arena);
    return r;
}

static result remove_endpoint(struct world *w)
{
    struct webhook_endpoint endpoint = endpoint_of(w);
    return webhook_endpoint_remove(w->app.store, &endpoint);
}

static void close_endpoint(struct world *w)
{
    assert_int_equal(remove_endpoint(w).code, E_OK);
}

static result list_endpoints(struct world *w)
{
    struct buf out;
    buf_init(&out, LIST_BYTES_MAX);
    const result r = webhook_endpoint_list(w->app.store, root_of(w), &out);
    buf_done(&out);
    return r;
}

static result audit(struct world *w)
{
    int64_t findings = 0;
    const result r = audit_run(w->db, stdout, &findings);
    if (r.code == E_OK)
        assert_int_equal(findings, 0);
    return r;
}

/* ---- the sweep ------------------------------------------------------------------------------- */

/* SQLite's parser and planner have thousands of ways to the same allocation: here, the innermost
 * calls tell them apart. */
enum { SQLITE_FRAMES = 4 };

const struct part PARTS[] = {
    {"store", store, close_store, PLACE_CLOSED, SQLITE_FRAMES, false},
    {"store_new", store, close_store, PLACE_EMPTY, SQLITE_FRAMES, true},
    {"vault", vault, close_vault, PLACE_EMPTY, SEAM_FRAMES_MAX, false},
    {"simulator", simulator, close_simulator, PLACE_EMPTY, SEAM_FRAMES_MAX, false},
    {"rail_pool", pool, close_pool, PLACE_EMPTY, SEAM_FRAMES_MAX, false},
    {"event_hub", streams, close_streams, PLACE_EMPTY, SEAM_FRAMES_MAX, false},
    {"openapi", openapi, close_openapi, PLACE_EMPTY, SEAM_FRAMES_MAX, false},
    {"http_server", server, close_server, PLACE_EMPTY, SEAM_FRAMES_MAX, false},
    {"jobs", jobs, close_jobs, PLACE_RUNNING, SEAM_FRAMES_MAX, false},
    {"recover", recover, NULL, PLACE_RUNNING, SEAM_FRAMES_MAX, false},
    {"merchant_create", create_root, NULL, PLACE_RUNNING, SEAM_FRAMES_MAX, false},
    {"key_roll", roll_key, NULL, PLACE_RUNNING, SEAM_FRAMES_MAX, false},
    {"merchant_rate", set_rate, NULL, PLACE_RUNNING, SEAM_FRAMES_MAX, false},
    {"webhook_add", add_endpoint, close_endpoint, PLACE_RUNNING, SEAM_FRAMES_MAX, false},
    {"webhook_list", list_endpoints, NULL, PLACE_RUNNING, SEAM_FRAMES_MAX, false},
    {"audit", audit, NULL, PLACE_RUNNING, SQLITE_FRAMES, false},
};
const size_t PART_COUNT = COUNT(PARTS);

/* Says what is wrong and goes on, so that one run shows all. */
static void must_work(const struct part *part, result r, const char *when)
{
    if (r.code == E_OK)
        return;
    seam_print_hit();
    print_error("%s %s: %s %s\n", part->name, when, err_name(r.code),
                r.message == NULL ? "" : r.message);
    assert_true(++failures < FAILURES_MAX);
}

/* Once with a fault, then without. False when there was nothing left to refuse. */
static bool sweep_one(const struct part *part, struct world *w)
{
    seam_exempt(false);
    seam_arm();
    result r = part->open(w);
    const bool was_hit = seam_disarm();
    seam_exempt(true);
    if (r.code == E_OK && part->close != NULL)
        part->close(w);
    part_figures.worked += was_hit && r.code == E_OK;
    part_figures.failed += r.code != E_OK;
    if (!was_hit || !err_is_of_store(r.code))
        must_work(part, r, was_hit ? "with a fault" : "without a fault");
    if (was_hit) {
        r = part->open(w);
        must_work(part, r, "after a fault");
        if (part->close != NULL)
            part->close(w);
    }
    return was_hit;
}

static void begin(const struct part *part, struct world *w)
{
    if (part->place == PLACE_RUNNING)
        world_begin(w);
    else
        world_make_directory(w);
    if (part->place == PLACE_CLOSED) {
        must_work(part, store(w), "the first time");
        close_store(w);
    }
    if (part->open == jobs)
        jobs_stop(w->jobs);
}

void part_sweep(const struct part *part, unsigned number)
{
    static struct world w;
    memset(&w, 0, sizeof w);
    begin(part, &w);
    failures = 0;
    seam_scope(number - part->is_rest, part->frames);
    int sites = 0;
    while (sweep_one(part, &w)) {
        assert_true(++sites < SITES_MAX);
        if (part->place == PLACE_EMPTY)
            world_empty_directory(&w);
    }
    part_figures.parts++;
    if (getenv("KESSAI_VERBOSE") != NULL)
        print_message("%5d %s\n", sites, part->name);
    if (part->open == jobs)
        assert_int_equal(jobs(&w).code, E_OK);
    if (part->place == PLACE_RUNNING)
        world_end(&w);
    else
        world_remove_directory(&w);
    assert_false(seam_has_leak());
    assert_int_equal(failures, 0);
}
