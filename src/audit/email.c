/* SPDX-License-Identifier: Apache-2.0 */
/* email.c: the outbox of e-mail to customers. Numbers of kind: 1 instruction, 2 receipt, 3
 * reminder, 4 refund; of state: 1 waiting, 2 sent, 3 given up, 4 kept in the mailbox, 5 left out.
 * Which there should be depends on switches as they were, and is not asked. */
#include "audit/audit_state.h"

/* Each can change long after it was made, so all are looked at. */
static const struct rule EMAILS[] = {
    {"e-mail", "SELECT id, salt, 'has a value that cannot be' FROM email WHERE tenant = $1 AND"
               " (id > 0 AND kind BETWEEN 1 AND 4 AND state BETWEEN 1 AND 5 AND tries >= 0"
               " AND created_us > 0 AND due_us >= 0 AND expires_us > created_us"
               " AND last_us >= 0) IS NOT TRUE"},
    {"e-mail",
     "SELECT id, salt, 'its state is ' || state || ', its times say something else' FROM email"
     " WHERE tenant = $1 AND ((state = 1) <> (due_us > 0)"
     " OR (state = 1 AND (tries > 0) <> (last_us > 0)) OR (state IN (2, 3, 4) AND last_us = 0)"
     " OR (state IN (2, 3) AND tries = 0) OR (state = 5 AND last_us <> 0)"
     " OR (error IS NOT NULL) <> (state = 3 OR (state = 1 AND tries > 0)))"},
    {"e-mail", "SELECT e.id, e.salt, 'its payment does not exist' FROM email e WHERE e.tenant = $1"
               " AND NOT EXISTS"
               " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = e.payment)"},
    {"e-mail",
     "SELECT e.id, e.salt, 'tells of what did not happen to its payment' FROM email e"
     " JOIN payment p ON p.tenant = $1 AND p.id = e.payment WHERE e.tenant = $1"
     " AND ((e.kind = 2 AND p.captured_us = 0) OR (e.kind = 4 AND p.refunded_minor = 0))"},
};

void check_emails(struct audit *a)
{
    rules_check(a, EMAILS, COUNT(EMAILS), 0);
}
