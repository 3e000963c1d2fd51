/* SPDX-License-Identifier: Apache-2.0 */
/* test_io.c: every operation of the disk fails once, and from there on, in every flow of money.
 *
 * KESSAI_FLOW=<name> in the environment runs one flow only. */
#include <inttypes.h>
#include <stdio.h>

#include "sweep.h"
#include "unit.h"

static struct scene scene;
static struct figures total;

/* What can fail, and how. A read or a delete needs no room, and a sync that finds none fails as any
 * other does. */
static const struct {
    enum disk_op op;
    enum disk_failure how;
} KINDS[] = {
    {DISK_OPEN, DISK_EIO},     {DISK_OPEN, DISK_ENOSPC},     {DISK_READ, DISK_EIO},
    {DISK_WRITE, DISK_EIO},    {DISK_WRITE, DISK_ENOSPC},    {DISK_SYNC, DISK_EIO},
    {DISK_TRUNCATE, DISK_EIO}, {DISK_TRUNCATE, DISK_ENOSPC}, {DISK_DELETE, DISK_EIO},
    {DISK_SHM, DISK_EIO},      {DISK_SHM, DISK_ENOSPC},
};

/* A point; for a sync also one where the machine starts anew, not the program only.
 * True if the process ended at the failure: then nothing could happen differently if later ones
 * failed as well. */
static bool fail_at(const struct money_flow *flow, const struct disk_fault *fault,
                    struct figures *figures, int64_t *ret_count)
{
    if (fault->op == DISK_SYNC)
        (void)sweep_point(&scene, flow, fault, (uint64_t)fault->at, figures, ret_count);
    return sweep_point(&scene, flow, fault, 0, figures, ret_count) && *ret_count == fault->at;
}

static void sweep_kind(const struct money_flow *flow, struct disk_fault fault,
                       struct figures *figures)
{
    int64_t count, count_for_ever;
    fault.at = 0;
    do { /* until the flow has no Nth one; the process may end at the Nth */
        fault.at++;
        fault.seed = (uint64_t)fault.at;
        fault.is_for_ever = false;
        const bool has_ended = fail_at(flow, &fault, figures, &count);
        fault.is_for_ever = true;
        if (!has_ended && count >= fault.at)
            (void)fail_at(flow, &fault, figures, &count_for_ever);
    } while (count >= fault.at);
}

static void sweep_flow(const struct money_flow *flow)
{
    struct figures figures = {0};
    const char *wanted = getenv("KESSAI_FLOW");
    if (wanted != NULL && strcmp(wanted, flow->name) != 0)
        skip();
    const bool is_first = flow == &FLOW_LIST[0]; /* also what opening and closing do */
    scene.closes = is_first;
    if (!is_first)
        scene_hold(&scene);
    if (!sweep_learn(&scene, flow))
        UNIT_FAIL("%s: %s", flow->name, scene.shared->finding);
    for (size_t i = 0; i < COUNT(KINDS); i++)
        sweep_kind(flow, (struct disk_fault){.op = KINDS[i].op, .how = KINDS[i].how}, &figures);
    if (!is_first)
        scene_let_go(&scene);
    total.points += figures.points;
    total.ended += figures.ended;
    total.open += figures.open;
    total.findings += figures.findings;
    CHECK_I64(figures.findings, 0);
}

/* Goal:   whatever operation of the disk fails, an effect that was acknowledged is there exactly
 *         once, one that was refused is not, one of which nothing was said is there once or not at
 *         all, and the same call under its key then makes it one.
 * Method: for every flow, every kind of operation and every N: the Nth fails, once or for ever,
 * with EIO or ENOSPC; then another process starts on a disk that works (sweep.h). */
static void no_failed_operation_costs_money(void **state)
{
    sweep_flow(*state);
}

int main(int count, char **arguments)
{
    static struct CMUnitTest all[64];
    const struct part part = part_read(count, arguments);
    size_t flows = 0;
    scene_make(&scene);
    for (int i = part.part; i < FLOW_COUNT; i += part.parts)
        all[flows++] = (struct CMUnitTest){.name = FLOW_LIST[i].name,
                                           .test_func = no_failed_operation_costs_money,
                                           .initial_state = (void *)(uintptr_t)&FLOW_LIST[i]};
    const int failed = _cmocka_run_group_tests("io", all, flows, NULL, NULL);
    printf("fault io: %zu flows, %" PRId64 " points, %" PRId64
           " processes ended themselves, %" PRId64 " left something open, %" PRId64 " findings\n",
           flows, total.points, total.ended, total.open, total.findings);
    scene_free(&scene);
    return failed;
}
