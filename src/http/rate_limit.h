/* SPDX-License-Identifier: Apache-2.0 */
/* rate_limit.h: how often a caller may call a class of routes.
 *
 * A token bucket per caller and class, kept as the time at which it is full again (the generic cell
 * rate algorithm): one number. The buckets are in memory, in a table of a fixed size: a request
 * looks at one set of RATE_WAYS buckets under the lock of its shard, so it costs the same whatever
 * the load, and nothing is allocated. Where a set is full, the bucket that is full again first
 * makes room; its caller begins with a full one.
 *
 * Each server counts by itself: behind a balancer, a caller may have as many times more as there
 * are servers.
 *
 * Used by  http, cli/serve
 * Source   ITU-T I.371 (generic cell rate algorithm); draft-ietf-httpapi-ratelimit-headers-07 */
#ifndef KESSAI_HTTP_RATE_LIMIT_H
#define KESSAI_HTTP_RATE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum rate_class {
    RATE_NONE = 0,
#define RATE(name, slug, requests, window_s, burst, text) RATE_##name,
#include "http/rate_limit.def"
#undef RATE
    RATE_CLASSES
};

/* requests 0: no limit. */
struct rate_limit {
    int64_t requests, window_s, burst;
};
struct rate_limits {
    struct rate_limit of[RATE_CLASSES];
};
enum { RATE_REQUESTS_MAX = 1000000, RATE_WINDOW_S_MAX = 86400 };

struct rate_class_row {
    const char *slug, *text;
    struct rate_limit limit; /* the default */
};
const struct rate_class_row *rate_class_row(enum rate_class class);
void rate_limits_default(struct rate_limits *ret);

/* Reads "CLASS=REQUESTS/SECONDS/BURST", or "CLASS=0" for no limit, into ret.
 *   returns  false if it is neither */
bool rate_limit_read(str text, struct rate_limits *ret);

enum { RATE_SHARDS = 16, RATE_SETS = 256, RATE_WAYS = 4 };

struct rate_limiter;
/* Lives in the arena; rate_limiter_done() before that is freed. */
MUST_USE result rate_limiter_new(struct arena *arena, const struct rate_limits *limits,
                                 struct rate_limiter **ret); /* E_MEMORY */
void rate_limiter_done(struct rate_limiter *limiter);

/* A number that stands for a caller; nobody outside can find two texts with the same. */
uint64_t rate_limit_mark(const struct rate_limiter *limiter, str caller);

struct rate_answer {
    bool is_limited; /* a limit holds for this class; else nothing below is set */
    bool is_allowed; /* and one request has been taken */
    int64_t burst;   /* what the bucket holds */
    int64_t left;    /* in it, afterwards */
    int64_t full_in_s;
    int64_t retry_in_s; /* refused: when there is one again; >= 1 */
};
/* Takes one request out of the caller's bucket. now_us only ever grows. Thread-safe. */
struct rate_answer rate_limit_take(struct rate_limiter *limiter, enum rate_class class,
                                   uint64_t mark, int64_t now_us);

#endif
