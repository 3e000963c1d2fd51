/* SPDX-License-Identifier: Apache-2.0 */
/* event.c: what events say: known types, merchants of the tenant, JSON objects, payments that
 * exist. */
#include <inttypes.h>
#include <jansson.h>

#include "audit/audit_state.h"
#include "audit/event_type.h"

static const struct {
    const char *root, *sub;
} TYPES[] = {
#define EVENT(name, number, root, sub) [number] = {root, sub},
#include "store/event.def"
#undef EVENT
};

const char *wire_type(int64_t type, bool is_sub)
{
    if (type < 1 || type >= (int64_t)COUNT(TYPES))
        return NULL;
    return is_sub ? TYPES[type].sub : TYPES[type].root;
}

/* The id member of the object must be that of a payment of this tenant. */
static void check_payment_id(struct audit *a, id number, const json_t *data, struct cursor *payment)
{
    const char *text = json_string_value(json_object_get(data, "id"));
    id named;
    if (text == NULL || !id_read(str_of(text), &named))
        finding(a, row_name(a, "event", number), "its data has no id");
    else if (!cursor_seek(payment, named.key) || cursor_i64(payment, 0) != named.salt)
        finding(a, row_name(a, "event", number), "its payment %s does not exist", text);
}

static void check_event(struct audit *a, const struct cursor *c, struct cursor *payment)
{
    const id number = {.key = cursor_i64(c, 0), .salt = cursor_i64(c, 1)};
    const int64_t merchant = cursor_i64(c, 2), type = cursor_i64(c, 3);
    const str data = cursor_str(c, 4);
    if (merchant_of(a, merchant) == NULL)
        finding(a, row_name(a, "event", number), "its merchant %" PRId64 " does not exist",
                merchant);
    if (wire_type(type, merchant != a->tenant) == NULL)
        finding(a, row_name(a, "event", number), "there is no type %" PRId64 " on this account",
                type);
    json_t *object = json_loadb(data.at == NULL ? "" : data.at, data.bytes, 0, NULL);
    if (!json_is_object(object))
        finding(a, row_name(a, "event", number), "its data is not a JSON object");
    else if (TYPE_PAYMENT_FIRST <= type && type <= TYPE_PAYMENT_LAST)
        check_payment_id(a, number, object, payment);
    json_decref(object);
}

void check_event_data(struct audit *a)
{
    struct cursor events, payment;
    cursor_open(a, &events,
                "SELECT seq, salt, merchant, type, data FROM event WHERE tenant = ?1 ORDER BY seq");
    cursor_open(a, &payment, "SELECT salt FROM payment WHERE tenant = ?1 AND id = ?2");
    while (cursor_next(&events))
        check_event(a, &events, &payment);
    cursor_close(&events);
    cursor_close(&payment);
}
