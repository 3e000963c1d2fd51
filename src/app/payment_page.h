/* SPDX-License-Identifier: Apache-2.0 */
/* payment_page.h: the page of a simulated wallet, bank or store (test environment): what it shows
 * of a payment, and what its customer can do there. What is done there: payment_visit.h. A wallet
 * that is to be stored has another page: consent_page.h.
 *
 * Used by  api, app/payment_visit
 * Source   komoju-core 16 (offsite test page) */
#ifndef KESSAI_APP_PAYMENT_PAGE_H
#define KESSAI_APP_PAYMENT_PAGE_H

#include "app/payment.h"

/* What a customer does there. */
enum visit_act { VISIT_LOOK = 0, VISIT_PAY, VISIT_REFUSE, VISIT_CANCEL, VISIT_EXPIRE, VISIT_ACTS };

/* Whether the simulator has a page for it. */
bool payment_has_page(const struct payment *p);
/* Whether its page offers that: a slip is paid, or it is not. */
bool payment_page_offers(const struct payment *p, enum visit_act act);

/* What the page shows. */
struct payment_page {
    const struct payment *payment;
    str merchant_name;
    str store; /* of konbini; absent else */
    int64_t now_us;
};
MUST_USE result payment_page_read(struct db *db, const struct app *app, const struct payment *p,
                                  struct arena *arena, struct payment_page *ret);
/* The type and what it is called; of a consent's page too. */
void page_method_view(struct json *j, enum method method);
/* Something can be done still. */
bool payment_page_waits(const struct payment_page *page);
void payment_page_view(struct json *j, const struct payment_page *page);

#endif
