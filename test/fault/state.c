/* SPDX-License-Identifier: Apache-2.0 */
/* state.c: what money a database says there is, as one number; read with SQL of its own. */
#include <sqlite3.h>
#include <string.h>

#include "scene.h"

/* Amounts and counts only: no id that is drawn, no time. */
static const char *const QUESTIONS[] = {
    "SELECT t.event, f.type, f.debit, f.credit, count(*), sum(f.amount_minor) FROM ledger_transfer "
    "f JOIN ledger_transaction t USING (tenant, seq) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
    "SELECT merchant, held_minor, records, payment + payment_share, refund + payment_share_refund, "
    "platform_fee, fee + fee_tax, balance_transfer, chargeback FROM account ORDER BY merchant",
    "SELECT status, dispute, count(*), sum(amount_minor), sum(tax_minor), sum(refunded_minor), "
    "sum(refunding_minor) FROM payment WHERE status BETWEEN 2 AND 6 GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT state, chargeback, count(*), sum(amount_minor) FROM refund WHERE state <> 3 "
    "GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT count(*), sum(k.used_by <> 0) FROM token k",
};

static void mix(uint64_t *hash, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        *hash ^= value >> (8 * i) & 0xff;
        *hash *= UINT64_C(0x100000001b3); /* FNV-1a */
    }
}

static bool ask(sqlite3 *db, const char *question, uint64_t *hash)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, question, -1, &statement, NULL);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(statement)) == SQLITE_ROW)
            for (int i = 0; i < sqlite3_column_count(statement); i++)
                mix(hash, (uint64_t)sqlite3_column_int64(statement, i));
    (void)sqlite3_finalize(statement);
    mix(hash, UINT64_MAX);
    return code == SQLITE_DONE;
}

uint64_t state_read(const struct scene *scene)
{
    sqlite3 *db = NULL;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    bool is_whole = sqlite3_open_v2(scene->path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK;
    for (size_t i = 0; is_whole && i < sizeof QUESTIONS / sizeof QUESTIONS[0]; i++)
        is_whole = ask(db, QUESTIONS[i], &hash);
    (void)sqlite3_close(db);
    return is_whole ? hash : 0;
}
