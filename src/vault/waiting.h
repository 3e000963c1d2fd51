/* SPDX-License-Identifier: Apache-2.0 */
/* waiting.h: verification values on their way from a token to its one charge.
 *
 * A table of fixed size in locked memory. A value is put under its token's id, taken once, and
 * wiped when it is taken, has expired, is replaced, or is the oldest of a full table. Nothing here
 * writes anything anywhere. One lock; every call costs constant time.
 *
 * Two clocks: `expires_us` is the caller's (a test merchant may move its own), and decides what is
 * given out. `wipe_ticks_us` is monotonic (clock_ticks_us) and decides when memory is cleaned, so
 * that one merchant's moved clock does not wipe another's value. Each call cleans a few entries;
 * there is no thread.
 *
 * Used by  vault.c, tests */
#ifndef KESSAI_VAULT_WAITING_H
#define KESSAI_VAULT_WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/id.h"

struct waiting;
enum { WAITING_VALUE_BYTES = 5 }; /* as in struct card_secret: 4 digits and a NUL */

struct waiting_value {
    id owner;
    int64_t expires_us, wipe_ticks_us;
    char value[WAITING_VALUE_BYTES];
};

/* NULL when the system has no memory. sodium_init must have been called. */
struct waiting *waiting_new(void);
void waiting_free(struct waiting *waiting); /* wipes; NULL is fine */

/* Keeps a copy, in place of what was kept for the same owner. */
void waiting_put(struct waiting *waiting, const struct waiting_value *value, int64_t ticks_us);

/* Takes the owner's value; true if there was one and it had not expired.
 *   ret   wiped (empty) when false is returned */
bool waiting_take(struct waiting *waiting, id owner, int64_t now_us, int64_t ticks_us,
                  char ret[WAITING_VALUE_BYTES]);

uint32_t waiting_count(struct waiting *waiting); /* values held now */

#endif
