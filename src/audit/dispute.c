/* SPDX-License-Identifier: Apache-2.0 */
/* dispute.c: chargeback requests against payments, chargebacks and what was said. Numbers of state:
 * 1 pending, 2 accepted, 3 cancelled, 4 expired, 5 defended, 6 lost; of payment.dispute: 1 open,
 * 2 lost, 3 won. What is sealed is 41 bytes longer than what it was. */
#include "audit/audit_state.h"

/* Each can change long after it was made, so all are looked at. A payment has at most one that is
 * not cancelled, and that tells what the payment says; ids and times come from the clocks of
 * several servers, so which is the newest is not asked. */
static const struct rule DISPUTES[] = {
    {"chargeback request",
     "SELECT id, salt, 'has a value that cannot be' FROM dispute WHERE tenant = $1 AND"
     " (id > 0 AND state BETWEEN 1 AND 6 AND is_pending IN (0, 1) AND created_us > 0"
     " AND due_us > created_us AND defended_us >= 0 AND ended_us >= 0 AND refund >= 0"
     " AND fee_minor >= 0 AND document_kind BETWEEN 0 AND 4 AND document_bytes >= 0) IS NOT TRUE"},
    {"chargeback request",
     "SELECT id, salt, 'its state is ' || state || ', its times say something else' FROM dispute"
     " WHERE tenant = $1 AND ((is_pending = 1) <> (state = 1)"
     " OR (ended_us = 0) <> (state IN (1, 5)) OR (state = 5 AND defended_us = 0)"
     " OR (state IN (1, 2, 4) AND defended_us <> 0))"},
    {"chargeback request",
     "SELECT d.id, d.salt, 'its payment does not exist, or is another merchant''s' FROM dispute d"
     " WHERE d.tenant = $1 AND NOT EXISTS"
     " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = d.payment"
     " AND p.merchant = d.merchant)"},
    {"payment", "SELECT p.id, p.salt, 'says dispute ' || p.dispute || ', its chargeback request '"
                " || d.state FROM dispute d"
                " JOIN payment p ON p.tenant = $1 AND p.id = d.payment"
                " WHERE d.tenant = $1 AND p.dispute <>"
                " CASE WHEN d.state IN (1, 5) THEN 1 WHEN d.state = 3 THEN 3 ELSE 2 END"
                " AND (d.state <> 3 OR NOT EXISTS (SELECT 1 FROM dispute n WHERE n.tenant = $1"
                " AND n.payment = d.payment AND (n.state <> 3 OR n.id > d.id)))"},
    {"chargeback request",
     "SELECT d.id, d.salt, 'is one of several of its payment that are open or have taken its money'"
     " FROM dispute d WHERE d.tenant = $1 AND d.state <> 3 AND EXISTS"
     " (SELECT 1 FROM dispute n WHERE n.tenant = $1 AND n.payment = d.payment AND n.state <> 3"
     " AND n.id > d.id)"},
    {"chargeback request",
     "SELECT d.id, d.salt, 'its state is ' || d.state || ', its chargeback says something else'"
     " FROM dispute d WHERE d.tenant = $1 AND ((d.state IN (2, 4, 6)) <> (d.refund <> 0)"
     " OR (d.refund <> 0 AND NOT EXISTS (SELECT 1 FROM refund r WHERE r.tenant = $1"
     " AND r.payment = d.payment AND r.id = d.refund AND r.chargeback = 1"
     " AND r.created_us = d.ended_us)))"},
    {"chargeback request",
     "SELECT id, salt, 'costs ' || fee_minor || ' and ' || fee_tax_minor || ' tax' FROM dispute"
     " WHERE tenant = $1 AND (fee_tax_minor <> (fee_minor * 10 + 50) / 100"
     " OR (refund = 0 AND fee_minor <> 0))"},
    {"chargeback request",
     "SELECT id, salt, 'its defence does not fit what it says of it' FROM dispute"
     " WHERE tenant = $1 AND ((defended_us <> 0) <> (defense IS NOT NULL)"
     " OR (defended_us <> 0) <> (defense_hash IS NOT NULL)"
     " OR (defended_us <> 0) <> (document_kind <> 0) OR (defended_us <> 0) <> (document_bytes > 0)"
     " OR length(defense) <= 41 OR length(defense_hash) <> 16)"},
    {"chargeback request",
     "SELECT d.id, d.salt, 'its document has ' || d.document_bytes || ' bytes, its ' || v.parts"
     " || ' parts ' || v.bytes FROM dispute d JOIN (SELECT x.id AS id, count(t.part) AS parts,"
     " coalesce(max(t.part), -1) AS last, coalesce(sum(length(t.sealed) - 41), 0) AS bytes"
     " FROM dispute x LEFT JOIN dispute_document t ON t.tenant = $1 AND t.dispute = x.id"
     " WHERE x.tenant = $1 GROUP BY x.id) v ON v.id = d.id"
     " WHERE d.tenant = $1 AND (v.bytes <> d.document_bytes OR v.last <> v.parts - 1)"},
    {"a document of chargeback request",
     "SELECT DISTINCT t.dispute, NULL, 'that does not exist' FROM dispute_document t"
     " WHERE t.tenant = $1 AND NOT EXISTS"
     " (SELECT 1 FROM dispute d WHERE d.tenant = $1 AND d.id = t.dispute)"},
};

static const struct rule PAYMENTS[] = {
    {"payment", "SELECT p.id, p.salt, 'says dispute ' || p.dispute || ', and has no chargeback"
                " request' FROM payment p WHERE p.tenant = $1 AND p.id >= $2 AND p.dispute <> 0"
                " AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.tenant = $1"
                " AND d.payment = p.id)"},
    {"refund", "SELECT r.id, r.salt, 'is a chargeback that no chargeback request has led to'"
               " FROM refund r WHERE r.tenant = $1 AND r.id >= $2 AND r.chargeback = 1"
               " AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.tenant = $1"
               " AND d.payment = r.payment AND d.refund = r.id)"},
};

void check_disputes(struct audit *a)
{
    rules_check(a, DISPUTES, COUNT(DISPUTES), 0);
    rules_check(a, PAYMENTS, COUNT(PAYMENTS), a->point->key_from);
}
