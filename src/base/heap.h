/* SPDX-License-Identifier: Apache-2.0 */
/* heap.h: memory for the few things that live as long as the process or a connection; all else is
 * in arenas.
 *
 * Used by  store, http, jobs, rails, vault */
#ifndef KESSAI_BASE_HEAP_H
#define KESSAI_BASE_HEAP_H

#include <stddef.h>

void *heap_new(size_t bytes); /* zeroed; NULL when there is none */
void heap_free(void *at);     /* NULL is fine */
#define HEAP_NEW(type) ((type *)heap_new(sizeof(type)))

#endif
