/* SPDX-License-Identifier: Apache-2.0 */
/* receiver.h: the receivers of events: each takes what is due for it, fails now and then, and its
 * outcome is saved with the statement that src/jobs uses.
 *
 * A receiver remembers what reached it. Every event that its rules want must reach it once at
 * least; after a crash it may come again. */
#ifndef KESSAI_SIM_RECEIVER_H
#define KESSAI_SIM_RECEIVER_H

#include "world.h"

/* Attempts what is due by the tenants' clocks. */
void receivers_take(struct world *w);
/* All that is waiting is delivered, or given up after three days; then what was received is
 * compared with the model's events. */
void receivers_drain(struct world *w);

#endif
