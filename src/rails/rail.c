/* SPDX-License-Identifier: Apache-2.0 */
#include "rails/rail.h"

enum world { WORLD_NONE = 0, WORLD_TEST, WORLD_LIVE };

static const struct {
    const char *slug;
    enum flow flow;
    enum world world;
} ROWS[RAILS] = {
#define RAIL(name, number, slug, flow, world, text)                                                \
    [RAIL_##name] = {(slug), FLOW_##flow, WORLD_##world},
#include "rails/rail.def"
#undef RAIL
};

const char *rail_slug(enum rail_number number)
{
    if (number <= RAIL_NONE || number >= RAILS || ROWS[number].slug == NULL)
        return "unknown";
    return ROWS[number].slug;
}

enum rail_number rail_for(enum flow flow, bool is_live)
{
    for (int i = RAIL_NONE + 1; i < RAILS; i++)
        if (ROWS[i].flow == flow && ROWS[i].world == (is_live ? WORLD_LIVE : WORLD_TEST))
            return (enum rail_number)i;
    return RAIL_NONE;
}
