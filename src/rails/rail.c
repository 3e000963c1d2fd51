/* SPDX-License-Identifier: Apache-2.0 */
#include "rails/rail.h"

static const char *const SLUGS[RAILS] = {
#define RAIL(name, number, slug, text) [RAIL_##name] = (slug),
#include "rails/rail.def"
#undef RAIL
};

const char *rail_slug(enum rail_number number)
{
    if (number <= RAIL_NONE || number >= RAILS || SLUGS[number] == NULL)
        return "unknown";
    return SLUGS[number];
}
