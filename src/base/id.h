/* SPDX-License-Identifier: Apache-2.0 */
/* id.h: the identifiers of everything, inside and on the wire.
 *
 * Inside, a thing is a 64-bit key: 41 bits of milliseconds since 2020, 12 bits that count, 10 bits
 * that tell processes apart (id_node_set); so keys rise with time and inserts stay at the right
 * edge of their tree. On the wire it is 25 characters [0-9a-z]: key and a random 64-bit salt as one
 * 128-bit number in base 36. The salt is stored beside the key, so finding a row by its wire id is
 * a look-up by key and a comparison, and an id cannot be guessed. (design D9)
 *
 * Used by  app, store, api */
#ifndef KESSAI_BASE_ID_H
#define KESSAI_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum { ID_TEXT_BYTES = 26 }; /* 25 and a NUL */

typedef struct id {
    int64_t key;  /* > 0 in every id that exists; 0 is "none" */
    int64_t salt; /* any value */
} id;

/* A new id; every call in this process gives a larger key, whatever becomes of the time. One that
 * is not between 2020 and 2089 counts as none. Thread-safe. */
id id_new(int64_t now_us);
/* The smallest key an id of that time can have; 0 before 2020, the largest number after 2089. A
 * bound for sweeps by age. */
int64_t id_floor(int64_t time_us);
/* Sets the 10 bits that tell this process from others; before it makes ids, or while it makes none
 * whose bits matter. Without it they are drawn. */
void id_node_set(int64_t node);
int64_t id_salt(void); /* 64 random bits, for ids whose key is a sequence number */

void id_text(id i, char ret[ID_TEXT_BYTES]);
/* False unless s is exactly 25 characters [0-9a-z] with a positive key; ret untouched then. */
bool id_read(str s, id *ret);

#endif
