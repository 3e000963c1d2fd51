/* SPDX-License-Identifier: Apache-2.0 */
#include "dice.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

static uint64_t splitmix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

void dice_init(struct dice *dice, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        dice->state[i] = splitmix(&seed);
}

static uint64_t turned(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

uint64_t dice_u64(struct dice *dice)
{
    uint64_t *s = dice->state;
    const uint64_t value = turned(s[1] * 5, 7) * 9, shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = turned(s[3], 45);
    return value;
}

int64_t dice_below(struct dice *dice, int64_t bound)
{
    assert(bound > 0);
    return (int64_t)(dice_u64(dice) % (uint64_t)bound); /* a bias of 2^-40 does not matter here */
}

int64_t dice_between(struct dice *dice, int64_t low, int64_t high)
{
    assert(low <= high);
    return low + dice_below(dice, high - low + 1);
}

bool dice_chance(struct dice *dice, int per_cent)
{
    return dice_below(dice, 100) < per_cent;
}

/* ---- libsodium ------------------------------------------------------------------------------ */

static struct dice sodium_dice;

static const char *sodium_name(void)
{
    return "sim";
}

static uint32_t sodium_random(void)
{
    return (uint32_t)(dice_u64(&sodium_dice) >> 32);
}

static void sodium_buf(void *const at, const size_t bytes)
{
    for (size_t i = 0; i < bytes; i += sizeof(uint64_t)) {
        const uint64_t value = dice_u64(&sodium_dice);
        const size_t left = bytes - i;
        memcpy((char *)at + i, &value, left < sizeof value ? left : sizeof value);
    }
}

static void sodium_nothing(void)
{
}

void dice_feed_sodium(uint64_t seed)
{
    static struct randombytes_implementation implementation = {.implementation_name = sodium_name,
                                                               .random = sodium_random,
                                                               .stir = sodium_nothing,
                                                               .buf = sodium_buf};
    dice_init(&sodium_dice, seed);
    const int is_set = randombytes_set_implementation(&implementation);
    assert(is_set == 0);
    (void)is_set;
}
