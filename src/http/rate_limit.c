/* SPDX-License-Identifier: Apache-2.0 */
#include "http/rate_limit.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"

static const struct rate_class_row ROWS[RATE_CLASSES] = {
#define RATE(name, slug_, requests_, window_s_, burst_, text_)                                     \
    [RATE_##name] = {.slug = (slug_),                                                              \
                     .text = (text_),                                                              \
                     .limit = {                                                                    \
                         .requests = (requests_),                                                  \
                         .window_s = (window_s_),                                                  \
                         .burst = (burst_),                                                        \
                     }},
#include "http/rate_limit.def"
#undef RATE
};

const struct rate_class_row *rate_class_row(enum rate_class class)
{
    assert(RATE_NONE < class && class < RATE_CLASSES);
    return &ROWS[class];
}

void rate_limits_default(struct rate_limits *ret)
{
    for (int class = RATE_NONE; class < RATE_CLASSES; class ++)
        ret->of[class] = ROWS[class].limit;
}

/* ---- the option ---------------------------------------------------------------------------- */

/* Up to the next sign, or the end; text moves behind it. */
static str take_until(str *text, char sign)
{
    const char *at = memchr(text->at, sign, text->bytes);
    const str found = {text->at, at == NULL ? text->bytes : (size_t)(at - text->at)};
    const size_t used = found.bytes + (at != NULL);
    *text = (str){text->at + used, text->bytes - used};
    return found;
}

static bool read_number(str text, int64_t most, int64_t *ret)
{
    return str_i64(text, ret) && *ret >= 1 && *ret <= most;
}

bool rate_limit_read(str text, struct rate_limits *ret)
{
    const str slug = take_until(&text, '=');
    int class = RATE_NONE + 1;
    while (class < RATE_CLASSES && !str_is(slug, ROWS[class].slug))
        class ++;
    if (class == RATE_CLASSES)
        return false;
    struct rate_limit limit = {0};
    if (!str_is(text, "0")) {
        const str requests = take_until(&text, '/'), window = take_until(&text, '/');
        if (!read_number(requests, RATE_REQUESTS_MAX, &limit.requests) ||
            !read_number(window, RATE_WINDOW_S_MAX, &limit.window_s) ||
            !read_number(text, RATE_REQUESTS_MAX, &limit.burst))
            return false;
    }
    ret->of[class] = limit;
    return true;
}

/* ---- the table ----------------------------------------------------------------------------- */

struct bucket {
    uint64_t mark;   /* of caller and class */
    int64_t full_us; /* when it is full again */
};

struct shard {
    pthread_mutex_t lock;
    struct bucket sets[RATE_SETS][RATE_WAYS];
};

struct rate_limiter {
    struct rate_limits limits;
    uint8_t key[crypto_shorthash_KEYBYTES];
    struct shard shards[RATE_SHARDS];
};
static_assert(sizeof(uint64_t) == crypto_shorthash_BYTES, "a mark is one hash");

result rate_limiter_new(struct arena *arena, const struct rate_limits *limits,
                        struct rate_limiter **ret)
{
    struct rate_limiter *limiter = ARENA_NEW(arena, struct rate_limiter);
    if (limiter == NULL)
        return E_NO_MEMORY;
    limiter->limits = *limits;
    crypto_shorthash_keygen(limiter->key);
    for (size_t i = 0; i < RATE_SHARDS; i++)
        (void)pthread_mutex_init(&limiter->shards[i].lock, NULL);
    *ret = limiter;
    return OK;
}

void rate_limiter_done(struct rate_limiter *limiter)
{
    for (size_t i = 0; i < RATE_SHARDS; i++)
        (void)pthread_mutex_destroy(&limiter->shards[i].lock);
}

uint64_t rate_limit_mark(const struct rate_limiter *limiter, str caller)
{
    uint64_t mark;
    (void)crypto_shorthash((uint8_t *)&mark, (const uint8_t *)caller.at, caller.bytes,
                           limiter->key);
    return mark;
}

/* The caller's bucket in its set, or the one that becomes it: an unused one, else that which is
 * full first. */
static struct bucket *find(struct bucket set[RATE_WAYS], uint64_t mark)
{
    struct bucket *first = &set[0];
    for (size_t i = 0; i < RATE_WAYS; i++) {
        if (set[i].mark == mark)
            return &set[i];
        if (set[i].full_us < first->full_us)
            first = &set[i];
    }
    *first = (struct bucket){.mark = mark};
    return first;
}

static int64_t seconds_up(int64_t us)
{
    return (us + US_PER_S - 1) / US_PER_S;
}

static struct rate_answer take(struct bucket *bucket, const struct rate_limit *limit,
                               int64_t now_us)
{
    const int64_t step_us =
        (limit->window_s * US_PER_S + limit->requests - 1) / limit->requests; /* for one request */
    const int64_t size_us = step_us * limit->burst;
    int64_t missing_us = bucket->full_us > now_us ? bucket->full_us - now_us : 0;
    struct rate_answer answer = {.is_limited = true, .burst = limit->burst};
    answer.is_allowed = missing_us + step_us <= size_us;
    if (answer.is_allowed) {
        missing_us += step_us;
        bucket->full_us = now_us + missing_us;
    } else {
        answer.retry_in_s = seconds_up(missing_us + step_us - size_us);
    }
    answer.left = (size_us - missing_us) / step_us;
    answer.full_in_s = seconds_up(missing_us);
    return answer;
}

struct rate_answer rate_limit_take(struct rate_limiter *limiter, enum rate_class class,
                                   uint64_t mark, int64_t now_us)
{
    const struct rate_limit *limit = &limiter->limits.of[class];
    if (limit->requests == 0)
        return (struct rate_answer){.is_allowed = true};
    const uint64_t parts[] = {mark, (uint64_t) class};
    const uint64_t own = rate_limit_mark(limiter, (str){(const char *)parts, sizeof parts});
    struct shard *shard = &limiter->shards[own % RATE_SHARDS];
    (void)pthread_mutex_lock(&shard->lock);
    const struct rate_answer answer =
        take(find(shard->sets[own / RATE_SHARDS % RATE_SETS], own), limit, now_us);
    (void)pthread_mutex_unlock(&shard->lock);
    return answer;
}
