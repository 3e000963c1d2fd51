/* SPDX-License-Identifier: Apache-2.0 */
/* ordinal.c: a merchant's payments are numbered without gaps, up to its head.
 *
 * The pass over payments has counted and added up the ordinals of each merchant: n of them are
 * 1 .. n when the largest is n and they add up so. Only where they are not, or after a point, they
 * are walked one by one. */
#include <inttypes.h>

#include "audit/audit_state.h"

/* Steps over a merchant's payments after an ordinal; gives how many it has by then. */
static int64_t walk(struct audit *a, struct cursor *payments, int64_t merchant, int64_t after)
{
    int64_t count = after;
    for (bool found = cursor_seek(payments, merchant, after); found;
         found = cursor_next(payments)) {
        const int64_t ordinal = cursor_i64(payments, 0);
        if (ordinal != count + 1)
            finding(a,
                    row_name(a, "payment", (id){cursor_i64(payments, 1), cursor_i64(payments, 2)}),
                    "ordinal is %" PRId64 ", %" PRId64 " comes next", ordinal, count + 1);
        count = ordinal;
    }
    return count;
}

static bool is_gap_free(const struct merchant_fact *m)
{
    const u128 n = (u128)m->payments;
    return m->ordinal_most == m->payments && m->ordinal_sum == (uint64_t)(n * (n + 1) / 2);
}

static void check_head(struct audit *a, struct cursor *head, int64_t merchant,
                       const struct merchant_fact *m, int64_t count)
{
    const id who = {.key = merchant, .salt = m->salt};
    const bool found = cursor_seek(head, merchant);
    const int64_t payments = found ? cursor_i64(head, 0) : 0;
    if (!found && count != 0 && a->error.code == E_OK)
        finding(a, row_name(a, "merchant", who),
                "has %" PRId64 " payments and no row in merchant_head", count);
    else if (payments != count && count == 0)
        finding(a, row_name(a, "merchant_head of", who), "payments is %" PRId64 ", there are none",
                payments);
    else if (payments != count)
        finding(a, row_name(a, "merchant_head of", who),
                "payments is %" PRId64 ", there are %" PRId64, payments, count);
}

void check_ordinals(struct audit *a)
{
    struct cursor payments, head;
    cursor_prepare(a, &payments,
                   "SELECT ordinal, id, salt FROM payment "
                   "WHERE tenant = $1 AND merchant = $2 AND ordinal > $3 ORDER BY ordinal");
    cursor_prepare(a, &head,
                   "SELECT payments FROM merchant_head WHERE tenant = $1 AND merchant = $2");
    for (size_t i = 0; i < a->merchants.room; i++) {
        const struct map_slot *slot = &a->merchants.slots[i];
        struct merchant_fact *m = slot->value;
        if (m == NULL)
            continue;
        const int64_t *before = map_get(&a->point->merchants, slot->a, 0);
        int64_t count = m->payments;
        if (a->is_again || !is_gap_free(m))
            count = walk(a, &payments, slot->a, before == NULL ? 0 : *before);
        check_head(a, &head, slot->a, m, count);
        m->payments = count;
    }
    cursor_close(&payments);
    cursor_close(&head);
}
