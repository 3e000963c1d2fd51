/* SPDX-License-Identifier: Apache-2.0 */
/* unit.h: what every unit test uses: checks that say what they got, and repeatable randomness.
 *
 * A test with randomness calls random_seed() once and random_round() for each round; a failed check
 * then prints the round's seed, and KESSAI_SEED=<that number> in the environment repeats the round
 * first.
 *
 * Used by  test/unit */
#ifndef KESSAI_TEST_UNIT_H
#define KESSAI_TEST_UNIT_H

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/result.h"
#include "base/str.h"

/* TEST(the_claim) { ... }, listed in main as CLAIM(the_claim). */
#define TEST(name)                                                                                 \
    static void name##_body(void);                                                                 \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        name##_body();                                                                             \
        unit_seed = 0;                                                                             \
    }                                                                                              \
    static void name##_body(void)
#define CLAIM(name)  cmocka_unit_test(name)
#define RUN_ALL(all) cmocka_run_group_tests(all, NULL, NULL)

static uint64_t unit_seed, unit_random;

/* xorshift64* */
static inline uint64_t random_u64(void)
{
    unit_random ^= unit_random >> 12;
    unit_random ^= unit_random << 25;
    unit_random ^= unit_random >> 27;
    return unit_random * UINT64_C(2685821657736338717);
}

/* from .. to, both included. */
static inline int64_t random_between(int64_t from, int64_t to)
{
    return from + (int64_t)(random_u64() % (uint64_t)(to - from + 1));
}

static inline uint64_t random_seed(void)
{
    const char *wanted = getenv("KESSAI_SEED");
    return wanted != NULL ? strtoull(wanted, NULL, 10) : (uint64_t)clock_ticks_us() << 16 | 1;
}

static inline void random_round(uint64_t seed)
{
    unit_seed = seed;
    unit_random = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    for (int i = 0; i < 4; i++)
        (void)random_u64();
}

#define UNIT_FAIL(...)                                                                             \
    do {                                                                                           \
        if (unit_seed != 0)                                                                        \
            print_error("KESSAI_SEED=%" PRIu64 "\n", unit_seed);                                   \
        print_error("%s:%d: ", __FILE__, __LINE__);                                                \
        print_error(__VA_ARGS__);                                                                  \
        print_error("\n");                                                                         \
        fail();                                                                                    \
    } while (0)

#define CHECK(claim)                                                                               \
    do {                                                                                           \
        if (!(claim))                                                                              \
            UNIT_FAIL("%s", #claim);                                                               \
    } while (0)

#define CHECK_I64(got_, want_)                                                                     \
    do {                                                                                           \
        const int64_t got_i64_ = (int64_t)(got_), want_i64_ = (int64_t)(want_);                    \
        if (got_i64_ != want_i64_)                                                                 \
            UNIT_FAIL("%s is %" PRId64 ", not %" PRId64, #got_, got_i64_, want_i64_);              \
    } while (0)

#define CHECK_TEXT(got_, want_)                                                                    \
    do {                                                                                           \
        const char *got_text_ = (got_), *want_text_ = (want_);                                     \
        if ((got_text_ == NULL) != (want_text_ == NULL) ||                                         \
            (got_text_ != NULL && strcmp(got_text_, want_text_) != 0))                             \
            UNIT_FAIL("%s is %s, not %s", #got_, got_text_ == NULL ? "NULL" : got_text_,           \
                      want_text_ == NULL ? "NULL" : want_text_);                                   \
    } while (0)

static inline bool unit_is(result got, enum err code, const char *param)
{
    return got.code == code && (got.param == NULL) == (param == NULL) &&
           (param == NULL || strcmp(got.param, param) == 0);
}

/* f gives this code, and names this parameter (NULL: none). */
#define CHECK_RESULT(f, code_, param_)                                                             \
    do {                                                                                           \
        const result result_ = (f);                                                                \
        if (!unit_is(result_, (code_), (param_)))                                                  \
            UNIT_FAIL("%s gave %s (%s)", #f, err_name(result_.code),                               \
                      result_.param == NULL ? "NULL" : result_.param);                             \
    } while (0)
#define CHECK_OK(f) CHECK_RESULT((f), E_OK, NULL)

#endif
