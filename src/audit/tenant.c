/* SPDX-License-Identifier: Apache-2.0 */
/* tenant.c: whose rows are whose, the tree of merchants, values, and tokens. */
#include <inttypes.h>

#include "audit/audit_state.h"

/* Every table leads with its tenant, so its tenants are found in as many steps as there are. */
void check_tenants(struct audit *a)
{
    static const char *const TABLES[] = {"merchant",
                                         "merchant_head",
                                         "api_key",
                                         "merchant_method",
                                         "merchant_brand",
                                         "payment",
                                         "refund",
                                         "refund_request",
                                         "dispute",
                                         "dispute_document",
                                         "email",
                                         "split_line",
                                         "operation",
                                         "idempotency",
                                         "account",
                                         "ledger_transaction",
                                         "ledger_transfer",
                                         "ledger_mark",
                                         "event",
                                         "token",
                                         "secure_token",
                                         "session",
                                         "session_source",
                                         "exchange_rate",
                                         "customer",
                                         "subscription",
                                         "subscription_line",
                                         "subscription_charge",
                                         "webhook_endpoint",
                                         "webhook_delivery",
                                         "webhook_past",
                                         "webhook_attempt",
                                         "screen_limit",
                                         "screen_entry",
                                         "screen_count",
                                         "fraud_mark",
                                         "payment_link",
                                         "legacy_key",
                                         "legacy_session",
                                         "operator"};
    struct cursor tenant;
    cursor_prepare(a, &tenant, "SELECT 1 FROM tenant WHERE $1 IS NOT NULL AND tenant = $2");
    for (size_t i = 0; i < COUNT(TABLES); i++) {
        struct cursor c;
        const char *sql = arena_printf(
            a->scratch, "SELECT min(tenant) FROM %s WHERE $1 IS NOT NULL AND tenant > $2",
            TABLES[i]);
        if (sql == NULL) {
            audit_fail(a, E_NO_MEMORY);
            break;
        }
        cursor_prepare(a, &c, sql);
        for (int64_t last = INT64_MIN; cursor_seek(&c, last) && !cursor_is_null(&c, 0);) {
            last = cursor_i64(&c, 0);
            if (!cursor_seek(&tenant, last))
                finding(a, "database",
                        "table %s has rows of tenant %" PRId64 ", which does not exist", TABLES[i],
                        last);
        }
        cursor_close(&c);
    }
    cursor_close(&tenant);
}

static const struct rule MERCHANTS[] = {
    {"merchant", "SELECT m.id, m.salt, 'is the root and its kind is ' || m.kind "
                 "FROM merchant m WHERE m.tenant = $1 AND m.id = $1 AND m.kind NOT IN (1, 2, 3)"},
    {"merchant", "SELECT m.id, m.salt, 'its kind ' || m.kind || ' does not fit below the root''s'"
                 " FROM merchant m LEFT JOIN merchant r ON r.tenant = $1 AND r.id = $1 "
                 "WHERE m.tenant = $1 AND m.id <> $1 AND m.kind <>"
                 " CASE r.kind WHEN 2 THEN 4 WHEN 3 THEN 5 ELSE 0 END"},
    {"merchant_head of",
     "SELECT x.merchant, NULL, 'that merchant does not exist' FROM merchant_head x "
     "WHERE x.tenant = $1 AND NOT EXISTS"
     " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = x.merchant)"},
    {"merchant_method of",
     "SELECT x.merchant, NULL, 'that merchant does not exist' FROM merchant_method x "
     "WHERE x.tenant = $1 AND NOT EXISTS"
     " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = x.merchant)"},
    {"merchant_brand of",
     "SELECT x.merchant, NULL, 'that merchant does not exist' FROM merchant_brand x "
     "WHERE x.tenant = $1 AND NOT EXISTS"
     " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = x.merchant)"},
    {"api_key of", "SELECT x.merchant, NULL, 'that merchant does not exist' FROM api_key x "
                   "WHERE x.tenant = $1 AND NOT EXISTS"
                   " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = x.merchant)"},
};

void check_merchants(struct audit *a)
{
    if (merchant_of(a, a->tenant) == NULL)
        finding(a, number_name(a, "merchant", a->tenant), "the root merchant does not exist");
    rules_check(a, MERCHANTS, COUNT(MERCHANTS), 0);
}

/* The CHECKs of the schema, where no other check would see that one was got round. */
static const struct rule VALUES[] = {
    {"merchant", "SELECT id, salt, 'has a value that cannot be' FROM merchant WHERE tenant = $1 AND"
                 " (kind BETWEEN 1 AND 5 AND status BETWEEN 1 AND 5 AND payments_enabled IN (0, 1)"
                 " AND payouts_enabled IN (0, 1)) IS NOT TRUE"},
    {"operator",
     "SELECT id, salt, 'has a value that cannot be' FROM operator WHERE tenant = $1 AND"
     " (length(key_hash) = 32 AND rights BETWEEN 0 AND 31 AND length(name) BETWEEN 1 AND 255"
     " AND created_us > 0 AND disabled_us >= 0) IS NOT TRUE"},
    {"merchant_method of",
     "SELECT merchant, NULL, 'method ' || method || ' has a value that cannot be'"
     " FROM merchant_method WHERE tenant = $1 AND"
     " (percent_e4 BETWEEN 0 AND 1000000 AND fixed_minor >= 0 AND minimum_minor >= 0"
     " AND customer_fee_minor >= 0) IS NOT TRUE"},
    {"merchant_brand of",
     "SELECT merchant, NULL, 'has a value that cannot be' FROM merchant_brand WHERE tenant = $1 AND"
     " ((color IS NULL OR color BETWEEN 0 AND 16777215) AND updated_us > 0"
     " AND (contact IS NULL OR length(contact) BETWEEN 1 AND 255)"
     " AND (logo IS NULL OR length(logo) BETWEEN 1 AND 65536)"
     " AND (color IS NOT NULL OR contact IS NOT NULL OR logo IS NOT NULL)) IS NOT TRUE"},
    {"payment",
     "SELECT id, salt, 'has a value that cannot be' FROM payment WHERE tenant = $1 AND id >= $2 AND"
     " (status BETWEEN 1 AND 7 AND model BETWEEN 1 AND 3 AND amount_minor > 0"
     " AND tax_minor >= 0 AND customer_fee_minor >= 0 AND refunded_minor >= 0"
     " AND refunding_minor >= 0 AND dispute BETWEEN 0 AND 3 AND rail > 0"
     " AND currency > 0 AND id > 0 AND late_money BETWEEN 0 AND 2 AND refusals >= 0"
     " AND fee_percent_e4 BETWEEN 0 AND 1000000"
     " AND fee_fixed_minor >= 0 AND fee_minimum_minor >= 0) IS NOT TRUE"},
    {"refund",
     "SELECT id, salt, 'has a value that cannot be' FROM refund WHERE tenant = $1 AND id >= $2 AND"
     " (state BETWEEN 1 AND 3 AND amount_minor > 0 AND id > 0) IS NOT TRUE"},
    {"a split line of payment", "SELECT payment, NULL, 'line ' || line || ' of refund ' || refund "
                                "|| ' has a value that cannot be'"
                                " FROM split_line WHERE tenant = $1 AND payment >= $2 AND"
                                " (amount_minor >= 0 AND platform_fee_minor >= 0) IS NOT TRUE"},
    {"operation",
     "SELECT id, salt, 'has a value that cannot be' FROM operation WHERE tenant = $1"
     " AND id >= $2 AND (state BETWEEN 1 AND 4 AND rail_op BETWEEN 0 AND 7) IS NOT TRUE"},
    {"delivery", "SELECT id, salt, 'has a value that cannot be' FROM webhook_delivery"
                 " WHERE tenant = $1 AND id >= $2 AND (state BETWEEN 1 AND 4 AND tries >= 0"
                 " AND resends >= 0 AND tries_resent BETWEEN 0 AND tries) IS NOT TRUE"},
    {"endpoint", "SELECT id, salt, 'has a value that cannot be' FROM webhook_endpoint"
                 " WHERE tenant = $1 AND (is_active IN (0, 1) AND changes >= 0) IS NOT TRUE"},
    {"secure token",
     "SELECT s.id, t.salt, 'has a value that cannot be' FROM secure_token s"
     " JOIN token t ON t.tenant = $1 AND t.id = s.id WHERE s.tenant = $1 AND s.id >= $2"
     " AND (s.step BETWEEN 1 AND 3 AND s.verification BETWEEN 1 AND 4"
     " AND (s.amount_minor > 0) = (s.session = 0) AND (s.payment = 0 OR s.session = 0)"
     " AND s.tax_minor >= 0 AND s.method_page BETWEEN 0 AND 3"
     " AND s.brand BETWEEN 1 AND 7) IS NOT TRUE"},
};

void check_values(struct audit *a)
{
    rules_check(a, VALUES, COUNT(VALUES), a->point->key_from);
}

/* Which numbers a limit has is the program's, not the books': a newer one may have more. */
static const struct rule SCREENING[] = {
    {"screen_limit of",
     "SELECT merchant, NULL, 'limit ' || rule || ' has a value that cannot be' FROM screen_limit "
     "WHERE tenant = $1 AND (rule > 0 AND most >= 0 AND window_s > 0) IS NOT TRUE"},
    {"screen_limit of",
     "SELECT x.merchant, NULL, 'that merchant does not exist, or its row does not tell' "
     "FROM screen_limit x WHERE x.tenant = $1 AND NOT EXISTS"
     " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = x.merchant"
     " AND m.screens % 2 = 1)"},
    {"screen_entry of",
     "SELECT merchant, NULL, 'an entry has a value that cannot be' FROM screen_entry "
     "WHERE tenant = $1 AND (kind BETWEEN 2 AND 5 AND is_allowed IN (0, 1)"
     " AND length(key_hash) = 16 AND expires_us >= 0) IS NOT TRUE"},
    {"screen_entry of",
     "SELECT x.merchant, NULL, 'that merchant does not exist, or its row does not tell' "
     "FROM screen_entry x WHERE x.tenant = $1 AND NOT EXISTS"
     " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = x.merchant"
     " AND m.screens >= 2)"},
    {"screen_count of",
     "SELECT merchant, NULL, 'a count has a value that cannot be' FROM screen_count "
     "WHERE tenant = $1 AND (kind BETWEEN 1 AND 4 AND length(key_hash) = 16 AND bucket >= 0"
     " AND attempts >= 0 AND declines >= 0 AND attempts + declines > 0) IS NOT TRUE"},
    {"screen_count of",
     "SELECT x.merchant, NULL, 'that merchant does not exist' FROM screen_count x "
     "WHERE x.tenant = $1 AND NOT EXISTS"
     " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = x.merchant)"},
    {"payment", "SELECT x.payment, NULL, 'is marked as fraud, and does not exist' FROM fraud_mark x"
                " WHERE x.tenant = $1 AND NOT EXISTS"
                " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = x.payment)"},
};

void check_screening(struct audit *a)
{
    rules_check(a, SCREENING, COUNT(SCREENING), 0);
}

static const struct rule TOKENS[] = {
    {"token",
     "SELECT t.id, t.salt, 'is used and still holds a card' FROM token t "
     "WHERE t.tenant = $1 AND t.id >= $2 AND t.used_by <> 0 AND t.sealed IS NOT NULL AND NOT EXISTS"
     " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = t.used_by"
     " AND p.operation <> 0)"},
    {"token",
     "SELECT t.id, t.salt, 'the payment that used it does not exist' FROM token t "
     "WHERE t.tenant = $1 AND t.id >= $2 AND t.used_by <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = t.used_by) AND NOT EXISTS"
     " (SELECT 1 FROM customer c WHERE c.tenant = $1 AND c.id = t.used_by) AND NOT EXISTS"
     " (SELECT 1 FROM secure_token s WHERE s.tenant = $1 AND s.id = t.used_by) AND NOT EXISTS"
     " (SELECT 1 FROM wallet_consent w WHERE w.tenant = $1 AND w.id = t.used_by)"},
    {"token", "SELECT t.id, t.salt, 'its merchant does not exist' FROM token t "
              "WHERE t.tenant = $1 AND t.id >= $2 AND NOT EXISTS"
              " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = t.merchant)"},
    {"secure token", "SELECT s.id, NULL, 'its token does not exist' FROM secure_token s "
                     "WHERE s.tenant = $1 AND s.id >= $2 AND NOT EXISTS"
                     " (SELECT 1 FROM token t WHERE t.tenant = $1 AND t.id = s.id)"},
    {"secure token",
     "SELECT s.id, t.salt, 'the payment that waits for it does not exist' FROM secure_token s"
     " JOIN token t ON t.tenant = $1 AND t.id = s.id WHERE s.tenant = $1 AND s.id >= $2"
     " AND s.payment <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = s.payment)"},
    {"secure token",
     "SELECT s.id, t.salt, 'the session that waits for it does not exist, or is of another mode'"
     " FROM secure_token s JOIN token t ON t.tenant = $1 AND t.id = s.id WHERE s.tenant = $1"
     " AND s.id >= $2 AND s.session <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM session x WHERE x.tenant = $1 AND x.id = s.session AND x.mode = 2)"},
    {"secure token",
     "SELECT s.id, t.salt, 'is at step ' || s.step || ' and its verification is ' ||"
     " s.verification FROM secure_token s JOIN token t ON t.tenant = $1 AND t.id = s.id"
     " WHERE s.tenant = $1 AND s.id >= $2 AND (s.step = 3) = (s.verification = 2)"},
    {"secure token",
     "SELECT s.id, t.salt, 'is not to be used any more and still holds a card'"
     " FROM secure_token s JOIN token t ON t.tenant = $1 AND t.id = s.id WHERE s.tenant = $1"
     " AND s.id >= $2 AND t.sealed IS NOT NULL AND t.used_by = 0"
     " AND (s.due_us = 0 OR s.verification = 4 OR (s.payment + s.session <> 0"
     " AND s.step = 3))"},
    /* an hour is left for the sweep of a server that has just started */
    {"secure token", "SELECT s.id, t.salt, 'has expired and still holds a card' FROM secure_token s"
                     " JOIN token t ON t.tenant = $1 AND t.id = s.id JOIN tenant n ON n.tenant = $1"
                     " WHERE s.tenant = $1 AND s.id >= $2 AND t.sealed IS NOT NULL"
                     " AND t.expires_us < n.latest_us - 3600000000"},
};

void check_tokens(struct audit *a)
{
    rules_check(a, TOKENS, COUNT(TOKENS), a->point->key_from);
}
