/* SPDX-License-Identifier: Apache-2.0 */
/* clock_jump.c: the system's date jumps: hours back, years ahead, or it stands still, between calls
 * and while deadlines run.
 *
 * The system's clock hides setbacks while the process lives (base/clock.h); after a restart the
 * store's own newest time is all there is. So the stories below run on a clock that hides nothing,
 * with restarts where the date falls back by much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <sodium.h>

#include "base/clock.h"
#include "base/id.h"
#include "fault/memory/seam.h"
#include "fault/memory/world.h"

#define HOUR_US (INT64_C(3600) * US_PER_S)
#define YEAR_US (365 * US_PER_DAY)

/* ---- the system's clock ---------------------------------------------------------------------- */

static bool is_faked; /* in the tests that have no threads */
static int64_t faked_date_us, faked_ticks_us;

int __real_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret)
{
    if (!is_faked)
        return __real_clock_gettime(clock, ret);
    const int64_t us = clock == CLOCK_REALTIME ? faked_date_us : faked_ticks_us;
    *ret = (struct timespec){.tv_sec = us / US_PER_S, .tv_nsec = us % US_PER_S * 1000};
    return 0;
}

static int64_t pass(int64_t us)
{
    faked_date_us += us;
    faked_ticks_us += us;
    return clock_now_us(&CLOCK_SYSTEM);
}

/* Goal:   the system's clock never goes back, and never stands still for long.
 * Method: the date follows, jumps ahead, stands, falls back by an hour; ticks go on all the time.
 */
static void system_clock_goes_on_at_half_the_pace_until_the_date_has_caught_up(void **state)
{
    (void)state;
    faked_date_us = clock_now_us(&CLOCK_SYSTEM) + US_PER_S;
    faked_ticks_us = clock_ticks_us();
    is_faked = true;
    const int64_t start_us = pass(0);
    int64_t now_us;
    assert_int_equal(start_us, faked_date_us);
    assert_int_equal(pass(10 * US_PER_S), start_us + 10 * US_PER_S);

    faked_date_us += HOUR_US;
    const int64_t ahead_us = pass(0);
    assert_int_equal(ahead_us, start_us + 10 * US_PER_S + HOUR_US);
    assert_int_equal(pass(0), ahead_us);

    faked_date_us -= HOUR_US;
    assert_int_equal(pass(0), ahead_us);
    assert_int_equal(pass(60 * US_PER_S), ahead_us + 30 * US_PER_S);
    assert_int_equal(pass(HOUR_US / 2), ahead_us + 30 * US_PER_S + HOUR_US / 4);
    now_us = pass(HOUR_US);
    assert_int_equal(now_us, faked_date_us); /* caught up */
    now_us = pass(7);
    assert_int_equal(now_us, faked_date_us);

    const int64_t latest_us = faked_date_us;
    faked_date_us -= US_PER_S / 2; /* a small setback is waited for */
    assert_int_equal(pass(US_PER_S / 4), latest_us);
    now_us = pass(US_PER_S);
    assert_int_equal(now_us, faked_date_us);
}

static int unfake(void **state)
{
    (void)state;
    is_faked = false;
    return 0;
}

/* Goal:   ids of a process rise and are possible ids, whatever the date is.
 * Method: random dates between 1970 and 9999, near each other and far apart. */
static void ids_rise_through_every_jump(void **state)
{
    (void)state;
    static const int64_t DATES[] = {0,
                                    INT64_C(1577836800000000),    /* 2020 */
                                    INT64_C(1800000000000000),    /* 2027 */
                                    INT64_C(3776860000000000),    /* 2089 */
                                    INT64_C(5000000000000000),    /* 2128 */
                                    INT64_C(253402300799000000)}; /* 9999 */
    int64_t before = 0;
    for (int i = 0; i < 200000; i++) {
        const int64_t date_us =
            DATES[randombytes_uniform(sizeof DATES / sizeof DATES[0])] + randombytes_uniform(1000);
        const id fresh = id_new(date_us);
        assert_true(fresh.key > before);
        before = fresh.key;
        char text[ID_TEXT_BYTES];
        id again;
        id_text(fresh, text);
        assert_true(id_read(str_of(text), &again));
    }
}

/* ---- stories --------------------------------------------------------------------------------- */

static _Atomic int64_t jump_us;

static int64_t jumpy_now_us(const struct clock *self)
{
    struct timespec t;
    (void)self;
    (void)__real_clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * US_PER_S + t.tv_nsec / 1000 + atomic_load(&jump_us);
}

static const struct clock JUMPY = {.now_us = jumpy_now_us};

static void jump(int64_t us)
{
    atomic_fetch_add(&jump_us, us);
}

#define PAY                                                                                        \
    "{\"amount\":1000,\"currency\":\"JPY\",\"payment_details\":{\"type\":\"credit_card\","         \
    "\"number\":\"4111111111111111\",\"month\":12,\"year\":2035},\"platform_details\":{"

static const struct call PAYMENT = {
    .verb = "POST",
    .target = "/api/v1/payments",
    .key = NAME_SECRET,
    .has_idempotency_key = true,
    .body = PAY "\"submerchants\":[{\"submerchant_id\":\"$payee\",\"amount\":1000,"
                "\"platform_fee\":100}]}}"};

static void name_key(struct world *w)
{
    (void)snprintf(w->names[NAME_N], NAME_BYTES, "%lld", (long long)++w->numbers);
}

/* A text of the answer's object. */
static const char *text_of(const struct world *w, const char *member)
{
    static char text[256];
    json_t *root = json_loads(w->reply.body, 0, NULL);
    const char *found = json_string_value(json_object_get(root, member));
    assert_non_null(found);
    (void)snprintf(text, sizeof text, "%s", found);
    json_decref(root);
    return text;
}

static void pay(struct world *w)
{
    world_call(w, &PAYMENT);
    if (w->reply.status != 200)
        fail_msg("a payment gives %d %s", w->reply.status, w->reply.body);
}

static int64_t tenant_now_us(struct world *w)
{
    int64_t now_us = 0;
    world_call(w, &(struct call){.verb = "POST",
                                 .target = "/api/v1/test_helpers/clock",
                                 .key = NAME_SECRET,
                                 .body = "{}"});
    assert_int_equal(w->reply.status, 200);
    assert_true(time_read(str_of(text_of(w, "now")), &now_us));
    return now_us;
}

static struct world world;

static int begin(void **state)
{
    atomic_store(&jump_us, 0);
    world.clock = &JUMPY;
    world.has_sink = *state != NULL;
    world_begin(&world);
    return 0;
}

static int end(void **state)
{
    (void)state;
    world_end(&world);
    return 0;
}

/* Goal:   a tenant's time and the ids of its payments only rise.
 * Method: payments with random jumps between them, some with a restart; the auditor over it. */
static void tenant_time_never_goes_back(void **state)
{
    static const int64_t JUMPS_US[] = {-3 * HOUR_US,   -YEAR_US, 2 * HOUR_US, YEAR_US, 0,
                                       -90 * US_PER_S, US_PER_S, -US_PER_S};
    enum { JUMPS = 60 };
    const uint32_t seed = randombytes_random();
    struct world *w = &world;
    char id_before[ID_TEXT_BYTES] = "", created_before[64] = "";
    uint64_t random = seed;
    (void)state;
    print_message("seed %u\n", seed);
    for (int i = 0; i < JUMPS; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const int64_t before_us = tenant_now_us(w);
        jump(JUMPS_US[(random >> 33) % (sizeof JUMPS_US / sizeof JUMPS_US[0])]);
        if ((random >> 45) % 8 == 0)
            world_restart(w);
        name_key(w);
        pay(w);
        assert_true(strcmp(text_of(w, "id"), id_before) > 0);
        (void)snprintf(id_before, sizeof id_before, "%s", text_of(w, "id"));
        assert_true(strcmp(text_of(w, "created_at"), created_before) >= 0);
        (void)snprintf(created_before, sizeof created_before, "%s", text_of(w, "created_at"));
        assert_true(tenant_now_us(w) >= before_us);
    }
}

/* Goal:   a tenant whose time was far ahead when the date fell back does not stand still.
 * Method: a year ahead and back with a restart; then each hour of the date is an hour of it. */
static void tenant_time_goes_on_after_the_date_fell_back(void **state)
{
    struct world *w = &world;
    (void)state;
    jump(YEAR_US);
    name_key(w);
    pay(w);
    const int64_t ahead_us = tenant_now_us(w);
    jump(-YEAR_US);
    world_restart(w);
    name_key(w);
    pay(w);
    for (int i = 1; i <= 3; i++) {
        jump(HOUR_US);
        assert_true(tenant_now_us(w) >= ahead_us + i * HOUR_US);
        assert_true(tenant_now_us(w) < ahead_us + i * HOUR_US + HOUR_US / 2);
    }
}

/* Goal:   an idempotency key gives its answer for 24 hours of the server's time, and a setback
 *         never frees it.
 * Method: the same call before and after jumps. */
static void keys_live_as_long_as_they_say(void **state)
{
    static char first[REPLY_TEXT_MAX];
    struct world *w = &world;
    (void)state;
    name_key(w);
    pay(w);
    memcpy(first, w->reply.body, sizeof first);
    static const int64_t WITHIN_US[] = {-3 * HOUR_US, HOUR_US, -YEAR_US, YEAR_US + 25 * HOUR_US};
    for (int i = 0; i < 4; i++) {
        jump(WITHIN_US[i]);
        pay(w);
        assert_string_equal(w->reply.body, first);
    }
    jump(2 * HOUR_US); /* now 25 hours after its first use */
    pay(w);
    assert_string_not_equal(w->reply.body, first);
    memcpy(first, w->reply.body, sizeof first);
    jump(-25 * HOUR_US);
    pay(w);
    assert_string_equal(w->reply.body, first);
}

/* Goal:   a token lives for its hour of the tenant's time, which a setback cannot give back.
 * Method: one used after a setback, one after a jump ahead, one after a jump there and back. */
static void tokens_expire_once(void **state)
{
    static const struct call TOKEN = {.verb = "POST",
                                      .target = "/api/v1/tokens",
                                      .key = NAME_SECRET,
                                      .body = "{\"payment_details\":{\"type\":\"credit_card\","
                                              "\"number\":\"4111111111111111\",\"month\":12,"
                                              "\"year\":2035}}"};
    static const struct call USE = {.verb = "POST",
                                    .target = "/api/v1/payments",
                                    .key = NAME_SECRET,
                                    .body = "{\"amount\":1000,\"currency\":\"JPY\",\"capture\":"
                                            "false,\"platform_details\":{},\"payment_details\":"
                                            "\"$token\"}"};
    struct world *w = &world;
    (void)state;
    world_take(w, &TOKEN, NULL, NAME_TOKEN);
    jump(-5 * HOUR_US);
    world_call(w, &USE);
    assert_int_equal(w->reply.status, 200);

    world_take(w, &TOKEN, NULL, NAME_TOKEN);
    jump(2 * HOUR_US + 5 * HOUR_US);
    world_call(w, &USE);
    assert_int_equal(w->reply.status, 422);
    jump(-2 * HOUR_US);
    world_call(w, &USE);
    assert_int_equal(w->reply.status, 422);
}

static void wait_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = 4000000};
    (void)nanosleep(&moment, NULL);
}

static void wait_for_status(struct world *w, const char *status)
{
    enum { WAITS_MAX = 5000 };
    for (int i = 0; i < WAITS_MAX; i++) {
        world_call(w, &(struct call){.verb = "GET",
                                     .target = "/api/v1/payments/$payment",
                                     .key = NAME_SECRET});
        assert_int_equal(w->reply.status, 200);
        if (strcmp(text_of(w, "status"), status) == 0)
            return;
        wait_a_moment();
    }
    fail_msg("the payment never was %s: %s", status, w->reply.body);
}

/* Goal:   an authorization expires when its deadline has passed, and no earlier.
 * Method: ahead by less, back, ahead by more. */
static void deadlines_pass_once(void **state)
{
    struct world *w = &world;
    (void)state;
    world_take(w,
               &(struct call){.verb = "POST",
                              .target = "/api/v1/payments",
                              .key = NAME_SECRET,
                              .body = PAY "},\"capture\":false}"},
               NULL, NAME_PAYMENT);
    jump(10 * US_PER_DAY);
    name_key(w);
    pay(w);
    jump(-10 * US_PER_DAY);
    name_key(w);
    pay(w);
    wait_for_status(w, "authorized");
    jump(90 * US_PER_DAY);
    wait_for_status(w, "expired");
    jump(-90 * US_PER_DAY);
    wait_for_status(w, "expired");
}

/* Goal:   an operation whose outcome is unknown while the date is a year ahead is resolved after it
 *         has fallen back.
 * Method: a rail that is silent for a while, a jump there and back with a restart. */
static void an_unknown_outcome_is_not_stuck(void **state)
{
    struct world *w = &world;
    struct call call = PAYMENT;
    (void)state;
    jump(YEAR_US);
    name_key(w);
    call.scenario = "timeout_long";
    world_call(w, &call);
    assert_int_equal(w->reply.status, 504);
    jump(-YEAR_US);
    world_restart(w);
    for (int i = 0; i < 5000; i++) {
        world_call(w, &call);
        if (w->reply.status != 409)
            break;
        jump(60 * US_PER_S);
        wait_a_moment();
    }
    assert_int_not_equal(w->reply.status, 409);
}

/* Goal:   a delivery that failed while the date was a year ahead is tried again after it has fallen
 *         back, within minutes.
 * Method: a receiver that refuses, then takes; a jump there and back with a restart. */
static void a_delivery_is_not_stuck(void **state)
{
    struct world *w = &world;
    (void)state;
    assert_true(sink_wait(&w->sink, 2)); /* the PING and the payee's first payment */
    world_restart(w);                    /* nothing is on its way */
    jump(YEAR_US);
    size_t before = sink_count(&w->sink);
    w->sink.statuses[0] = 500;
    name_key(w);
    pay(w);
    assert_true(sink_wait(&w->sink, before + 1));
    world_restart(w); /* stops when the outcome is saved */
    jump(-YEAR_US);
    world_restart(w);
    w->sink.statuses[0] = 200;
    before = sink_count(&w->sink);
    for (int i = 0; i < 5000 && sink_count(&w->sink) == before; i++) {
        jump(US_PER_S / 10);
        wait_a_moment();
    }
    assert_true(sink_count(&w->sink) > before);
}

#define STORY(name)           cmocka_unit_test_setup_teardown(name, begin, end)
#define STORY_WITH_SINK(name) cmocka_unit_test_prestate_setup_teardown(name, begin, end, &world)

/* test_clock_jump [NAME]: all, or one. */
int main(int argc, char **argv)
{
    seam_exempt(true);
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(
            system_clock_goes_on_at_half_the_pace_until_the_date_has_caught_up, unfake),
        STORY(tenant_time_never_goes_back),
        STORY(tenant_time_goes_on_after_the_date_fell_back),
        STORY(keys_live_as_long_as_they_say),
        STORY(tokens_expire_once),
        STORY(deadlines_pass_once),
        STORY(an_unknown_outcome_is_not_stuck),
        STORY_WITH_SINK(a_delivery_is_not_stuck),
        cmocka_unit_test(ids_rise_through_every_jump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
