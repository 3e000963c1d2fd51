/* SPDX-License-Identifier: Apache-2.0 */
/* map.h: pointers found by a pair of numbers; private to audit.
 *
 * Open addressing, at most half full. The slots live in the arena, and so do the smaller ones they
 * grew out of: all together at most twice what the largest needs. */
#ifndef KESSAI_AUDIT_MAP_H
#define KESSAI_AUDIT_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct map_slot {
    int64_t a, b;
    void *value; /* NULL: free */
};

struct map {
    struct arena *arena;
    struct map_slot *slots;
    size_t room, count;
};

void map_init(struct map *map, struct arena *arena);
void *map_get(const struct map *map, int64_t a, int64_t b); /* NULL: not there */
/* Adds a pair that is not there yet; value is not NULL. False without memory. */
bool map_put(struct map *map, int64_t a, int64_t b, void *value);

#endif
