/* SPDX-License-Identifier: Apache-2.0 */
/* audit.h: proves the books from the rows of the database, trusting nobody.
 *
 * The auditor opens the SQLite file by itself, read-only, takes one snapshot and derives everything
 * anew: chains, balances, payments, refunds, holds, answers and the outbox. It shares with the
 * program only the arithmetic of money and the tables that give names to numbers, so a mistake in
 * the code that writes is not repeated here. Beside a busy server it sees one committed state and
 * never what is in progress.
 *
 * Used by  cli, test */
#ifndef KESSAI_AUDIT_AUDIT_H
#define KESSAI_AUDIT_AUDIT_H

#include <stdint.h>
#include <stdio.h>

#include "base/result.h"

/* Runs every check over every tenant. Linear in rows; memory grows with merchants and accounts of
 * the largest tenant, not with payments.
 *   url            a path, or sqlite:PATH
 *   out            one line per finding, which names the row; the caller prints the count
 *   ret_findings   how many lines; untouched on error
 *   errors         E_USAGE (--db): no such file, not a Kessai database, or one of another version;
 *                  E_STORE, E_STORE_BUSY, E_MEMORY. Texts live until the thread's next call. */
MUST_USE result audit_run(const char *url, FILE *out, int64_t *ret_findings);

#endif
