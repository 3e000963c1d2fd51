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

enum { SITES_MAX = 20000, TRIES_MAX = 8, STEPS_MAX = 1000, ATTEMPT_S_MAX = 60, FAILURES_MAX = 200 };

struct story_figures story_figures;
static int failures; /* of the story */

/* ---- what a step needs ----------------------------------------------------------------------- */

#define CARD                                                                                       \
    "\"payment_details\":{\"type\":\"credit_card\",\"number\":\"4111111111111111\","               \
    "\"month\":12,\"year\":2035}"
#define PAY "{\"amount\":1000,\"currency\":\"JPY\"," CARD

static const struct need_call {
    const char *verb, *target, *body;
    enum name name;
    enum need before;
    enum name key;
} NEEDS[] = {
    [NEED_CAPTURED] = {"POST", "/api/v1/payments",
                       PAY ",\"platform_details\":{\"submerchants\":[{\"submerchant_id\":"
                           "\"$payee\",\"amount\":1000,\"platform_fee\":100}]}}",
                       NAME_PAYMENT, NEED_NONE, NAME_SECRET},
    [NEED_AUTHORIZED] = {"POST", "/api/v1/payments",
                         PAY ",\"capture\":false,\"platform_details\":{}}", NAME_PAYMENT, NEED_NONE,
                         NAME_SECRET},
    [NEED_DISPUTED] = {"POST", "/api/v1/test_helpers/payments/$payment/simulate",
                       "{\"outcome\":\"chargeback_opened\"}", NAME_PAYMENT, NEED_CAPTURED,
                       NAME_SECRET},
    [NEED_REFUNDED] = {"POST", "/api/v1/payments/$payment/refund", "{}", NAME_PAYMENT,
                       NEED_CAPTURED, NAME_SECRET},
    [NEED_TOKEN] = {"POST", "/api/v1/tokens", "{" CARD "}", NAME_TOKEN, NEED_NONE, NAME_SECRET},
    [NEED_SELLER] = {"POST", "/api/v1/merchants",
                     "{\"name\":\"Seller $n\",\"platform_role\":\"seller\"}", NAME_MERCHANT,
                     NEED_NONE, NAME_MALL},
    [NEED_SELLER_WITH_METHOD] = {"PATCH",
                                 "/api/v1/live_application/$merchant/payment_methods/credit_card/"
                                 "simulate_status",
                                 "{\"status\":\"accepted\"}", NAME_NONE, NEED_SELLER, NAME_MALL},
};

static void fresh_number(struct world *w)
{
    (void)snprintf(w->names[NAME_N], NAME_BYTES, "%lld", (long long)++w->numbers);
}

static void prepare(struct world *w, enum need need)
{
    fresh_number(w);
    if (need == NEED_NONE)
        return;
    const struct need_call *row = &NEEDS[need];
    const struct call call = {
        .verb = row->verb, .target = row->target, .body = row->body, .key = row->key};
    prepare(w, row->before);
    if (row->name != NAME_NONE) {
        world_take(w, &call, row->name);
    } else {
        world_call(w, &call);
        assert_int_equal(w->reply.status, 200);
    }
    fresh_number(w);
}

/* ---- one try --------------------------------------------------------------------------------- */

/* The pattern with its names filled in. */
static const char *target_of(const struct step *step)
{
    static char text[1024];
    static const char *const FIXED[][2] = {
        {"{currency}", "JPY"}, {"{uuid}", "$uuid"}, {"{method}", "credit_card"}};
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
            strcmp(step->verb, "POST") == 0)
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
                      .is_afresh = step->is_afresh,
                  });
}

static bool is_normal(const struct world *w, const struct step *step)
{
    return w->reply.status == step->status &&
           (step->text == NULL || strstr(w->reply.body, world_expand(w, step->text)) != NULL);
}

static bool is_error(const struct world *w, int status, const char *code)
{
    char text[128];
    (void)snprintf(text, sizeof text, "{\"error\":{\"code\":\"%s\",", code);
    return w->reply.status == status && strncmp(w->reply.body, text, strlen(text)) == 0;
}

/* Says what is wrong and goes on, so that one run shows all. */
static void fail_step(const struct world *w, const struct step *step, const char *what)
{
    seam_print_hit();
    print_error("%s %s: %s: %d %s\n", step->verb, step->pattern, what, w->reply.status,
                w->reply.body);
    assert_true(++failures < FAILURES_MAX);
}

/* Counts what the answer to a call with a fault was; anything else fails the test. */
static void judge(const struct world *w, const struct step *step)
{
    if (is_normal(w, step))
        story_figures.normal++;
    else if (is_error(w, 503, "service_unavailable"))
        story_figures.busy++;
    else if (is_error(w, 500, "internal_server_error"))
        story_figures.ours++;
    else if (w->reply.status == 0)
        story_figures.closed++;
    else
        fail_step(w, step, "the answer with a fault");
}

/* Nothing is refused now. An operation that the fault left open is completed as it is after a
 * restart, and then the call is sent again. */
static void try_again(struct world *w, const struct step *step)
{
    static char first[REPLY_TEXT_MAX];
    const bool was_normal = is_normal(w, step);
    memcpy(first, w->reply.body, sizeof first);
    for (int i = 0; i < TRIES_MAX; i++) {
        send_step(w, step);
        const bool is_open = w->reply.status == 409 || w->reply.status == 423;
        if (!is_open || is_normal(w, step))
            break;
        assert_int_equal(operations_recover(&w->app).code, E_OK);
    }
    if (!is_normal(w, step))
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

/* What one call does without a fault, and what the same call does once more. */
struct usual {
    struct effects once, twice;
};

static void check_effect(const struct world *w, const struct step *step,
                         const struct effects *before, const struct usual *usual)
{
    struct effects got = world_effects(w);
    got = minus(got, before);
    if (memcmp(&got, &usual->once, sizeof got) == 0 || memcmp(&got, &usual->twice, sizeof got) == 0)
        return;
    for (size_t i = 0; i < EFFECTS; i++)
        if (got.counts[i] != usual->once.counts[i])
            print_error("%s: %d rows, %d without a fault\n", world_effect_name(i),
                        (int)got.counts[i], (int)usual->once.counts[i]);
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
                                     const struct effects *before)
{
    send_step(w, step);
    if (!is_normal(w, step))
        fail_step(w, step, "the answer without a fault");
    return minus(world_effects(w), before);
}

static struct usual measure(struct world *w, const struct step *step)
{
    static const struct effects NOTHING;
    struct usual usual;
    prepare(w, step->need);
    (void)send_and_count(w, step, &NOTHING); /* the first of its kind may open an account */
    prepare(w, step->need);
    const struct effects before = world_effects(w);
    usual.once = send_and_count(w, step, &before);
    usual.twice = send_and_count(w, step, &before);
    return usual;
}

/* One call with one fault. False when there was nothing left to refuse. */
static bool sweep_one(struct world *w, const struct step *step, const struct usual *usual)
{
    prepare(w, step->need);
    const struct effects before = world_effects(w);
    const size_t arrived = w->has_sink ? sink_count(&w->sink) : 0;
    seam_arm();
    send_step(w, step);
    if (step->is_delivered && is_normal(w, step))
        await_attempt(w);
    const bool was_hit = seam_disarm();
    if (was_hit)
        judge(w, step);
    else if (!is_normal(w, step))
        fail_step(w, step, "the answer without a fault");
    if (was_hit) {
        try_again(w, step);
        check_effect(w, step, &before, usual);
    }
    if (step->is_delivered)
        await_delivery(w, arrived);
    return was_hit;
}

static void sweep(struct world *w, const struct step *step, unsigned scope)
{
    const struct usual usual = measure(w, step);
    seam_scope(scope, SEAM_FRAMES_MAX);
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
        sweep(&w, &story->steps[i], number * STEPS_MAX + (unsigned)i);
    world_end(&w);
    assert_false(seam_has_leak());
    assert_int_equal(failures, 0);
}
