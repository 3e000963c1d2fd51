/* SPDX-License-Identifier: Apache-2.0 */
/* needs.h: what a step needs to have before its call: things of its own, made without a fault.
 *
 * Used by  test/fault/memory */
#ifndef KESSAI_TEST_FAULT_MEMORY_NEEDS_H
#define KESSAI_TEST_FAULT_MEMORY_NEEDS_H

#include "fault/memory/world.h"

enum need {
    NEED_NONE = 0,
    NEED_COLD,       /* the server's first request */
    NEED_CAPTURED,   /* $payment: captured, the payee's */
    NEED_AUTHORIZED, /* $payment */
    NEED_OF_SHOP,    /* $payment: authorized, the ordinary merchant's */
    NEED_DISPUTED,   /* $payment: captured, its dispute open */
    NEED_DISPUTE,    /* the same, $dispute: its dispute */
    NEED_DEFENDED,   /* the same: the payee has defended itself */
    NEED_ACCEPTED,   /* the same: the money has been given back */
    NEED_REFUNDED,   /* $payment */
    NEED_TOKEN,      /* $token */
    NEED_SELLER,     /* $merchant: a seller without a method */
    NEED_SELLER_WITH_METHOD,

    NEED_SLIP,           /* $payment: at a convenience store, not paid in yet */
    NEED_LINK,           /* $link: of 1000 yen, to be paid once */
    NEED_EMAIL,          /* the same, $email: how it is paid */
    NEED_PAID_IN,        /* $payment: such a one, captured */
    NEED_WALLET,         /* $payment: its customer is at the wallet's page */
    NEED_VISITED,        /* $payment: such a one, paid there */
    NEED_REFUND_REQUEST, /* $request, of $payment; pending */
    NEED_ENDED_REQUEST,  /* $request: rejected */

    NEED_SESSION,         /* $session: open, split; its order is "order-$number" */
    NEED_SESSION_BRIEF,   /* $session: for a second */
    NEED_SESSION_EXPIRED, /* $session */
    NEED_SESSION_PAID,    /* $session */
    NEED_SESSION_SLIP,    /* $session: its slip has been issued */
    NEED_SESSION_CANCELLED,
    NEED_SESSION_CARD,      /* $session: mode customer */
    NEED_SESSION_BOTH,      /* $session: mode customer_payment */
    NEED_SESSION_WALLET,    /* $session, $payment: the customer is at the wallet's page */
    NEED_SESSION_KEPT,      /* the same, of mode customer_payment */
    NEED_SESSION_CONSENT,   /* $session: mode customer, the owner of a wallet is asked: $consent */
    NEED_SESSION_TOKEN,     /* $session, $token */
    NEED_SESSION_SECURE,    /* $session, $secure: may be charged */
    NEED_SESSION_CHALLENGE, /* $session, $secure: the customer is asked for a code */

    NEED_CUSTOMER,       /* $customer: with a card */
    NEED_SHOPPER,        /* $customer: known as "shopper-$number" */
    NEED_CARDLESS,       /* $customer: without a card */
    NEED_DECLINED,       /* $customer: with a card that is declined */
    NEED_OWNER,          /* $customer: with a wallet */
    NEED_REVOKED,        /* $customer: with a wallet that may not be charged any more */
    NEED_CUSTOMER_GONE,  /* $customer: deleted */
    NEED_CUSTOMER_TOKEN, /* $customer, $token */
    NEED_SUBSCRIPTION,   /* $subscription: not charged yet, or just now */
    NEED_SUBSCRIBED,     /* $subscription: charged once */
    NEED_REFUSED,        /* $subscription: its first charge will fail */
    NEED_DUNNED,         /* … and has failed */

    NEED_SECURE,        /* $secure: may be charged */
    NEED_METHOD_PAGE,   /* $secure: the issuer's page has not run yet */
    NEED_CHALLENGE,     /* $secure: the customer is asked for a code */
    NEED_AUTHENTICATED, /* $secure, $cres: the code was right */

    NEED_NO_WEBHOOK, /* none that the step makes stays */
    NEED_WEBHOOK,    /* $webhook: of somebody who does not answer */
    NEED_TRIED,      /* $webhook: its ping has been tried */
    NEED_DELIVERY,   /* the same, $delivery: of the ping */
    NEED_PING,       /* the same, $ping: the event */
    NEED_SINK,       /* $webhook: the sink's */
    NEED_ROTATED,    /* the same: has two secrets */
    NEEDS
};

/* Makes it, with names and a $n of its own. */
void need_begin(struct world *w, enum need need);
/* Ends what would be in the way of the next ones. */
void need_end(struct world *w, enum need need);

#endif
