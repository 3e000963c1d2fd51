/* SPDX-License-Identifier: Apache-2.0 */
/* audit.h: proves the books from the rows of the database, trusting nobody.
 *
 * The auditor opens the database by itself, SQLite or PostgreSQL, read-only, takes one snapshot and
 * derives everything anew: chains, balances, fees, taxes, splits, refunds, holds, answers and the
 * outbox. It shares with the program only the arithmetic of money, so a mistake in the code that
 * writes is not repeated here. Beside a busy server it sees one committed state and never what is
 * in progress.
 *
 * Used by  cli, test */
#ifndef KESSAI_AUDIT_AUDIT_H
#define KESSAI_AUDIT_AUDIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/result.h"

/* How much was looked at, and how much an earlier audit had. */
struct audit_report {
    int64_t findings;
    int64_t tenants, transactions, transfers, events, payments;
    int64_t old_transactions, old_events, old_payments; /* not looked at again */
};

/* Runs every check over every tenant. Linear in rows; memory grows with merchants and accounts of
 * the largest tenant, not with payments.
 *   url            a path, sqlite:PATH or postgres://…
 *   out            one line per finding, which names the row; the caller prints the count
 *   ret_findings   how many lines; untouched on error
 *   errors         E_USAGE (--db): no such file, not a Kessai database, or one of another version;
 *                  E_STORE, E_STORE_BUSY, E_MEMORY. Texts live until the thread's next call. */
MUST_USE result audit_run(const char *url, FILE *out, int64_t *ret_findings);

/* The same, going on from where the audit that wrote the file ended: what is older and cannot have
 * changed by itself is not looked at again, and counted in ret. Without a file all is looked at. An
 * audit without findings writes the file anew; one with findings leaves it as it was.
 *   progress  path of the file; NULL: look at everything and write nothing
 *   errors    also E_USAGE (--progress): not a file that an audit wrote, or it cannot be written */
MUST_USE result audit_run_on(const char *url, const char *progress, FILE *out,
                             struct audit_report *ret);

#endif
