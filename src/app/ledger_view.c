/* SPDX-License-Identifier: Apache-2.0 */
#include "app/ledger_view.h"

#include <assert.h>

#include "rails/rail.h"

static const struct {
    int64_t account;
    const char *name;
} HOUSES[] = {
    {HOUSE_FEE, "fee"},
    {HOUSE_TAX, "tax"},
    {HOUSE_CUSTOMER_FEE, "customer_fee"},
    {HOUSE_PAYOUT_CLEARING, "payout_clearing"},
    {HOUSE_REFUND_CLEARING, "refund_clearing"},
    {HOUSE_BANK, "bank"},
    {HOUSE_SUSPENSE, "suspense"},
    {HOUSE_CLEARING, "clearing"},
    {HOUSE_CORRECTION, "correction"},
};

/* Names of the types that no merchant sees. */
static const struct {
    enum record_type type;
    const char *name;
} UNSEEN[] = {
    {RECORD_CUSTOMER_FEE, "customer_fee"},   {RECORD_PAYOUT, "payout"},
    {RECORD_PAYOUT_FEE, "payout_fee"},       {RECORD_PAYOUT_FEE_TAX, "payout_fee_tax"},
    {RECORD_BANK_MOVEMENT, "bank_movement"},
};

static const char *type_name(enum record_type type)
{
    const char *name = record_slug(type);
    for (size_t i = 0; i < COUNT(UNSEEN) && name == NULL; i++)
        if (UNSEEN[i].type == type)
            name = UNSEEN[i].name;
    assert(name != NULL);
    return name;
}

static result house_view(struct json *j, const char *name, int64_t account, struct arena *arena)
{
    for (size_t i = 0; i < COUNT(HOUSES); i++)
        if (HOUSES[i].account == account) {
            json_text(j, name, HOUSES[i].name);
            return OK;
        }
    const enum rail_number rail = (enum rail_number)(HOUSE_ACQUIRER(0) - account);
    const char *text = arena_printf(arena, "acquirer:%s", rail_slug(rail));
    json_text(j, name, text);
    return text == NULL ? E_NO_MEMORY : OK;
}

static result account_view(struct json *j, const char *name, struct db *db, int64_t tenant,
                           int64_t account, struct arena *arena)
{
    if (account < 0)
        return house_view(j, name, account, arena);
    struct rows rows;
    id merchant = {.key = account};
    TRY(db_query(db, SQL_MERCHANT_GET, &rows, VI(tenant), VI(account)));
    if (rows_next(&rows))
        merchant.salt = row_i64(&rows, 0);
    TRY(rows_done(&rows));
    json_id(j, name, merchant);
    return OK;
}

result ledger_transfer_view(struct json *j, struct db *db, int64_t tenant, const transfer *t,
                            struct arena *arena)
{
    json_text(j, "type", type_name(t->type));
    TRY(account_view(j, "debit", db, tenant, t->debit, arena));
    TRY(account_view(j, "credit", db, tenant, t->credit, arena));
    json_i64(j, "amount", t->amount_minor);
    return OK;
}

result ledger_entry_view(struct json *j, struct db *db, const struct ledger_entry *entry,
                         struct arena *arena)
{
    for (size_t i = 0; i < entry->count; i++) {
        json_open_object(j, NULL);
        TRY(ledger_transfer_view(j, db, entry->tenant, &entry->transfers[i], arena));
        json_text(j, "currency", currency_code(entry->currency));
        json_end(j);
    }
    return OK;
}
