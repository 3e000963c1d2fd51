/* SPDX-License-Identifier: Apache-2.0 */
/* payment_expire.h: ends payments that nobody is to pay any more: their deadline has passed, or
 * their session has ended without them. What a rail has been told of, or has taken already, the
 * rail voids first; and it gives back what it took too late (doc/rails.md).
 *
 * Used by  jobs */
#ifndef KESSAI_APP_PAYMENT_EXPIRE_H
#define KESSAI_APP_PAYMENT_EXPIRE_H

#include "app/app.h"

/* Asynchronous: done is called once, on any thread, when the payment has ended, turned out not to
 * be due, or is with its rail. */
void payment_expire_start(struct app *app, int64_t tenant, int64_t payment,
                          void (*done)(void *context), void *context);

#endif
