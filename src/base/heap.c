/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <stdlib.h>

void *heap_new(size_t bytes)
{
    return calloc(1, bytes);
}

void heap_free(void *at)
{
    free(at);
}
