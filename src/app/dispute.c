/* SPDX-License-Identifier: Apache-2.0 */
/* dispute.c: disputes as rows and as objects. */
#include "app/dispute.h"

#include "app/customer.h"
#include "app/dispute_defense.h"
#include "app/keyed.h"
#include "base/json_parse.h"

/* ---- rows ---------------------------------------------------------------------------------- */

static void fill(const struct rows *rows, int64_t tenant, struct arena *arena, void *into)
{
    struct dispute *ret = into;
    *ret = (struct dispute){
        .tenant = tenant,
        .id = {.key = row_i64(rows, 0), .salt = row_i64(rows, 1)},
        .payment = row_i64(rows, 2),
        .merchant = row_i64(rows, 3),
        .state = (enum dispute_state)row_i64(rows, 4),
        .reason_code = row_copy(rows, 5, arena),
        .reason = row_copy(rows, 6, arena),
        .created_us = row_i64(rows, 7),
        .due_us = row_i64(rows, 8),
        .defended_us = row_i64(rows, 9),
        .ended_us = row_i64(rows, 10),
        .refund = row_i64(rows, 11),
        .fee = {.fee_minor = row_i64(rows, 12), .tax_minor = row_i64(rows, 13)},
        .defense = row_copy(rows, 14, arena),
        .defense_hash = row_copy(rows, 15, arena),
        .document = (enum document_kind)row_i64(rows, 16),
        .document_bytes = row_i64(rows, 17),
    };
}

result dispute_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                        struct dispute *ret)
{
    const struct keyed row = {SQL_DISPUTE_GET, tenant, key, fill};
    return keyed_read(db, &row, arena, ret);
}

result dispute_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                    struct dispute *ret)
{
    TRY(dispute_read_key(db, tenant, wire.key, arena, ret));
    return keyed_check(ret->id, wire);
}

result dispute_read_open(struct db *db, const struct payment *p, struct arena *arena,
                         struct dispute *ret)
{
    int64_t open = 0;
    TRY(db_number(db, SQL_DISPUTE_OPEN_OF, &open, VI(p->tenant), VI(p->id.key)));
    return dispute_read_key(db, p->tenant, open, arena, ret);
}

static struct value blob(str bytes)
{
    return bytes.at == NULL ? VNULL : VB(bytes.at, bytes.bytes);
}

result dispute_save(struct tx *tx, const struct dispute *d)
{
    return db_exec(tx_db(tx), SQL_DISPUTE_SAVE, VI(d->tenant), VI(d->id.key), VI(d->state),
                   VI(d->state == DS_PENDING), VI(d->defended_us), VI(d->ended_us), VI(d->refund),
                   VI(d->fee.fee_minor), VI(d->fee.tax_minor), blob(d->defense),
                   blob(d->defense_hash), VI(d->document), VI(d->document_bytes));
}

/* ---- the object ---------------------------------------------------------------------------- */

static void moment(struct json *j, enum dispute_state state, int64_t time_us)
{
    if (time_us == 0)
        return;
    json_open_object(j, NULL);
    json_text(j, "status", dispute_state_name(state));
    json_time(j, "created_at", time_us);
    json_end(j);
}

/* Every status that it has been in, the first one first. */
static void timeline(struct json *j, const struct dispute *d)
{
    json_open_array(j, "timeline");
    moment(j, DS_PENDING, d->created_us);
    moment(j, DS_DEFENDED, d->defended_us);
    moment(j, d->state, d->ended_us);
    json_end(j);
}

/* The address that the payment was made with; absent: none. */
static result email_of(const struct payment *p, struct arena *arena, str *ret)
{
    json_t *details = NULL;
    *ret = STR_NONE;
    const result r = json_parse(p->details, 0, &details, NULL);
    if (r.code != E_OK)
        return r.code == E_MEMORY ? r : OK;
    const json_t *text = json_object_get(details, "email");
    if (json_is_string(text))
        *ret = arena_str(arena, (str){json_string_value(text), json_string_length(text)});
    json_decref(details);
    return arena_is_broken(arena) ? E_NO_MEMORY : OK;
}

/* Who paid: what the payment and its stored customer tell of them. */
static result customer_of(struct db *db, const struct payment *p, struct arena *arena,
                          struct json *j)
{
    struct customer customer = {0};
    if (p->customer.key != 0)
        TRY(customer_read_key(db, p->tenant, p->customer.key, arena, &customer));
    str email = customer.email;
    if (email.at == NULL)
        TRY(email_of(p, arena, &email));
    json_open_object(j, "customer");
    json_id(j, "id", p->customer);
    json_str(j, "email", email);
    json_str(j, "name", customer.name);
    json_str(j, "family_name", p->family_name);
    json_str(j, "given_name", p->given_name);
    json_end(j);
    return OK;
}

static int64_t updated_us(const struct dispute *d)
{
    return d->ended_us != 0 ? d->ended_us : d->defended_us != 0 ? d->defended_us : d->created_us;
}

result dispute_view(struct db *db, struct vault *vault, const struct dispute *d,
                    struct arena *arena, struct json *j)
{
    struct payment p;
    TRY(payment_read_key(db, d->tenant, d->payment, arena, &p));
    json_open_object(j, NULL);
    json_id(j, "id", d->id);
    json_text(j, "status", dispute_state_name(d->state));
    json_str(j, "reason_code", d->reason_code);
    json_str(j, "reason", d->reason);
    json_time(j, "created_at", d->created_us);
    json_time(j, "due_date", d->due_us);
    json_time(j, "last_updated_at", updated_us(d));
    timeline(j, d);
    payment_view(j, "payment", &p);
    TRY(customer_of(db, &p, arena, j));
    TRY(dispute_defense_view(vault, d, arena, j));
    json_end(j);
    return OK;
}
