/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.h: what `kessai serve --metrics` needs to serve the figures of base/metric.def, and the
 * page that explains them.
 *
 * Used by  serve.c, main.c */
#ifndef KESSAI_CLI_METRICS_H
#define KESSAI_CLI_METRICS_H

#include "app/app.h"
#include "cli/cli.h"
#include "http/http.h"
#include "http/metrics_listener.h"

/* Names the labels and, where --metrics is given, starts the listener.
 *   ret     NULL without --metrics
 *   errors  E_USAGE (--metrics), E_MEMORY, E_INTERNAL */
MUST_USE result metrics_begin(const struct args *args, struct app *app,
                              const struct http_config *http, struct metrics_listener **ret);

/* doc/metrics.md */
void metrics_markdown(struct buf *out);

#endif
