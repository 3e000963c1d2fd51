/* SPDX-License-Identifier: Apache-2.0 */
/* chain.c: numbers without gaps and the hash chains of a tenant's ledger and events.
 *
 * The forms of the hashes are in doc/ledger.md; this is the second code for them. A row whose hash
 * is wrong is reported once: the next row is compared with the hash that stands in the table. */
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "audit/book.h"

struct chain {
    struct audit *audit;
    const char *what; /* "event" */
    int64_t last;     /* the newest number seen */
    uint8_t hash[HASH_BYTES];
    bool knows_hash; /* false after a gap */
};

static struct chain chain_start(struct audit *a, const char *what)
{
    return (struct chain){.audit = a, .what = what, .knows_hash = true};
}

/* The next row's number; a gap is a finding. */
static void chain_number(struct chain *c, id number)
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

static void chain_hash(struct chain *c, id number, const uint8_t derived[HASH_BYTES],
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

static void chain_end(struct chain *c, int64_t head_seq, const uint8_t head_hash[HASH_BYTES])
{
    struct audit *a = c->audit;
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

static void put_i64(crypto_generichash_state *state, int64_t value)
{
    uint8_t bytes[8];
    uint64_t rest = (uint64_t)value;
    for (int i = 0; i < 8; i++, rest >>= 8)
        bytes[i] = (uint8_t)(rest & 0xff);
    (void)crypto_generichash_update(state, bytes, sizeof bytes);
}

static void put_str(crypto_generichash_state *state, str s)
{
    put_i64(state, s.at == NULL ? -1 : (int64_t)s.bytes);
    (void)crypto_generichash_update(state, (const uint8_t *)s.at, s.bytes);
}

static void hash_entry(const uint8_t before[HASH_BYTES], const struct entry *e,
                       uint8_t ret[HASH_BYTES])
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    (void)crypto_generichash_update(&state, before, HASH_BYTES);
    put_i64(&state, e->number.key);
    put_i64(&state, e->number.salt);
    put_i64(&state, e->event);
    put_i64(&state, e->currency);
    put_i64(&state, e->happened_us);
    put_i64(&state, e->payment);
    put_i64(&state, e->refund);
    put_i64(&state, (int64_t)e->count);
    for (size_t i = 0; i < e->count; i++) {
        put_i64(&state, e->legs[i].line);
        put_i64(&state, e->legs[i].type);
        put_i64(&state, e->legs[i].debit);
        put_i64(&state, e->legs[i].credit);
        put_i64(&state, e->legs[i].amount_minor);
    }
    (void)crypto_generichash_final(&state, ret, HASH_BYTES);
}

void check_ledger_chain(struct audit *a)
{
    struct chain chain = chain_start(a, "ledger transaction");
    struct book book;
    book_open(a, &book);
    while (book_next(&book)) {
        const struct entry *e = &book.entry;
        uint8_t derived[HASH_BYTES];
        chain_number(&chain, e->number);
        hash_entry(chain.hash, e, derived);
        chain_hash(&chain, e->number, derived, e->has_hash ? e->hash : NULL);
    }
    chain_end(&chain, a->ledger_seq, a->ledger_hash);
    book_close(&book);
}

static void hash_event(const uint8_t before[HASH_BYTES], const struct cursor *c,
                       uint8_t ret[HASH_BYTES])
{
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    (void)crypto_generichash_update(&state, before, HASH_BYTES);
    for (int column = 0; column < 5; column++)
        put_i64(&state, cursor_i64(c, column));
    put_str(&state, cursor_str(c, 5));
    put_str(&state, cursor_str(c, 6));
    (void)crypto_generichash_final(&state, ret, HASH_BYTES);
}

void check_event_chain(struct audit *a)
{
    struct chain chain = chain_start(a, "event");
    struct cursor c;
    cursor_open(a, &c,
                "SELECT seq, salt, merchant, type, created_us, data, reason, hash FROM event "
                "WHERE tenant = ?1 ORDER BY seq");
    while (cursor_next(&c)) {
        const id number = {.key = cursor_i64(&c, 0), .salt = cursor_i64(&c, 1)};
        uint8_t derived[HASH_BYTES];
        chain_number(&chain, number);
        hash_event(chain.hash, &c, derived);
        const str stored = cursor_str(&c, 7);
        chain_hash(&chain, number, derived,
                   stored.bytes == HASH_BYTES ? (const uint8_t *)stored.at : NULL);
    }
    chain_end(&chain, a->event_seq, a->event_hash);
    cursor_close(&c);
}
