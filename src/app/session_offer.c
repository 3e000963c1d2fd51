/* SPDX-License-Identifier: Apache-2.0 */
/* session_offer.c: the ways to pay a session, and what each costs (komoju-core 3, 7.4). */
#include <string.h>

#include "app/merchant.h"
#include "app/session.h"

/* Rates from the session's currency, by the currency they lead to; 0: none. */
struct rates {
    int64_t to[CURRENCIES];
};

static result rates_read(struct db *db, const struct session *s, struct rates *ret)
{
    struct rows rows;
    *ret = (struct rates){0};
    TRY(db_query(db, SQL_EXCHANGE_RATE_LIST, &rows, VI(s->tenant), VI(s->currency),
                 VI(s->created_us)));
    while (rows_next(&rows)) {
        const int64_t to = row_i64(&rows, 1);
        if (CUR_NONE < to && to < CURRENCIES)
            ret->to[to] = row_i64(&rows, 3);
    }
    TRY(rows_done(&rows));
    ret->to[s->currency] = EXCHANGE_RATE_ONE_E8;
    return OK;
}

/* Reads "credit_card,konbini".  errors  E_INVALID_PAYMENT_TYPE (payment_types) */
static result types_read(str types, enum method ret[METHODS], size_t *ret_count)
{
    size_t count = 0;
    while (types.bytes > 0) {
        const char *comma = memchr(types.at, ',', types.bytes);
        const size_t bytes = comma == NULL ? types.bytes : (size_t)(comma - types.at);
        enum method method;
        if (count == METHODS || !method_read((str){types.at, bytes}, &method))
            return FAIL(E_INVALID_PAYMENT_TYPE, "payment_types",
                        "payment_types has a payment type that does not exist");
        bool is_new = true;
        for (size_t i = 0; i < count; i++)
            is_new = is_new && ret[i] != method;
        if (is_new)
            ret[count++] = method;
        const size_t skip = bytes + (comma != NULL);
        types = (str){types.at + skip, types.bytes - skip};
    }
    *ret_count = count;
    return OK;
}

static enum currency choose_currency(enum method method, const struct session *s,
                                     const struct rates *rates)
{
    if (method_takes_currency(method, s->currency))
        return s->currency;
    enum currency own;
    for (size_t i = 0; (own = method_currency_at(method, i)) != CUR_NONE; i++)
        if (rates->to[own] > 0)
            return own;
    return CUR_NONE;
}

/* Whether the session can be paid this way, and then how. */
static bool offer_make(const struct session *s, const struct rates *rates,
                       const struct merchant_method *m, struct session_offer *ret)
{
    const struct method_row *row = method_row(m->method);
    if (s->mode != SESSION_PAYMENT && !row->storable)
        return false;
    const enum currency currency = choose_currency(m->method, s, rates);
    if (currency == CUR_NONE || (s->platform_details.at != NULL && currency != s->currency))
        return false;
    *ret = (struct session_offer){
        .method = m->method,
        .brands = m->brands,
        .currency = currency,
        .rate_e8 = rates->to[currency],
        .customer_fee_minor = currency == CUR_JPY ? m->customer_fee_minor : 0,
    };
    if (s->mode == SESSION_CUSTOMER && s->amount_minor == 0)
        return true;
    const money amount = {.minor = s->amount_minor, .cur = s->currency};
    money converted = amount;
    if (currency != s->currency &&
        money_convert(amount, ret->rate_e8, currency, &converted).code != E_OK)
        return false;
    ret->amount_minor = converted.minor;
    return converted.minor > 0 && converted.minor <= AMOUNT_MINOR_MAX &&
           method_check(m->method, currency, converted.minor + ret->customer_fee_minor).code ==
               E_OK;
}

result session_offers(struct db *db, const struct session *s, struct arena *arena,
                      struct session_offer ret[METHODS], size_t *ret_count)
{
    struct merchant_row merchant;
    struct merchant_method methods[METHODS];
    struct rates rates;
    enum method types[METHODS];
    size_t method_count = 0, type_count = 0, count = 0;
    TRY(merchant_read(db, s->tenant, s->merchant, arena, &merchant));
    TRY(merchant_methods(db, &merchant, methods, &method_count));
    TRY(rates_read(db, s, &rates));
    TRY(types_read(s->payment_types, types, &type_count));
    const size_t steps = s->payment_types.at == NULL ? 1 : type_count;
    for (size_t i = 0; i < steps; i++)
        for (size_t k = 0; k < method_count; k++) {
            const bool is_wanted = s->payment_types.at == NULL || methods[k].method == types[i];
            if (is_wanted && offer_make(s, &rates, &methods[k], &ret[count]))
                count++;
        }
    *ret_count = count;
    return OK;
}
