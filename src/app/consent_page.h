/* SPDX-License-Identifier: Apache-2.0 */
/* consent_page.h: the page of a simulated wallet whose owner is asked, by a session of mode
 * customer, whether it may be charged later (test environment). A payment has another one:
 * payment_visit.h.
 *
 * Used by  api
 * Source   komoju-core 7.5, 16 (offsite test page) */
#ifndef KESSAI_APP_CONSENT_PAGE_H
#define KESSAI_APP_CONSENT_PAGE_H

#include "app/payment_visit.h"
#include "app/session_store.h"

/* Whose consent a page is about, among test tenants.  errors  E_NOT_FOUND */
MUST_USE result consent_page_tenant(struct db *db, id consent, int64_t *ret);

/* What an owner does, as session_consent knows it.
 *   errors  E_UNPROCESSABLE (act): a wallet that is stored offers no such thing */
MUST_USE result consent_of_act(enum visit_act act, enum consent *ret);

/* What the page shows. */
struct consent_page {
    struct consent_row consent;
    struct session session;
    str merchant_name;
    str redirect_url; /* where its owner goes when it is over */
};
/* errors  E_NOT_FOUND */
MUST_USE result consent_page_read(struct db *db, const struct app *app, int64_t tenant, id consent,
                                  struct arena *arena, struct consent_page *ret);
/* Something can be done still: nobody has answered, and the session has not ended without it. */
bool consent_page_waits(const struct consent_page *page);
void consent_page_view(struct json *j, const struct consent_page *page);

#endif
