/* SPDX-License-Identifier: Apache-2.0 */
/* router.h: finds the row of the route table for a verb and a path.
 *
 * A literal segment wins over a {name} at the leftmost place where two patterns differ. One slash
 * at the end of a path is ignored. Cost: the routes of the same verb and number of segments.
 * Used by  http */
#ifndef KESSAI_HTTP_ROUTER_H
#define KESSAI_HTTP_ROUTER_H

#include "base/arena.h"
#include "http/http.h"

struct router_row;

struct router {
    struct router_row *rows; /* sorted by verb, segments, names */
    size_t count;
    struct router_range *ranges; /* [verb][segments] */
};

/* Sorts the table. The routes must outlive the router.
 *   errors  E_MEMORY, E_INTERNAL (a pattern that is not one) */
MUST_USE result router_init(struct router *router, const struct route *routes, size_t count,
                            struct arena *arena);

/* The route, NULL if there is none. args (ROUTE_ARGS_MAX) are percent-decoded into the arena;
 * a path with a broken escape, a NUL or invalid UTF-8 in an argument has no route. */
const struct route *router_find(const struct router *router, enum verb verb, str path,
                                struct arena *arena, str *ret_args);

#endif
