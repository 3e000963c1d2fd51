/* SPDX-License-Identifier: Apache-2.0 */
/* recover.h: what an earlier process left open, at start and before any request.
 *
 * Every operation without an outcome is asked about once, whenever its next inquiry was due: there
 * is no process left that could complete it. What the rail cannot tell yet is left to the inquiry
 * job.
 *
 * Used by  cli/serve */
#ifndef KESSAI_APP_RECOVER_H
#define KESSAI_APP_RECOVER_H

#include "app/app.h"

/* Waits for the answers.  errors  those of the store */
MUST_USE result operations_recover(struct app *app);

#endif
