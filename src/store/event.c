/* SPDX-License-Identifier: Apache-2.0 */
#include "store/event.h"

#include <assert.h>

static const struct {
    const char *root, *sub;
} ROWS[EVENT_TYPES] = {
#define EVENT(name, number, root, sub) [number] = {root, sub},
#include "store/event.def"
#undef EVENT
};

const char *event_type_text(enum event_type type, bool is_sub)
{
    assert(EVENT_TYPE_NONE < type && type < EVENT_TYPES);
    return is_sub ? ROWS[type].sub : ROWS[type].root;
}

bool event_type_exists(str text)
{
    for (int i = 1; i < EVENT_TYPES; i++)
        if ((ROWS[i].root != NULL && str_is(text, ROWS[i].root)) ||
            (ROWS[i].sub != NULL && str_is(text, ROWS[i].sub)))
            return true;
    return false;
}
