/* SPDX-License-Identifier: Apache-2.0 */
/* payment_create.h: takes a payment: intent, rail, outcome.
 *
 * Used by  api
 * Source   komoju-core 6.2, 8 (tokens); komoju-platform 7.2, 7.3 */
#ifndef KESSAI_APP_PAYMENT_CREATE_H
#define KESSAI_APP_PAYMENT_CREATE_H

#include "app/payment.h"
#include "app/platform_details.h"

struct payment_create {
    struct payment_command p; /* first */

    int64_t amount_minor;
    enum currency currency;
    struct tax_request tax;
    bool is_captured; /* the request's capture; default true */
    struct platform_details platform;

    bool is_token; /* a token instead of details */
    id token;
    enum method method;      /* without a token */
    struct card_secret card; /* wiped by command_done() */
    str details; /* payment_details of the answer, JSON; from the token if there is one */
    bool has_expiry_days;
    int64_t expiry_days;

    str external_order_num, description, metadata, mcc, statement_descriptor, scenario;
    str return_url, cancel_url, family_name, given_name;
    enum locale locale;
};

/* Fills begin and finish; then command_run().
 *   answer  the Payment: captured or authorized; pending where its customer must go elsewhere
 *   errors  those of split_decide, payment_tax, split_check_method; E_INVALID_TOKEN
 *           (payment_details), E_INVALID_PARAMETER (external_order_num: taken), those of
 *           method_check and method_expiry_days, E_MISSING_PARAMETER (return_url), what the rail
 *           refuses with, E_GATEWAY_TIMEOUT */
void payment_create_init(struct payment_create *in);

#endif
