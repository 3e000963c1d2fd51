/* SPDX-License-Identifier: Apache-2.0 */
/* chain.h: numbers without gaps and hash chains; private to audit.
 *
 * A row whose hash is wrong is reported once: the next row is compared with the hash that stands in
 * the table. The forms of the hashes are in doc/ledger.md. */
#ifndef KESSAI_AUDIT_CHAIN_H
#define KESSAI_AUDIT_CHAIN_H

#include <sodium.h>

#include "audit/audit_state.h"

struct chain {
    struct audit *audit;
    const char *what; /* "event" */
    int64_t last;     /* the newest number seen */
    uint8_t hash[HASH_BYTES];
    bool knows_hash; /* false after a gap */
};

/* Goes on after a row with that number and hash; 0 and zeros at the beginning. */
struct chain chain_start(struct audit *a, const char *what, int64_t last,
                         const uint8_t hash[HASH_BYTES]);
/* The row at the start is there, and has that hash. The statement gives salt and hash of $2. */
void chain_check_point(struct chain *c, const char *sql);
/* The next row's number; a gap is a finding. */
void chain_number(struct chain *c, id number);
/* Its hash as derived and as it stands there, NULL unless 32 bytes. */
void chain_hash(struct chain *c, id number, const uint8_t derived[HASH_BYTES],
                const uint8_t *stored);
/* The newest row is the one the tenant's row names. */
void chain_end(struct chain *c, int64_t head_seq, const uint8_t head_hash[HASH_BYTES]);

/* The hash of a row, part by part, begun with the hash of the row before. */
struct hash {
    crypto_generichash_state state;
    uint8_t bytes[256]; /* not hashed yet */
    size_t count;
};
struct hash hash_start(const uint8_t before[HASH_BYTES]);
void hash_i64(struct hash *h, int64_t value);
void hash_str(struct hash *h, str s);
void hash_end(struct hash *h, uint8_t ret[HASH_BYTES]);

#endif
