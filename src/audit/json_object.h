/* SPDX-License-Identifier: Apache-2.0 */
/* json_object.h: whether a text is one JSON object, and the text of one of its members; private to
 * audit. It allocates nothing and does not recurse, as it runs over every event. (RFC 8259) */
#ifndef KESSAI_AUDIT_JSON_OBJECT_H
#define KESSAI_AUDIT_JSON_OBJECT_H

#include <stdbool.h>

#include "base/str.h"

enum { JSON_DEPTH_MAX = 64 };

/* True for a valid object, at most JSON_DEPTH_MAX deep.
 *   ret   the string that the member of that name at the top has, as it stands there, without its
 *         quotes; absent when there is none, or it is no string; the last one counts */
bool json_object_read(str text, const char *name, str *ret);

#endif
