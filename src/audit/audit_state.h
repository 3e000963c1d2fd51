/* SPDX-License-Identifier: Apache-2.0 */
/* audit_state.h: what the checks share; private to audit.
 *
 * A failure (the disk, memory, the connection) is sticky: it is kept in `error`, cursors then have
 * no more rows, and audit_run() returns it. So a check is a plain loop, and findings are its only
 * outcome. */
#ifndef KESSAI_AUDIT_AUDIT_STATE_H
#define KESSAI_AUDIT_AUDIT_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "audit/audit.h"
#include "audit/cursor.h"
#include "audit/map.h"
#include "audit/words.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/result.h"
#include "base/str.h"
#include "core/money.h"

enum { HASH_BYTES = 32, MESSAGE_BYTES_MAX = 300 };

struct merchant_fact {
    int64_t salt, kind;
    /* its payments, as the rows of `payment` say */
    int64_t payments, ordinal_most;
    uint64_t ordinal_sum; /* wraps */
};

/* What the ledger says about an account, and what refunds under way will take from it. */
struct account_fact {
    int64_t by_type[RECORDS]; /* index 0 stays 0 */
    int64_t records, last_pos, held_minor;
    bool has_row; /* seen in the table `account` */
};

/* Where an earlier audit came to in a tenant (progress.h). Zeros: at the beginning. */
struct point {
    int64_t tenant;
    int64_t event_seq, ledger_seq;
    uint8_t event_hash[HASH_BYTES], ledger_hash[HASH_BYTES];
    int64_t key_from;      /* operations and tokens with smaller keys had ended */
    int64_t delivery_from; /* deliveries of events before this one had ended */
    struct map accounts;   /* (merchant or house, currency) -> struct account_fact */
    struct map merchants;  /* (key, 0) -> int64_t: how many payments */
    struct map open;       /* (payment, 0) -> something: could still change by itself */
    bool is_seen;          /* the tenant is still there */
};

struct progress;
struct audit {
    const struct cursor_driver *driver;
    void *connection; /* the driver's */
    FILE *out;
    result error;
    char message[MESSAGE_BYTES_MAX]; /* of the error */
    struct arena *names;             /* texts of one finding */
    struct arena *arena;             /* facts of one tenant */
    struct arena *scratch;           /* facts of one payment, or one check */

    /* the tenant under audit */
    int64_t tenant, kind;
    int64_t event_seq, ledger_seq;
    uint8_t event_hash[HASH_BYTES], ledger_hash[HASH_BYTES];
    struct map merchants; /* (key, 0) -> struct merchant_fact */
    struct map accounts;  /* (merchant or house, currency) -> struct account_fact */

    struct progress *progress; /* where points are read and written; NULL: there are none */
    const struct point *point; /* rows before it are not looked at again; zeros: all rows are */
    bool is_again;             /* it is one of an earlier audit */
    struct map again;          /* then: payments to look at, (key, 0) -> something */
    struct map open;           /* payments that can still change by themselves, as above */
    struct audit_report *seen; /* counts */
};

/* ---- findings ------------------------------------------------------------------------------ */

/* One line: "subject: text". The subject is one of the names below. After a failure nothing is
 * said any more: what could not be read looks as if it were not there. */
PRINTF(3, 4) void finding(struct audit *a, const char *subject, const char *format, ...);

/* Names, valid until the next finding. */
const char *row_name(struct audit *a, const char *what, id row);       /* "payment 0c1…" */
const char *number_name(struct audit *a, const char *what, int64_t n); /* "event 7 of 0c1…" */
const char *party_name(struct audit *a, int64_t account);              /* wire id, or "fee" */
const char *account_name(struct audit *a, int64_t account, int64_t currency);
const char *type_name(struct audit *a, int64_t type); /* "payment_share" */

/* ---- memory, failures ---------------------------------------------------------------------- */

/* Keeps the first failure, and a copy of its message. */
void audit_fail(struct audit *a, result error);

/* Zeroed memory that a check cannot do without; NULL after audit_fail(). */
void *audit_alloc(struct audit *a, struct arena *arena, size_t bytes);
#define AUDIT_NEW(a, arena, type) ((type *)audit_alloc((a), (arena), sizeof(type)))

/* The first column of the only row of a statement; -1 without a row. */
int64_t audit_number(struct audit *a, const char *sql);

/* ---- facts --------------------------------------------------------------------------------- */

struct merchant_fact *merchant_of(const struct audit *a, int64_t merchant);
/* The fact of an account, made when there is none yet; NULL without memory. */
struct account_fact *account_of(struct audit *a, int64_t account, int64_t currency);
/* Marks a payment as one to look at, in an audit that goes on from a point. */
void look_again(struct audit *a, int64_t payment);

/* Rows with a larger number are looked at; those of a point, or all. */
static inline int64_t after(const struct audit *a, int64_t seq)
{
    return a->is_again ? seq : INT64_MIN;
}

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

/* Every row of the statement is a finding: key, salt (NULL: the key is a plain number), text. $2,
 * where a statement has it, is the smallest key to look at. */
struct rule {
    const char *what, *sql;
};
void rules_check(struct audit *a, const struct rule *rules, size_t count, int64_t from);

/* ---- the checks: see check.def ------------------------------------------------------------- */

#define CHECK(name, function, text, again) void function(struct audit *a);
#define CHECK_OF_DATABASE                  CHECK
#include "audit/check.def"
#undef CHECK_OF_DATABASE
#undef CHECK

/* schema.c: the cursor names tables and indexes that exist. */
void schema_check(struct audit *a, struct cursor *names);

#endif
