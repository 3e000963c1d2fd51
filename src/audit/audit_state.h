/* SPDX-License-Identifier: Apache-2.0 */
/* audit_state.h: what the checks share; private to audit.
 *
 * A failure (the disk, memory) is sticky: it is kept in `error`, cursors then have no more rows,
 * and audit_run() returns it. So a check is a plain loop, and findings are its only outcome. */
#ifndef KESSAI_AUDIT_AUDIT_STATE_H
#define KESSAI_AUDIT_AUDIT_STATE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "audit/map.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/result.h"
#include "base/str.h"
#include "core/ledger.h"
#include "core/money.h"

enum { HASH_BYTES = 32 };

/* Numbers that the schema keeps (0001.sql), spelled out here once more on purpose. */
enum payment_status { PAYMENT_CAPTURED = 3, PAYMENT_REFUNDED = 4, PAYMENT_STATUSES = 8 };
enum refund_state { REFUND_UNDER_WAY = 1, REFUND_DONE = 2, REFUND_FAILED = 3 };
enum merchant_kind {
    MERCHANT_ORDINARY = 1,
    MERCHANT_PLATFORM = 2,
    MERCHANT_MARKETPLACE = 3,
    MERCHANT_SELLER = 4,
    MERCHANT_PAYOUT = 5
};

struct merchant_fact {
    int64_t salt, kind;
};

/* What the ledger says about an account, and what refunds under way will take from it. */
struct account_fact {
    int64_t by_type[RECORDS]; /* index 0 stays 0 */
    int64_t records, last_pos, held_minor;
    bool has_row; /* seen in the table `account` */
};

struct audit {
    sqlite3 *handle;
    FILE *out;
    int64_t findings;
    result error;
    struct arena *names;   /* texts of one finding */
    struct arena *arena;   /* facts of one tenant */
    struct arena *scratch; /* facts of one payment, or one check */

    /* the tenant under audit */
    int64_t tenant, kind;
    int64_t event_seq, ledger_seq;
    uint8_t event_hash[HASH_BYTES], ledger_hash[HASH_BYTES];
    struct map merchants; /* (key, 0) -> struct merchant_fact */
    struct map accounts;  /* (merchant or house, currency) -> struct account_fact */
};

/* ---- findings ------------------------------------------------------------------------------ */

/* One line: "subject: text". The subject is one of the names below. */
PRINTF(3, 4) void finding(struct audit *a, const char *subject, const char *format, ...);

/* Names, valid until the next finding. */
const char *row_name(struct audit *a, const char *what, id row);       /* "payment 0c1…" */
const char *number_name(struct audit *a, const char *what, int64_t n); /* "event 7 of 0c1…" */
const char *party_name(struct audit *a, int64_t account);              /* wire id, or "fee" */
const char *account_name(struct audit *a, int64_t account, int64_t currency);
const char *type_name(struct audit *a, int64_t type); /* "payment_share" */

/* ---- cursors ------------------------------------------------------------------------------- */

struct cursor {
    struct audit *audit;
    sqlite3_stmt *statement;
    bool is_at_row;
};

/* Prepares a statement; ?1, if it has one, is the tenant. Close it in every case. */
void cursor_open(struct audit *a, struct cursor *ret, const char *sql);
bool cursor_next(struct cursor *c);
void cursor_close(struct cursor *c);

/* Starts again with ?2, ?3, … set, and steps to the first row. */
bool cursor_seek_keys(struct cursor *c, const int64_t *keys, size_t count);
#define cursor_seek(c, ...)                                                                        \
    cursor_seek_keys((c), (const int64_t[]){__VA_ARGS__}, COUNT(((const int64_t[]){__VA_ARGS__})))

int64_t cursor_i64(const struct cursor *c, int column);
bool cursor_is_null(const struct cursor *c, int column);
str cursor_str(const struct cursor *c, int column); /* until the next row; absent for NULL */

/* Keeps the first failure. */
void audit_fail(struct audit *a, result error);

/* Zeroed memory that a check cannot do without; NULL after audit_fail(). */
void *audit_alloc(struct audit *a, struct arena *arena, size_t bytes);
#define AUDIT_NEW(a, arena, type) ((type *)audit_alloc((a), (arena), sizeof(type)))

/* ---- facts --------------------------------------------------------------------------------- */

const struct merchant_fact *merchant_of(const struct audit *a, int64_t merchant);
bool is_house(int64_t account);
/* The fact of an account, made when there is none yet; NULL without memory. */
struct account_fact *account_of(struct audit *a, int64_t account, int64_t currency);
/* a + b, and -a, that wrap: amounts out of range are findings of their own. */
static inline int64_t sum(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}
static inline int64_t negated(int64_t a)
{
    return (int64_t)(0 - (uint64_t)a);
}

/* ---- rules: checks that are one statement -------------------------------------------------- */

/* Every row of the statement is a finding: key, salt (NULL: the key is a plain number), text. */
struct rule {
    const char *what, *sql;
};
void rules_check(struct audit *a, const struct rule *rules, size_t count);

/* ---- the checks, in the order in which they run (audit.c) ---------------------------------- */

void check_file(struct audit *a);
void check_tenants(struct audit *a);
void check_merchants(struct audit *a);
void check_values(struct audit *a);
void check_ledger_chain(struct audit *a);
void check_event_chain(struct audit *a);
void check_event_data(struct audit *a);
void check_transfers(struct audit *a);
void check_statements(struct audit *a);
void check_payments(struct audit *a);
void check_ordinals(struct audit *a);
void check_accounts(struct audit *a);
void check_operations(struct audit *a);
void check_outbox(struct audit *a);
void check_tokens(struct audit *a);

#endif
