/* SPDX-License-Identifier: Apache-2.0 */
#include "api/buyer.h"
#include "api/request.h"

struct fraud_details {
    str customer_ip, customer_email;
};
#define AT(member) offsetof(struct fraud_details, member)
static const struct field FIELDS[] = {
    {"customer_ip", F_TEXT, AT(customer_ip), FIELD_NO_FLAG, 0, 1, 64, NULL},
    {"customer_email", F_TEXT, AT(customer_email), FIELD_NO_FLAG, 0, 1, 255, NULL},
};
const struct field_list request_fraud_details = FIELD_LIST(FIELDS);
#undef AT

struct buyer_in {
    json_t *fraud_details;
};
static const struct field BUYER[] = {{"fraud_details", F_ANY,
                                      offsetof(struct buyer_in, fraud_details), FIELD_NO_FLAG, 0, 0,
                                      0, NULL}};
const struct field_list request_buyer = FIELD_LIST(BUYER);

/* payment_details may be a token, which knows its own. */
static str email_of_details(const json_t *body)
{
    const json_t *email = json_object_get(json_object_get(body, "payment_details"), "email");
    return json_is_string(email) ? (str){json_string_value(email), json_string_length(email)}
                                 : STR_NONE;
}

static result read_details(struct exchange *x, struct fraud_details *ret)
{
    struct buyer_in in = {0};
    TRY(fields_read(x->request.body, NULL, BUYER, COUNT(BUYER), x->arena, &in));
    const json_t *details = in.fraud_details;
    if (details == NULL)
        return OK;
    if (!json_is_object(details))
        return json_is_array(details) && json_array_size(details) == 0
                   ? OK /* an empty one, as PHP writes it */
                   : FAIL(E_INVALID_PARAMETER, "fraud_details", "fraud_details is an object");
    TRY(fields_read(details, "fraud_details", FIELDS, COUNT(FIELDS), x->arena, ret));
    return ret->customer_ip.at == NULL || screen_ip_is_valid(ret->customer_ip)
               ? OK
               : FAIL(E_INVALID_PARAMETER, "fraud_details.customer_ip",
                      "this is no IPv4 or IPv6 address");
}

result buyer_read(struct exchange *x, struct buyer *ret)
{
    struct fraud_details in = {0};
    ret->is_public = !x->request.caller.is_secret;
    if (!ret->is_public)
        TRY(read_details(x, &in));
    ret->ip = ret->is_public ? exchange_client(x) : in.customer_ip;
    ret->email =
        in.customer_email.at != NULL ? in.customer_email : email_of_details(x->request.body);
    return OK;
}
