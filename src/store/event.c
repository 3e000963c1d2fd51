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

bool event_type_read(str text, enum event_type *ret, bool *ret_is_sub)
{
    for (int i = 1; i < EVENT_TYPES; i++) {
        const bool is_root = ROWS[i].root != NULL && str_is(text, ROWS[i].root);
        const bool is_sub = ROWS[i].sub != NULL && str_is(text, ROWS[i].sub);
        if (is_root || is_sub) {
            *ret = (enum event_type)i;
            *ret_is_sub = is_sub;
            return true;
        }
    }
    return false;
}

bool event_type_exists(str text)
{
    enum event_type type;
    bool is_sub;
    return event_type_read(text, &type, &is_sub);
}

bool event_types_name(str types, const char *type)
{
    if (types.bytes == 0)
        return true;
    for (size_t i = 0, from = 0; i <= types.bytes; i++)
        if (i == types.bytes || types.at[i] == ',') {
            if (str_is((str){types.at + from, i - from}, type))
                return true;
            from = i + 1;
        }
    return false;
}
