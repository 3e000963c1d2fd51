/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 16384 };

struct block {
    struct block *before;
    size_t bytes, used;
    alignas(max_align_t) char at[];
};

struct arena {
    struct block *last;
    size_t held_bytes, max_bytes;
    bool is_broken;
};

static struct block *block_new(struct arena *arena, size_t bytes_min)
{
    const size_t bytes = bytes_min > BLOCK_BYTES ? bytes_min : BLOCK_BYTES;
    if (bytes > arena->max_bytes - arena->held_bytes)
        return NULL;
    struct block *block = malloc(sizeof *block + bytes);
    if (block == NULL)
        return NULL;
    *block = (struct block){.before = arena->last, .bytes = bytes};
    arena->last = block;
    arena->held_bytes += bytes;
    return block;
}

struct arena *arena_new(size_t bytes_max)
{
    assert(bytes_max >= BLOCK_BYTES);
    struct arena *arena = malloc(sizeof *arena);
    if (arena != NULL)
        *arena = (struct arena){.max_bytes = bytes_max};
    return arena;
}

static void drop_blocks(struct arena *arena, const struct block *keep)
{
    while (arena->last != keep) {
        struct block *block = arena->last;
        arena->last = block->before;
        arena->held_bytes -= block->bytes;
        free(block);
    }
}

void arena_clear(struct arena *arena)
{
    struct block *first = arena->last;
    while (first != NULL && first->before != NULL)
        first = first->before;
    drop_blocks(arena, first);
    if (first != NULL)
        first->used = 0;
    arena->is_broken = false;
}

bool arena_is_broken(const struct arena *arena)
{
    return arena->is_broken;
}

void arena_mend(struct arena *arena)
{
    arena->is_broken = false;
}

void arena_break(struct arena *arena)
{
    arena->is_broken = true;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    drop_blocks(arena, NULL);
    free(arena);
}

static void *refuse(struct arena *arena)
{
    arena->is_broken = true;
    return NULL;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    if (bytes > arena->max_bytes)
        return refuse(arena);
    const size_t unit = alignof(max_align_t);
    const size_t rounded = (bytes + unit - 1) / unit * unit;
    struct block *block = arena->last;
    if (block == NULL || rounded > block->bytes - block->used)
        block = block_new(arena, rounded);
    if (block == NULL)
        return refuse(arena);
    void *at = block->at + block->used;
    block->used += rounded;
    return memset(at, 0, rounded);
}

void *arena_alloc_array(struct arena *arena, size_t bytes, size_t count)
{
    size_t total;
    if (__builtin_mul_overflow(bytes, count, &total))
        return refuse(arena);
    return arena_alloc(arena, total);
}

str arena_str(struct arena *arena, str s)
{
    if (s.at == NULL)
        return STR_NONE;
    char *at = arena_alloc(arena, s.bytes + 1);
    if (at == NULL)
        return STR_NONE;
    memcpy(at, s.at, s.bytes);
    return (str){at, s.bytes};
}

const char *arena_cstr(struct arena *arena, str s)
{
    return arena_str(arena, s).at;
}

const char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char *at = NULL;
    const int bytes = vsnprintf(NULL, 0, format, args);
    if (bytes >= 0)
        at = arena_alloc(arena, (size_t)bytes + 1);
    if (at != NULL)
        (void)vsnprintf(at, (size_t)bytes + 1, format, again);
    va_end(again);
    va_end(args);
    return at;
}
