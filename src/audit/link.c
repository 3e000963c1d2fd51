/* SPDX-License-Identifier: Apache-2.0 */
/* link.c: payment links and their sessions; keys and sessions of the legacy page. */
#include "audit/audit_state.h"

static const struct rule LINKS[] = {
    {"payment link",
     "SELECT id, salt, 'has a value that cannot be' FROM payment_link WHERE tenant = $1 AND"
     " (id > 0 AND is_reusable IN (0, 1) AND currency > 0 AND amount_minor >= 0"
     " AND min_minor >= 0 AND max_minor >= 0"
     " AND (amount_minor = 0 OR (min_minor = 0 AND max_minor = 0))"
     " AND (max_minor = 0 OR max_minor >= min_minor) AND locale BETWEEN 0 AND 3"
     " AND (expires_us = 0 OR expires_us > created_us)"
     " AND (is_reusable = 0 OR (session = 0 AND external_order_num IS NULL))) IS NOT TRUE"},
    {"payment link", "SELECT l.id, l.salt, 'its merchant does not exist' FROM payment_link l"
                     " WHERE l.tenant = $1 AND NOT EXISTS"
                     " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = l.merchant)"},
    {"payment link", "SELECT l.id, l.salt, 'its session does not exist' FROM payment_link l"
                     " WHERE l.tenant = $1 AND l.session <> 0 AND NOT EXISTS (SELECT 1"
                     " FROM session s WHERE s.tenant = $1 AND s.id = l.session"
                     " AND s.salt = l.session_salt)"},
    {"payment link",
     "SELECT l.id, l.salt, 'its session is of another merchant, currency or amount'"
     " FROM payment_link l JOIN session s ON s.tenant = $1 AND s.id = l.session"
     " WHERE l.tenant = $1 AND s.salt = l.session_salt AND (s.merchant <> l.merchant"
     " OR s.currency <> l.currency OR (l.amount_minor > 0 AND s.amount_minor <> l.amount_minor)"
     " OR s.amount_minor < l.min_minor OR (l.max_minor > 0 AND s.amount_minor > l.max_minor))"},
    {"payment link", "SELECT l.id, l.salt, 'is deactivated, and its session is pending'"
                     " FROM payment_link l JOIN session s ON s.tenant = $1 AND s.id = l.session"
                     " WHERE l.tenant = $1 AND s.salt = l.session_salt AND l.deactivated_us <> 0"
                     " AND s.status = 1"},
    {"legacy key of",
     "SELECT tenant, NULL, 'has a value that cannot be' FROM legacy_key WHERE tenant = $1"
     " AND (length(key_hash) = 32 AND length(sealed) > 0) IS NOT TRUE"},
    {"legacy key of",
     "SELECT l.tenant, NULL, 'there is no such secret key' FROM legacy_key l WHERE l.tenant = $1"
     " AND length(l.key_hash) = 32 AND NOT EXISTS (SELECT 1 FROM api_key k WHERE k.tenant = $1"
     " AND k.hash = l.key_hash AND k.is_secret = 1)"},
    {"legacy session",
     "SELECT session, NULL, 'has a value that cannot be' FROM legacy_session WHERE tenant = $1"
     " AND (length(mac) = 32) IS NOT TRUE"},
    {"legacy session", "SELECT l.session, NULL, 'that session does not exist' FROM legacy_session l"
                       " WHERE l.tenant = $1 AND NOT EXISTS"
                       " (SELECT 1 FROM session s WHERE s.tenant = $1 AND s.id = l.session)"},
};

void check_links(struct audit *a)
{
    rules_check(a, LINKS, COUNT(LINKS), 0);
}
