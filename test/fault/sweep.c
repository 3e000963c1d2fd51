/* SPDX-License-Identifier: Apache-2.0 */
#include "sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/recover.h"
#include "audit/audit.h"
#include "base/log.h"

enum { HANG_S = 120 };

/* ---- processes ------------------------------------------------------------------------------- */

int sweep_child(const struct act_of *act, bool (*f)(const struct act_of *act))
{
    const pid_t child = fork();
    if (child == 0) {
        (void)alarm(HANG_S); /* a process that hangs is found by its end */
        log_set_level(LEVELS);
        _exit(f(act) ? 0 : 1);
    }
    int status = -1;
    (void)waitpid(child, &status, 0);
    return status;
}

bool sweep_ended(int status, int code)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* ---- without faults -------------------------------------------------------------------------- */

static void note_state(struct scene *scene, int step)
{
    scene->shared->states[step + 1] = state_read(scene);
}

static bool learn(const struct act_of *act)
{
    struct scene *scene = act->scene;
    struct shared_scene *shared = scene->shared;
    const int length = flow_length(act->flow);
    shared->states[0] = state_read(scene);
    const result r = scene_open(scene, false);
    if (r.code != E_OK)
        return found(scene, "cannot be opened: %s", r.message);
    flow_play(scene, act->flow, shared->wanted, note_state);
    if (scene->closes)
        scene_close(scene);
    shared->changes = disk_count(scene->disk, DISK_CHANGE);
    for (int i = 0; i < length; i++)
        if (!told_is_final(&shared->wanted[i]))
            return found(scene, "step %d ends with %s", i + 1, err_name(shared->wanted[i].code));
    if (shared->states[length] == shared->states[0] || shared->states[length] == 0)
        return found(scene, "the flow moves no money");
    shared->wanted_tally = tally_read(scene);
    return shared->finding[0] == '\0';
}

bool sweep_learn(struct scene *scene, const struct money_flow *flow)
{
    const struct act_of act = {.scene = scene, .flow = flow};
    scene_reset(scene);
    scene->shared->finding[0] = '\0';
    disk_fail(scene->disk, NULL);
    memset(scene->shared->wanted, 0, sizeof scene->shared->wanted);
    return sweep_ended(sweep_child(&act, learn), 0);
}

/* How many steps the client was given an outcome for. */
static int steps_told(const struct scene *scene, const struct money_flow *flow)
{
    int steps = 0;
    while (steps < flow_length(flow) && told_is_final(&scene->shared->told[steps]))
        steps++;
    return steps;
}

/* ---- under a fault --------------------------------------------------------------------------- */

static bool can_read(struct scene *scene)
{
    int64_t events = 0;
    struct db *db = store_read_begin(scene->app.store);
    const result r = db_number(db, SQL_EVENT_HEAD, &events, VI(scene->tenant));
    store_read_end(scene->app.store, db);
    return r.code == E_OK && events > 0;
}

/* A full disk: reads go on, and what was refused for it has not happened; when there is room, so do
 * writes, without a restart. */
static bool play_on(const struct act_of *act)
{
    struct scene *scene = act->scene;
    struct shared_scene *shared = scene->shared;
    const int steps = steps_told(scene, act->flow);
    const bool is_refused = steps < flow_length(act->flow) && told_is_refused(&shared->told[steps]);
    if (!can_read(scene))
        return found(scene, "the disk is full, and reads fail");
    if (is_refused && state_read(scene) != shared->states[steps])
        return found(scene, "step %d was refused for a full disk, and has happened", steps + 1);
    struct told again[STEPS_MAX] = {0};
    shared->operations = disk_count(scene->disk, act->fault->op);
    disk_fail(scene->disk, NULL);
    flow_play(scene, act->flow, again, NULL);
    for (int i = 0; i < flow_length(act->flow) && again[i].is_asked; i++) {
        const bool is_under_way = again[i].code == E_IDEMPOTENCY_IN_FLIGHT;
        if (is_refused && is_under_way)
            return found(scene, "step %d was refused for a full disk, and is under way", i + 1);
        if (!told_is_final(&again[i]) && !is_under_way)
            return found(scene, "the disk has room again, and step %d ends with %s", i + 1,
                         err_name(again[i].code));
    }
    memcpy(shared->told, again, sizeof again);
    return true;
}

static bool play(const struct act_of *act)
{
    struct scene *scene = act->scene;
    const struct disk_fault *fault = act->fault;
    const bool is_open = scene_open(scene, false).code == E_OK;
    if (is_open)
        flow_play(scene, act->flow, scene->shared->told, NULL);
    const bool is_full = is_open && fault->how == DISK_ENOSPC && fault->op != DISK_SYNC &&
                         disk_failures(scene->disk) > 0;
    bool is_well = scene->shared->finding[0] == '\0';
    if (is_well && is_full)
        is_well = play_on(act);
    if (scene->closes)
        scene_close(scene);
    return is_well;
}

/* ---- afterwards ------------------------------------------------------------------------------ */

/* The books were made by two processes; what the first left wrong is still there. */
bool sweep_audit(struct scene *scene)
{
    int64_t findings = -1;
    const result r = audit_run(scene->path, stderr, &findings);
    return (r.code == E_OK && findings == 0) ||
           found(scene, "the auditor says %s %s, %" PRId64 " findings", err_name(r.code),
                 r.message == NULL ? "" : r.message, findings);
}

/* What was told is there, what was refused is not, the rest is there once or not at all. */
static bool check_state(struct scene *scene, const struct money_flow *flow)
{
    const struct shared_scene *shared = scene->shared;
    const int steps = steps_told(scene, flow);
    const uint64_t state = state_read(scene);
    if (state == shared->states[steps])
        return true;
    if (steps == flow_length(flow) || !shared->told[steps].is_asked)
        return found(scene, "%d steps were told, and the books are others", steps);
    if (told_is_refused(&shared->told[steps]))
        return found(scene, "step %d was refused with %s, and has changed the books", steps + 1,
                     err_name(shared->told[steps].code));
    return state == shared->states[steps + 1] ||
           found(scene, "step %d was answered with %s, and has half happened", steps + 1,
                 err_name(shared->told[steps].code));
}

static bool check_again(struct scene *scene, const struct money_flow *flow)
{
    const struct shared_scene *shared = scene->shared;
    struct told again[STEPS_MAX] = {0};
    flow_play(scene, flow, again, NULL);
    for (int i = 0; i < flow_length(flow); i++) {
        const struct told *told = &shared->told[i];
        if (again[i].http_status != shared->wanted[i].http_status)
            return found(scene, "step %d again ends with %s (%d), not %d", i + 1,
                         err_name(again[i].code), again[i].http_status,
                         shared->wanted[i].http_status);
        if (told_is_final(told) && told->body_hash != again[i].body_hash)
            return found(scene, "step %d again has another answer", i + 1);
    }
    return true;
}

static bool check(const struct act_of *act)
{
    struct scene *scene = act->scene;
    const int length = flow_length(act->flow);
    if (act->crash_seed != 0)
        disk_crash(scene->disk, act->crash_seed);
    else
        disk_drop(scene->disk);
    scene_forget(scene);
    const result opened = scene_open(scene, false);
    if (opened.code != E_OK)
        return found(scene, "the next start fails: %s %s", err_name(opened.code),
                     opened.message == NULL ? "" : opened.message);
    const result recovered = operations_recover(&scene->app);
    if (recovered.code != E_OK)
        return found(scene, "recovery fails with %s", err_name(recovered.code));
    if (!check_state(scene, act->flow) || !check_again(scene, act->flow))
        return false;
    if (state_read(scene) != scene->shared->states[length])
        return found(scene, "the same calls again end with other books");
    const struct tally tally = tally_read(scene), *wanted = &scene->shared->wanted_tally;
    for (int op = 1; op < RAIL_OPS; op++)
        if (tally.count[op] != wanted->count[op] || tally.minor[op] != wanted->minor[op])
            return found(scene,
                         "the acquirer did operation %d %" PRId64 " times for %" PRId64
                         ", not %" PRId64 " for %" PRId64,
                         op, tally.count[op], tally.minor[op], wanted->count[op],
                         wanted->minor[op]);
    return sweep_audit(scene);
}

/* ---- a point --------------------------------------------------------------------------------- */

static const char *const OP_NAMES[DISK_OPS] = {
    [DISK_OPEN] = "open",         [DISK_READ] = "read",         [DISK_WRITE] = "write",
    [DISK_SYNC] = "sync",         [DISK_TRUNCATE] = "truncate", [DISK_DELETE] = "delete",
    [DISK_SHM] = "shared memory", [DISK_CHANGE] = "change",
};
static const char *const HOW_NAMES[DISK_FAILURES] = {[DISK_EIO] = "EIO",
                                                     [DISK_ENOSPC] = "ENOSPC",
                                                     [DISK_EXIT] = "loss of power",
                                                     [DISK_GONE] = "loss of power"};

static void report(struct scene *scene, const struct act_of *act, struct figures *figures)
{
    const struct disk_fault *fault = act->fault;
    if (++figures->findings > 20)
        return;
    fprintf(stderr, "%s: %s %" PRId64 "%s %s seed %" PRIu64 ": %s\n", act->flow->name,
            OP_NAMES[fault->op], fault->at, fault->is_for_ever ? " for ever" : "",
            HOW_NAMES[fault->how], act->crash_seed,
            scene->shared->finding[0] == '\0' ? "the process ended by itself"
                                              : scene->shared->finding);
}

/* After a failed sync nothing was acknowledged. */
static bool is_silent_after_sync(struct scene *scene, const struct disk_fault *fault)
{
    for (int i = 0; i < STEPS_MAX; i++)
        if (fault->op == DISK_SYNC && scene->shared->told[i].is_late)
            return found(scene, "step %d was told to have happened after a failed sync", i + 1);
    return true;
}

bool sweep_point(struct scene *scene, const struct money_flow *flow, const struct disk_fault *fault,
                 uint64_t crash_seed, struct figures *figures, int64_t *ret_count)
{
    const struct act_of act = {
        .scene = scene, .flow = flow, .fault = fault, .crash_seed = crash_seed};
    scene_reset(scene);
    disk_fail(scene->disk, fault);
    const int status = sweep_child(&act, play);
    const int64_t operations = disk_count(scene->disk, fault->op);
    const int64_t before = scene->shared->operations;
    *ret_count = operations > before ? operations : before;
    figures->points++;
    figures->ended += sweep_ended(status, LOST_STATUS);
    const int steps = steps_told(scene, flow);
    figures->open += steps < flow_length(flow) && scene->shared->told[steps].is_asked &&
                     !told_is_refused(&scene->shared->told[steps]);
    bool is_well = sweep_ended(status, 0) || sweep_ended(status, LOST_STATUS) ||
                   (fault->how == DISK_EXIT && sweep_ended(status, DISK_EXIT_STATUS));
    is_well = is_well && is_silent_after_sync(scene, fault);
    if (!is_well || !sweep_ended(sweep_child(&act, check), 0))
        report(scene, &act, figures);
    return !sweep_ended(status, 0);
}

struct part part_read(int count, char **arguments)
{
    int64_t part = 0, parts = 1;
    if (count == 3 && (!str_i64(str_of(arguments[1]), &part) ||
                       !str_i64(str_of(arguments[2]), &parts) || part < 0 || part >= parts))
        abort();
    return (struct part){(int)part, (int)parts};
}
