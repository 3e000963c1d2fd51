/* SPDX-License-Identifier: Apache-2.0 */
/* payment_create.h: takes a payment: intent, rail, outcome.
 *
 * Used by  api
 * Source   komoju-core 6.2, 8 (tokens); komoju-platform 7.2, 7.3 */
#ifndef KESSAI_APP_PAYMENT_CREATE_H
#define KESSAI_APP_PAYMENT_CREATE_H

#include "app/authentication.h"
#include "app/payment.h"
#include "app/platform_details.h"
#include "app/screen.h"
#include "app/session.h"
#include "core/secret.h"

/* How the issuer of its card was asked before the rail (payment_authenticate.c). */
struct payment_authentication {
    bool is_wanted; /* in this begin */
    str merchant_name;
    int64_t now_us;
    struct authentication found;
    id token; /* that keeps its card, drawn once; key 0: none */
};

struct payment_create {
    struct payment_command p; /* first */

    const struct session *session; /* that it is an attempt of, NULL: none; then amount, currency
                                      and tax are the session's */
    int64_t amount_minor;
    enum currency currency;
    struct tax_request tax;
    bool is_captured; /* the request's capture; default true */
    struct platform_details platform;

    id customer;          /* whose stored source is charged instead; key 0: nobody's */
    int64_t subscription; /* that it is a charge of; 0: none */
    bool is_token;        /* a token instead of details */
    id token;
    enum method method;      /* without a token */
    struct card_secret card; /* both are wiped by command_done() */
    struct secret_details secret;
    str details; /* payment_details of the answer, JSON; from the token if there is one */
    id consent;  /* of a wallet's owner: relied on, or asked for with the payment; by begin */
    bool has_expiry_days;
    int64_t expiry_days;
    /* Which parameter gives the customer's own code, or a standing permission: the wallet is
     * charged at once, and nobody is sent to its page. NULL: none does. */
    const char *code;
    const char *installments; /* which parameter asks to pay in parts; NULL: none does */

    /* 3-D Secure first: a card's customer may have to go to payment_details.redirect_url, and the
     * payment is pending until then. Not asked of a secure token, which has been authenticated. */
    bool wants_authentication;
    struct payment_authentication authentication;

    str external_order_num, description, metadata, mcc, statement_descriptor, scenario;
    str return_url, cancel_url, family_name, given_name;
    enum locale locale;

    struct screening screening; /* the caller fills the buyer, begin the rest */
};

/* Fills begin and finish; then command_run().
 *   answer  the Payment: captured or authorized; pending where its customer must go elsewhere
 *   errors  those of split_decide, payment_tax, split_check_method; E_INVALID_PARAMETER (customer:
 *           unknown), E_UNPROCESSABLE (customer: it has no card); E_INVALID_TOKEN
 *           (payment_details), E_INVALID_PARAMETER (external_order_num: taken), those of
 *           method_check and method_expiry_days, E_MISSING_PARAMETER (return_url), what the rail
 *           refuses with, E_GATEWAY_TIMEOUT; E_FRAUDULENT, and E_CARD_DECLINED for a buyer, where
 *           screening refuses; those of session_admit and session_price */
void payment_create_init(struct payment_create *in);

/* For a command that makes a payment of its own accord. The first transaction: afterwards the step
 * is STEP_RAIL when there is a payment, else STEP_ANSWER or STEP_WAIT. */
MUST_USE result payment_create_begin(struct tx *tx, struct command *c);
/* Whether such a payment would be made now, as far as that can be told without asking a rail:
 * writes nothing.  errors  those above but for the rail's and screening's */
MUST_USE result payment_create_check(struct tx *tx, struct payment_create *in);

/* For payment_create.c alone. begin has written the payment: its issuer is asked next. */
void payment_authenticate(struct payment_create *in, str merchant_name, int64_t now_us);
/* Wipes the verification value that it left in the vault for a token which was not made. */
void payment_authenticate_wipe(struct payment_create *in);
/* Before the outcome of the rail is looked at.
 *   ret_waits  the customer is needed: the command has its answer */
MUST_USE result payment_authenticate_finish(struct tx *tx, struct payment_create *in,
                                            bool *ret_waits);

#endif
