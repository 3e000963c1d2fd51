/* SPDX-License-Identifier: Apache-2.0 */
/* event.h: event types and their names on the wire.
 * Used by  store, app, api, jobs, cli */
#ifndef KESSAI_STORE_EVENT_H
#define KESSAI_STORE_EVENT_H

#include <stdbool.h>

#include "base/str.h"

enum event_type {
    EVENT_TYPE_NONE = 0,
#define EVENT(name, number, root, sub) EVT_##name = (number),
#include "store/event.def"
#undef EVENT
    EVENT_TYPES
};

/* The wire type on the root's account, or on a sub-merchant's; NULL where there is none. */
const char *event_type_text(enum event_type type, bool is_sub);
/* True if the text is any wire type of event.def. */
bool event_type_exists(str text);
/* Whether a comma-separated list of wire types names this one; an empty list names all. */
bool event_types_name(str types, const char *type);
/* Which one it is. False: none; ret untouched then.
 *   ret_is_sub   it is the name on a sub-merchant's account */
bool event_type_read(str text, enum event_type *ret, bool *ret_is_sub);

#endif
