/* SPDX-License-Identifier: Apache-2.0 */
/* dice.h: random numbers that a seed fixes, for the simulator's choices and for libsodium.
 *
 * The choices of a stream and the bytes that the program draws (salts, nonces, keys) come from two
 * generators, so that a change in the one does not shift the other.
 *
 * Source   xoshiro256** and splitmix64 by David Blackman and Sebastiano Vigna (public domain) */
#ifndef KESSAI_SIM_DICE_H
#define KESSAI_SIM_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t state[4];
};

void dice_init(struct dice *dice, uint64_t seed);
uint64_t dice_u64(struct dice *dice);
int64_t dice_below(struct dice *dice, int64_t bound);               /* 0 .. bound - 1; bound > 0 */
int64_t dice_between(struct dice *dice, int64_t low, int64_t high); /* both included */
bool dice_chance(struct dice *dice, int per_cent);

/* Lets libsodium draw everything from a generator with this seed. Before anything else of libsodium
 * is used by this process. */
void dice_feed_sodium(uint64_t seed);

#endif
