/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include <sodium.h>
#include <stdatomic.h>

#include "base/compiler.h"

#define EPOCH_MS INT64_C(1577836800000) /* 2020-01-01T00:00:00Z */
enum { MS_BITS = 41, NODE_BITS = 10, COUNT_BITS = 12, ID_DIGITS = 25 };

static _Atomic int64_t node_bits = -1;

static int64_t node(void)
{
    int64_t value = atomic_load(&node_bits);
    if (value < 0) {
        int64_t fresh = randombytes_uniform(1u << NODE_BITS);
        value = atomic_compare_exchange_strong(&node_bits, &value, fresh) ? fresh : value;
    }
    return value;
}

void id_node_set(int64_t fresh)
{
    atomic_store(&node_bits, fresh & ((1 << NODE_BITS) - 1));
}

/* `latest` is milliseconds and count as one number: when a millisecond's count is used up, the next
 * one is borrowed. */
static int64_t next_tick(int64_t now_us)
{
    static _Atomic int64_t latest;
    const int64_t now_ms = now_us / 1000 - EPOCH_MS;
    const bool is_date = 0 <= now_ms && now_ms < INT64_C(1) << MS_BITS; /* 2020 to 2089 */
    const int64_t now_tick = is_date ? now_ms << COUNT_BITS : 0;
    int64_t seen = atomic_load(&latest), mine;
    do {
        mine = now_tick > seen ? now_tick : seen + 1;
    } while (!atomic_compare_exchange_weak(&latest, &seen, mine));
    return mine;
}

/* Each thread draws from the system for many salts at a time; what has been given out is wiped. */
int64_t id_salt(void)
{
    static _Thread_local int64_t drawn[64];
    static _Thread_local unsigned left;
    if (left == 0) {
        randombytes_buf(drawn, sizeof drawn);
        left = sizeof drawn / sizeof drawn[0];
    }
    const int64_t salt = drawn[--left];
    drawn[left] = 0;
    return salt;
}

id id_new(int64_t now_us)
{
    const int64_t tick = next_tick(now_us);
    const int64_t count = tick & ((1 << COUNT_BITS) - 1);
    const int64_t ms = tick >> COUNT_BITS;
    return (id){
        .key = (ms << (NODE_BITS + COUNT_BITS)) | (count << NODE_BITS) | node(),
        .salt = id_salt(),
    };
}

int64_t id_floor(int64_t time_us)
{
    const int64_t ms = time_us / 1000 - EPOCH_MS;
    if (ms >= INT64_C(1) << MS_BITS)
        return INT64_MAX;
    return ms <= 0 ? 0 : ms << (NODE_BITS + COUNT_BITS);
}

void id_text(id i, char ret[ID_TEXT_BYTES])
{
    u128 rest = ((u128)(uint64_t)i.key << 64) | (uint64_t)i.salt;
    ret[ID_DIGITS] = '\0';
    for (int n = ID_DIGITS - 1; n >= 0; n--) {
        ret[n] = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36];
        rest /= 36;
    }
}

bool id_read(str s, id *ret)
{
    if (s.bytes != ID_DIGITS)
        return false;
    u128 value = 0;
    for (size_t n = 0; n < s.bytes; n++) {
        const char c = s.at[n];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : -1;
        if (digit < 0 || __builtin_mul_overflow(value, (u128)36, &value) ||
            __builtin_add_overflow(value, (u128)digit, &value))
            return false;
    }
    const id found = {.key = (int64_t)(uint64_t)(value >> 64), .salt = (int64_t)(uint64_t)value};
    if (found.key <= 0)
        return false;
    *ret = found;
    return true;
}
