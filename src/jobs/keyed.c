/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/keyed.h"

#include <assert.h>

static size_t bucket_of(int64_t tenant, int64_t first, int64_t second)
{
    uint64_t mixed = (uint64_t)tenant * UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (uint64_t)first) * UINT64_C(0xc2b2ae3d27d4eb4f);
    mixed = (mixed ^ (mixed >> 29) ^ (uint64_t)second) * UINT64_C(0x165667b19e3779f9);
    return (size_t)(mixed >> 40) % KEYED_BUCKETS;
}

struct keyed *keyed_find(const struct keyed_table *table, int64_t tenant, int64_t first,
                         int64_t second)
{
    struct keyed *thing = table->buckets[bucket_of(tenant, first, second)];
    while (thing != NULL &&
           (thing->tenant != tenant || thing->first != first || thing->second != second))
        thing = thing->next;
    return thing;
}

void keyed_add(struct keyed_table *table, struct keyed *thing)
{
    struct keyed **bucket = &table->buckets[bucket_of(thing->tenant, thing->first, thing->second)];
    thing->next = *bucket;
    *bucket = thing;
    table->count++;
}

void keyed_remove(struct keyed_table *table, struct keyed *thing)
{
    struct keyed **link = &table->buckets[bucket_of(thing->tenant, thing->first, thing->second)];
    while (*link != thing) {
        assert(*link != NULL);
        link = &(*link)->next;
    }
    *link = thing->next;
    table->count--;
}

size_t keyed_count(const struct keyed_table *table, int64_t tenant, int64_t second)
{
    size_t count = 0;
    for (size_t i = 0; i < KEYED_BUCKETS; i++)
        for (const struct keyed *thing = table->buckets[i]; thing != NULL; thing = thing->next)
            count += thing->tenant == tenant && thing->second == second;
    return count;
}
