/* SPDX-License-Identifier: Apache-2.0 */
/* ordinal.c: a merchant's payments are numbered without gaps,
 * and their rows point at each other. */
#include <inttypes.h>

#include "audit/audit_state.h"

static void check_head(struct audit *a, struct cursor *head, int64_t merchant, int64_t count)
{
    if (count == 0)
        return;
    if (!cursor_seek(head, merchant))
        finding(a, account_name(a, merchant, CUR_JPY),
                "has %" PRId64 " payments and no row in merchant_head", count);
    else if (cursor_i64(head, 0) != count)
        finding(a, row_name(a, "merchant_head of", (id){merchant, cursor_i64(head, 1)}),
                "payments is %" PRId64 ", there are %" PRId64, cursor_i64(head, 0), count);
}

static void check_numbers(struct audit *a)
{
    struct cursor c, head;
    int64_t merchant = 0, count = 0;
    cursor_open(a, &c,
                "SELECT merchant, ordinal, id, salt FROM payment WHERE tenant = ?1 "
                "ORDER BY merchant, ordinal");
    cursor_open(a, &head,
                "SELECT h.payments, m.salt FROM merchant_head h LEFT JOIN merchant m"
                " ON m.tenant = h.tenant AND m.id = h.merchant "
                "WHERE h.tenant = ?1 AND h.merchant = ?2");
    while (cursor_next(&c)) {
        if (cursor_i64(&c, 0) != merchant) {
            check_head(a, &head, merchant, count);
            merchant = cursor_i64(&c, 0);
            count = 0;
        }
        const int64_t ordinal = cursor_i64(&c, 1);
        if (ordinal != ++count)
            finding(a, row_name(a, "payment", (id){cursor_i64(&c, 2), cursor_i64(&c, 3)}),
                    "ordinal is %" PRId64 ", %" PRId64 " comes next", ordinal, count);
        count = ordinal;
    }
    check_head(a, &head, merchant, count);
    cursor_close(&c);
    cursor_close(&head);
}

void check_ordinals(struct audit *a)
{
    static const struct rule RULES[] = {
        {"merchant_head of",
         "SELECT h.merchant, m.salt, printf('payments is %d, there are none', h.payments) "
         "FROM merchant_head h LEFT JOIN merchant m ON m.tenant = ?1 AND m.id = h.merchant "
         "WHERE h.tenant = ?1 AND h.payments <> 0 AND NOT EXISTS"
         " (SELECT 1 FROM payment p WHERE p.tenant = ?1 AND p.merchant = h.merchant)"},
    };
    check_numbers(a);
    rules_check(a, RULES, COUNT(RULES));
}
