/* SPDX-License-Identifier: Apache-2.0 */
/* payment_visit.h: payments that their customers make elsewhere, at a wallet's page, a bank or a
 * store. The rail decides what became of one: it is asked, and the payment follows its word. What a
 * browser says is a reason to ask, and nothing else.
 *
 * Used by  api, app/payment_expire
 * Source   komoju-core 6.4, 7.6, 16 (offsite test page) */
#ifndef KESSAI_APP_PAYMENT_VISIT_H
#define KESSAI_APP_PAYMENT_VISIT_H

#include "app/payment.h"
#include "app/payment_page.h"
#include "app/rail_pool.h"

/* Whether its rail can be asked what its customer has done. Not while an operation is under way:
 * that will say more. */
bool payment_visit_is_asked(const struct app *app, const struct payment *p);

/* Asks the rail of a payment what its customer has done, outside any transaction. A payment that
 * does not wait, or whose rail cannot be asked, leaves the answer empty.
 *   is_last  see rail_visit() */
void payment_visit_ask(const struct app *app, const struct payment *p, id original, bool is_last,
                       struct rail_answer *ret);

/* Whether that comes back at once: nothing is asked, or the rail says that it is instant. */
bool payment_visit_is_instant(const struct app *app, const struct payment *p, id original);

/* Lets a payment that is loaded and not busy follow that answer: authorized or captured, failed,
 * cancelled or expired, with its event; nothing where it does not wait any more. What was paid for
 * a session that is over is owed back (payment_owe). While another attempt of its session is under
 * way the step is STEP_WAIT, and a job will ask again. */
MUST_USE result payment_visit_follow(struct tx *tx, struct payment_command *in,
                                     const struct rail_answer *answer);

/* Why a wallet refuses.  errors  E_INVALID_PARAMETER (code): no processor says that */
MUST_USE result visit_refusal_read(str code, enum err *ret);

/* Fill, then payment_visit_start(). The command's tenant is the payment's.
 *   errors  E_NOT_FOUND: unknown, or not the simulator's; E_UNPROCESSABLE (act): the payment does
 *           not wait any more, its deadline has passed, or its type does not offer this */
struct payment_visit {
    struct payment_command p; /* first; its id is the payment's */
    enum visit_act act;
    enum err refusal; /* VISIT_REFUSE: why, a RAIL class row */
    struct rail_job job;
    result before; /* an error that came before the transaction */
    struct rail_answer answer;
};
void payment_visit_init(struct payment_visit *in);
void payment_visit_start(struct payment_visit *in);

/* Whose payment a page is about, among test tenants.  errors  E_NOT_FOUND */
MUST_USE result payment_visit_tenant(struct db *db, id payment, int64_t *ret);

#endif
