/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_parse.h"

#include <assert.h>
#include <pthread.h>
#include <stdint.h>

#include "base/arena.h" /* E_NO_MEMORY */
#include "base/heap.h"

/* A token's buffer starts with 16 bytes and doubles, and is never larger than the text, twice. What
 * else asks for a power of two and is served as well (short texts, tables of arrays) is in
 * proportion to the text; all the rest is refused, which ends the parse. */
enum { BUFFER_BYTES_MIN = 32, RESERVE_BYTES = 4096, RESERVE_TIMES = 8, ALIGNMENT = 16 };

static _Thread_local bool was_short;
static _Thread_local char *reserve; /* NULL: no parse is under way on this thread */
static _Thread_local size_t reserve_bytes, reserve_used;

static void *from_reserve(size_t bytes)
{
    const bool may_be_buffer = bytes >= BUFFER_BYTES_MIN && (bytes & (bytes - 1)) == 0;
    if (reserve == NULL || !may_be_buffer || bytes > reserve_bytes - reserve_used)
        return NULL;
    void *at = reserve + reserve_used;
    reserve_used += bytes;
    static_assert(BUFFER_BYTES_MIN % ALIGNMENT == 0, "all that is served is aligned");
    return at;
}

static void *allocate(size_t bytes)
{
    void *at = heap_new(bytes);
    if (at != NULL)
        return at;
    was_short = true;
    return from_reserve(bytes);
}

static void release(void *at)
{
    const uintptr_t place = (uintptr_t)at, first = (uintptr_t)reserve;
    if (reserve == NULL || place < first || place >= first + reserve_bytes)
        heap_free(at);
}

static void install(void)
{
    json_set_alloc_funcs(allocate, release);
}

void json_parse_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, install);
}

bool json_was_short(void)
{
    const bool was = was_short;
    was_short = false;
    return was;
}

static json_t *parse_with_reserve(str text, size_t flags, json_error_t *ret_error)
{
    was_short = false;
    json_t *root = json_loadb(text.at == NULL ? "" : text.at, text.bytes, flags, ret_error);
    if (was_short) { /* while the reserve is still known as such */
        json_decref(root);
        root = NULL;
    }
    return root;
}

result json_parse(str text, size_t flags, json_t **ret, json_error_t *ret_error)
{
    json_error_t error;
    json_parse_init();
    reserve_bytes = RESERVE_BYTES + RESERVE_TIMES * text.bytes;
    reserve_used = 0;
    reserve = heap_new(reserve_bytes);
    if (reserve == NULL)
        return E_NO_MEMORY;
    json_t *root = parse_with_reserve(text, flags, ret_error == NULL ? &error : ret_error);
    heap_free(reserve);
    reserve = NULL;
    if (json_was_short())
        return E_NO_MEMORY;
    if (root == NULL)
        return FAIL(E_BAD_REQUEST, NULL, NULL);
    *ret = root;
    return OK;
}
