/* SPDX-License-Identifier: Apache-2.0 */
/* sweep.h: one flow in one process, a disk that fails it, and what its successor must find.
 *
 *     learn    the flow without faults: the state after every step
 *     play     a child plays the flow while the disk fails; it may end itself
 *     check    a child starts after it on a disk that works again: recovery, the state that what
 * was told allows; then the whole flow again under its keys, which must end like the flow without
 * faults, at the acquirer as well; then the auditor
 *
 * Used by  test/fault */
#ifndef KESSAI_TEST_FAULT_SWEEP_H
#define KESSAI_TEST_FAULT_SWEEP_H

#include "flow.h"

struct act_of {
    struct scene *scene;
    const struct money_flow *flow;
    const struct disk_fault *fault; /* NULL: none */
    uint64_t crash_seed;            /* not 0: the power went after it */
};

struct figures {
    int64_t points, ended, open, findings; /* ended: with LOST_STATUS; open: nothing was told of
                                              the last thing asked */
};

/* Runs f in a child that a hang does not outlive; its wait status. */
int sweep_child(const struct act_of *act, bool (*f)(const struct act_of *act));
bool sweep_ended(int status, int code); /* by itself, with that code */
/* The auditor over what the scene has now; false with a finding. */
bool sweep_audit(struct scene *scene);

/* A program's part of the flows, of so many: from its arguments PART PARTS, all without. */
struct part {
    int part, parts;
};
struct part part_read(int count, char **arguments);

/* Plays the flow without faults and fills shared->states, wanted, wanted_tally and changes.
 * False with a finding when it does not end well by itself. */
bool sweep_learn(struct scene *scene, const struct money_flow *flow);

/* One point: plays under the fault, then checks. Counts into figures and prints what it finds.
 *   crash_seed   not 0: the power goes when the child has ended, with this seed
 *   ret_count    operations of the fault's kind that there were
 *   returns      the process ended itself at the failure, or at the loss of power */
bool sweep_point(struct scene *scene, const struct money_flow *flow, const struct disk_fault *fault,
                 uint64_t crash_seed, struct figures *figures, int64_t *ret_count);

#endif
