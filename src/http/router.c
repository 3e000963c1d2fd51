/* SPDX-License-Identifier: Apache-2.0 */
#include "http/router.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "http/params.h"
#include "http/server.h"

struct router_row {
    const struct route *route;
    str segments[LIMIT_PATH_SEGMENTS];
    size_t segment_count;
    unsigned names; /* a bit for each segment that is a {name}, the first one highest */
};

struct router_range {
    size_t first, count;
};

enum rate_class route_rate(const struct route *route)
{
    if (route->rate != RATE_NONE)
        return route->rate;
    if (!route_has_key(route))
        return RATE_OPEN;
    if (route->scope == SCOPE_OPERATOR)
        return RATE_OPERATOR;
    return route->verb == VERB_GET ? RATE_READ : RATE_WRITE;
}

enum { RANGES = VERBS * (LIMIT_PATH_SEGMENTS + 1) };

static size_t range_of(enum verb verb, size_t segment_count)
{
    return (size_t)verb * (LIMIT_PATH_SEGMENTS + 1) + segment_count;
}

/* "/a/b/" and "/a/b" are two segments, "/" is none. False if it is no path of ours. */
static bool split(str path, str *segments, size_t *ret_count)
{
    if (path.bytes == 0 || path.at[0] != '/')
        return false;
    if (path.at[path.bytes - 1] == '/')
        path.bytes--;
    size_t count = 0;
    for (size_t i = 0; i < path.bytes; count++) {
        const size_t start = ++i; /* after the slash */
        const char *slash = memchr(path.at + start, '/', path.bytes - start);
        i = slash == NULL ? path.bytes : (size_t)(slash - path.at);
        if (count == LIMIT_PATH_SEGMENTS || i == start)
            return false;
        segments[count] = (str){path.at + start, i - start};
    }
    *ret_count = count;
    return true;
}

static bool is_name(const struct router_row *row, size_t i)
{
    return (row->names >> (LIMIT_PATH_SEGMENTS - 1 - i) & 1) != 0;
}

static bool row_init(struct router_row *row, const struct route *route)
{
    *row = (struct router_row){.route = route};
    size_t names = 0;
    if (!split(str_of(route->pattern), row->segments, &row->segment_count))
        return false;
    for (size_t i = 0; i < row->segment_count; i++)
        if (row->segments[i].at[0] == '{') {
            row->names |= 1u << (LIMIT_PATH_SEGMENTS - 1 - i);
            names++;
        }
    return names <= ROUTE_ARGS_MAX && route->body_bytes_max <= LIMIT_BODY_BYTES_MAX &&
           route->verb > VERB_NONE && route->verb < VERBS && route->scope > SCOPE_NONE &&
           route->scope < SCOPES && route->handle != NULL &&
           (route->right != 0) == (route->scope == SCOPE_OPERATOR);
}

static int row_compare(const void *a, const void *b)
{
    const struct router_row *x = a, *y = b;
    const size_t x_range = range_of(x->route->verb, x->segment_count);
    const size_t y_range = range_of(y->route->verb, y->segment_count);
    if (x_range != y_range)
        return x_range < y_range ? -1 : 1;
    return (x->names > y->names) - (x->names < y->names);
}

result router_init(struct router *router, const struct route *routes, size_t count,
                   struct arena *arena)
{
    struct router_row *rows = ARENA_ARRAY(arena, struct router_row, count + 1);
    struct router_range *ranges = ARENA_ARRAY(arena, struct router_range, RANGES);
    if (rows == NULL || ranges == NULL)
        return E_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (!row_init(&rows[i], &routes[i]))
            return FAIL(E_INTERNAL, NULL, "a row of the route table is wrong");
    qsort(rows, count, sizeof rows[0], row_compare);
    for (size_t i = count; i-- > 0;) {
        struct router_range *range = &ranges[range_of(rows[i].route->verb, rows[i].segment_count)];
        range->first = i;
        range->count++;
    }
    *router = (struct router){.rows = rows, .count = count, .ranges = ranges};
    return OK;
}

static bool row_fits(const struct router_row *row, const str *segments)
{
    for (size_t i = 0; i < row->segment_count; i++)
        if (!is_name(row, i) && !str_equal(row->segments[i], segments[i]))
            return false;
    return true;
}

static bool row_args(const struct router_row *row, const str *segments, struct arena *arena,
                     str *ret_args)
{
    size_t arg = 0;
    for (size_t i = 0; i < row->segment_count; i++)
        if (is_name(row, i)) {
            ret_args[arg] = segments[i];
            if (memchr(segments[i].at, '%', segments[i].bytes) != NULL &&
                params_decode(segments[i], false, arena, &ret_args[arg]).code != E_OK)
                return false;
            if (!str_is_utf8(ret_args[arg++]))
                return false;
        }
    return true;
}

const struct route *router_find(const struct router *router, enum verb verb, str path,
                                struct arena *arena, str *ret_args)
{
    str segments[LIMIT_PATH_SEGMENTS];
    size_t segment_count;
    if (!split(path, segments, &segment_count))
        return NULL;
    const struct router_range range = router->ranges[range_of(verb, segment_count)];
    for (size_t i = range.first; i < range.first + range.count; i++)
        if (row_fits(&router->rows[i], segments))
            return row_args(&router->rows[i], segments, arena, ret_args) ? router->rows[i].route
                                                                         : NULL;
    return NULL;
}
