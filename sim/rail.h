/* SPDX-License-Identifier: Apache-2.0 */
/* rail.h: the acquirer of the simulated world: books of its own, and answers that follow a script.
 *
 * It survives every crash of the program. The script of an operation is the scenario of its first
 * call; without one (the void of a lost charge) the dice decide between the harmless ones:
 *
 *   - approve: does it and says so
 *   - refuse: does not, says E_CARD_DECLINED
 *   - lost:<n>: does it, answers nothing, nor the first n inquiries; then the truth
 *   - never:<n>: does nothing, answers nothing, nor the first n inquiries; then RAIL_NOT_FOUND
 *
 * A reference that was seen gives its outcome again and does nothing. What no acquirer would
 * forgive is a breach: a capture without an open authorization, above it or a second time, the void
 * of a captured one, a refund of nothing or refunds above what was taken, another currency than the
 * original's. The newest RAIL_ANSWERS_MAX answers about a reference are kept until the model asks
 * for them. */
#ifndef KESSAI_SIM_RAIL_H
#define KESSAI_SIM_RAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "dice.h"
#include "rails/rail.h"

enum { RAIL_ENTRIES_MAX = 8192, RAIL_ANSWERS_MAX = 8 };

enum entry_state { ENTRY_NONE = 0, ENTRY_APPROVED, ENTRY_REFUSED, ENTRY_NEVER, ENTRY_VOIDED };

struct rail_entry {
    id reference, original;
    enum rail_op op;
    enum entry_state state;
    money amount;
    int64_t captured_minor, refunded_minor;       /* of an original */
    int silent;                                   /* inquiries still to be left without an answer */
    struct rail_answer answers[RAIL_ANSWERS_MAX]; /* that the model has not asked for */
    int answer_first, answer_count;
};

struct sim_rail {
    struct rail rail; /* first */
    struct dice dice;
    struct rail_entry entries[RAIL_ENTRIES_MAX];
    int count;
    int64_t calls, inquiries;
    const char *breach; /* the first one; NULL: none */
};

/* `rail` is zeroed memory. */
void sim_rail_init(struct sim_rail *rail, uint64_t seed);

/* The oldest answer about a reference that was not taken yet; false when there is none. */
bool sim_rail_take(struct sim_rail *rail, id reference, struct rail_answer *ret);
/* What the rail's books say of a reference; NULL: it never heard of it. */
const struct rail_entry *sim_rail_find(const struct sim_rail *rail, id reference);

#endif
