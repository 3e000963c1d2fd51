/* SPDX-License-Identifier: Apache-2.0 */
#include "fault/memory/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "api/api.h"
#include "app/recover.h"
#include "base/clock.h"
#include "fault/memory/seam.h"

enum { SITES_MAX = 20000, TRIES_MAX = 8, ATTEMPT_S_MAX = 60, FAILURES_MAX = 200 };

struct story_figures story_figures;
static int failures; /* of the story */

/* ---- one try --------------------------------------------------------------------------------- */

/* The pattern with its names filled in. */
static const char *target_of(const struct step *step)
{
    static char text[1024];
    static const char *const FIXED[][2] = {
        {"{currency}", "JPY"}, {"{uuid}", "$uuid"},         {"{method}", "credit_card"},
        {"{locale}", "ja"},    {"{merchant}", "$platform"}, {"{delivery}", "$delivery"}};
    size_t n = 0;
    for (const char *at = step->pattern; *at != '\0';) {
        const char *value = NULL;
        size_t skipped = 1;
        if (strncmp(at, "{id}", 4) == 0) {
            value = step->id;
            skipped = 4;
        }
        for (size_t i = 0; i < COUNT(FIXED); i++)
            if (strncmp(at, FIXED[i][0], strlen(FIXED[i][0])) == 0) {
                value = FIXED[i][1];
                skipped = strlen(FIXED[i][0]);
            }
        const size_t bytes = value == NULL ? 1 : strlen(value);
        assert_true(n + bytes < sizeof text);
        memcpy(text + n, value == NULL ? at : value, bytes);
        n += bytes;
        at += skipped;
    }
    (void)snprintf(text + n, sizeof text - n, "%s", step->query == NULL ? "" : step->query);
    return text;
}

static bool is_idempotent(const struct step *step)
{
    size_t count;
    const struct route *routes = api_routes(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(routes[i].pattern, step->pattern) == 0 && routes[i].verb == VERB_POST &&
            strcmp(step->verb, "POST") == 0 && !step->is_dry)
            return (routes[i].flags & ROUTE_IDEMPOTENT) != 0;
    return false;
}

static void send_step(struct world *w, const struct step *step)
{
    enum name key = step->key == NAME_NONE ? NAME_SECRET : step->key;
    world_call(w, &(struct call){
                      .verb = step->verb,
                      .target = target_of(step),
                      .body = step->body,
                      .scenario = step->scenario,
                      .key = step->has_no_key ? NAME_NONE : key,
                      .has_idempotency_key = is_idempotent(step),
                      .until = step->is_endless ? step->text : NULL,
                  });
}

static bool is_normal(const struct world *w, const struct step *step)
{
    return w->reply.status == step->status &&
           (step->text == NULL || strstr(w->reply.body, world_expand(w, step->text)) != NULL);
}

/* The answer to a step that has taken effect before, where that is another. */
static bool is_of_second(const struct world *w, const struct step *step)
{
    return step->again != 0 && w->reply.status == step->again;
}

/* An attempt at a session says first that it is one. */
static bool is_error(const struct world *w, int status, const char *code)
{
    static const char ATTEMPT[] = "{\"status\":\"error\",";
    char text[128];
    const bool is_attempt = strncmp(w->reply.body, ATTEMPT, strlen(ATTEMPT)) == 0;
    const char *from = is_attempt ? w->reply.body + strlen(ATTEMPT) : w->reply.body + 1;
    (void)snprintf(text, sizeof text, "\"error\":{\"code\":\"%s\",", code);
    return w->reply.status == status && w->reply.body[0] == '{' &&
           strncmp(from, text, strlen(text)) == 0;
}

/* A word, with the places in it where HTML lets it be broken. */
static size_t word_bytes(const char *body)
{
    static const char WORD[] =
        "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-+/=.:%";
    static const char SOFT[] = "<wbr>";
    size_t bytes = strspn(body, WORD);
    while (bytes > 0 && strncmp(body + bytes, SOFT, sizeof SOFT - 1) == 0) {
        bytes += sizeof SOFT - 1;
        bytes += strspn(body + bytes, WORD);
    }
    return bytes;
}

/* What of an answer is the same each time: all but numbers, ids and times, which are words with a
 * digit or long ones. */
static void take_shape(const char *body, char ret[REPLY_TEXT_MAX])
{
    enum { LONG_BYTES = 20 };
    while (*body != '\0') {
        const size_t bytes = word_bytes(body), digit = strcspn(body, "0123456789");
        const bool is_taken = bytes < LONG_BYTES && digit >= bytes;
        if (is_taken)
            memcpy(ret, body, bytes + 1);
        else
            memcpy(ret, (const char[]){'#', body[bytes]}, 2);
        ret += (is_taken ? bytes : 1) + 1;
        body += bytes + (body[bytes] != '\0');
    }
    *ret = '\0';
}

/* What one call does without a fault, and what the same call does once more. */
struct usual {
    struct effects once, twice;
    char shape[REPLY_TEXT_MAX]; /* of the answer */
};

/* Says what is wrong and goes on, so that one run shows all. */
static void fail_step(const struct world *w, const struct step *step, const char *what)
{
    seam_print_hit();
    print_error("%s %s: %s: %d %s\n", step->verb, step->pattern, what, w->reply.status,
                w->reply.body);
    assert_true(++failures < FAILURES_MAX);
}

/* A normal answer lacks nothing. */
static void check_shape(const struct world *w, const struct step *step, const struct usual *usual)
{
    static char shape[REPLY_TEXT_MAX];
    take_shape(w->reply.body, shape);
    if (strcmp(shape, usual->shape) == 0)
        return;
    print_error("usually %s\n    now %s\n", usual->shape, shape);
    fail_step(w, step, "the answer has another shape");
}

/* Counts what the answer to a call with a fault was; anything else fails the test. */
static void judge(const struct world *w, const struct step *step, const struct usual *usual)
{
    if (is_normal(w, step))
        check_shape(w, step, usual);
    if (is_normal(w, step))
        story_figures.normal++;
    else if (is_error(w, 503, "service_unavailable"))
        story_figures.busy++;
    else if (is_error(w, 500, "internal_server_error"))
        story_figures.ours++;
    else if (step->unsaid != 0 && is_error(w, step->unsaid, "gateway_timeout"))
        story_figures.ours++;
    else if (w->reply.status == 0)
        story_figures.closed++;
    else
        fail_step(w, step, "the answer with a fault");
}

/* Nothing is refused now. An operation that the fault left open is completed as it is after a
 * restart, and then the call is sent again. */
static void try_again(struct world *w, const struct step *step, const struct usual *usual)
{
    static char first[REPLY_TEXT_MAX];
    const bool was_normal = is_normal(w, step);
    memcpy(first, w->reply.body, strlen(w->reply.body) + 1);
    for (int i = 0; i < TRIES_MAX; i++) {
        send_step(w, step);
        const bool is_open = w->reply.status == 409 || w->reply.status == 423;
        if (!is_open || is_normal(w, step) || is_of_second(w, step))
            break;
        assert_int_equal(operations_recover(&w->app).code, E_OK);
    }
    if (is_normal(w, step))
        check_shape(w, step, usual);
    else if (!is_of_second(w, step))
        fail_step(w, step, "the second try");
    const bool is_same = is_idempotent(step) || strcmp(step->verb, "GET") == 0;
    if (was_normal && is_same && strcmp(first, w->reply.body) != 0)
        fail_step(w, step, "the second try differs from the first, which was normal");
    story_figures.second++;
}

static struct effects minus(struct effects a, const struct effects *b)
{
    for (size_t i = 0; i < EFFECTS; i++)
        a.counts[i] -= b->counts[i];
    return a;
}

static void check_effect(const struct world *w, const struct step *step,
                         const struct effects *before, const struct usual *usual)
{
    struct effects got = world_effects(w);
    got = minus(got, before);
    if (memcmp(&got, &usual->once, sizeof got) == 0 || memcmp(&got, &usual->twice, sizeof got) == 0)
        return;
    for (size_t i = 0; i < EFFECTS; i++)
        if (got.counts[i] != usual->once.counts[i])
            print_error("%s: %d rows, %d without a fault, %d after a second call\n",
                        world_effect_name(i), (int)got.counts[i], (int)usual->once.counts[i],
                        (int)usual->twice.counts[i]);
    fail_step(w, step, "the effect is another");
}

/* Until the event's delivery is recorded, or the fault has struck somewhere: nothing waits for more
 * then, and the attempt may be one that comes to nothing. */
static void await_attempt(const struct world *w)
{
    const struct timespec pause = {.tv_nsec = 2000000};
    const int64_t until_us = clock_ticks_us() + ATTEMPT_S_MAX * US_PER_S;
    while (!seam_is_hit() && world_undelivered(w) > 0) {
        if (clock_ticks_us() > until_us)
            fail_msg("no fault, and no delivery in %d s", ATTEMPT_S_MAX);
        (void)nanosleep(&pause, NULL);
    }
}

/* Makes what is due happen until everything is delivered. */
static void await_delivery(struct world *w, size_t before)
{
    const struct call wait = {.verb = "POST",
                              .target = "/api/v1/test_helpers/clock",
                              .key = NAME_SECRET,
                              .body = "{\"advance_s\":60}"};
    for (int i = 0; i < TRIES_MAX && world_undelivered(w) > 0; i++) {
        world_call(w, &wait);
        assert_int_equal(w->reply.status, 200);
    }
    assert_int_equal(world_undelivered(w), 0);
    assert_true(sink_count(&w->sink) > before);
}

/* ---- the sweep ------------------------------------------------------------------------------- */

static struct effects send_and_count(struct world *w, const struct step *step,
                                     const struct effects *before, bool is_second)
{
    send_step(w, step);
    if (is_second && step->again != 0 ? !is_of_second(w, step) : !is_normal(w, step))
        fail_step(w, step, is_second ? "a second call" : "the answer without a fault");
    if (step->is_settled)
        world_settle(w);
    return minus(world_effects(w), before);
}

static void measure(struct world *w, const struct step *step, struct usual *ret)
{
    static const struct effects NOTHING;
    need_begin(w, step->need);
    (void)send_and_count(w, step, &NOTHING, false); /* the first of its kind may open an account */
    need_end(w, step->need);
    need_begin(w, step->need);
    const struct effects before = world_effects(w);
    ret->once = send_and_count(w, step, &before, false);
    take_shape(w->reply.body, ret->shape);
    ret->twice = send_and_count(w, step, &before, true);
    need_end(w, step->need);
}

/* The call, and what follows from it by itself. */
static void send_armed(struct world *w, const struct step *step)
{
    seam_arm();
    send_step(w, step);
    if (step->is_delivered && is_normal(w, step))
        await_attempt(w);
    if (step->is_settled)
        world_settle(w);
}

static void try_again_and_check(struct world *w, const struct step *step,
                                const struct effects *before, const struct usual *usual)
{
    judge(w, step, usual);
    if (step->is_settled)
        assert_int_equal(operations_recover(&w->app).code, E_OK);
    try_again(w, step, usual);
    if (step->is_settled)
        world_settle(w);
    check_effect(w, step, before, usual);
}

/* One call with one fault. False when there was nothing left to refuse. */
static bool sweep_one(struct world *w, const struct step *step, const struct usual *usual)
{
    need_begin(w, step->need);
    const struct effects before = world_effects(w);
    const size_t arrived = w->has_sink ? sink_count(&w->sink) : 0;
    send_armed(w, step);
    const bool was_hit = seam_disarm();
    if (was_hit)
        try_again_and_check(w, step, &before, usual);
    else if (!is_normal(w, step))
        fail_step(w, step, "the answer without a fault");
    if (step->is_delivered)
        await_delivery(w, arrived);
    need_end(w, step->need);
    return was_hit;
}

/* FNV-1a */
static uint64_t add_bytes(uint64_t sum, const void *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        sum = (sum ^ ((const unsigned char *)at)[i]) * UINT64_C(0x100000001b3);
    return sum;
}

/* Where a site has failed already: in calls of the same story without an effect, or in those of the
 * same route with the same answer and the same effects. What the failure comes to was seen there.
 */
static uint64_t scope_of(unsigned story, const struct step *step, const struct usual *usual)
{
    static const struct effects NOTHING;
    const uint64_t sum = add_bytes(UINT64_C(0xcbf29ce484222325), &story, sizeof story);
    if (memcmp(&usual->once, &NOTHING, sizeof NOTHING) == 0)
        return sum;
    uint64_t own = add_bytes(sum, step->verb, strlen(step->verb));
    own = add_bytes(own, step->pattern, strlen(step->pattern));
    own = add_bytes(own, &step->status, sizeof step->status);
    return add_bytes(own, &usual->once, sizeof usual->once);
}

static void sweep(struct world *w, const struct step *step, unsigned story)
{
    static struct usual usual;
    const int failed = failures;
    world_mark(w);
    measure(w, step, &usual);
    if (failures > failed)
        return; /* the step itself is wrong */
    seam_scope(scope_of(story, step, &usual), SEAM_FRAMES_MAX);
    int sites = 0;
    while (sweep_one(w, step, &usual))
        assert_true(++sites < SITES_MAX);
    story_figures.steps++;
    if (getenv("KESSAI_VERBOSE") != NULL)
        print_message("%5d %s %s%s\n", sites, step->verb, step->pattern,
                      step->text == NULL ? "" : step->text);
}

void story_sweep(const struct story *story, unsigned number)
{
    static struct world w;
    w.has_sink = story->has_sink;
    failures = 0;
    world_begin(&w);
    for (size_t i = 0; i < story->count; i++)
        sweep(&w, &story->steps[i], number);
    world_end(&w);
    assert_false(seam_has_leak());
    assert_int_equal(failures, 0);
}
