/* SPDX-License-Identifier: Apache-2.0 */
/* test_server.c: the server's store, with its threads, on a disk that fails: many clients whose
 * works share a commit, and checkpoints beside them. */
#include <inttypes.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "app/recover.h"
#include "sweep.h"
#include "unit.h"

static struct scene scene;
static struct figures total;

/* Every client charges STEPS_MAX times, with keys of its own. */
static struct money_flow crowd[CLIENTS];
static const char *const NAMES[CLIENTS] = {"client-1", "client-2", "client-3", "client-4"};

static void make_crowd(void)
{
    for (int i = 0; i < CLIENTS; i++) {
        crowd[i].name = NAMES[i];
        for (int k = 0; k < STEPS_MAX; k++)
            crowd[i].steps[k] = (struct step){
                .act = ACT_CHARGE, .amount_minor = 1000 + k, .lines = {{600, 60}, {400 + k, 40}}};
    }
}

struct client {
    pthread_t thread;
    struct scene *scene;
    int index;
};

static void *client_main(void *context)
{
    const struct client *client = context;
    flow_play(client->scene, &crowd[client->index], client->scene->shared->crowd[client->index],
              NULL);
    return NULL;
}

static bool play(const struct act_of *act)
{
    struct client clients[CLIENTS];
    if (scene_open(act->scene, true).code != E_OK)
        return act->fault != NULL;
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.scene = act->scene, .index = i};
        if (pthread_create(&clients[i].thread, NULL, client_main, &clients[i]) != 0)
            return found(act->scene, "no thread");
    }
    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_join(clients[i].thread, NULL);
    scene_close(act->scene);
    return act->scene->shared->finding[0] == '\0';
}

/* ---- afterwards ------------------------------------------------------------------------------ */

static int64_t payments_captured(void)
{
    sqlite3 *db;
    sqlite3_stmt *statement = NULL;
    int64_t count = -1;
    if (sqlite3_open(scene.path, &db) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT count(*) FROM payment WHERE status = 3", -1, &statement,
                           NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        count = sqlite3_column_int64(statement, 0) - 1; /* the scene's own */
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(db);
    return count;
}

/* As many payments as clients were told of, and no more than may have happened. */
static bool check_count(const struct shared_scene *shared)
{
    int64_t least = 0, most = 0;
    for (int i = 0; i < CLIENTS; i++)
        for (int k = 0; k < STEPS_MAX; k++) {
            const struct told *told = &shared->crowd[i][k];
            least += told_is_final(told);
            most += told->is_asked && !told_is_refused(told);
        }
    const int64_t count = payments_captured();
    return (least <= count && count <= most) ||
           found(&scene, "%" PRId64 " payments, between %" PRId64 " and %" PRId64 " were told of",
                 count, least, most);
}

/* Every client asks for everything again. */
static bool check_again(void)
{
    for (int i = 0; i < CLIENTS; i++) {
        struct told again[STEPS_MAX] = {0};
        flow_play(&scene, &crowd[i], again, NULL);
        for (int k = 0; k < STEPS_MAX; k++) {
            const struct told *told = &scene.shared->crowd[i][k];
            if (again[k].http_status != 200)
                return found(&scene, "%s again ends with %s", crowd[i].name,
                             err_name(again[k].code));
            if (told_is_final(told) && told->body_hash != again[k].body_hash)
                return found(&scene, "%s again has another answer", crowd[i].name);
        }
    }
    return true;
}

static bool check(const struct act_of *act)
{
    if (act->crash_seed != 0)
        disk_crash(scene.disk, act->crash_seed);
    else
        disk_drop(scene.disk);
    const result r = scene_open(&scene, true);
    if (r.code != E_OK || operations_recover(&scene.app).code != E_OK)
        return found(&scene, "the next start fails: %s", r.message == NULL ? "" : r.message);
    if (!check_count(scene.shared) || !check_again())
        return false;
    scene_close(&scene);
    const struct tally tally = tally_read(&scene);
    return (payments_captured() == CLIENTS * STEPS_MAX &&
            tally.count[RAIL_CHARGE] == CLIENTS * STEPS_MAX) ||
                   found(&scene, "%" PRId64 " payments, %" PRId64 " charges", payments_captured(),
                         tally.count[RAIL_CHARGE])
               ? sweep_audit(&scene)
               : false;
}

static void point(const struct disk_fault *fault, uint64_t crash_seed, int64_t *ret_count)
{
    const struct act_of act = {.scene = &scene, .fault = fault, .crash_seed = crash_seed};
    scene_reset(&scene);
    disk_fail(scene.disk, fault);
    const int status = sweep_child(&act, play);
    *ret_count = disk_count(scene.disk, fault->op);
    total.points++;
    total.ended += sweep_ended(status, LOST_STATUS);
    const bool is_well = sweep_ended(status, 0) || sweep_ended(status, LOST_STATUS) ||
                         (fault->how == DISK_EXIT && sweep_ended(status, DISK_EXIT_STATUS));
    if (is_well && sweep_ended(sweep_child(&act, check), 0))
        return;
    if (++total.findings <= 20)
        fprintf(stderr, "op %d at %" PRId64 " how %d seed %" PRIu64 ": %s (status %d)\n",
                (int)fault->op, fault->at, (int)fault->how, crash_seed, scene.shared->finding,
                status);
}

/* Goal:   what holds for one client holds for many whose works share a commit, on the threads of
 * the server: nothing acknowledged is lost, nothing happens twice. Method: four clients charge at
 * once; every Nth sync, and writes and losses of power at growing distances (how works fall into
 * commits differs from run to run, so there is no sweep). */
TEST(a_crowd_loses_nothing)
{
    static const struct {
        enum disk_op op;
        enum disk_failure how;
        int64_t stride;
        bool crashes;
    } KINDS[] = {
        {DISK_SYNC, DISK_EIO, 1, true},
        {DISK_WRITE, DISK_EIO, 17, false},
        {DISK_WRITE, DISK_ENOSPC, 13, false},
        {DISK_CHANGE, DISK_EXIT, 7, true},
    };
    const uint64_t seed = random_seed();
    unit_seed = seed;
    for (size_t i = 0; i < COUNT(KINDS); i++) {
        int64_t count = 0, at = 1;
        do {
            const struct disk_fault fault = {.op = KINDS[i].op,
                                             .at = at,
                                             .is_for_ever = at % 2 == 0,
                                             .how = KINDS[i].how,
                                             .seed = seed + (uint64_t)at};
            point(&fault, KINDS[i].crashes ? (seed + (uint64_t)at) | 1 : 0, &count);
            at += KINDS[i].stride;
        } while (count >= at - KINDS[i].stride);
    }
    CHECK_I64(total.findings, 0);
}

/* ---- checkpoints ----------------------------------------------------------------------------- */

enum { LOG_BYTES = 1200 * 4096 }; /* enough for the server to want a checkpoint */

/* Fills the log, then lets every sync fail while nobody writes; returns only if nothing happens. */
static bool wait_for_checkpoint(const struct act_of *act)
{
    if (scene_open(act->scene, true).code != E_OK)
        return false;
    const char *log = arena_printf(act->scene->arena, "%s-wal", act->scene->path);
    for (int i = 0; i < 100 && disk_bytes(act->scene->disk, log) < LOG_BYTES; i++) {
        const struct money_flow more = {
            .name = arena_printf(act->scene->arena, "more-%d", i),
            .steps = {crowd[0].steps[0], crowd[0].steps[1], crowd[0].steps[2], crowd[0].steps[3]}};
        struct told told[STEPS_MAX] = {0};
        flow_play(act->scene, &more, told, NULL);
    }
    disk_fail(act->scene->disk, act->fault);
    for (;;)
        (void)pause();
}

/* Goal:   a checkpoint whose sync fails ends the process as a commit does: what the disk holds is
 *         unknown until a new one has read it.
 * Method: the log is made long enough for the server's own checkpoint, and nothing else is asked.
 */
TEST(a_failed_sync_of_a_checkpoint_ends_the_process)
{
    const struct disk_fault fault = {DISK_SYNC, 1, true, DISK_EIO, 1};
    const struct act_of act = {.scene = &scene, .fault = &fault};
    scene_reset(&scene);
    const int status = sweep_child(&act, wait_for_checkpoint);
    CHECK(sweep_ended(status, LOST_STATUS));
    disk_crash(scene.disk, 1);
    CHECK(sweep_audit(&scene));
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_crowd_loses_nothing),
        CLAIM(a_failed_sync_of_a_checkpoint_ends_the_process),
    };
    make_crowd();
    scene_make(&scene);
    const int failed = RUN_ALL(all);
    printf("fault server: %" PRId64 " points, %" PRId64 " processes ended themselves, %" PRId64
           " findings\n",
           total.points, total.ended, total.findings);
    scene_free(&scene);
    return failed;
}
