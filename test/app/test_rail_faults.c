/* SPDX-License-Identifier: Apache-2.0 */
/* test_rail_faults.c: every way of misbehave.def, met by every operation it applies to, by a client
 * with an idempotency key and by one without.
 *
 * The oracle is the rail's own books: when all has come to rest they say the same as ours, what the
 * client was told is true, and whoever sends the same again has one effect. */
#include <sodium.h>
#include <time.h>

#include "app/rail_pool.h"
#include "base/log.h"
#include "stage.h"

static struct stage stage;

/* What came out, for the line at the end. */
static struct {
    int64_t cases, told_done, told_refused, told_unknown, settled_made, settled_not_made;
    int64_t inquiries, for_operator, never;
} seen;

/* A case that is open still when its row is through. */
enum { OPEN_MAX = 64 };
static struct open_case {
    struct step step;
    const struct misbehave *row;
} open_cases[OPEN_MAX];
static size_t open_count;

/* SLOW rows: while the call waits, time passes and the inquiry job runs, once. */
static void during(void *context, enum scripted_moment moment, const struct rail_call *call,
                   int64_t seconds)
{
    (void)context;
    if (moment != MOMENT_WAITING)
        return;
    stage_move_clock(&stage, stage_now_us(&stage) + seconds * US_PER_S);
    stage_resolve(&stage, call->reference.key);
}

static const char *name_of(const struct misbehave *row, const struct step *step)
{
    return arena_printf(stage.arena, "%s, %c, %s a key, told %s", row->slug,
                        misbehave_letter(step->op), step->key != 0 ? "with" : "without",
                        err_name(step->told));
}

static bool is_new(enum rail_op op)
{
    return op == RAIL_AUTHORIZE || op == RAIL_CHARGE;
}

/* Whether the effect of a step is there. */
static bool has_effect(const struct step *step)
{
    const struct payment p = stage_payment(&stage, step->payment);
    static const enum pay_state WITH[RAIL_OPS] = {[RAIL_AUTHORIZE] = PAY_AUTHORIZED,
                                                  [RAIL_CHARGE] = PAY_CAPTURED,
                                                  [RAIL_CAPTURE] = PAY_CAPTURED,
                                                  [RAIL_VOID] = PAY_CANCELLED,
                                                  [RAIL_REFUND] = PAY_REFUNDED};
    return p.status == WITH[step->op];
}

static bool is_told_done(const struct step *step)
{
    return step->http_status < 300;
}

static bool is_told_unknown(const struct step *step)
{
    return step->told == E_GATEWAY_TIMEOUT || step->told == E_BAD_GATEWAY;
}

/* The payment that a capture, a void or a refund is about; made by a rail that behaves. */
static void prepare(struct step *step)
{
    if (is_new(step->op))
        return;
    struct step first = {.op = step->op == RAIL_REFUND ? RAIL_CHARGE : RAIL_AUTHORIZE};
    stage_run(&stage, &first);
    CHECK_I64(first.told, E_OK);
    step->payment = first.payment;
    step->root = first.root;
}

/* What the client heard is true now that all is at rest. "Not made" binds us where money would be
 * taken: a charge and an authorization. Of the others "unknown" only says so. */
static void check_told(const struct misbehave *row, const struct step *step)
{
    const bool is_made = has_effect(step);
    const bool binds = !is_told_done(step) && (is_new(step->op) || !is_told_unknown(step));
    if ((is_told_done(step) && !is_made) || (binds && is_made))
        UNIT_FAIL("%s: that is not true", name_of(row, step));
}

static void count_told(const struct step *step)
{
    seen.cases++;
    seen.told_done += is_told_done(step);
    seen.told_unknown += is_told_unknown(step);
    seen.told_refused += !is_told_done(step) && !is_told_unknown(step);
}

/* A client that sends the same again while nobody knows is not let through. */
static void check_in_flight(const struct step *step)
{
    const struct operation o = stage_operation(&stage, step->operation.key);
    if (step->key == 0 || !operation_is_open(&o))
        return;
    struct step again = *step;
    stage_run(&stage, &again);
    CHECK_I64(again.told, E_IDEMPOTENCY_IN_FLIGHT);
}

/* Sends the same again when all is at rest, to a rail that behaves. With a key: the answer that was
 * kept, or, after what was given up, a fresh try. Without: a new try. Never two effects. */
static void check_again(const struct misbehave *row, const struct step *step)
{
    const bool was_made = has_effect(step);
    const struct operation o = stage_operation(&stage, step->operation.key);
    struct step again = *step;
    if (step->key == 0 && is_new(step->op))
        return; /* it would be another payment, rightly */
    again.scenario = NULL;
    stage_run(&stage, &again);
    const char *what =
        arena_printf(stage.arena, "%s; again: %s", name_of(row, step), err_name(again.told));
    const bool is_kept = step->key != 0 && o.state == OPERATION_DONE &&
                         o.sent_us + KEY_LIFETIME_US >= stage_now_us(&stage);
    if (is_kept && again.http_status != o.http_status)
        UNIT_FAIL("%s: status %d, kept %d", what, again.http_status, o.http_status);
    if (!is_kept && is_told_done(&again) == was_made)
        UNIT_FAIL("%s: it %s made before", what, was_made ? "was" : "was not");
    if (has_effect(&again) != (was_made || is_told_done(&again)))
        UNIT_FAIL("%s: that is not true", what);
    stage_check_books(&stage, &again, what);
    stage_check_books(&stage, step, what);
}

static void keep_open(const struct misbehave *row, const struct step *step,
                      const struct operation *o)
{
    if (!misbehave_is_for_operator(row, step->op))
        UNIT_FAIL("%s: open after %d inquiries", name_of(row, step), (int)o->tries);
    CHECK(o->due_us > stage_now_us(&stage)); /* it will be asked again */
    CHECK_I64(o->due_us - stage_now_us(&stage), 3600 * US_PER_S);
    CHECK(open_count < OPEN_MAX);
    open_cases[open_count++] = (struct open_case){*step, row};
    seen.for_operator++;
}

static void check_rest(const struct misbehave *row, const struct step *step)
{
    stage_check_books(&stage, step, name_of(row, step));
    check_told(row, step);
    if (has_effect(step))
        seen.settled_made++;
    else
        seen.settled_not_made++;
    check_again(row, step);
}

static void run_case(const struct misbehave *row, enum rail_op op, bool has_key)
{
    struct step step = {.op = op, .scenario = row->slug, .key = has_key ? stage_key(&stage) : 0};
    prepare(&step);
    stage_run(&stage, &step);
    count_told(&step);
    CHECK(step.operation.key != 0);
    check_in_flight(&step);
    const int64_t tries_max =
        misbehave_is_for_operator(row, op) ? OPERATION_ATTENTION_TRIES + 2 : 99;
    const struct operation o = stage_settle(&stage, step.operation.key, tries_max);
    seen.inquiries += o.tries;
    if (operation_is_open(&o))
        keep_open(row, &step, &o);
    else if (misbehave_is_for_operator(row, op))
        UNIT_FAIL("%s: it was to stay open", name_of(row, &step));
    else
        check_rest(row, &step);
}

/* Goal:   whatever the rail does, every outcome is found out or taken back, or stays in sight of
 * the operator where nothing of the kind can be done; no effect is doubled; both books agree.
 * Method: every row, every operation it applies to, with a key and without. */
TEST(every_way_to_misbehave_comes_to_rest)
{
    const struct scripted_config config = {.moment = during};
    stage_begin(&stage, &config);
    stage_open(&stage);
    for (size_t i = 0; i < MISBEHAVE_ROWS; i++)
        for (enum rail_op op = RAIL_AUTHORIZE; op <= RAIL_REFUND; op++)
            for (int has_key = 0; misbehave_applies(&MISBEHAVE[i], op) && has_key < 2; has_key++)
                run_case(&MISBEHAVE[i], op, has_key != 0);
    stage_close(&stage);
}

/* What the books hold of a case that never ends beyond what is in ours. */
static int64_t beyond_minor(const struct step *step)
{
    struct scripted_sum sum;
    const struct payment p = stage_payment(&stage, step->payment);
    scripted_sum(stage.scripted, step->root, &sum);
    return sum.captured_minor - sum.refunded_minor - (payment_total(&p) - p.refunded_minor);
}

/* Goal:   what was left to the operator comes to rest by itself once the rail is honest; only what
 *         the rail really did otherwise than asked, and cannot take back, stays: a refund of
 * another sum. Then our acquirer account is to the yen what the rail's books say. Method: the cases
 * that the sweep left open, an honest rail, the next inquiries. */
TEST(an_honest_rail_settles_what_was_left)
{
    int64_t beyond = 0;
    stage_open(&stage);
    scripted_reform(stage.scripted);
    for (size_t i = 0; i < open_count; i++) {
        struct open_case *c = &open_cases[i];
        const struct operation o = stage_operation(&stage, c->step.operation.key);
        const struct operation now = stage_settle(&stage, o.id.key, o.tries + 4);
        const bool did_other =
            c->row->books == BOOKS_OTHER_SUM || c->row->books == BOOKS_OTHER_CURRENCY;
        const bool stays = did_other && c->step.op == RAIL_REFUND;
        if (operation_is_open(&now) != stays)
            UNIT_FAIL("%s: %s", name_of(c->row, &c->step), stays ? "it has ended" : "it is open");
        seen.never += stays;
        if (stays)
            beyond += beyond_minor(&c->step);
        else
            check_rest(c->row, &c->step);
    }
    CHECK_I64(stage_acquirer_minor(&stage) + beyond, scripted_total_minor(stage.scripted, CUR_JPY));
    stage_close(&stage);
}

/* Goal:   the auditor finds nothing, with what stays open in the database. */
TEST(the_auditor_finds_nothing)
{
    const struct scripted_count count = scripted_count(stage.scripted);
    print_message("%d ways, %" PRId64 " cases: told done %" PRId64 ", refused %" PRId64
                  ", unknown %" PRId64 "; settled as made %" PRId64 ", as not made %" PRId64
                  "; for the operator %" PRId64 ", of which %" PRId64
                  " never end; inquiries %" PRId64 "; the rail had %" PRId64 " calls and %" PRId64
                  " inquiries, %" PRId64 " of its voids were asked to fail\n",
                  (int)MISBEHAVE_ROWS, seen.cases, seen.told_done, seen.told_refused,
                  seen.told_unknown, seen.settled_made, seen.settled_not_made, seen.for_operator,
                  seen.never, seen.inquiries, count.calls, count.inquiries, count.voids);
    stage_end(&stage);
}

/* ---- an answer and an inquiry at the same time ---------------------------------------------- */

static struct {
    struct bell asked, told, ended; /* the rail by the job; the client; the job */
    bool is_on;
} crossing = {BELL, BELL, BELL, false};

/* The job asks while the call waits, and comes to its outcome after the client was answered. */
static void cross(void *context, enum scripted_moment moment, const struct rail_call *call,
                  int64_t seconds)
{
    (void)context;
    if (crossing.is_on && moment == MOMENT_WAITING) {
        stage_move_clock(&stage, stage_now_us(&stage) + seconds * US_PER_S);
        stage_resolve_start(&stage, call->reference.key, &crossing.ended);
        bell_wait(&crossing.asked);
    } else if (crossing.is_on && moment == MOMENT_INQUIRED) {
        crossing.is_on = false;
        bell_ring(&crossing.asked);
        bell_wait(&crossing.told);
    }
}

/* Goal:   when the answer of a call and that of an inquiry cross, one of them decides, and the
 * client is told no other thing: an inquiry that found the charge made does not make it after the
 *         client was told that it was not.
 * Method: the charge is made at once; its answer comes while the job holds the same news. */
TEST(an_answer_that_crosses_an_inquiry_leaves_one_decision)
{
    const struct scripted_config config = {.moment = cross};
    struct step step = {.op = RAIL_CHARGE, .scenario = "slow"};
    stage_begin(&stage, &config);
    stage_open(&stage);
    crossing.is_on = true;
    stage_run(&stage, &step);
    CHECK_I64(step.told, E_GATEWAY_TIMEOUT);
    bell_ring(&crossing.told);
    bell_wait(&crossing.ended);
    struct operation o = stage_operation(&stage, step.operation.key);
    CHECK(operation_is_open(&o)); /* the job left it alone */
    o = stage_settle(&stage, step.operation.key, 99);
    CHECK_I64(o.state, OPERATION_GIVEN_UP);
    CHECK(!has_effect(&step));
    stage_check_books(&stage, &step, "crossing");
    CHECK_I64(stage_acquirer_minor(&stage), 0);
    stage_close(&stage);
    stage_end(&stage);
}

/* ---- a call that is made too late ------------------------------------------------------------ */

static struct bell late = BELL;

/* Each keeps a rail's thread: the first until the intent is committed, when half a minute passes at
 * once; the others until then. */
static void wait_for_intent(struct rail_job *job)
{
    static const struct timespec MOMENT = {.tv_nsec = 1000000};
    (void)job;
    while (stage_next_open(&stage, 0) == 0)
        (void)nanosleep(&MOMENT, NULL);
    const struct operation o = stage_operation(&stage, stage_next_open(&stage, 0));
    stage_move_clock(&stage, o.sent_us + RAIL_CALL_MS_MAX * INT64_C(1000) + 1);
    bell_ring(&late);
}

static void wait_for_late(struct rail_job *job)
{
    (void)job;
    bell_wait(&late);
}

/* Goal:   a call that could not be made within its time is not made any more: the inquiry job may
 *         have given it up by then.
 * Method: every thread for rails is busy until that time has passed. */
TEST(a_call_that_waited_too_long_is_not_made)
{
    const struct scripted_config config = {0};
    struct rail_job busy[STAGE_RAIL_THREADS];
    struct step step = {.op = RAIL_CHARGE};
    stage_begin(&stage, &config);
    stage_open(&stage);
    for (size_t i = 0; i < COUNT(busy); i++) {
        busy[i].run = i == 0 ? wait_for_intent : wait_for_late;
        rail_pool_put(stage.app.pool, &busy[i]);
    }
    stage_run(&stage, &step);
    CHECK_I64(step.told, E_GATEWAY_TIMEOUT);
    CHECK_I64(scripted_count(stage.scripted).calls, 0);
    CHECK_I64(stage_operation(&stage, step.operation.key).state, OPERATION_GIVEN_UP);
    stage_check_books(&stage, &step, "too late");
    stage_close(&stage);
    stage_end(&stage);
}

int main(void)
{
    CHECK(sodium_init() >= 0);
    log_set_level(LEVELS); /* the rail's faults are no news here */
    const struct CMUnitTest all[] = {
        CLAIM(every_way_to_misbehave_comes_to_rest),
        CLAIM(an_honest_rail_settles_what_was_left),
        CLAIM(the_auditor_finds_nothing),
        CLAIM(an_answer_that_crosses_an_inquiry_leaves_one_decision),
        CLAIM(a_call_that_waited_too_long_is_not_made),
    };
    return RUN_ALL(all);
}
