/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.h: the API's description, kept while the server runs.
 *
 * Used by  cli */
#ifndef KESSAI_API_OPENAPI_H
#define KESSAI_API_OPENAPI_H

#include "api/api.h"

enum { OPENAPI_BYTES_MAX = 4 << 20 };

void openapi_write(struct buf *out); /* the document, one line of JSON */

/* Writes it into app->openapi. Without it, it is written for everybody who asks.
 *   errors  E_MEMORY */
MUST_USE result openapi_start(struct app *app);
void openapi_stop(struct app *app); /* after http_stop() */

#endif
