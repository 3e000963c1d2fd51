/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app/merchant.h"
#include "app/payment_create.h"
#include "app/rail_pool.h"
#include "rails/simulator.h"

#define START_US INT64_C(1800000000000000)
enum { WAIT_S = 20, POOL_THREADS = 1, READERS = 2 };

_Noreturn static void die(const char *what, result r)
{
    fprintf(stderr, "%s: %s %s\n", what, err_name(r.code), r.message == NULL ? "" : r.message);
    abort();
}

bool found(struct scene *scene, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (scene->shared->finding[0] == '\0')
        (void)vsnprintf(scene->shared->finding, TEXT_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- time and the acquirer ------------------------------------------------------------------- */

static const struct shared_scene *the_time; /* a clock has no context */

static int64_t now_us(const struct clock *self)
{
    (void)self;
    return the_time->now_us;
}

static struct scene *of_rail(struct rail *rail)
{
    return (struct scene *)(void *)((char *)rail - offsetof(struct scene, rail));
}

static struct tally_row *row_of(struct scene *scene, id reference)
{
    struct shared_scene *shared = scene->shared;
    for (int i = 0; i < shared->row_count; i++)
        if (shared->rows[i].reference.key == reference.key &&
            shared->rows[i].reference.salt == reference.salt)
            return &shared->rows[i];
    if (shared->row_count == TALLY_ROWS)
        die("tally", FAIL(E_INTERNAL, NULL, "too many operations"));
    struct tally_row *row = &shared->rows[shared->row_count++];
    *row = (struct tally_row){.reference = reference};
    return row;
}

static pthread_mutex_t tally_lock = PTHREAD_MUTEX_INITIALIZER;

static bool witness_is_instant(const struct rail *self, const struct rail_call *call)
{
    const struct scene *scene = of_rail((struct rail *)(uintptr_t)self);
    return scene->simulator->functions->is_instant(scene->simulator, call);
}

static void witness_call(struct rail *self, const struct rail_call *call, struct rail_answer *ret)
{
    struct scene *scene = of_rail(self);
    scene->simulator->functions->call(scene->simulator, call, ret);
    pthread_mutex_lock(&tally_lock);
    struct tally_row *row = row_of(scene, call->reference);
    row->op = call->op;
    row->minor = call->amount.minor;
    row->is_done = ret->outcome == RAIL_APPROVED;
    if (call->op == RAIL_VOID && row->is_done)
        row_of(scene, call->original)->is_voided = true;
    pthread_mutex_unlock(&tally_lock);
}

static void witness_inquire(struct rail *self, const struct rail_call *call,
                            struct rail_answer *ret)
{
    struct scene *scene = of_rail(self);
    scene->simulator->functions->inquire(scene->simulator, call, ret);
    pthread_mutex_lock(&tally_lock);
    if (ret->outcome == RAIL_APPROVED)
        row_of(scene, call->reference)->is_done = true;
    pthread_mutex_unlock(&tally_lock);
}

static void witness_close(struct rail *self)
{
    (void)self;
}

static const struct rail_functions RAIL_FUNCTIONS = {.is_instant = witness_is_instant,
                                                     .call = witness_call,
                                                     .inquire = witness_inquire,
                                                     .close = witness_close};

struct tally tally_read(const struct scene *scene)
{
    struct tally tally = {0};
    for (int i = 0; i < scene->shared->row_count; i++) {
        const struct tally_row *row = &scene->shared->rows[i];
        if (!row->is_done || row->is_voided)
            continue;
        tally.count[row->op]++;
        tally.minor[row->op] += row->minor;
    }
    tally.count[RAIL_VOID] = 0; /* what was voided is left out above; how often is no matter */
    tally.minor[RAIL_VOID] = 0;
    return tally;
}

/* ---- open and close -------------------------------------------------------------------------- */

static result open_store(struct scene *scene, bool threads)
{
    const struct store_config config = {.url = scene->path,
                                        .access = threads ? STORE_SERVER : STORE_COMMAND,
                                        .clock = &scene->clock,
                                        .readers = READERS};
    scene->app = (struct app){.clock = &scene->clock, .public_url = "https://pay.example"};
    return store_open(&config, &scene->app.store);
}

result scene_open(struct scene *scene, bool threads)
{
    scene->shared->now_us += US_PER_S;
    if (scene->app.store == NULL)
        TRY(open_store(scene, threads));
    TRY(vault_open(scene->key_path, &scene->app.vault));
    TRY(simulator_open(scene->rail_path, &scene->simulator));
    scene->rail = (struct rail){.functions = &RAIL_FUNCTIONS, .number = RAIL_SIMULATOR};
    scene->app.rails[RAIL_SIMULATOR] = &scene->rail;
    return rail_pool_start(POOL_THREADS, &scene->app.pool);
}

void scene_forget(struct scene *scene)
{
    scene->app = (struct app){0};
}

void scene_hold(struct scene *scene)
{
    disk_restore(scene->disk, scene->clean);
    const result r = open_store(scene, false);
    if (r.code != E_OK)
        die("open", r);
    scene->held = disk_mark(scene->disk);
}

void scene_let_go(struct scene *scene)
{
    disk_rewind(scene->disk, scene->held);
    disk_mark_free(scene->held);
    scene->held = NULL;
    store_close(scene->app.store);
    scene->app = (struct app){0};
}

void scene_close(struct scene *scene)
{
    rail_pool_stop(scene->app.pool);
    if (scene->app.store != NULL)
        store_close(scene->app.store);
    rail_pool_free(scene->app.pool);
    if (scene->simulator != NULL)
        scene->simulator->functions->close(scene->simulator);
    vault_close(scene->app.vault);
    scene->simulator = NULL;
    scene->app = (struct app){0};
}

struct answer_wait {
    pthread_mutex_t lock;
    pthread_cond_t came;
    bool is_answered;
};

static void answered(struct command *c)
{
    struct answer_wait *wait = c->context;
    pthread_mutex_lock(&wait->lock);
    wait->is_answered = true;
    pthread_cond_signal(&wait->came);
    pthread_mutex_unlock(&wait->lock);
}

bool scene_run(struct scene *scene, struct command *c)
{
    (void)scene;
    struct answer_wait wait = {.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};
    c->answered = answered;
    c->context = &wait;
    command_run(c);
    struct timespec end;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += WAIT_S;
    pthread_mutex_lock(&wait.lock);
    while (!wait.is_answered && pthread_cond_timedwait(&wait.came, &wait.lock, &end) == 0)
        ;
    const bool is_answered = wait.is_answered;
    pthread_mutex_unlock(&wait.lock);
    return is_answered;
}

/* ---- making one ------------------------------------------------------------------------------ */

static id id_in(const struct command *c)
{
    static const char MARK[] = "\"id\":\"";
    enum { ID_BYTES = ID_TEXT_BYTES - 1, MARK_BYTES = sizeof MARK - 1 };
    const char *at =
        c->body.bytes == 0 ? NULL : memmem(c->body.at, c->body.bytes, MARK, MARK_BYTES);
    id ret = {0};
    if (at == NULL || !id_read((str){at + MARK_BYTES, ID_BYTES}, &ret))
        die("no id in an answer", c->outcome);
    return ret;
}

static void must_run(struct scene *scene, struct command *c)
{
    if (!scene_run(scene, c) || c->outcome.code != E_OK)
        die("setup", c->outcome);
}

static id make_sub(struct scene *scene)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct merchant_create *in = ARENA_NEW(arena, struct merchant_create);
    command_init(&in->command, &scene->app, arena, scene->tenant);
    in->command.begin = merchant_create_begin;
    in->name = S("Payout");
    in->kind = KIND_PAYOUT;
    must_run(scene, &in->command);
    const id made = id_in(&in->command);
    command_done(&in->command);
    arena_free(arena);
    return made;
}

/* A payment whose platform fee leaves the platform with a balance. */
static void make_money(struct scene *scene)
{
    struct arena *arena = arena_new(PAYMENT_ARENA_BYTES);
    struct payment_create *in = ARENA_NEW(arena, struct payment_create);
    struct platform_line line = {true, true, true, scene->subs[0], 100000, 90000};
    command_init(&in->p.c, &scene->app, arena, scene->tenant);
    payment_create_init(in);
    in->amount_minor = line.amount_minor;
    in->currency = CUR_JPY;
    in->tax.has_platform_details = true;
    in->is_captured = true;
    in->platform = (struct platform_details){
        .is_present = true, .has_lines = true, .lines = &line, .line_count = 1};
    in->method = METHOD_CREDIT_CARD;
    in->card = (struct card_secret){.number = "4111111111111111", .month = 12, .year = 2035};
    in->details = S("{\"type\":\"credit_card\"}");
    in->locale = LOCALE_JA;
    must_run(scene, &in->p.c);
    command_done(&in->p.c);
    arena_free(arena);
}

static void make_tree(struct scene *scene)
{
    const result r = scene_open(scene, false);
    if (r.code != E_OK)
        die("open", r);
    struct merchant_root root = {.name = S("Market"), .kind = KIND_MARKETPLACE};
    const result made = merchant_create_root(scene->app.store, scene->arena, &root);
    if (made.code != E_OK)
        die("root", made);
    scene->root = root.id;
    scene->tenant = root.id.key;
    for (int i = 0; i < SUBS; i++)
        scene->subs[i] = make_sub(scene);
    make_money(scene);
    scene_close(scene);
}

void scene_make(struct scene *scene)
{
    *scene = (struct scene){.clock = {.now_us = now_us}};
    memcpy(scene->directory, "/tmp/kessai-flt-XXXXXX", sizeof "/tmp/kessai-flt-XXXXXX");
    scene->shared = mmap(NULL, sizeof *scene->shared, PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    scene->arena = arena_new(1 << 20);
    if (mkdtemp(scene->directory) == NULL || scene->shared == MAP_FAILED || scene->arena == NULL)
        die("directory", OK);
    scene->path = arena_printf(scene->arena, "%s/k.db", scene->directory);
    scene->key_path = arena_printf(scene->arena, "%s/k.key", scene->directory);
    scene->rail_path = arena_printf(scene->arena, "%s/k.rail", scene->directory);
    scene->shared->now_us = START_US;
    the_time = scene->shared;
    scene->disk = disk_new("fault");
    make_tree(scene);
    scene->clean = disk_snapshot(scene->disk);
}

void scene_free(struct scene *scene)
{
    static const char *const NAMES[] = {"k.key", "k.rail", "k.db.lock"};
    for (size_t i = 0; i < COUNT(NAMES); i++)
        (void)unlink(arena_printf(scene->arena, "%s/%s", scene->directory, NAMES[i]));
    (void)rmdir(scene->directory);
    disk_image_free(scene->clean);
    disk_free(scene->disk);
    arena_free(scene->arena);
    (void)munmap(scene->shared, sizeof *scene->shared);
}

void scene_reset(struct scene *scene)
{
    struct shared_scene *shared = scene->shared;
    if (scene->held != NULL)
        disk_rewind(scene->disk, scene->held);
    else
        disk_restore(scene->disk, scene->clean);
    memset(shared->told, 0, sizeof shared->told);
    memset(shared->crowd, 0, sizeof shared->crowd);
    shared->row_count = 0;
    shared->operations = 0;
    shared->finding[0] = '\0';
}
