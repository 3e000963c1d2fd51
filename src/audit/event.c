/* SPDX-License-Identifier: Apache-2.0 */
/* event.c: one walk over the events, in order: their chain, and what they say: known types,
 * merchants of the tenant, JSON objects, payments that exist.
 *
 * The payments that events name are collected and looked for many at a time: events follow their
 * payments closely, so most are found in one scan of the few payments around them, and only those
 * that are older are looked up one by one. */
#include <inttypes.h>
#include <stdlib.h>

#include "audit/chain.h"
#include "audit/json_object.h"

enum { BATCH = 1 << 14 };

struct named {
    id payment, event;
};

struct walk {
    struct audit *audit;
    struct chain chain;
    struct cursor payment; /* one by its key */
    struct named *named;   /* BATCH of them, not looked for yet */
    size_t count;
    int64_t newest; /* the largest payment of the batch before */
};

/* ---- payments that events name ------------------------------------------------------------- */

static void missing(struct audit *a, const struct named *n)
{
    char text[ID_TEXT_BYTES];
    id_text(n->payment, text);
    finding(a, row_name(a, "event", n->event), "its payment %s does not exist", text);
}

static int by_payment(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    if (x->payment.key != y->payment.key)
        return x->payment.key < y->payment.key ? -1 : 1;
    return x->event.key < y->event.key ? -1 : x->event.key > y->event.key;
}

static void look_up_old(struct walk *w, size_t count)
{
    for (size_t i = 0; i < count && w->audit->error.code == E_OK; i++) {
        const struct named *n = &w->named[i];
        if (!cursor_seek(&w->payment, n->payment.key) ||
            cursor_i64(&w->payment, 0) != n->payment.salt)
            missing(w->audit, n);
    }
}

static void scan_new(struct walk *w, size_t first)
{
    struct audit *a = w->audit;
    struct cursor c;
    if (first == w->count)
        return;
    cursor_open_from(a, &c,
                     "SELECT id, salt FROM payment WHERE tenant = $1 AND id >= $2 AND id <= $3 "
                     "ORDER BY id",
                     w->named[first].payment.key, w->named[w->count - 1].payment.key);
    (void)cursor_next(&c);
    for (size_t i = first; i < w->count && a->error.code == E_OK; i++) {
        const struct named *n = &w->named[i];
        while (c.is_at_row && cursor_i64(&c, 0) < n->payment.key)
            (void)cursor_next(&c);
        if (a->error.code == E_OK && (!c.is_at_row || cursor_i64(&c, 0) != n->payment.key ||
                                      cursor_i64(&c, 1) != n->payment.salt))
            missing(a, n);
    }
    cursor_close(&c);
}

/* A batch lies beyond the newest payment of the one before, but for its stragglers. */
static void look_for_named(struct walk *w)
{
    size_t old = 0;
    if (w->count == 0)
        return;
    qsort(w->named, w->count, sizeof *w->named, by_payment);
    while (old < w->count && w->named[old].payment.key <= w->newest)
        old++;
    look_up_old(w, old);
    scan_new(w, old);
    if (w->named[w->count - 1].payment.key > w->newest)
        w->newest = w->named[w->count - 1].payment.key;
    w->count = 0;
}

/* The id member of the object must be that of a payment of this tenant. */
static void note_payment(struct walk *w, id number, str text)
{
    struct audit *a = w->audit;
    id named;
    if (!id_read(text, &named)) {
        finding(a, row_name(a, "event", number), "its data has no id");
        return;
    }
    look_again(a, named.key);
    w->named[w->count++] = (struct named){.payment = named, .event = number};
    if (w->count == BATCH)
        look_for_named(w);
}

/* ---- an event ------------------------------------------------------------------------------ */

enum { COLUMN_MERCHANT = 2, COLUMN_TYPE, COLUMN_CREATED, COLUMN_DATA, COLUMN_REASON, COLUMN_HASH };

static void hash_event(const uint8_t before[HASH_BYTES], const struct cursor *c,
                       uint8_t ret[HASH_BYTES])
{
    struct hash hash = hash_start(before);
    for (int column = 0; column <= COLUMN_CREATED; column++)
        hash_i64(&hash, cursor_i64(c, column));
    hash_str(&hash, cursor_str(c, COLUMN_DATA));
    hash_str(&hash, cursor_str(c, COLUMN_REASON));
    hash_end(&hash, ret);
}

static void check_chain(struct walk *w, const struct cursor *c, id number)
{
    uint8_t derived[HASH_BYTES];
    const str stored = cursor_str(c, COLUMN_HASH);
    chain_number(&w->chain, number);
    hash_event(w->chain.hash, c, derived);
    chain_hash(&w->chain, number, derived,
               stored.bytes == HASH_BYTES ? (const uint8_t *)stored.at : NULL);
}

static void check_data(struct walk *w, const struct cursor *c, id number)
{
    struct audit *a = w->audit;
    const int64_t merchant = cursor_i64(c, COLUMN_MERCHANT), type = cursor_i64(c, COLUMN_TYPE);
    const str data = cursor_str(c, COLUMN_DATA);
    if (merchant_of(a, merchant) == NULL)
        finding(a, row_name(a, "event", number), "its merchant %" PRId64 " does not exist",
                merchant);
    if (wire_type(type, merchant != a->tenant) == NULL)
        finding(a, row_name(a, "event", number), "there is no type %" PRId64 " on this account",
                type);
    str named;
    if (!json_object_read(data, "id", &named))
        finding(a, row_name(a, "event", number), "its data is not a JSON object");
    else if (TYPE_PAYMENT_FIRST <= type && type <= TYPE_PAYMENT_LAST)
        note_payment(w, number, named);
}

void check_events(struct audit *a)
{
    struct walk w = {.audit = a};
    struct cursor c;
    arena_clear(a->scratch);
    w.chain = chain_start(a, "event", a->point->event_seq, a->point->event_hash);
    w.named = audit_alloc(a, a->scratch, BATCH * sizeof *w.named);
    chain_check_point(&w.chain, "SELECT salt, hash FROM event WHERE tenant = $1 AND seq = $2");
    cursor_prepare(a, &w.payment, "SELECT salt FROM payment WHERE tenant = $1 AND id = $2");
    cursor_open_from(a, &c,
                     "SELECT seq, salt, merchant, type, created_us, data, reason, hash FROM event "
                     "WHERE tenant = $1 AND seq > $2 ORDER BY seq",
                     after(a, a->point->event_seq));
    while (cursor_next(&c)) {
        const id number = {.key = cursor_i64(&c, 0), .salt = cursor_i64(&c, 1)};
        check_chain(&w, &c, number);
        check_data(&w, &c, number);
        a->seen->events++;
    }
    look_for_named(&w);
    chain_end(&w.chain, a->event_seq, a->event_hash);
    cursor_close(&c);
    cursor_close(&w.payment);
}
