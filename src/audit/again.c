/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/again.h"

void look_again(struct audit *a, int64_t payment)
{
    static char mark;
    if (a->is_again && payment != 0 && map_get(&a->again, payment, 0) == NULL &&
        !map_put(&a->again, payment, 0, &mark))
        audit_fail(a, E_NO_MEMORY);
}

void again_begin(struct audit *a)
{
    const struct map *accounts = &a->point->accounts;
    for (size_t i = 0; i < accounts->room; i++) {
        const struct map_slot *slot = &accounts->slots[i];
        struct account_fact *fact = slot->value == NULL ? NULL : account_of(a, slot->a, slot->b);
        if (fact != NULL)
            *fact = *(const struct account_fact *)slot->value;
    }
    a->seen->old_transactions += a->point->ledger_seq;
    a->seen->old_events += a->point->event_seq;
}

static void add_open(struct audit *a)
{
    const struct map *open = &a->point->open;
    for (size_t i = 0; i < open->room; i++)
        if (open->slots[i].value != NULL)
            look_again(a, open->slots[i].a);
}

/* Those with an ordinal beyond the point's, merchant by merchant. */
static void add_new(struct audit *a)
{
    struct cursor c;
    cursor_prepare(a, &c,
                   "SELECT id FROM payment "
                   "WHERE tenant = $1 AND merchant = $2 AND ordinal > $3 ORDER BY ordinal");
    for (size_t i = 0; i < a->merchants.room; i++) {
        const struct map_slot *slot = &a->merchants.slots[i];
        if (slot->value == NULL)
            continue;
        const int64_t *before = map_get(&a->point->merchants, slot->a, 0);
        const int64_t after = before == NULL ? 0 : *before;
        a->seen->old_payments += after;
        for (bool found = cursor_seek(&c, slot->a, after); found; found = cursor_next(&c))
            look_again(a, cursor_i64(&c, 0));
    }
    cursor_close(&c);
}

/* Refund requests that were made since. */
static void add_requested(struct audit *a)
{
    struct cursor c;
    cursor_open_from(
        a, &c, "SELECT payment FROM refund_request WHERE tenant = $1 AND id >= $2 ORDER BY id",
        a->point->key_from);
    while (cursor_next(&c))
        look_again(a, cursor_i64(&c, 0));
    cursor_close(&c);
}

/* Captures, voids and refunds, which concern older payments. */
static void add_operated(struct audit *a)
{
    struct cursor c;
    cursor_open_from(a, &c,
                     "SELECT payment FROM operation "
                     "WHERE tenant = $1 AND id >= $2 AND rail_op IN (3, 4, 5) ORDER BY id",
                     a->point->key_from);
    while (cursor_next(&c))
        look_again(a, cursor_i64(&c, 0));
    cursor_close(&c);
}

void again_gather(struct audit *a)
{
    if (!a->is_again)
        return;
    add_open(a);
    add_new(a);
    add_operated(a);
    add_requested(a);
}
