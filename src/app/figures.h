/* SPDX-License-Identifier: Apache-2.0 */
/* figures.h: what the operator's metrics know from the store: the books, the outbox, operations
 * without an outcome (base/metric.def). Read when somebody asks, because they are states, not
 * happenings; a scrape costs a few look-ups per tenant, whatever the age of the database.
 *
 * Used by  cli/serve */
#ifndef KESSAI_APP_FIGURES_H
#define KESSAI_APP_FIGURES_H

#include "app/app.h"

/* Names rails, house accounts and currencies for the labels. Once, at the start. */
void figures_label(void);

/* Sets the gauges. Without an answer of the store they are forgotten, not shown as they were. */
void figures_collect(struct app *app);

#endif
