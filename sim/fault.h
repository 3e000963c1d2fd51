/* SPDX-License-Identifier: Apache-2.0 */
/* fault.h: a step in which the disk fails or the program ends.
 *
 *     ask ── run, with a disk that fails at some point ── power off ── open ── how far did each
 *     call come? ── model ── rows ── recover ── model ── rows, auditor ── ask again
 *
 * What was answered must be there. What was not may be there, but then whole. */
#ifndef KESSAI_SIM_FAULT_H
#define KESSAI_SIM_FAULT_H

#include "world.h"

void fault_step(struct world *w);

#endif
