/* SPDX-License-Identifier: Apache-2.0 */
/* payment_expire.h: ends an authorization whose deadline has passed.
 * Used by  jobs */
#ifndef KESSAI_APP_PAYMENT_EXPIRE_H
#define KESSAI_APP_PAYMENT_EXPIRE_H

#include "app/app.h"

/* Asynchronous: done is called once, on any thread, when the payment has expired or turned out not
 * to be due. */
void payment_expire_start(struct app *app, int64_t tenant, int64_t payment,
                          void (*done)(void *context), void *context);

#endif
