/* SPDX-License-Identifier: Apache-2.0 */
/* request.h: the tables of fields that handlers parse with, for whoever describes them: each is
 * defined beside its table, so what is described is what is parsed.
 *
 * Used by  api (defines), openapi.c (reads)
 * Source   request.def */
#ifndef KESSAI_API_REQUEST_H
#define KESSAI_API_REQUEST_H

#include "http/fields.h"

#define REQUEST(list, ...) extern const struct field_list request_##list;
#include "api/request.def"
#undef REQUEST

#endif
