/* SPDX-License-Identifier: Apache-2.0 */
/* table_hash.h: the canonical hash of a table: equal facts give equal bytes, on either store.
 *
 *     hash  = BLAKE2b-256 over the header and every row in the order of the table's key
 *     header = "kessai table 1", name, names of the columns in their order; each text ends with a 0
 *     row    = its values, columns in the order of their names
 *     value  = 0                               NULL
 *              1, 8 bytes big-endian           a number, two's complement
 *              2 or 3, length as 8 bytes, …    text in UTF-8, or bytes
 *
 * Used by  store/table_copy.c, tests that compare stores */
#ifndef KESSAI_STORE_TABLE_HASH_H
#define KESSAI_STORE_TABLE_HASH_H

#include <sodium.h>

#include "store/table.h"

enum { TABLE_HASH_BYTES = 32 };

struct table_hash {
    crypto_generichash_state state;
    int64_t rows;
};
struct table_digest {
    int64_t rows;
    uint8_t bytes[TABLE_HASH_BYTES];
};

void table_hash_init(struct table_hash *hash, const struct table *table,
                     const struct columns *columns);
void table_hash_row(struct table_hash *hash, const struct value *values, size_t count);
struct table_digest table_hash_final(struct table_hash *hash);
bool table_digest_equal(const struct table_digest *a, const struct table_digest *b);
/* 64 digits. */
const char *table_digest_text(const struct table_digest *digest, struct arena *arena);

/* Reads one table and hashes it. */
MUST_USE result table_hash_of(struct tables *tables, const struct table *table,
                              struct table_digest *ret);

#endif
