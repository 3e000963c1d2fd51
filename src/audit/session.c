/* SPDX-License-Identifier: Apache-2.0 */
/* session.c: sessions and their payments: one success completes a session, and costs what the
 * session says, by the rate of the time when it was made. */
#include <inttypes.h>

#include "audit/audit_state.h"
#include "base/compiler.h"

#define RATE_ONE INT64_C(100000000)

static const struct rule SESSIONS[] = {
    {"session",
     "SELECT id, salt, 'has a value that cannot be' FROM session WHERE tenant = $1 AND id >= $2 AND"
     " (mode BETWEEN 1 AND 3 AND status BETWEEN 1 AND 3 AND is_two_step IN (0, 1) AND id > 0"
     " AND amount_minor >= 0 AND (amount_minor > 0 OR mode = 2) AND currency > 0"
     " AND locale BETWEEN 1 AND 3 AND intent BETWEEN 0 AND 4 AND expires_us > created_us"
     " AND expires_us - created_us <= 86400000000) IS NOT TRUE"},
    {"session", "SELECT s.id, s.salt, 'its merchant does not exist' FROM session s"
                " WHERE s.tenant = $1 AND s.id >= $2 AND NOT EXISTS"
                " (SELECT 1 FROM merchant m WHERE m.tenant = $1 AND m.id = s.merchant)"},
    {"session",
     "SELECT id, salt, 'its status is ' || status || ', and its times say something else'"
     " FROM session WHERE tenant = $1 AND id >= $2 AND"
     " ((status = 2) <> (completed_us > 0) OR (status = 3) <> (cancelled_us > 0))"},
    {"session",
     "SELECT id, salt, 'its status is ' || status || ', the payment that completed it ' || payment"
     " FROM session WHERE tenant = $1 AND id >= $2 AND"
     " (payment <> 0) <> (status = 2 AND mode <> 2)"},
    {"session",
     "SELECT s.id, s.salt, 'the payment that completed it is not one of its payments'"
     " FROM session s WHERE s.tenant = $1 AND s.id >= $2 AND s.payment <> 0 AND NOT EXISTS"
     " (SELECT 1 FROM payment p WHERE p.tenant = $1 AND p.id = s.payment AND p.session = s.id)"},
    {"session", "SELECT s.id, s.salt, 'the payment that completed it has not succeeded'"
                " FROM session s JOIN payment p ON p.tenant = $1 AND p.id = s.payment"
                " WHERE s.tenant = $1 AND s.id >= $2 AND p.session = s.id AND p.status IN (1, 7)"},
    {"payment", "SELECT p.id, p.salt, 'its session does not exist' FROM payment p"
                " WHERE p.tenant = $1 AND p.session <> 0 AND p.session >= $2 AND NOT EXISTS"
                " (SELECT 1 FROM session s WHERE s.tenant = $1 AND s.id = p.session"
                " AND s.salt = p.session_salt)"},
    {"payment",
     "SELECT p.id, p.salt, 'has succeeded, and did not complete its session'"
     " FROM payment p JOIN session s ON s.tenant = $1 AND s.id = p.session"
     " WHERE p.tenant = $1 AND p.session <> 0 AND p.session >= $2 AND p.status IN (2, 3, 4)"
     " AND s.payment <> p.id"},
    {"payment", "SELECT x.payment, p.salt, 'leaves a card to a customer, and waits for nobody'"
                " FROM session_source x LEFT JOIN payment p ON p.tenant = $1 AND p.id = x.payment"
                " WHERE x.tenant = $1 AND p.status IS DISTINCT FROM 1"},
    {"consent", "SELECT id, salt, 'has a value that cannot be' FROM wallet_consent"
                " WHERE tenant = $1 AND id >= $2 AND (id > 0 AND method IN (14, 15)"
                " AND status BETWEEN 1 AND 4 AND (status = 1) = (ended_us = 0)) IS NOT TRUE"},
    {"consent", "SELECT w.id, w.salt, 'its session does not exist, or is of another mode'"
                " FROM wallet_consent w WHERE w.tenant = $1 AND w.id >= $2 AND NOT EXISTS"
                " (SELECT 1 FROM session s WHERE s.tenant = $1 AND s.id = w.session"
                " AND s.mode = 2)"},
    {"consent", "SELECT w.id, w.salt, 'was given, and did not complete its session'"
                " FROM wallet_consent w JOIN session s ON s.tenant = $1 AND s.id = w.session"
                " WHERE w.tenant = $1 AND w.id >= $2 AND w.status = 2"
                " AND (s.status <> 2 OR s.customer = 0)"},
    {"exchange rates from currency",
     "SELECT from_currency, NULL, 'one to currency ' || to_currency || ' cannot be'"
     " FROM exchange_rate WHERE tenant = $1 AND (rate_e8 BETWEEN 0 AND 100000000000000"
     " AND from_currency > 0 AND to_currency > 0 AND from_currency <> to_currency) IS NOT TRUE"},
};

/* The rate of a session to the currency of its payment is the newest that was there before it. */
static const char PRICES[] =
    "SELECT p.id, p.salt, p.amount_minor + p.tax_minor, p.currency, p.status, p.is_two_step,"
    " s.amount_minor, s.currency, CASE WHEN p.currency = s.currency THEN 100000000 ELSE"
    " (SELECT r.rate_e8 FROM exchange_rate r WHERE r.tenant = $1 AND r.from_currency = s.currency"
    " AND r.to_currency = p.currency AND r.since_us <= s.created_us"
    " ORDER BY r.since_us DESC LIMIT 1) END"
    " FROM payment p JOIN session s ON s.tenant = $1 AND s.id = p.session"
    " WHERE p.tenant = $1 AND p.session <> 0 AND p.session >= $2";

static i128 units_of(enum currency currency)
{
    i128 units = 1;
    for (int i = 0; i < currency_digits(currency); i++)
        units *= 10;
    return units;
}

static bool is_currency(int64_t number)
{
    return CUR_NONE < number && number < CURRENCIES;
}

/* Of what was authorized, a part may have been taken. */
static void check_price(struct audit *a, const struct cursor *c)
{
    const id payment = {cursor_i64(c, 0), cursor_i64(c, 1)};
    const int64_t minor = cursor_i64(c, 2), rate = cursor_i64(c, 8);
    const bool is_part = cursor_i64(c, 5) != 0 && cursor_i64(c, 4) > 2;
    if (!is_currency(cursor_i64(c, 3)) || !is_currency(cursor_i64(c, 7)))
        return; /* told elsewhere */
    const i128 below = RATE_ONE * units_of((enum currency)cursor_i64(c, 7));
    const i128 exact = (i128)cursor_i64(c, 6) * rate * units_of((enum currency)cursor_i64(c, 3));
    const int64_t price = (int64_t)((2 * exact + below) / (2 * below));
    if (is_part ? minor > price : minor != price)
        finding(a, row_name(a, "payment", payment),
                "takes %" PRId64 ", its session comes to %" PRId64, minor, price);
}

/* A session is open for a day, and a payment of it for sixty at most, on a clock that is never
 * behind ours: what is older than that does not change by itself. Keys hold milliseconds above 22
 * bits. */
static int64_t open_from(const struct audit *a)
{
    static const int64_t LONGEST = (INT64_C(62) * 86400 * 1000) << 22;
    return a->point->key_from > LONGEST ? a->point->key_from - LONGEST : 0;
}

void check_sessions(struct audit *a)
{
    const int64_t from = open_from(a);
    rules_check(a, SESSIONS, COUNT(SESSIONS), from);
    struct cursor c;
    cursor_open_from(a, &c, PRICES, from);
    while (cursor_next(&c))
        check_price(a, &c);
    cursor_close(&c);
}
