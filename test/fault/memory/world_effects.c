/* SPDX-License-Identifier: Apache-2.0 */
/* world_effects.c: what calls have left behind, read with a connection of its own, which stays
 * open: opening one reads the whole schema. */
#include "fault/memory/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <sqlite3.h>

enum { STATEMENT_BYTES = 4096 };

/* What is counted, and its rows. */
static const struct {
    const char *name, *rows;
} ROWS[EFFECTS] = {
    {"payment", "payment"},
    {"refund", "refund"},
    {"split_line", "split_line"},
    {"ledger_transaction", "ledger_transaction"},
    {"ledger_transfer", "ledger_transfer"},
    {"event", "event"},
    {"token", "token"},
    {"account", "account"},
    {"merchant", "merchant"},
    {"merchant_method", "merchant_method"},
    {"operation", "operation"},
    {"idempotency", "idempotency"},
    {"session", "session"},
    {"session that has ended", "session WHERE status > 1"},
    {"session_source", "session_source"},
    {"secure_token", "secure_token"},
    {"authentication that has ended", "secure_token WHERE step = 3"},
    {"customer", "customer"},
    {"customer that is there", "customer WHERE deleted_us = 0"},
    {"customer with a card", "customer WHERE sealed IS NOT NULL"},
    {"subscription", "subscription"},
    {"subscription that has ended", "subscription WHERE ended_us > 0"},
    {"subscription_charge", "subscription_charge"},
    {"refund_request", "refund_request"},
    {"refund_request that is pending", "refund_request WHERE is_pending = 1"},
    {"webhook_endpoint", "webhook_endpoint"},
    {"webhook_endpoint that is there", "webhook_endpoint WHERE removed_us = 0"},
    {"webhook_past", "webhook_past"},
    {"webhook_delivery", "webhook_delivery"},
};

const char *world_effect_name(size_t effect)
{
    return ROWS[effect].name;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *text)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

void world_look_begin(struct world *w)
{
    char text[STATEMENT_BYTES];
    size_t used = 0;
    for (size_t i = 0; i < EFFECTS; i++) {
        const int n = snprintf(text + used, sizeof text - used, "%s (SELECT count(*) FROM %s)",
                               i == 0 ? "SELECT" : ",", ROWS[i].rows);
        used += (size_t)n;
        assert_true(n > 0 && used < sizeof text);
    }
    assert_int_equal(sqlite3_open_v2(w->db, &w->look.db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    (void)sqlite3_busy_timeout(w->look.db, 5000);
    w->look.effects = prepare(w->look.db, text);
    w->look.undelivered =
        prepare(w->look.db, "SELECT count(*) FROM webhook_delivery WHERE state = 1");
}

void world_look_end(struct world *w)
{
    (void)sqlite3_finalize(w->look.effects);
    (void)sqlite3_finalize(w->look.undelivered);
    assert_int_equal(sqlite3_close(w->look.db), SQLITE_OK);
    w->look = (struct look){0};
}

/* The only row of a statement, as so many numbers. */
static void read_numbers(sqlite3_stmt *statement, int64_t *ret, int count)
{
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    for (int i = 0; i < count; i++)
        ret[i] = sqlite3_column_int64(statement, i);
    assert_int_equal(sqlite3_reset(statement), SQLITE_OK);
}

struct effects world_effects(const struct world *w)
{
    struct effects effects = {0};
    read_numbers(w->look.effects, effects.counts, EFFECTS);
    return effects;
}

int64_t world_undelivered(const struct world *w)
{
    int64_t count = -1;
    read_numbers(w->look.undelivered, &count, 1);
    return count;
}
