/* SPDX-License-Identifier: Apache-2.0 */
/* test_rail_kills.c: the process dies at every step of an operation: between its intent and the
 * call, before and after the rail has acted, before and after an inquiry, before the outcome is
 * committed, and before and after a reversal. The next process finds out the rest.
 *
 * A child runs the operation and kills itself; the rail's books and the clock are shared with it.
 */
#include <signal.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "app/recover.h"
#include "base/log.h"
#include "stage.h"

/* The nth time that this moment is reached since the operation began. */
struct kill_point {
    const char *name;
    enum scripted_moment moment; /* MOMENT_NONE: in the finish transaction, before it commits */
    int nth;
    const char *ops; /* that come to it */
};

static const struct kill_point POINTS[] = {
    {"after the intent", MOMENT_CALLED, 1, "ACPVR"},
    {"after the call", MOMENT_DONE, 1, "ACPVR"},
    {"after the first inquiry", MOMENT_INQUIRED, 1, "ACPVR"},
    {"before the outcome is committed", MOMENT_NONE, 1, "ACPVR"},
    {"after the job's inquiry", MOMENT_INQUIRED, 2, "ACPVR"},
    {"before the job's reversal", MOMENT_CALLED, 2, "ACP"},
    {"after the job's reversal", MOMENT_DONE, 2, "ACP"},
    {"after the reversal was checked", MOMENT_INQUIRED, 3, "ACP"},
};

/* Rows that between them go every way an operation can go. */
static const struct {
    const char *slug;
    bool has_job; /* inquiries have to do with it */
} WAYS[] = {
    {"well", false}, {"silent_after", true}, {"late_minute", true}, {"says_other_sum", true}};

/* Shared with the child. */
static struct shared {
    struct step step;
    int reached[MOMENTS];
    bool is_armed;
} * shared;

static struct stage stage;
static const struct kill_point *point;
static int64_t kills, survived, reversals;

static void die(void)
{
    (void)kill(getpid(), SIGKILL);
}

static void maybe_die(void *context, enum scripted_moment moment, const struct rail_call *call,
                      int64_t seconds)
{
    (void)context;
    (void)call;
    (void)seconds;
    if (shared->is_armed && ++shared->reached[moment] == point->nth && point->moment == moment)
        die();
}

/* Up to the moment of death, or until all is at rest. */
static void live(void)
{
    struct step *step = &shared->step;
    stage_open(&stage);
    if (step->op != RAIL_AUTHORIZE && step->op != RAIL_CHARGE) {
        struct step first = {.op = step->op == RAIL_REFUND ? RAIL_CHARGE : RAIL_AUTHORIZE};
        stage_run(&stage, &first);
        CHECK_I64(first.told, E_OK);
        step->payment = first.payment;
        step->root = first.root;
    }
    shared->is_armed = true;
    stage_run(&stage, step);
    if (step->operation.key == 0) /* not what is tried here */
        UNIT_FAIL("%s, %s, %c: told %s", point->name, step->scenario, misbehave_letter(step->op),
                  err_name(step->told));
    (void)stage_settle(&stage, step->operation.key, 99);
    shared->is_armed = false;
    stage_close(&stage);
}

/* What the next process finds is asked at once, and then as it falls due.
 *   ret   the operation that was open, as it is now; key 0: none was */
static void recover(struct operation *ret)
{
    const int64_t open = stage_next_open(&stage, 0);
    *ret = (struct operation){0};
    if (open != 0)
        CHECK_I64(stage_next_open(&stage, open), 0); /* one thing was under way */
    CHECK_OK(operations_recover(&stage.app));
    if (open == 0)
        return;
    *ret = stage_settle(&stage, open, 99);
    CHECK(!operation_is_open(ret));
}

static void check_total(const char *what)
{
    const int64_t ours = stage_acquirer_minor(&stage);
    const int64_t theirs = scripted_total_minor(stage.scripted, CUR_JPY);
    if (ours != theirs)
        UNIT_FAIL("%s: %" PRId64 " to us, %" PRId64 " to the rail", what, ours, theirs);
}

/* The client never heard; it sends the same again, under the same key, to a rail that behaves: that
 * gives what was found out, or makes it now. Never two effects. */
static void check_again(const struct operation *o, const char *what)
{
    struct step again = shared->step;
    const int64_t before = stage_acquirer_minor(&stage);
    again.scenario = NULL;
    again.before_commit = NULL;
    stage_run(&stage, &again);
    if (o->state == OPERATION_DONE && again.http_status != o->http_status)
        UNIT_FAIL("%s: status %d, found out %d", what, again.http_status, o->http_status);
    if (o->state == OPERATION_DONE)
        CHECK_I64(stage_acquirer_minor(&stage), before);
    if (o->state == OPERATION_GIVEN_UP)
        CHECK_I64(again.told, E_OK);
    check_total(what);
    if (again.payment.key != 0)
        stage_check_books(&stage, &again, what);
}

/* Runs one case in a child.   returns  whether it was killed */
static bool run_child(void)
{
    int status;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        live();
        _exit(0);
    }
    CHECK_I64(waitpid(child, &status, 0), child);
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ||
          (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return WIFSIGNALED(status);
}

static void run_case(const struct kill_point *at, const char *slug, enum rail_op op)
{
    struct operation o;
    stage_move_clock(&stage, stage_now_us(&stage) + US_PER_S); /* a fork repeats ids */
    const char *what =
        arena_printf(stage.arena, "killed %s, %s, %c", at->name, slug, misbehave_letter(op));
    point = at;
    *shared = (struct shared){.step = {.op = op,
                                       .scenario = slug,
                                       .key = stage_key(&stage),
                                       .before_commit = at->moment == MOMENT_NONE ? die : NULL}};
    const bool was_killed = run_child();
    shared->is_armed = false;
    kills += was_killed;
    survived += !was_killed;
    reversals += was_killed && at->nth == 2 && at->moment == MOMENT_DONE;
    if (!was_killed)
        return; /* this row never comes to that point */
    stage_move_clock(&stage, stage_now_us(&stage) + US_PER_S);
    stage_open(&stage);
    recover(&o);
    check_total(what);
    if (shared->step.payment.key != 0)
        stage_check_books(&stage, &shared->step, what);
    if (o.id.key != 0)
        check_again(&o, what);
    stage_close(&stage);
}

static bool is_tried(const struct kill_point *at, size_t way, enum rail_op op)
{
    const bool is_in_job = at->nth > 1 || at->moment == MOMENT_INQUIRED;
    if (test_on_postgres() && strcmp(WAYS[way].slug, "silent_after") != 0)
        return false; /* the store does not change the ways; opening it takes long there */
    return strchr(at->ops, misbehave_letter(op)) != NULL && (WAYS[way].has_job || !is_in_job) &&
           (op != RAIL_VOID || strcmp(WAYS[way].slug, "says_other_sum") != 0);
}

/* Goal:   wherever the process dies, the next one brings the operation to an end: both books agree,
 *         and the same key again has one effect. The reversal that a process made before it ended
 * is among the points, and is not made twice. Method: each point, for rows that go every way, for
 * every operation. */
TEST(a_process_that_dies_leaves_nothing_undecided)
{
    const struct scripted_config config = {.moment = maybe_die};
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    *shared = (struct shared){0};
    stage_begin(&stage, &config);
    for (size_t i = 0; i < COUNT(POINTS); i++)
        for (size_t n = 0; n < COUNT(WAYS); n++)
            for (enum rail_op op = RAIL_AUTHORIZE; op <= RAIL_REFUND; op++)
                if (is_tried(&POINTS[i], n, op))
                    run_case(&POINTS[i], WAYS[n].slug, op);
    print_message("%" PRId64 " kills, %" PRId64 " of them after a reversal; %" PRId64
                  " cases did not come to their point\n",
                  kills, reversals, survived);
    CHECK(reversals >= 2);
    stage_end(&stage);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    log_set_level(LEVELS);
    const struct CMUnitTest all[] = {CLAIM(a_process_that_dies_leaves_nothing_undecided)};
    return RUN_ALL(all);
}
