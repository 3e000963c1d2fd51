/* SPDX-License-Identifier: Apache-2.0 */
/* customer_change.h: makes, changes and deletes customers. Each is a command: fill, init,
 * command_run().
 *
 * Used by  api
 * Source   komoju-core 10 */
#ifndef KESSAI_APP_CUSTOMER_CHANGE_H
#define KESSAI_APP_CUSTOMER_CHANGE_H

#include "app/customer.h"
#include "app/screen.h"

/* What becomes of the source. */
enum customer_source {
    CUSTOMER_SOURCE_KEEP = 0, /* nothing was sent */
    CUSTOMER_SOURCE_CARD,     /* `card` takes its place */
    CUSTOMER_SOURCE_TOKEN,    /* what `token` holds takes its place; the token is spent */
    CUSTOMER_SOURCE_WALLET,   /* `wallet`, which its owner has agreed to under `consent` */
    CUSTOMER_SOURCE_EXPIRY,   /* the stored card has a new month and year: those of `card` */
    CUSTOMER_SOURCES
};

/* POST and PATCH /customers: texts that are absent stay as they are.
 *   id       key 0: a new customer
 *   answer   the Customer
 *   errors   E_NOT_FOUND, E_INVALID_TOKEN (payment_details), E_INVALID_PAYMENT_TYPE
 *            (payment_details: the token is not of a type that can be stored), E_INVALID_PARAMETER
 *            (external_customer_id: another customer has it), E_UNPROCESSABLE (payment_details: no
 *            card whose expiry could change), E_FRAUDULENT: screening refuses `card` (that of a
 *            token is screened when it is charged) */
struct customer_change {
    struct command c; /* first */
    id id;
    enum customer_source source;
    struct card_secret card; /* wiped by command_done() */
    id token;
    enum method wallet;
    id consent;
    str three_d_secure; /* the result of the card's authentication; absent: it had none */
    str details; /* payment_details of a charge of `card`: email, name and phone are taken from it
                  */
    str email, external_id, metadata, scenario;
    enum currency currency;
    enum locale locale;   /* of a new customer; LOCALE_NONE: ja */
    struct buyer buyer;   /* who gives `card` */
    bool is_screened;     /* the card has been, when the attempt began */
    struct customer done; /* whom it was: filled by begin */
};
void customer_change_init(struct customer_change *in);
/* For a command that does it as a part: afterwards the step is STEP_ANSWER, with the Customer as
 * the answer, or with a refusal of screening. */
MUST_USE result customer_change_begin(struct tx *tx, struct command *c);

/* DELETE /customers/{id} and /external_customers/{id}: forgets who it was; its subscriptions end.
 *   external_id  absent: the customer is `id`
 *   answer       the Customer without its source; with an external_id {"id": external_id}
 *   errors       E_NOT_FOUND */
struct customer_delete {
    struct command c; /* first */
    id id;
    str external_id;
};
void customer_delete_init(struct customer_delete *in);

#endif
