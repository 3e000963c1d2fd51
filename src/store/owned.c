/* SPDX-License-Identifier: Apache-2.0 */
#include "store/owned.h"

#include <string.h>

#include "base/clock.h"
#include "base/heap.h"

enum { ROOM_FIRST = 64 };

void owned_init(struct owned *o)
{
    pthread_mutex_init(&o->lock, NULL);
}

void owned_done(struct owned *o)
{
    pthread_mutex_destroy(&o->lock);
    heap_free(o->tenants);
}

/* ---- the lease ----------------------------------------------------------------------------- */

void owned_trust(struct owned *o, int64_t until_ticks_us)
{
    pthread_mutex_lock(&o->lock);
    o->good_until_ticks_us = until_ticks_us;
    pthread_mutex_unlock(&o->lock);
}

void owned_lose(struct owned *o)
{
    pthread_mutex_lock(&o->lock);
    o->count = 0;
    o->good_until_ticks_us = 0;
    pthread_mutex_unlock(&o->lock);
}

static bool is_good(const struct owned *o)
{
    return clock_ticks_us() < o->good_until_ticks_us;
}

bool owned_is_good(struct owned *o)
{
    pthread_mutex_lock(&o->lock);
    const bool good = is_good(o);
    pthread_mutex_unlock(&o->lock);
    return good;
}

/* ---- tenants ------------------------------------------------------------------------------- */

/* Where a tenant stands, or would stand. */
static size_t place_of(const struct owned *o, int64_t tenant)
{
    size_t low = 0, high = o->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (o->tenants[middle].tenant < tenant)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct owned_tenant *find(const struct owned *o, int64_t tenant)
{
    const size_t place = place_of(o, tenant);
    return place < o->count && o->tenants[place].tenant == tenant ? &o->tenants[place] : NULL;
}

static struct owned_tenant *find_startable(const struct owned *o, int64_t tenant)
{
    struct owned_tenant *found = is_good(o) ? find(o, tenant) : NULL;
    return found == NULL || found->is_leaving ? NULL : found;
}

bool owned_has(struct owned *o, int64_t tenant)
{
    pthread_mutex_lock(&o->lock);
    const bool has = find_startable(o, tenant) != NULL;
    pthread_mutex_unlock(&o->lock);
    return has;
}

bool owned_begin(struct owned *o, int64_t tenant)
{
    pthread_mutex_lock(&o->lock);
    struct owned_tenant *found = find_startable(o, tenant);
    if (found != NULL)
        found->busy++;
    pthread_mutex_unlock(&o->lock);
    return found != NULL;
}

void owned_end(struct owned *o, int64_t tenant)
{
    pthread_mutex_lock(&o->lock);
    struct owned_tenant *found = find(o, tenant); /* none after a lost lease */
    if (found != NULL && found->busy > 0)
        found->busy--;
    pthread_mutex_unlock(&o->lock);
}

/* ---- the keeper's side --------------------------------------------------------------------- */

size_t owned_count(struct owned *o)
{
    pthread_mutex_lock(&o->lock);
    const size_t count = o->count;
    pthread_mutex_unlock(&o->lock);
    return count;
}

bool owned_is_listed(struct owned *o, int64_t tenant)
{
    pthread_mutex_lock(&o->lock);
    const bool is_listed = find(o, tenant) != NULL;
    pthread_mutex_unlock(&o->lock);
    return is_listed;
}

static result make_room(struct owned *o)
{
    if (o->count < o->room)
        return OK;
    const size_t room = o->room == 0 ? ROOM_FIRST : 2 * o->room;
    struct owned_tenant *more = heap_new(room * sizeof *more);
    if (more == NULL)
        return FAIL(E_MEMORY, NULL, NULL);
    if (o->count > 0)
        memcpy(more, o->tenants, o->count * sizeof *more);
    heap_free(o->tenants);
    o->tenants = more;
    o->room = room;
    return OK;
}

result owned_add(struct owned *o, int64_t tenant)
{
    pthread_mutex_lock(&o->lock);
    const result r = make_room(o);
    if (r.code == E_OK) {
        struct owned_tenant *at = &o->tenants[place_of(o, tenant)];
        memmove(at + 1, at, o->count * sizeof *at - (size_t)((char *)at - (char *)o->tenants));
        *at = (struct owned_tenant){.tenant = tenant};
        o->count++;
    }
    pthread_mutex_unlock(&o->lock);
    return r;
}

int64_t owned_give_away(struct owned *o, int64_t share)
{
    const size_t most = share < 0 ? 0 : (size_t)share;
    struct owned_tenant *given = NULL;
    int64_t tenant = 0;
    pthread_mutex_lock(&o->lock);
    const size_t too_many = o->count > most ? o->count - most : 0;
    for (size_t i = 0; i < o->count; i++) {
        o->tenants[i].is_leaving = i < too_many;
        if (i < too_many && o->tenants[i].busy == 0 && given == NULL)
            given = &o->tenants[i];
    }
    if (given != NULL) {
        tenant = given->tenant;
        o->count--;
        memmove(given, given + 1, (size_t)(&o->tenants[o->count] - given) * sizeof *given);
    }
    pthread_mutex_unlock(&o->lock);
    return tenant;
}
