/* SPDX-License-Identifier: Apache-2.0 */
/* owned.h: the tenants whose jobs are this server's, and how many of them are under way; private to
 * store. In memory: what the database says of it is the keeper's business. Thread-safe. */
#ifndef KESSAI_STORE_OWNED_H
#define KESSAI_STORE_OWNED_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

struct owned_tenant {
    int64_t tenant, busy; /* jobs under way */
    bool is_leaving;      /* nothing new is started */
};
struct owned {
    pthread_mutex_t lock;
    int64_t good_until_ticks_us;  /* our lease, by our own monotonic clock; 0: none */
    struct owned_tenant *tenants; /* in order */
    size_t count, room;
};

void owned_init(struct owned *owned);
void owned_done(struct owned *owned);

/* The lease holds until then, or, with owned_lose, not any more: then nothing is ours. */
void owned_trust(struct owned *owned, int64_t until_ticks_us);
void owned_lose(struct owned *owned);
bool owned_is_good(struct owned *owned);

/* Whether a tenant's jobs are ours to start; with begin, one is started. */
bool owned_has(struct owned *owned, int64_t tenant);
MUST_USE bool owned_begin(struct owned *owned, int64_t tenant);
void owned_end(struct owned *owned, int64_t tenant);

/* The keeper's side, whatever the lease. */
size_t owned_count(struct owned *owned);
bool owned_is_listed(struct owned *owned, int64_t tenant);
MUST_USE result owned_add(struct owned *owned, int64_t tenant);
/* Takes out one tenant more than `share` that has nothing under way; such as have stop to start.
 *   returns   0: none now */
int64_t owned_give_away(struct owned *owned, int64_t share);

#endif
