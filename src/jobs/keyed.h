/* SPDX-License-Identifier: Apache-2.0 */
/* keyed.h: a hash table of things that carry their own links, by tenant and two numbers.
 *
 * A thing embeds a struct keyed as its first member. Adding and removing allocate nothing. Not
 * shared between threads.
 *
 * Used by  jobs */
#ifndef KESSAI_JOBS_KEYED_H
#define KESSAI_JOBS_KEYED_H

#include <stddef.h>
#include <stdint.h>

enum { KEYED_BUCKETS = 4096 };

struct keyed {
    struct keyed *next;
    int64_t tenant, first, second;
};

struct keyed_table {
    struct keyed *buckets[KEYED_BUCKETS];
    size_t count;
};

struct keyed *keyed_find(const struct keyed_table *table, int64_t tenant, int64_t first,
                         int64_t second);                          /* NULL: not there */
void keyed_add(struct keyed_table *table, struct keyed *thing);    /* its key is not there yet */
void keyed_remove(struct keyed_table *table, struct keyed *thing); /* it is there */

/* How many of a tenant have this second number; looks at all of them. */
size_t keyed_count(const struct keyed_table *table, int64_t tenant, int64_t second);

#endif
