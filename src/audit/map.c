/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/map.h"

#include <assert.h>

enum { ROOM_MIN = 64 };

void map_init(struct map *map, struct arena *arena)
{
    *map = (struct map){.arena = arena};
}

/* The slot of a pair, or the free one where it would go. */
static struct map_slot *find(const struct map *map, int64_t a, int64_t b)
{
    uint64_t mixed =
        ((uint64_t)a ^ ((uint64_t)b << 52 | (uint64_t)b >> 12)) * UINT64_C(0x9e3779b97f4a7c15);
    mixed ^= mixed >> 32;
    for (size_t i = (size_t)mixed & (map->room - 1);; i = (i + 1) & (map->room - 1)) {
        struct map_slot *slot = &map->slots[i];
        if (slot->value == NULL || (slot->a == a && slot->b == b))
            return slot;
    }
}

void *map_get(const struct map *map, int64_t a, int64_t b)
{
    return map->room == 0 ? NULL : find(map, a, b)->value;
}

static bool grow(struct map *map)
{
    const struct map old = *map;
    map->room = old.room == 0 ? ROOM_MIN : 2 * old.room;
    map->slots = ARENA_ARRAY(map->arena, struct map_slot, map->room);
    if (map->slots == NULL) {
        *map = old;
        return false;
    }
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].value != NULL)
            *find(map, old.slots[i].a, old.slots[i].b) = old.slots[i];
    return true;
}

bool map_put(struct map *map, int64_t a, int64_t b, void *value)
{
    assert(value != NULL);
    if (2 * (map->count + 1) > map->room && !grow(map))
        return false;
    struct map_slot *slot = find(map, a, b);
    assert(slot->value == NULL);
    *slot = (struct map_slot){a, b, value};
    map->count++;
    return true;
}
