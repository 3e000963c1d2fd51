/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.h: what every fuzz target shares.
 *
 * A target is one function over bytes. It parses them and asserts with MUST what has to hold of
 * whatever was accepted: in range, prints back, parses again to the same, agrees with a naive
 * second opinion. corpus/<name>/ holds its inputs: examples, edges, and every input that once
 * failed.
 *
 * Used by  test/fuzz */
#ifndef KESSAI_TEST_FUZZ_H
#define KESSAI_TEST_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"

#define MUST(claim)                                                                                \
    do {                                                                                           \
        if (!(claim)) {                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #claim);                    \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The function of libFuzzer; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_ARENA_BYTES = 8 << 20 };

/* An empty arena, the same one for every input. */
static inline struct arena *fuzz_arena(void)
{
    static struct arena *arena;
    if (arena == NULL)
        arena = arena_new(FUZZ_ARENA_BYTES);
    MUST(arena != NULL);
    arena_clear(arena);
    return arena;
}

static inline str fuzz_text(const uint8_t *data, size_t size)
{
    return (str){(const char *)data, size};
}

/* Cuts off what stands before the next `end`, and the end; the whole rest where there is none. */
static inline str fuzz_take(str *rest, char end)
{
    const char *at = rest->bytes == 0 ? NULL : memchr(rest->at, end, rest->bytes);
    const str piece = {rest->at, at == NULL ? rest->bytes : (size_t)(at - rest->at)};
    const size_t step = at == NULL ? piece.bytes : piece.bytes + 1;
    *rest = (str){rest->at + step, rest->bytes - step};
    return piece;
}

#endif
