/* SPDX-License-Identifier: Apache-2.0 */
/* payment_actions.h: what can be done to a payment that exists. Each is a command: init, fill,
 * command_run().
 *
 * Used by  api, jobs
 * Source   komoju-core 6.4 to 6.9, komoju-platform 7.3, 9, rulings */
#ifndef KESSAI_APP_PAYMENT_ACTIONS_H
#define KESSAI_APP_PAYMENT_ACTIONS_H

#include "app/dispute.h"
#include "app/payment.h"
#include "app/platform_details.h"
#include "core/secret.h"

/* POST /payments/{id}/capture.
 *   errors  E_NOT_FOUND, capture_decide's, split_decide's, the rail's */
struct payment_capture {
    struct payment_command p; /* first */
    struct capture_request request;
    struct platform_details platform;
    str scenario;
};
void payment_capture_init(struct payment_capture *in);

/* POST /payments/{id}/cancel.
 *   errors  E_NOT_FOUND, E_NOT_CANCELLABLE, the rail's */
struct payment_cancel {
    struct payment_command p;
    str scenario;
};
void payment_cancel_init(struct payment_cancel *in);

/* POST /payments/{id}/finalize: an authorized card payment of a terminal, which has asked the card
 * itself. What the card said goes to the rail alone.
 *   errors  E_NOT_FOUND; E_UNPROCESSABLE: no card; E_NOT_CAPTURABLE, E_NOT_CANCELLABLE: it is not
 *           authorized; those of a capture, the rail's */
enum card_word {
    CARD_WORD_NONE = 0,
    CARD_APPROVES, /* TC: a transaction certificate */
    CARD_DECLINES, /* AAC: an application authentication cryptogram */
    CARD_FAULT     /* nobody knows what it said */
};
struct payment_finalize {
    struct payment_capture capture; /* first; its request is that of a whole capture */
    enum card_word word;
    bool is_captured, has_metadata;
    str metadata;                 /* replaces, once the rail has approved in time for the answer */
    struct secret_details secret; /* wiped by command_done() */
    result (*capture_begin)(struct tx *tx, struct command *c);
};
void payment_finalize_init(struct payment_finalize *in);

/* POST /payments/{id}/refund.
 *   errors  E_NOT_FOUND, refund_decide's, E_NOT_REFUNDABLE for a short balance, the rail's */
struct payment_refund {
    struct payment_command p;
    bool has_amount;
    int64_t amount_minor;
    struct platform_details platform;
    str description, scenario;
};
void payment_refund_init(struct payment_refund *in);

/* What the customer has paid elsewhere, for a payment that is loaded and waits for it: captured, or
 * authorized where it is to be captured later.
 *   errors  E_UNPROCESSABLE (outcome): it does not wait, or its session is over */
MUST_USE result payment_paid(struct tx *tx, struct payment_command *in);

/* Ends an open payment for which no rail is to be asked, with its event.
 *   step   PE_CANCEL or PE_EXPIRE
 *   c      whose answer it is; NULL: nobody's */
MUST_USE result payment_close(struct tx *tx, struct payment *p, enum pay_event step,
                              struct command *c);
/* The rail took money that a payment which is loaded cannot take: it is cancelled if it was open,
 * and a job has the rail give the money back. */
MUST_USE result payment_owe(struct tx *tx, struct payment *p);
/* Begins the void of a payment that is loaded and not busy, and either not captured or owed back:
 * STEP_RAIL. */
MUST_USE result payment_void_begin(struct tx *tx, struct payment_command *in, str scenario);

/* PATCH /payments/{id}: an absent text leaves it as it is; metadata is a JSON object and replaces.
 * With details a payment that prepaid numbers have paid in part is paid on with another number;
 * a rail that refuses the number leaves all else changed.
 *   errors  E_NOT_FOUND; E_INVALID_PARAMETER (payment_details): nothing is missing,
 * E_INVALID_PAYMENT_TYPE (payment_details.type): another type than the payment's; the rail's */
struct payment_update {
    struct payment_command p;
    bool has_description, has_metadata, has_details;
    str description, metadata;
    enum method method;           /* of the details */
    str details;                  /* as they are shown, JSON */
    struct secret_details secret; /* wiped by command_done() */
    str scenario;
};
void payment_update_init(struct payment_update *in);

/* Something a rail, a deadline or a card scheme did: no rail is called.
 *   errors  E_NOT_FOUND, E_UNPROCESSABLE (outcome): not from this state, E_NOT_CHARGEBACKABLE */
enum payment_happening {
    HAPPENING_NONE = 0,
    HAPPENING_EXPIRED,
    HAPPENING_FAILED,
    HAPPENING_CANCELLED,
    HAPPENING_CHARGEBACK_OPENED,
    HAPPENING_CHARGEBACK_LOST,
    HAPPENING_CHARGEBACK_WON,
    HAPPENING_PAID, /* a slip was paid in, or the customer has done what the page asked for */
    HAPPENINGS
};
struct payment_happen {
    struct payment_command p;
    enum payment_happening happening;
    struct dispute_claim claim; /* of a dispute that is opened */
};
void payment_happen_init(struct payment_happen *in);

#endif
