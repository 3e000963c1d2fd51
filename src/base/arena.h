/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h: memory that is given out piece by piece and taken back at once.
 *
 * One arena per request, per job, per command line; freed whole. Every arena has a maximum; an
 * allocation beyond it, or one that the system refuses, gives NULL, which callers turn into
 * E_MEMORY. An arena that has refused is broken until it is mended or cleared: where a missing text
 * could pass for an absent one, whoever brings the work to its end asks for that before anything is
 * kept or told. Not shared between threads at the same time.
 *
 * Used by  everything above base */
#ifndef KESSAI_BASE_ARENA_H
#define KESSAI_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/result.h"
#include "base/str.h"

struct arena;

/* A new arena that will never hold more than bytes_max. NULL when the system has no memory. */
struct arena *arena_new(size_t bytes_max);
void arena_free(struct arena *arena);  /* NULL is fine */
void arena_clear(struct arena *arena); /* keeps the first block; mends */

/* Whether an allocation was refused since it was new, cleared or mended. */
bool arena_is_broken(const struct arena *arena);
void arena_mend(struct arena *arena);  /* what was refused has been dealt with */
void arena_break(struct arena *arena); /* there was no memory for what should be beside it */

/* Zeroed memory, aligned for any type; NULL beyond the maximum. */
void *arena_alloc(struct arena *arena, size_t bytes);
#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc_array((arena), sizeof(type), (count)))
void *arena_alloc_array(struct arena *arena, size_t bytes, size_t count);

/* A copy of s, NUL-terminated after its last byte. at is NULL on failure, and for an absent s. */
str arena_str(struct arena *arena, str s);
const char *arena_cstr(struct arena *arena, str s);

/* A formatted, NUL-terminated text. NULL beyond the maximum. */
PRINTF(2, 3) const char *arena_printf(struct arena *arena, const char *format, ...);

/* FAIL with texts that live in the arena, for messages that carry a value. */
#define E_NO_MEMORY FAIL(E_MEMORY, NULL, NULL)

#endif
