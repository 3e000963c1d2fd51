/* SPDX-License-Identifier: Apache-2.0 */
#include "app/email.h"

#include <string.h>

#include "app/customer.h"
#include "app/merchant.h"
#include "base/json_parse.h"

#define EXPIRY_US        US_PER_DAY       /* it is tried for so long */
#define REMINDER_US      US_PER_DAY       /* before the deadline */
#define REMINDED_TIME_US (2 * US_PER_DAY) /* who has less time is not reminded */

static const struct {
    const char *name;
    int64_t mail; /* the merchant's switch */
} KINDS[EMAIL_KINDS] = {
    [EMAIL_INSTRUCTION] = {"instruction", MAIL_INSTRUCTION},
    [EMAIL_RECEIPT] = {"receipt", MAIL_RECEIPT},
    [EMAIL_REMINDER] = {"reminder", MAIL_REMINDER},
    [EMAIL_REFUND] = {"refund", MAIL_REFUND},
};

const char *email_kind_name(enum email_kind kind)
{
    return KINDS[kind].name;
}

const char *email_state_name(enum email_state state)
{
    static const char *const NAMES[EMAIL_STATES] = {
        [EMAIL_WAITING] = "waiting", [EMAIL_SENT] = "sent",         [EMAIL_GIVEN_UP] = "given_up",
        [EMAIL_IN_MAILBOX] = "kept", [EMAIL_LEFT_OUT] = "left_out",
    };
    return NAMES[state];
}

/* ---- addresses ------------------------------------------------------------------------------ */

/* Quotes inside a text of JSON are escaped, so this is the member or nothing. */
static bool details_have_address(const struct payment *p)
{
    static const char MEMBER[] = "\"email\":\"";
    const size_t bytes = sizeof MEMBER - 1;
    for (size_t i = 0; i + bytes <= p->details.bytes; i++)
        if (p->details.at[i] == '"' && memcmp(p->details.at + i, MEMBER, bytes) == 0)
            return true;
    return false;
}

static result read_text(struct db *db, enum sql sql, int64_t tenant, int64_t key,
                        struct arena *arena, str *ret)
{
    struct rows rows;
    if (ret->at != NULL || key == 0)
        return OK;
    TRY(db_query(db, sql, &rows, VI(tenant), VI(key)));
    if (rows_next(&rows))
        *ret = row_copy(&rows, 0, arena);
    TRY(rows_done(&rows));
    return arena_is_broken(arena) ? E_NO_MEMORY : OK;
}

static result read_others(struct db *db, const struct payment *p, struct arena *arena, str *ret)
{
    TRY(read_text(db, SQL_EMAIL_OF_SESSION, p->tenant, p->session.key, arena, ret));
    return read_text(db, SQL_EMAIL_OF_CUSTOMER, p->tenant, p->customer.key, arena, ret);
}

result email_address(struct db *db, const struct payment *p, struct arena *arena, str *ret)
{
    json_t *details = NULL;
    *ret = STR_NONE;
    if (details_have_address(p))
        TRY(json_parse(p->details, 0, &details, NULL));
    const json_t *text = json_object_get(details, "email");
    if (json_is_string(text))
        *ret = arena_str(arena, (str){json_string_value(text), json_string_length(text)});
    json_decref(details);
    if (arena_is_broken(arena))
        return E_NO_MEMORY;
    return read_others(db, p, arena, ret);
}

/* ---- the outbox ----------------------------------------------------------------------------- */

static bool is_slip(const struct payment *p)
{
    return method_row(p->method)->flow == FLOW_SLIP;
}

static enum email_kind kind_of(const struct payment *p, enum event_type type)
{
    if (type == EVT_PAYMENT_AUTHORIZED && is_slip(p))
        return EMAIL_INSTRUCTION;
    if (type == EVT_PAYMENT_CAPTURED)
        return EMAIL_RECEIPT;
    if (type == EVT_PAYMENT_REFUNDED && p->refund_row_count > 0 &&
        !p->refunds[p->refund_row_count - 1].is_chargeback)
        return EMAIL_REFUND;
    return EMAIL_KIND_NONE;
}

static result insert(struct tx *tx, const struct email *e)
{
    const id fresh = id_new(tx_real_now(tx));
    return db_exec(tx_db(tx), SQL_EMAIL_INSERT, VI(e->tenant), VI(fresh.key), VI(fresh.salt),
                   VI(e->payment), VI(e->kind), VI(e->state), VI(e->created_us), VI(e->due_us),
                   VI(e->expires_us), VI(e->last_us));
}

static result queue_now(struct tx *tx, const struct payment *p, enum email_kind kind,
                        enum email_way way, int64_t now_us)
{
    const bool is_kept = way == EMAIL_KEPT;
    const int64_t end_us = now_us + EXPIRY_US;
    const bool ends_before = kind == EMAIL_INSTRUCTION && p->deadline_us < end_us;
    const struct email e = {
        .tenant = p->tenant,
        .payment = p->id.key,
        .kind = kind,
        .state = is_kept ? EMAIL_IN_MAILBOX : EMAIL_WAITING,
        .created_us = now_us,
        .due_us = is_kept ? 0 : now_us,
        .expires_us = ends_before ? p->deadline_us : end_us,
        .last_us = is_kept ? now_us : 0,
    };
    return insert(tx, &e);
}

/* The merchant's switch is asked when it is due. */
static result queue_reminder(struct tx *tx, const struct payment *p, int64_t now_us)
{
    const struct email e = {
        .tenant = p->tenant,
        .payment = p->id.key,
        .kind = EMAIL_REMINDER,
        .state = EMAIL_WAITING,
        .created_us = now_us,
        .due_us = p->deadline_us - REMINDER_US,
        .expires_us = p->deadline_us,
    };
    return p->deadline_us - now_us < REMINDED_TIME_US ? OK : insert(tx, &e);
}

static result has_address(struct tx *tx, const struct payment *p, bool *ret)
{
    str address = STR_NONE;
    *ret = details_have_address(p);
    if (*ret)
        return OK;
    TRY(read_others(tx_db(tx), p, tx_arena(tx), &address));
    *ret = address.bytes > 0;
    return OK;
}

result email_queue(struct tx *tx, const struct payment *p, enum event_type type)
{
    const struct merchant *merchant;
    const enum email_kind kind = kind_of(p, type);
    bool is_reachable;
    int64_t now_us;
    if (kind == EMAIL_KIND_NONE)
        return OK;
    TRY(tx_merchant(tx, p->tenant, p->merchant.key, &merchant));
    const enum email_way way = tx_email_way(tx, merchant->is_live);
    if (way == EMAIL_OMITTED)
        return OK;
    TRY(has_address(tx, p, &is_reachable));
    if (!is_reachable)
        return OK;
    TRY(tx_now(tx, p->tenant, &now_us));
    if ((merchant->mails & KINDS[kind].mail) != 0)
        TRY(queue_now(tx, p, kind, way, now_us));
    return kind == EMAIL_INSTRUCTION ? queue_reminder(tx, p, now_us) : OK;
}

bool email_is_wanted(enum email_kind kind, const struct payment *p, int64_t mails)
{
    const bool waits = is_slip(p) && p->status == PAY_AUTHORIZED;
    if (kind == EMAIL_REMINDER)
        return waits && (mails & MAIL_REMINDER) != 0;
    return kind != EMAIL_INSTRUCTION || waits;
}

/* ---- rows ----------------------------------------------------------------------------------- */

result email_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                      struct email *ret)
{
    struct rows rows;
    *ret = (struct email){0};
    TRY(db_query(db, SQL_EMAIL_GET, &rows, VI(tenant), VI(key)));
    if (rows_next(&rows))
        *ret = (struct email){
            .id = {.key = row_i64(&rows, 0), .salt = row_i64(&rows, 1)},
            .tenant = tenant,
            .payment = row_i64(&rows, 2),
            .kind = (enum email_kind)row_i64(&rows, 3),
            .state = (enum email_state)row_i64(&rows, 4),
            .tries = row_i64(&rows, 5),
            .created_us = row_i64(&rows, 6),
            .due_us = row_i64(&rows, 7),
            .expires_us = row_i64(&rows, 8),
            .last_us = row_i64(&rows, 9),
            .error = row_copy(&rows, 10, arena),
        };
    TRY(rows_done(&rows));
    return ret->id.key == 0 ? FAIL(E_NOT_FOUND, NULL, NULL) : OK;
}

result email_read(struct db *db, int64_t tenant, id wire, struct arena *arena, struct email *ret)
{
    TRY(email_read_key(db, tenant, wire.key, arena, ret));
    return ret->id.salt == wire.salt ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
}

result email_save(struct tx *tx, const struct email *e)
{
    return db_exec(tx_db(tx), SQL_EMAIL_SAVE, VI(e->tenant), VI(e->id.key), VI(e->state),
                   VI(e->tries), VI(e->due_us), VI(e->last_us), VT(e->error));
}
