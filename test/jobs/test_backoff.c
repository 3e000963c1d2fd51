/* SPDX-License-Identifier: Apache-2.0 */
/* test_backoff.c: the pauses between attempts, the signature,
 * and the table of what is under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "jobs/backoff.h"
#include "jobs/keyed.h"
#include "jobs/message.h"

/* Goal: every pause stays within a fifth of its row, and reaches both ends. */
static void pauses_stay_within_a_fifth(void **state)
{
    (void)state;
    for (int64_t tries = 1; tries < (int64_t)BACKOFF_COUNT + 5; tries++) {
        const size_t row = tries > (int64_t)BACKOFF_COUNT ? BACKOFF_COUNT - 1 : (size_t)(tries - 1);
        const int64_t step_us = BACKOFF_S[row] * US_PER_S;
        assert_int_equal(backoff_us(tries, 0), step_us * 4 / 5);
        const int64_t longest_us = backoff_us(tries, UINT32_MAX);
        assert_true(longest_us <= step_us * 6 / 5 && longest_us >= step_us * 6 / 5 - 1000);
        const int64_t middle_us = backoff_us(tries, UINT32_MAX / 2);
        assert_true(middle_us <= step_us && middle_us >= step_us - 1000);
    }
}

/* Goal: the pauses never get shorter, and three days hold a useful number of attempts. */
static void pauses_grow_and_fill_three_days(void **state)
{
    int64_t sum_s = 0, attempts = 1;
    (void)state;
    for (size_t i = 1; i < BACKOFF_COUNT; i++)
        assert_true(BACKOFF_S[i] > BACKOFF_S[i - 1]);
    for (; sum_s < 3 * S_PER_DAY; attempts++)
        sum_s += backoff_us(attempts, UINT32_MAX / 2) / US_PER_S;
    assert_in_range(attempts, 15, 30);
}

/* Goal: the vector of komoju-core 12.2. */
static void the_signature_is_the_published_one(void **state)
{
    char signature[SIGNATURE_BYTES];
    (void)state;
    assert_int_equal(message_sign(S("whsec-local-demo"),
                                  S("{\"id\":\"evt_example\",\"type\":\"ping\","
                                    "\"resource\":\"event\"}"),
                                  signature)
                         .code,
                     E_OK);
    assert_string_equal(signature,
                        "26e495dc82785c9caef52e1b79aa83f22d25284d64bae16cf934daad4eedd794");
}

/* Goal: things are found by their whole key, and only until they are removed. */
static void keyed_finds_what_was_added(void **state)
{
    static struct keyed_table table;
    static struct keyed things[3][5][7];
    (void)state;
    for (int64_t a = 0; a < 3; a++)
        for (int64_t b = 0; b < 5; b++)
            for (int64_t c = 0; c < 7; c++) {
                things[a][b][c] = (struct keyed){.tenant = a, .first = b, .second = c};
                assert_null(keyed_find(&table, a, b, c));
                keyed_add(&table, &things[a][b][c]);
            }
    assert_int_equal(table.count, 3 * 5 * 7);
    assert_int_equal(keyed_count(&table, 1, 2), 5);
    for (int64_t a = 0; a < 3; a++)
        for (int64_t b = 0; b < 5; b++)
            for (int64_t c = 0; c < 7; c++) {
                assert_ptr_equal(keyed_find(&table, a, b, c), &things[a][b][c]);
                keyed_remove(&table, &things[a][b][c]);
                assert_null(keyed_find(&table, a, b, c));
            }
    assert_int_equal(table.count, 0);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        cmocka_unit_test(pauses_stay_within_a_fifth),
        cmocka_unit_test(pauses_grow_and_fill_three_days),
        cmocka_unit_test(the_signature_is_the_published_one),
        cmocka_unit_test(keyed_finds_what_was_added),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
