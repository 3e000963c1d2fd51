/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c: the tables and indexes that a Kessai database has. A missing one is a finding. */
#include "audit/audit_state.h"

static const char *const NAMES[] = {
    "tenant",
    "merchant",
    "merchant_head",
    "api_key",
    "merchant_method",
    "merchant_brand",
    "payment",
    "payment_by_merchant",
    "payment_by_order",
    "payment_due",
    "payment_late",
    "payment_refused",
    "refund",
    "refund_request",
    "refund_request_by_payment",
    "refund_request_pending",
    "dispute",
    "dispute_by_payment",
    "dispute_pending_first",
    "dispute_due",
    "dispute_document",
    "split_line",
    "operation",
    "operation_open",
    "operation_redeemed",
    "idempotency",
    "account",
    "ledger_transaction",
    "ledger_transaction_by_payment",
    "ledger_transfer",
    "ledger_mark",
    "event",
    "email",
    "email_of_payment",
    "email_due",
    "email_shown",
    "token",
    "token_taken",
    "token_sealed",
    "secure_token",
    "secure_token_due",
    "session",
    "session_by_order",
    "payment_by_session",
    "session_source",
    "exchange_rate",
    "customer",
    "customer_kept",
    "customer_by_external",
    "subscription",
    "subscription_of",
    "subscription_due",
    "subscription_line",
    "subscription_charge",
    "wallet_consent",
    "wallet_consent_by_session",
    "webhook_endpoint",
    "webhook_delivery",
    "webhook_delivery_due",
    "webhook_delivery_by_id",
    "webhook_past",
    "webhook_attempt",
    "webhook_attempt_by_age",
    "screen_limit",
    "screen_entry",
    "screen_entry_expiry",
    "screen_count",
    "screen_count_age",
    "fraud_mark",
    "payment_link",
    "payment_link_by_tenant",
    "legacy_key",
    "legacy_session",
    "legacy_session_by_mac",
    "operator",
    "operator_by_key",
    "setting",
    "server",
    "job_lease",
    "commit_mark",
};

void schema_check(struct audit *a, struct cursor *names)
{
    bool is_there[COUNT(NAMES)] = {false};
    while (cursor_next(names))
        for (size_t i = 0; i < COUNT(NAMES); i++)
            is_there[i] = is_there[i] || str_is(cursor_str(names, 0), NAMES[i]);
    for (size_t i = 0; i < COUNT(NAMES) && a->error.code == E_OK; i++)
        if (!is_there[i])
            finding(a, "database", "there is no %s", NAMES[i]);
}

void check_storage(struct audit *a)
{
    a->driver->check(a);
}
