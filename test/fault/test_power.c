/* SPDX-License-Identifier: Apache-2.0 */
/* test_power.c: the power goes in the middle of every flow of money.
 *
 * KESSAI_FLOW=<name> runs one flow only, KESSAI_POINTS=<n> that many points in all (1,000 when it
 * is not given, and never less than one for every change of the disk), KESSAI_SEED=<n> repeats. */
#include <inttypes.h>
#include <stdio.h>

#include "sweep.h"
#include "unit.h"

enum { POINTS = 1000 };

static struct scene scene;
static struct figures total;
static uint64_t seed;
static int64_t points_a_flow;

/* Goal:   after a loss of power the database is whole, every acknowledged effect is there exactly
 *         once, every other one at most once, and the same call under its key then makes it one.
 * Method: the process is cut off at a change of the disk (every one of them in turn, until there
 * are enough points), the disk keeps what was synced and a random part of the rest, out of order,
 * torn at sectors; then another process starts (sweep.h). */
static void power_takes_no_money(void **state)
{
    const struct money_flow *flow = *state;
    const char *wanted = getenv("KESSAI_FLOW");
    struct figures figures = {0};
    if (wanted != NULL && strcmp(wanted, flow->name) != 0)
        skip();
    scene.closes = true;
    scene_hold(&scene);
    if (!sweep_learn(&scene, flow))
        UNIT_FAIL("%s: %s", flow->name, scene.shared->finding);
    const int64_t changes = scene.shared->changes;
    for (int64_t i = 0; i < changes || i < points_a_flow; i++) {
        int64_t count;
        const struct disk_fault fault = {
            .op = DISK_CHANGE, .at = 1 + i % changes, .how = DISK_EXIT};
        random_round(seed + (uint64_t)i);
        (void)sweep_point(&scene, flow, &fault, unit_seed | 1, &figures, &count);
    }
    unit_seed = seed;
    scene_let_go(&scene);
    total.points += figures.points;
    total.open += figures.open;
    total.findings += figures.findings;
    CHECK_I64(figures.findings, 0);
}

int main(int count, char **arguments)
{
    static struct CMUnitTest all[64];
    const struct part part = part_read(count, arguments);
    const char *points = getenv("KESSAI_POINTS");
    size_t flows = 0;
    seed = random_seed();
    points_a_flow = (points == NULL ? POINTS : strtoll(points, NULL, 10)) / FLOW_COUNT + 1;
    scene_make(&scene);
    for (int i = part.part; i < FLOW_COUNT; i += part.parts)
        all[flows++] = (struct CMUnitTest){.name = FLOW_LIST[i].name,
                                           .test_func = power_takes_no_money,
                                           .initial_state = (void *)(uintptr_t)&FLOW_LIST[i]};
    const int failed = _cmocka_run_group_tests("power", all, flows, NULL, NULL);
    printf("fault power: %zu flows, %" PRId64 " losses of power, %" PRId64
           " left something open, %" PRId64 " findings, seed %" PRIu64 "\n",
           flows, total.points, total.open, total.findings, seed);
    scene_free(&scene);
    return failed;
}
