/* SPDX-License-Identifier: Apache-2.0 */
/* world_effects.c: what calls have left behind, read with a connection of its own, which stays
 * open: opening one reads the whole schema. */
#include "fault/memory/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "base/id.h"

enum { STATEMENT_BYTES = 4096 };

/* What has come after world_mark(); a table whose keys do not rise is counted whole. */
#define NEWER(table, column) table " WHERE " column " > (SELECT max(id) FROM mark)"
#define OF_TENANTS(table, column, mark)                                                            \
    "mark m CROSS JOIN " table " t ON t.tenant = m.tenant AND t." column " > m." mark

/* What is counted: rows, or those of which something is so. What is counted of the same rows stands
 * together: they are read once. E-mails are not counted: a clock that is moved makes the old ones
 * go. */
static const struct {
    const char *name, *rows, *condition;
} ROWS[EFFECTS] = {
    {"payment", NEWER("payment", "id"), NULL},
    {"refund", OF_TENANTS("refund", "payment", "id"), NULL},
    {"split_line", OF_TENANTS("split_line", "payment", "id"), NULL},
    {"ledger_transaction", OF_TENANTS("ledger_transaction", "seq", "ledger"), NULL},
    {"ledger_transfer", OF_TENANTS("ledger_transfer", "seq", "ledger"), NULL},
    {"event", OF_TENANTS("event", "seq", "event"), NULL},
    {"token", NEWER("token", "id"), NULL},
    {"account", "account", NULL},
    {"merchant", NEWER("merchant", "id"), NULL},
    {"merchant_method", OF_TENANTS("merchant_method", "merchant", "id"), NULL},
    {"operation", NEWER("operation", "id"), NULL},
    {"idempotency", "idempotency", NULL},
    {"session", NEWER("session", "id"), NULL},
    {"session that has ended", NEWER("session", "id"), "status > 1"},
    {"session_source", NEWER("session_source", "payment"), NULL},
    {"secure_token", NEWER("secure_token", "id"), NULL},
    {"authentication that has ended", NEWER("secure_token", "id"), "step = 3"},
    {"customer", NEWER("customer", "id"), NULL},
    {"customer that is there", NEWER("customer", "id"), "deleted_us = 0"},
    {"customer with a card", NEWER("customer", "id"), "sealed IS NOT NULL"},
    {"subscription", NEWER("subscription", "id"), NULL},
    {"subscription that has ended", NEWER("subscription", "id"), "ended_us > 0"},
    {"subscription_charge", OF_TENANTS("subscription_charge", "subscription", "id"), NULL},
    {"refund_request", NEWER("refund_request", "id"), NULL},
    {"refund_request that is pending", NEWER("refund_request", "id"), "is_pending"},
    {"dispute", NEWER("dispute", "id"), NULL},
    {"dispute that is pending", NEWER("dispute", "id"), "is_pending"},
    {"dispute_document", OF_TENANTS("dispute_document", "dispute", "id"), NULL},
    {"wallet_consent", NEWER("wallet_consent", "id"), NULL},
    {"wallet_consent that is asked", NEWER("wallet_consent", "id"), "status = 1"},
    {"attempt that is counted", "screen_count", "attempts"},
    {"decline that is counted", "screen_count", "declines"},
    {"webhook_endpoint", NEWER("webhook_endpoint", "id"), NULL},
    {"webhook_endpoint that is there", NEWER("webhook_endpoint", "id"), "removed_us = 0"},
    {"webhook_past", "webhook_past", NULL},
    {"webhook_delivery", "webhook_delivery", NULL},
};

const char *world_effect_name(size_t effect)
{
    return ROWS[effect].name;
}

static void run(sqlite3 *db, const char *text)
{
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *text)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    return statement;
}

static bool is_of_same(size_t a, size_t b)
{
    return a < EFFECTS && b < EFFECTS && strcmp(ROWS[a].rows, ROWS[b].rows) == 0;
}

/* SELECT count(*), total(status > 1) FROM session WHERE ...
 *   first   of the rows that it counts
 * One for all of them would open a table for each. */
static sqlite3_stmt *prepare_count(sqlite3 *db, size_t first)
{
    char text[STATEMENT_BYTES] = "SELECT ";
    size_t used = strlen(text);
    for (size_t i = first; is_of_same(first, i); i++) {
        const char *condition = ROWS[i].condition;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s%s", i > first ? ", " : "",
                                 condition == NULL ? "count(*)" : "total(",
                                 condition == NULL ? "" : condition, condition == NULL ? "" : ")");
        assert_true(used < sizeof text);
    }
    used += (size_t)snprintf(text + used, sizeof text - used, " FROM %s", ROWS[first].rows);
    assert_true(used < sizeof text);
    return prepare(db, text);
}

void world_look_begin(struct world *w)
{
    assert_int_equal(sqlite3_open_v2(w->db, &w->look.db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    (void)sqlite3_busy_timeout(w->look.db, 5000);
    run(w->look.db, "CREATE TEMP TABLE mark (tenant INTEGER PRIMARY KEY, id INTEGER NOT NULL,"
                    " ledger INTEGER NOT NULL, event INTEGER NOT NULL)");
    for (size_t i = 0; i < EFFECTS; i++)
        if (i == 0 || !is_of_same(i - 1, i))
            w->look.effects[i] = prepare_count(w->look.db, i);
    w->look.begin = prepare(w->look.db, "BEGIN");
    w->look.commit = prepare(w->look.db, "COMMIT");
    w->look.undelivered =
        prepare(w->look.db, "SELECT count(*) FROM webhook_delivery WHERE state = 1");
    world_mark(w);
}

/* Ids rise whatever they are of: a new one is a mark for all of them. */
void world_mark(const struct world *w)
{
    char text[STATEMENT_BYTES];
    (void)snprintf(text, sizeof text,
                   "DELETE FROM mark; INSERT INTO mark SELECT tenant, %lld, ledger_seq, event_seq"
                   " FROM tenant",
                   (long long)id_new(clock_now_us(w->app.clock)).key);
    run(w->look.db, text);
}

void world_look_end(struct world *w)
{
    for (size_t i = 0; i < EFFECTS; i++)
        (void)sqlite3_finalize(w->look.effects[i]);
    (void)sqlite3_finalize(w->look.begin);
    (void)sqlite3_finalize(w->look.commit);
    (void)sqlite3_finalize(w->look.undelivered);
    assert_int_equal(sqlite3_close(w->look.db), SQLITE_OK);
    w->look = (struct look){0};
}

/* The only row of a statement, as so many numbers. */
static void read_numbers(sqlite3_stmt *statement, int64_t *ret)
{
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    for (int i = 0; i < sqlite3_column_count(statement); i++)
        ret[i] = sqlite3_column_int64(statement, i);
    assert_int_equal(sqlite3_reset(statement), SQLITE_OK);
}

/* A statement that gives nothing. */
static void must_end(sqlite3_stmt *statement)
{
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    assert_int_equal(sqlite3_reset(statement), SQLITE_OK);
}

struct effects world_effects(const struct world *w)
{
    struct effects effects = {0};
    must_end(w->look.begin);
    for (size_t i = 0; i < EFFECTS; i++)
        if (w->look.effects[i] != NULL)
            read_numbers(w->look.effects[i], effects.counts + i);
    must_end(w->look.commit);
    return effects;
}

int64_t world_undelivered(const struct world *w)
{
    int64_t count = -1;
    read_numbers(w->look.undelivered, &count);
    return count;
}
