/* SPDX-License-Identifier: Apache-2.0 */
/* operation.c: what was asked of rails, what was answered, and the keys that give the answer again.
 * Numbers of rail_op: 1 authorize, 2 charge, 3 capture, 4 void, 5 refund, 6 register,
 * 7 redeem; of state: 1 sent,
 * 2 unknown, 3 done, 4 given up. */
#include "audit/audit_state.h"

static const struct rule RULES[] = {
    {"operation",
     "SELECT o.id, o.salt, 'is done and bound to a key, but has no answer' "
     "FROM operation o WHERE o.tenant = $1 AND o.id >= $2 AND o.state = 3 AND o.is_key_bound = 1"
     " AND o.event_seq = 0 AND o.body IS NULL"},
    {"operation",
     "SELECT o.id, o.salt, 'is done and bound to a key, but its answer has"
     " status ' || o.http_status "
     "FROM operation o WHERE o.tenant = $1 AND o.id >= $2 AND o.state = 3 AND o.is_key_bound = 1"
     " AND (o.http_status < 200 OR o.http_status > 599)"},
    {"operation",
     "SELECT o.id, o.salt, 'its answer is event ' || o.event_seq ||"
     " ', which does not exist' "
     "FROM operation o WHERE o.tenant = $1 AND o.id >= $2 AND o.event_seq <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM event e WHERE e.tenant = $1 AND e.seq = o.event_seq)"},
    {"operation",
     "SELECT o.id, o.salt, 'is under way and will never be inquired: due_us is 0' "
     "FROM operation o WHERE o.tenant = $1 AND o.id >= $2 AND o.state IN (1, 2) AND o.due_us <= 0"},
    {"operation",
     "SELECT o.id, o.salt, 'has ended and due_us is ' || o.due_us "
     "FROM operation o WHERE o.tenant = $1 AND o.id >= $2 AND o.state IN (3, 4) AND o.due_us <> 0"},
    {"operation",
     "SELECT o.id, o.salt, 'is under way, but its payment does not say so' "
     "FROM operation o WHERE o.tenant = $1 AND o.id >= $2 AND o.state IN (1, 2) AND NOT EXISTS"
     " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = o.payment"
     " AND p.operation = o.id)"},
    {"operation",
     "SELECT o.id, o.salt, 'its payment does not exist' "
     "FROM operation o WHERE o.tenant = $1 AND o.id >= $2 AND o.payment <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = o.payment)"},
    {"operation",
     "SELECT o.id, o.salt, 'its refund does not exist' "
     "FROM operation o WHERE o.tenant = $1 AND o.id >= $2 AND o.refund <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM refund r WHERE r.tenant = $1 AND r.payment = o.payment"
     " AND r.id = o.refund)"},
    {"operation", "SELECT o.id, o.salt, 'took money, but its payment is not captured' "
                  "FROM operation o JOIN payment p ON p.tenant = $1 AND p.id = o.payment "
                  "WHERE o.tenant = $1 AND o.id >= $2 AND o.rail_op IN (2, 3) AND o.state = 3"
                  " AND o.http_status BETWEEN 200 AND 299 AND p.status NOT IN (3, 4)"},
    {"operation", "SELECT o.id, o.salt, 'gave money back, but its refund is not done' "
                  "FROM operation o JOIN refund r ON r.tenant = $1 AND r.payment = o.payment"
                  " AND r.id = o.refund "
                  "WHERE o.tenant = $1 AND o.id >= $2 AND o.rail_op = 5 AND o.state = 3"
                  " AND o.http_status BETWEEN 200 AND 299 AND r.state <> 2"},
    {"operation", "SELECT o.id, o.salt, 'took ' || o.amount_minor || ' and tax ' || o.tax_minor ||"
                  " ', its payment says ' || p.amount_minor || ' and tax ' || p.tax_minor "
                  "FROM operation o JOIN payment p ON p.tenant = $1 AND p.id = o.payment "
                  "WHERE o.tenant = $1 AND o.id >= $2 AND o.rail_op IN (2, 3) AND o.state = 3"
                  " AND o.http_status BETWEEN 200 AND 299"
                  " AND (o.amount_minor <> p.amount_minor OR o.tax_minor <> p.tax_minor)"},
    {"operation", "SELECT o.id, o.salt, 'gave back ' || o.amount_minor || ', its refund says ' ||"
                  " r.amount_minor "
                  "FROM operation o JOIN refund r ON r.tenant = $1 AND r.payment = o.payment"
                  " AND r.id = o.refund "
                  "WHERE o.tenant = $1 AND o.id >= $2 AND o.rail_op = 5 AND o.state = 3"
                  " AND o.http_status BETWEEN 200 AND 299 AND o.amount_minor <> r.amount_minor"},
    {"payment", "SELECT p.id, p.salt, 'captures ' || (p.amount_minor + p.tax_minor) || ', ' ||"
                " (o.amount_minor + o.tax_minor) || ' was authorized' "
                "FROM payment p JOIN operation o ON o.tenant = $1 AND o.id = p.reference "
                "WHERE p.tenant = $1 AND p.id >= $2 AND p.status IN (3, 4) AND o.rail_op = 1"
                " AND p.amount_minor + p.tax_minor > o.amount_minor + o.tax_minor"},
    {"payment",
     "SELECT p.id, p.salt, 'its operation does not exist, has ended, or is another"
     " payment''s' "
     "FROM payment p WHERE p.tenant = $1 AND p.id >= $2 AND p.operation <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM operation o WHERE o.tenant = $1 AND o.id = p.operation"
     " AND o.payment = p.id AND o.state IN (1, 2))"},
    {"payment",
     "SELECT p.id, p.salt, 'the operation it refers to is not its own' "
     "FROM payment p WHERE p.tenant = $1 AND p.id >= $2 AND p.reference <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM operation o WHERE o.tenant = $1 AND o.id = p.reference"
     " AND o.payment = p.id AND o.rail_op IN (1, 2, 6, 7))"},
    {"payment", "SELECT p.id, p.salt, 'is captured, but what it refers to has not ended well' "
                "FROM payment p JOIN operation o ON o.tenant = $1 AND o.id = p.reference "
                "WHERE p.tenant = $1 AND p.id >= $2 AND p.status IN (3, 4) AND o.state <> 3"},
    {"payment",
     "SELECT p.id, p.salt, 'its deadline is ' || p.deadline_us || ', it waits until ' || p.due_us "
     "FROM payment p LEFT JOIN session s ON s.tenant = $1 AND s.id = p.session "
     "WHERE p.tenant = $1 AND p.id >= $2 AND p.operation = 0 AND p.late_money <> 1"
     " AND p.due_us <> CASE WHEN p.status IN (1, 2) THEN p.deadline_us ELSE 0 END"
     " AND NOT (p.status IN (1, 2) AND p.due_us > 0 AND (p.refusals > 0"
     " OR (p.session <> 0 AND (s.status = 3 OR (s.status = 2 AND s.payment <> p.id)))))"},
    {"payment", "SELECT p.id, p.salt, 'is owed late money and waits for nothing' "
                "FROM payment p WHERE p.tenant = $1 AND p.id >= $2 AND p.late_money = 1"
                " AND p.operation = 0 AND p.due_us = 0"},
    {"payment", "SELECT p.id, p.salt, 'got money that it could not take, its status is ' ||"
                " p.status FROM payment p WHERE p.tenant = $1 AND p.id >= $2"
                " AND p.late_money <> 0 AND (p.status NOT IN (5, 6, 7) OR p.reference = 0)"},
    {"payment", "SELECT p.id, p.salt, 'was refused ' || p.refusals || ' voids, and waits for'"
                " || ' nothing' FROM payment p WHERE p.tenant = $1 AND p.id >= $2"
                " AND p.refusals > 0 AND p.operation = 0 AND p.due_us = 0"},
    {"payment", "SELECT p.id, p.salt, 'its prepaid numbers were asked for sums that do not fit' "
                "FROM payment p JOIN operation o ON o.tenant = $1 AND o.payment = p.id"
                " AND o.rail_op = 7 "
                "WHERE p.tenant = $1 AND p.id >= $2 AND o.state = 3 AND o.http_status < 300"
                " GROUP BY p.id, p.salt, p.amount_minor, p.tax_minor, p.customer_fee_minor,"
                " p.short_minor HAVING count(*) <> count(DISTINCT o.amount_minor)"
                " OR max(o.amount_minor) <> p.amount_minor + p.tax_minor + p.customer_fee_minor"
                " OR min(o.amount_minor) <= p.short_minor"},
    {"payment", "SELECT p.id, p.salt, 'prepaid numbers have left ' || p.short_minor ||"
                " ' of it unpaid, its status is ' || p.status FROM payment p "
                "WHERE p.tenant = $1 AND p.id >= $2 AND (p.short_minor < 0 OR (p.short_minor > 0"
                " AND (p.status IN (2, 3, 4) OR p.short_minor >="
                " p.amount_minor + p.tax_minor + p.customer_fee_minor)))"},
    {"refund", "SELECT r.id, r.salt, 'is under way, but no operation of its payment is' "
               "FROM refund r WHERE r.tenant = $1 AND r.id >= $2 AND r.state = 1 AND NOT EXISTS"
               " (SELECT 1 FROM payment p JOIN operation o ON o.tenant = $1 AND o.id = p.operation"
               " WHERE p.tenant = $1 AND p.id = r.payment AND o.refund = r.id)"
               " AND NOT EXISTS (SELECT 1 FROM refund_request q"
               " WHERE q.tenant = $1 AND q.id = r.id)"},
};

/* Keys that give the answer of an operation again; old ones are thrown away, so there are few. */
static void check_keys(struct audit *a)
{
    struct cursor c;
    cursor_stream(a, &c,
                  "SELECT i.operation, i.key_hash FROM idempotency i WHERE i.tenant = $1 AND"
                  " NOT EXISTS (SELECT 1 FROM operation o WHERE o.tenant = $1"
                  " AND o.id = i.operation AND o.is_key_bound = 1) ORDER BY i.operation");
    while (cursor_next(&c)) {
        const str hash = cursor_str(&c, 1);
        const char *text = "";
        for (size_t i = 0; i < hash.bytes && text != NULL; i++)
            text = arena_printf(a->names, "%s%02x", text, (unsigned)(unsigned char)hash.at[i]);
        finding(a, number_name(a, "idempotency row of operation", cursor_i64(&c, 0)),
                "key %s: that operation does not exist or is not bound to a key",
                text == NULL ? "?" : text);
    }
    cursor_close(&c);
}

void check_operations(struct audit *a)
{
    rules_check(a, RULES, COUNT(RULES), a->point->key_from);
    check_keys(a);
}
