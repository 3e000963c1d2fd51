/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/chain.h"

#include <inttypes.h>
#include <string.h>

struct chain chain_start(struct audit *a, const char *what, int64_t last,
                         const uint8_t hash[HASH_BYTES])
{
    struct chain c = {.audit = a, .what = what, .last = last, .knows_hash = true};
    memcpy(c.hash, hash, HASH_BYTES);
    return c;
}

void chain_check_point(struct chain *c, const char *sql)
{
    struct audit *a = c->audit;
    struct cursor row;
    if (c->last == 0)
        return;
    cursor_prepare(a, &row, sql);
    if (!cursor_seek(&row, c->last)) {
        if (a->error.code == E_OK)
            finding(a, number_name(a, c->what, c->last), "is missing: the last audit ended there");
    } else {
        const id number = {.key = c->last, .salt = cursor_i64(&row, 0)};
        const str hash = cursor_str(&row, 1);
        if (hash.bytes != HASH_BYTES || memcmp(hash.at, c->hash, HASH_BYTES) != 0)
            finding(a, row_name(a, c->what, number), "its hash is not what the last audit saw");
        c->knows_hash = hash.bytes == HASH_BYTES;
        if (c->knows_hash)
            memcpy(c->hash, hash.at, HASH_BYTES);
    }
    cursor_close(&row);
}

void chain_number(struct chain *c, id number)
{
    struct audit *a = c->audit;
    if (number.key == c->last + 2)
        finding(a, number_name(a, c->what, c->last + 1), "is missing");
    else if (number.key != c->last + 1)
        finding(a, number_name(a, c->what, c->last + 1), "is missing, and all up to %" PRId64,
                number.key - 1);
    if (number.key != c->last + 1)
        c->knows_hash = false;
    c->last = number.key;
}

void chain_hash(struct chain *c, id number, const uint8_t derived[HASH_BYTES],
                const uint8_t *stored)
{
    struct audit *a = c->audit;
    if (stored == NULL)
        finding(a, row_name(a, c->what, number), "its hash is not 32 bytes");
    else if (c->knows_hash && memcmp(derived, stored, HASH_BYTES) != 0)
        finding(a, row_name(a, c->what, number), "its hash is not that of the row");
    c->knows_hash = stored != NULL;
    if (stored != NULL)
        memcpy(c->hash, stored, HASH_BYTES);
}

void chain_end(struct chain *c, int64_t head_seq, const uint8_t head_hash[HASH_BYTES])
{
    struct audit *a = c->audit;
    if (a->error.code != E_OK)
        return;
    if (head_seq > c->last)
        finding(a, number_name(a, c->what, c->last + 1),
                "is missing: the tenant's newest is %" PRId64, head_seq);
    else if (head_seq < c->last)
        finding(a, number_name(a, c->what, c->last),
                "is beyond the tenant's newest, which is %" PRId64, head_seq);
    else if (c->knows_hash && memcmp(c->hash, head_hash, HASH_BYTES) != 0)
        finding(a, number_name(a, c->what, c->last),
                "its hash is not the one the tenant's row has");
}

struct hash hash_start(const uint8_t before[HASH_BYTES])
{
    struct hash h = {.count = HASH_BYTES};
    (void)crypto_generichash_init(&h.state, NULL, 0, HASH_BYTES);
    memcpy(h.bytes, before, HASH_BYTES);
    return h;
}

static void flush(struct hash *h)
{
    (void)crypto_generichash_update(&h->state, h->bytes, h->count);
    h->count = 0;
}

void hash_i64(struct hash *h, int64_t value)
{
    uint64_t rest = (uint64_t)value;
    if (h->count + 8 > sizeof h->bytes)
        flush(h);
    for (int i = 0; i < 8; i++, rest >>= 8)
        h->bytes[h->count++] = (uint8_t)(rest & 0xff);
}

void hash_str(struct hash *h, str s)
{
    hash_i64(h, s.at == NULL ? -1 : (int64_t)s.bytes);
    flush(h);
    (void)crypto_generichash_update(&h->state, (const uint8_t *)s.at, s.bytes);
}

void hash_end(struct hash *h, uint8_t ret[HASH_BYTES])
{
    flush(h);
    (void)crypto_generichash_final(&h->state, ret, HASH_BYTES);
}
