/* SPDX-License-Identifier: Apache-2.0 */
/* customer.c: customers, and subscriptions against the payments that charge them. Numbers of
 * subscription.status: 1 pending, 2 active, 3 retrying, 4 suspended, 5 deleted; of payment.status:
 * 3 captured, 4 refunded. */
#include "audit/audit_state.h"
#include "base/compiler.h"

/* Each can change long after it was made, so all are looked at. */
static const struct rule CUSTOMERS[] = {
    {"customer",
     "SELECT id, salt, 'has a value that cannot be' FROM customer WHERE tenant = $1 AND"
     " (id > 0 AND method >= 0 AND month BETWEEN 0 AND 12 AND year >= 0 AND currency >= 0"
     " AND locale BETWEEN 1 AND 3 AND created_us <= updated_us AND deleted_us >= 0) IS NOT TRUE"},
    {"customer", "SELECT id, salt, 'is deleted and still holds a card' FROM customer"
                 " WHERE tenant = $1 AND deleted_us <> 0 AND (sealed IS NOT NULL OR method <> 0"
                 " OR last_four IS NOT NULL OR three_d_secure IS NOT NULL)"},
    {"customer", "SELECT id, salt, 'is deleted and still tells who it was' FROM customer"
                 " WHERE tenant = $1 AND deleted_us <> 0 AND (email IS NOT NULL OR name IS NOT NULL"
                 " OR phone IS NOT NULL OR external_id IS NOT NULL OR metadata IS NOT NULL)"},
    /* cards, and the wallets whose owner may agree to be charged later */
    {"customer", "SELECT id, salt, 'its source is of method ' || method || ', its card says"
                 " something else' FROM customer WHERE tenant = $1 AND deleted_us = 0"
                 " AND ((method <> 0) <> (sealed IS NOT NULL) OR method NOT IN (0, 1, 14, 15)"
                 " OR (method <> 1 AND three_d_secure IS NOT NULL) OR (method = 1) <> (brand <> 0)"
                 " OR (method = 1) <> (last_four IS NOT NULL) OR (method = 1) <> (month > 0))"},
};

static const struct rule SUBSCRIPTIONS[] = {
    {"subscription",
     "SELECT id, salt, 'has a value that cannot be' FROM subscription WHERE tenant = $1 AND"
     " (id > 0 AND status BETWEEN 1 AND 5 AND period BETWEEN 1 AND 3 AND currency > 0"
     " AND amount_minor > 0 AND paid >= 0 AND tries >= 0 AND due_us >= 0"
     " AND has_split IN (0, 1)) IS NOT TRUE"},
    {"subscription", "SELECT s.id, s.salt, 'its customer does not exist' FROM subscription s"
                     " WHERE s.tenant = $1 AND NOT EXISTS"
                     " (SELECT 1 FROM customer c WHERE c.tenant = $1 AND c.id = s.customer)"},
    {"subscription", "SELECT s.id, s.salt, 'goes on, but its customer is deleted'"
                     " FROM subscription s JOIN customer c ON c.tenant = $1 AND c.id = s.customer"
                     " WHERE s.tenant = $1 AND c.deleted_us <> 0 AND s.status <> 5"
                     " AND s.ended_us = 0"},
    {"subscription",
     "SELECT id, salt, 'its status is ' || status || ', its end and its next charge say"
     " something else' FROM subscription WHERE tenant = $1 AND"
     " ((status IN (4, 5)) <> (ended_us <> 0) OR (status IN (4, 5) AND due_us <> 0)"
     " OR (status IN (1, 2, 3) AND (due_us <> 0) = (payment <> 0)))"},
    {"subscription",
     "SELECT s.id, s.salt, 'the charge under way is not one of its payments under way'"
     " FROM subscription s WHERE s.tenant = $1 AND s.payment <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = s.payment"
     " AND p.subscription = s.id AND p.operation <> 0)"},
    {"subscription",
     "SELECT s.id, s.salt, 'has a split, and the lines are ' || v.n || ' of ' || v.amount"
     " FROM subscription s JOIN (SELECT x.id AS id, count(l.line) AS n,"
     " coalesce(sum(l.amount_minor), 0) AS amount FROM subscription x LEFT JOIN subscription_line l"
     " ON l.tenant = $1 AND l.subscription = x.id WHERE x.tenant = $1 GROUP BY x.id) v"
     " ON v.id = s.id WHERE s.tenant = $1 AND"
     " ((s.has_split = 1) <> (v.n > 0) OR (s.has_split = 1 AND v.amount <> s.amount_minor))"},
    {"a split line of subscription",
     "SELECT l.subscription, NULL, 'line ' || l.line || ': its merchant or subscription does not"
     " exist, or its value cannot be' FROM subscription_line l WHERE l.tenant = $1 AND"
     " (l.amount_minor < 0 OR l.platform_fee_minor < 0 OR NOT EXISTS"
     " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = l.merchant) OR NOT EXISTS"
     " (SELECT 1 FROM subscription s WHERE s.tenant = $1 AND s.id = l.subscription))"},
    {"subscription",
     "SELECT s.id, s.salt, 'says that ' || s.paid || ' periods are paid, its payments ' || v.n"
     " FROM subscription s JOIN (SELECT x.id AS id, count(p.id) AS n FROM subscription x"
     " LEFT JOIN subscription_charge c ON c.tenant = $1 AND c.subscription = x.id"
     " AND c.number < x.paid"
     " LEFT JOIN payment p ON p.tenant = $1 AND p.id = c.payment AND p.status IN (3, 4)"
     " WHERE x.tenant = $1 GROUP BY x.id) v ON v.id = s.id"
     " WHERE s.tenant = $1 AND s.paid <> v.n"},
    {"subscription",
     "SELECT s.id, s.salt, 'says ' || s.tries || ' tries of period ' || s.paid || ', there are '"
     " || v.n FROM subscription s JOIN (SELECT x.id AS id, count(c.try) AS n FROM subscription x"
     " LEFT JOIN subscription_charge c ON c.tenant = $1 AND c.subscription = x.id"
     " AND c.number >= x.paid WHERE x.tenant = $1 GROUP BY x.id) v ON v.id = s.id"
     " WHERE s.tenant = $1 AND s.tries <> v.n"},
    {"subscription",
     "SELECT c.subscription, max(s.salt), 'period ' || c.number || ' was taken ' || count(*)"
     " || ' times' FROM subscription_charge c"
     " JOIN payment p ON p.tenant = $1 AND p.id = c.payment"
     " JOIN subscription s ON s.tenant = $1 AND s.id = c.subscription"
     " WHERE c.tenant = $1 AND p.status IN (3, 4) GROUP BY c.subscription, c.number"
     " HAVING count(*) > 1"},
    {"a charge of subscription",
     "SELECT c.subscription, NULL, 'try ' || c.try || ' of period ' || c.number || ': its payment"
     " does not exist, or is not a payment of it and its customer' FROM subscription_charge c"
     " LEFT JOIN subscription s ON s.tenant = $1 AND s.id = c.subscription"
     " LEFT JOIN payment p ON p.tenant = $1 AND p.id = c.payment"
     " WHERE c.tenant = $1 AND (s.id IS NULL OR (c.payment <> 0 AND (p.id IS NULL"
     " OR p.subscription <> s.id OR p.customer <> s.customer OR p.currency <> s.currency"
     " OR p.amount_minor + p.tax_minor <> s.amount_minor)))"},
};

static const struct rule PAYMENTS[] = {
    {"payment", "SELECT p.id, p.salt, 'its customer does not exist' FROM payment p"
                " WHERE p.tenant = $1 AND p.id >= $2 AND p.customer <> 0 AND NOT EXISTS"
                " (SELECT 1 FROM customer c WHERE c.tenant = $1 AND c.id = p.customer"
                " AND c.salt = p.customer_salt)"},
    {"payment", "SELECT p.id, p.salt, 'is no charge of its subscription' FROM payment p"
                " WHERE p.tenant = $1 AND p.id >= $2 AND p.subscription <> 0 AND NOT EXISTS"
                " (SELECT 1 FROM subscription_charge c WHERE c.tenant = $1"
                " AND c.subscription = p.subscription AND c.payment = p.id)"},
};

void check_customers(struct audit *a)
{
    rules_check(a, CUSTOMERS, COUNT(CUSTOMERS), 0);
    rules_check(a, PAYMENTS, COUNT(PAYMENTS), a->point->key_from);
}

void check_subscriptions(struct audit *a)
{
    rules_check(a, SUBSCRIPTIONS, COUNT(SUBSCRIPTIONS), 0);
}
