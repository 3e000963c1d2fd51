/* SPDX-License-Identifier: Apache-2.0 */
/* codes_builtin.c: the list of banks that the program carries, compressed: what tools/bank-codes
 * makes of the npm package zengin-code at build time. */
#include <assert.h>
#include <stdint.h>
#include <zlib.h>

#include "bank/codes.h"
#include "base/arena.h"
#include "base/heap.h"

/* CODES_BYTES: how long the list is; CODES_DEFLATED: it, as zlib writes it. */
#include "bank_codes.gen.h"

static_assert(CODES_BYTES <= CODES_BYTES_MAX, "the list that is built in is within the limit");

result codes_builtin(struct bank_codes **ret)
{
    Bytef *text = heap_new(CODES_BYTES);
    if (text == NULL)
        return E_NO_MEMORY;
    uLongf bytes = CODES_BYTES;
    result r = E_NO_MEMORY;
    if (uncompress(text, &bytes, CODES_DEFLATED, sizeof CODES_DEFLATED) == Z_OK) {
        size_t line;
        r = codes_read((str){(const char *)text, bytes}, ret, &line);
        assert(r.code != E_INVALID_PARAMETER); /* test_codes reads it */
    }
    heap_free(text);
    return r;
}
