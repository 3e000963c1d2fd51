/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/waiting.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stddef.h>
#include <string.h>

#include "vault/vault.h"

/* Entries are named by number, 1 to VAULT_WAIT_MAX; entry 0 is nobody: it ends the chains and the
 * free list, and is the ring's fixed point:
 *
 *     ring     0 <-> oldest <-> ... <-> newest <-> 0     (older, newer)
 *     buckets  hash of the owner -> entry -> entry -> 0  (next)
 *     free     entry -> entry -> 0                       (next)                              */
enum { BUCKETS = 8192, SWEEP = 8 };

struct entry {
    struct waiting_value kept; /* owner.key 0: free */
    uint16_t next, older, newer;
};

struct waiting {
    pthread_mutex_t lock;
    uint32_t count;
    uint16_t free, swept; /* swept: the entry that was looked at last for cleaning */
    uint16_t buckets[BUCKETS];
    struct entry entries[VAULT_WAIT_MAX + 1];
};
static_assert(VAULT_WAIT_MAX < UINT16_MAX, "entries are numbered by 16 bits");

struct waiting *waiting_new(void)
{
    struct waiting *w = sodium_malloc(sizeof *w);
    if (w == NULL)
        return NULL;
    memset(w, 0, sizeof *w);
    for (uint16_t i = VAULT_WAIT_MAX; i > 0; i--) {
        w->entries[i].next = w->free;
        w->free = i;
    }
    if (pthread_mutex_init(&w->lock, NULL) != 0) {
        sodium_free(w);
        return NULL;
    }
    return w;
}

void waiting_free(struct waiting *waiting)
{
    if (waiting == NULL)
        return;
    (void)pthread_mutex_destroy(&waiting->lock);
    sodium_free(waiting); /* which wipes it */
}

/* Salts are random in themselves; the key is added for those that are not. */
static uint16_t *bucket_of(struct waiting *w, id owner)
{
    const uint64_t mixed =
        ((uint64_t)owner.key ^ (uint64_t)owner.salt) * UINT64_C(0x9e3779b97f4a7c15);
    return &w->buckets[mixed >> (64 - 13)];
}
static_assert(BUCKETS == 1 << 13, "bucket_of takes the upper 13 bits");

static uint16_t find(struct waiting *w, id owner)
{
    uint16_t i = *bucket_of(w, owner);
    while (i != 0 && (w->entries[i].kept.owner.key != owner.key ||
                      w->entries[i].kept.owner.salt != owner.salt))
        i = w->entries[i].next;
    return i;
}

/* Takes entry i out of ring and bucket, wipes it and makes it free. */
static void drop(struct waiting *w, uint16_t i)
{
    assert(i != 0 && w->count > 0);
    struct entry *e = &w->entries[i];
    uint16_t *link = bucket_of(w, e->kept.owner);
    while (*link != i) {
        assert(*link != 0);
        link = &w->entries[*link].next;
    }
    *link = e->next;
    w->entries[e->older].newer = e->newer;
    w->entries[e->newer].older = e->older;
    sodium_memzero(e, sizeof *e);
    e->next = w->free;
    w->free = i;
    w->count--;
}

/* Cleans the next few entries, so that every entry is looked at again and again. */
static void sweep(struct waiting *w, int64_t ticks_us)
{
    for (int n = 0; n < SWEEP; n++) {
        w->swept = (uint16_t)(w->swept % VAULT_WAIT_MAX + 1);
        const struct entry *e = &w->entries[w->swept];
        if (e->kept.owner.key != 0 && e->kept.wipe_ticks_us <= ticks_us)
            drop(w, w->swept);
    }
}

static void add(struct waiting *w, const struct waiting_value *value)
{
    const uint16_t i = w->free;
    assert(i != 0);
    struct entry *e = &w->entries[i], *end = &w->entries[0];
    uint16_t *bucket = bucket_of(w, value->owner);
    w->free = e->next;
    *e = (struct entry){.kept = *value, .next = *bucket, .older = end->older, .newer = 0};
    *bucket = i;
    w->entries[end->older].newer = i;
    end->older = i;
    w->count++;
}

void waiting_put(struct waiting *waiting, const struct waiting_value *value, int64_t ticks_us)
{
    assert(value->owner.key != 0);
    (void)pthread_mutex_lock(&waiting->lock);
    sweep(waiting, ticks_us);
    const uint16_t before = find(waiting, value->owner);
    if (before != 0)
        drop(waiting, before);
    if (waiting->count == VAULT_WAIT_MAX)
        drop(waiting, waiting->entries[0].newer);
    add(waiting, value);
    (void)pthread_mutex_unlock(&waiting->lock);
}

bool waiting_take(struct waiting *waiting, id owner, int64_t now_us, int64_t ticks_us,
                  char ret[WAITING_VALUE_BYTES])
{
    bool is_given = false;
    memset(ret, 0, WAITING_VALUE_BYTES);
    (void)pthread_mutex_lock(&waiting->lock);
    sweep(waiting, ticks_us);
    const uint16_t i = find(waiting, owner);
    if (i != 0) {
        const struct waiting_value *kept = &waiting->entries[i].kept;
        is_given = now_us < kept->expires_us && ticks_us < kept->wipe_ticks_us;
        if (is_given)
            memcpy(ret, kept->value, WAITING_VALUE_BYTES);
        drop(waiting, i);
    }
    (void)pthread_mutex_unlock(&waiting->lock);
    return is_given;
}

uint32_t waiting_count(struct waiting *waiting)
{
    (void)pthread_mutex_lock(&waiting->lock);
    const uint32_t count = waiting->count;
    (void)pthread_mutex_unlock(&waiting->lock);
    return count;
}
