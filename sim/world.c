/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "empty.h"
#include "keep.h"
#include "setup.h"

#define BEGIN_US INT64_C(1767571200000000) /* 2026-01-05T00:00:00Z */

struct world *the_world;

/* clock_ticks_us() of base/clock.h; the linker puts this one in its place (sim/meson.build). */
int64_t __wrap_clock_ticks_us(void);
int64_t __wrap_clock_ticks_us(void)
{
    return the_world->clock.now_us;
}

#define DATABASE "/sim/k.db"

static int64_t sim_now_us(const struct clock *self)
{
    return ((const struct sim_clock *)self)->now_us;
}

/* ---- failures and the trace ------------------------------------------------------------------ */

void world_failf(struct world *w, const char *format, ...)
{
    va_list args;
    if (world_has_failed(w))
        return;
    va_start(args, format);
    (void)vsnprintf(w->failure, sizeof w->failure, format, args);
    va_end(args);
}

void world_fail(struct world *w, const char *what)
{
    world_failf(w, "%s", what);
}

bool world_has_failed(const struct world *w)
{
    return w->failure[0] != '\0';
}

bool world_expect(struct world *w, result r, const char *what)
{
    if (r.code != E_OK)
        world_failf(w, "%s: %s %s", what, err_name(r.code), r.message == NULL ? "" : r.message);
    return r.code == E_OK;
}

void trace_i64(struct world *w, int64_t value)
{
    (void)crypto_generichash_update(&w->trace, (const uint8_t *)&value, sizeof value);
}

/* ---- open, crash, close ---------------------------------------------------------------------- */

static void lost(const char *why)
{
    (void)why;
    the_world->is_lost = true;
}

void world_reopen(struct world *w)
{
    const struct store_config config = {.url = w->url,
                                        .access = STORE_STEPPED,
                                        .clock = &w->clock.clock,
                                        .readers = 1,
                                        .lost = lost};
    (void)world_expect(w, store_open(&config, &w->app.store), "the database cannot be opened");
}

void world_crash(struct world *w, bool is_power)
{
    w->figures.crashes++;
    keep_drop();
    const uint64_t seed = dice_u64(&w->dice); /* drawn for every store */
    if (w->disk != NULL && is_power)
        disk_crash(w->disk, seed);
    else if (w->disk != NULL)
        disk_drop(w->disk);
    store_close(w->app.store); /* works that are still queued fail: nobody is there to hear of it */
    w->app.store = NULL;
    w->app.waiting = NULL;
    for (struct call *call = w->calls; call != NULL; call = call->next)
        call_abandon(call);
    model_forget_calls(&w->model);
    w->is_lost = false;
}

struct disk_image *world_fresh_disk(void)
{
    static struct world maker = {.clock = {.clock = {.now_us = sim_now_us}, .now_us = BEGIN_US}};
    const struct store_config config = {
        .url = DATABASE, .access = STORE_STEPPED, .clock = &maker.clock.clock, .readers = 1};
    the_world = &maker;
    struct disk *disk = disk_new("fresh");
    struct store *store;
    struct disk_image *image = NULL;
    if (store_open(&config, &store).code == E_OK) {
        store_close(store);
        image = disk_snapshot(disk);
    }
    disk_free(disk);
    return image;
}

void world_begin(struct world *w, const struct options *options, uint64_t seed)
{
    the_world = w;
    w->options = options;
    w->seed = seed;
    dice_init(&w->dice, seed);
    dice_feed_sodium(seed);
    if (sodium_init() < 0)
        world_fail(w, "libsodium cannot be initialized");
    (void)crypto_generichash_init(&w->trace, NULL, 0, 32);
    w->clock = (struct sim_clock){.clock = {.now_us = sim_now_us}, .now_us = BEGIN_US};
    sim_rail_init(&w->rail, seed);
    w->model.rail = &w->rail;
    w->model.now_us = BEGIN_US;
    w->model.key_count = 1;
    w->url = options->url;
    if (options->url == NULL) {
        w->disk = disk_new("sim");
        w->url = DATABASE;
        if (options->fresh != NULL)
            disk_restore(w->disk, options->fresh);
    }
    w->app = (struct app){
        .clock = &w->clock.clock, .rails = {[RAIL_SIMULATOR] = &w->rail.rail}, .public_url = "-"};
    if (!world_expect(w, vault_open(options->key_path, &w->app.vault), "the vault"))
        return;
    if (options->url != NULL && !empty_database(options->url))
        world_fail(w, "the database cannot be emptied");
    world_reopen(w);
    if (!world_has_failed(w))
        world_set_up(w);
}

void world_end(struct world *w)
{
    for (struct call *call = w->calls, *next; call != NULL; call = next) {
        next = call->next;
        call_free(call);
    }
    w->calls = NULL;
    w->app.waiting = NULL;
    keep_drop();
    if (w->app.store != NULL)
        store_close(w->app.store);
    vault_close(w->app.vault);
    if (w->disk != NULL)
        disk_free(w->disk);
}

/* ---- running --------------------------------------------------------------------------------- */

void world_ask(struct world *w, const struct intent *intent)
{
    if (w->options->is_plain && intent->tenant != w->asked_tenant)
        world_run(w); /* some stores have batches of one tenant only */
    w->asked_tenant = intent->tenant;
    struct call *call = call_start(&w->app, &w->model, intent, ++w->call_count);
    struct call **end = &w->calls;
    while (*end != NULL)
        end = &(*end)->next;
    *end = call;
    w->figures.calls++;
    trace_i64(w, intent->kind);
    model_call(&w->model, call);
}

bool world_step(struct world *w)
{
    const bool has_run = store_step(w->app.store);
    w->figures.batches += has_run;
    if (w->is_faulty)
        return has_run;
    for (struct call *call = w->calls; call != NULL; call = call->next)
        call_peek(call);
    model_step(&w->model);
    return has_run;
}

void world_run(struct world *w)
{
    while (world_step(w))
        ;
}
