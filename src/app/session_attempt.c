/* SPDX-License-Identifier: Apache-2.0 */
/* session_attempt.c: which payment of a session may go on, and which one completes it. All writes
 * of a tenant come one after the other, so what is looked up here holds until the commit. */
#include "app/session.h"

struct gate {
    bool found;
    int64_t salt;
    enum session_status status;
    int64_t expires_us, payment;
};

static result gate_read(struct tx *tx, int64_t tenant, int64_t session, struct gate *ret)
{
    struct rows rows;
    *ret = (struct gate){0};
    TRY(db_query(tx_db(tx), SQL_SESSION_GATE, &rows, VI(tenant), VI(session)));
    if (rows_next(&rows))
        *ret = (struct gate){.found = true,
                             .salt = row_i64(&rows, 0),
                             .status = (enum session_status)row_i64(&rows, 1),
                             .expires_us = row_i64(&rows, 2),
                             .payment = row_i64(&rows, 3)};
    return rows_done(&rows);
}

/* What a rail has been asked may still succeed: nobody overtakes it. */
static result wait_for_others(struct tx *tx, struct command *c, int64_t session, int64_t payment)
{
    int64_t busy = 0;
    TRY(db_number(tx_db(tx), SQL_SESSION_BUSY, &busy, VI(c->tenant), VI(session), VI(payment)));
    if (busy != 0) {
        c->step = STEP_WAIT;
        c->wait_payment = busy;
    }
    return OK;
}

result session_admit(struct tx *tx, struct command *c, id session)
{
    struct gate gate;
    int64_t now_us;
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(gate_read(tx, c->tenant, session.key, &gate));
    if (!gate.found || gate.salt != session.salt)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    if (gate.status == SESSION_COMPLETED)
        return FAIL(E_UNPROCESSABLE, NULL, "the session has been completed");
    if (gate.status == SESSION_CANCELLED)
        return FAIL(E_UNPROCESSABLE, NULL, "the session has been cancelled");
    if (gate.expires_us <= now_us)
        return FAIL(E_UNPROCESSABLE, NULL, "the session has expired");
    return wait_for_others(tx, c, session.key, 0);
}

result session_price(struct tx *tx, const struct session *s, enum method method,
                     struct arena *arena, struct session_offer *ret)
{
    struct session_offer offers[METHODS];
    size_t count = 0;
    TRY(session_offers(tx_db(tx), s, arena, offers, &count));
    for (size_t i = 0; i < count; i++)
        if (offers[i].method == method) {
            *ret = offers[i];
            return OK;
        }
    return FAIL(E_INVALID_PAYMENT_TYPE, "payment_details.type",
                "the session does not offer this payment type");
}

static bool is_paid_otherwise(const struct gate *gate, const struct payment *p)
{
    return gate->status == SESSION_COMPLETED && gate->payment != p->id.key;
}

static bool is_over(const struct gate *gate, const struct payment *p)
{
    return gate->status == SESSION_CANCELLED || is_paid_otherwise(gate, p);
}

result session_was_paid_otherwise(struct tx *tx, const struct payment *p, bool *ret)
{
    struct gate gate;
    *ret = false;
    if (p->session.key == 0)
        return OK;
    TRY(gate_read(tx, p->tenant, p->session.key, &gate));
    *ret = is_paid_otherwise(&gate, p);
    return OK;
}

result session_is_over(struct tx *tx, const struct payment *p, bool *ret)
{
    struct gate gate;
    *ret = false;
    if (p->session.key == 0)
        return OK;
    TRY(gate_read(tx, p->tenant, p->session.key, &gate));
    *ret = is_over(&gate, p);
    return OK;
}

result session_let(struct tx *tx, struct command *c, const struct payment *p)
{
    if (p->session.key == 0)
        return OK;
    struct gate gate;
    TRY(gate_read(tx, p->tenant, p->session.key, &gate));
    if (is_over(&gate, p))
        return FAIL(E_UNPROCESSABLE, "outcome",
                    "the session was completed by another payment, or cancelled");
    return wait_for_others(tx, c, p->session.key, p->id.key);
}

result session_close_attempts(struct tx *tx, int64_t tenant, int64_t session, int64_t payment)
{
    int64_t now_us;
    TRY(tx_now(tx, tenant, &now_us));
    return db_exec(tx_db(tx), SQL_SESSION_CLOSE_ATTEMPTS, VI(tenant), VI(session), VI(payment),
                   VI(now_us));
}

result session_complete(struct tx *tx, int64_t tenant, int64_t session, int64_t payment,
                        enum session_mode *ret_mode)
{
    int64_t now_us;
    struct rows rows;
    TRY(tx_now(tx, tenant, &now_us));
    TRY(db_query(tx_db(tx), SQL_SESSION_COMPLETE, &rows, VI(tenant), VI(session), VI(payment),
                 VI(now_us)));
    *ret_mode = rows_next(&rows) ? (enum session_mode)row_i64(&rows, 0) : SESSION_NONE;
    const bool is_now = *ret_mode != SESSION_NONE && row_i64(&rows, 1) == now_us;
    TRY(rows_done(&rows));
    if (*ret_mode == SESSION_NONE)
        return FAIL(E_INTERNAL, NULL, "a session was to be completed a second time");
    return is_now && payment != 0 ? session_close_attempts(tx, tenant, session, payment) : OK;
}

result session_follow(struct tx *tx, struct payment *p)
{
    if (p->session.key == 0 || p->status == PAY_PENDING || p->status == PAY_REFUNDED)
        return OK;
    if (p->status != PAY_AUTHORIZED && p->status != PAY_CAPTURED)
        return session_drop_source(tx, p);
    enum session_mode mode;
    TRY(session_complete(tx, p->tenant, p->session.key, p->id.key, &mode));
    return mode == SESSION_CUSTOMER_PAYMENT ? session_give_source(tx, p) : OK;
}
