/* SPDX-License-Identifier: Apache-2.0 */
/* space.c: the memory of requests, reused. The one given back last is taken first, so that the
 * warm ones are few and in the cache. */
#include "http/server.h"

static struct space *pop(struct http *http)
{
    (void)pthread_mutex_lock(&http->lock);
    struct space *space = http->free_spaces;
    if (space != NULL) {
        http->free_spaces = space->next;
        http->warm_count -= space->arena != NULL;
    } else {
        space = ARENA_NEW(http->arena, struct space);
    }
    (void)pthread_mutex_unlock(&http->lock);
    return space;
}

static void push(struct http *http, struct space *space)
{
    (void)pthread_mutex_lock(&http->lock);
    http->warm_count += space->arena != NULL;
    space->next = http->free_spaces;
    http->free_spaces = space;
    (void)pthread_mutex_unlock(&http->lock);
}

void space_cool(struct space *space)
{
    arena_free(space->arena);
    space->arena = NULL;
    json_decref(space->nothing);
    space->nothing = NULL;
    buf_done(&space->body);
    buf_done(&space->reply);
}

static bool warm_up(struct space *space)
{
    space->arena = arena_new(LIMIT_EXCHANGE_BYTES);
    space->nothing = json_object();
    buf_init(&space->body, LIMIT_BODY_BYTES_MAX);
    buf_init(&space->reply, LIMIT_REPLY_BYTES);
    if (space->arena != NULL && space->nothing != NULL)
        return true;
    space_cool(space);
    return false;
}

struct space *space_take(struct http *http)
{
    struct space *space = pop(http);
    if (space == NULL || space->arena != NULL || warm_up(space))
        return space;
    push(http, space);
    return NULL;
}

static void shrink(struct buf *buf)
{
    if (buf->room > LIMIT_WARM_BYTES)
        buf_done(buf);
    buf_clear(buf);
}

void space_give(struct http *http, struct space *space)
{
    (void)pthread_mutex_lock(&http->lock);
    const bool is_surplus = http->warm_count >= LIMIT_WARM_SPACES;
    (void)pthread_mutex_unlock(&http->lock);
    if (is_surplus) {
        space_cool(space);
    } else {
        arena_clear(space->arena);
        shrink(&space->body);
        shrink(&space->reply);
    }
    push(http, space);
}
