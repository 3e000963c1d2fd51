/* SPDX-License-Identifier: Apache-2.0 */
/* test_backoff.c: the pauses between attempts, the signature,
 * and the table of what is under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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

/* Goal:   the Standard Webhooks' own vector; a secret that is not base64 after its prefix, or has
 * no prefix, is taken as it is. */
static void the_standard_signature_is_the_published_one(void **state)
{
    char signature[STANDARD_BYTES_MAX], again[STANDARD_BYTES_MAX];
    const char *const id_digits = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const int64_t now_us = INT64_C(1614265330) * US_PER_S + 999999;
    const str body = S("{\"test\": 2432232314}");
    (void)state;
    assert_int_equal(message_sign_standard(S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), id_digits,
                                           now_us, body, signature)
                         .code,
                     E_OK);
    assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    static const char *const PLAIN[] = {"whsec_", "whsec_*", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
    for (size_t i = 0; i < COUNT(PLAIN); i++) {
        assert_int_equal(
            message_sign_standard(str_of(PLAIN[i]), id_digits, now_us, body, again).code, E_OK);
        assert_string_not_equal(again, signature);
    }
}

/* Goal:   while two secrets are valid there is a signature of each, and KOMOJU's is made with the
 *         one it is told; without a secret there is none. */
static void a_message_is_signed_with_both_secrets(void **state)
{
    struct message message;
    struct message_seal seal = {.delivery = {.key = 5, .salt = 7},
                                .type = "ping",
                                .now_us = 12345 * US_PER_S,
                                .secret = S("new"),
                                .old_secret = S("old")};
    char digits[ID_TEXT_BYTES], hex[SIGNATURE_BYTES], one[STANDARD_BYTES_MAX],
        two[STANDARD_BYTES_MAX], expected[256];
    (void)state;
    id_text(seal.delivery, digits);
    message_init(&message);
    buf_text(&message.body, "{}");
    for (int by_old = 0; by_old < 2; by_old++) {
        seal.is_by_old = by_old != 0;
        assert_int_equal(message_seal(&message, &seal).code, E_OK);
        assert_int_equal(message_sign(S("old"), S("{}"), hex).code, E_OK);
        assert_int_equal(strcmp(message.header[6] + strlen("X-Komoju-Signature: "), hex) == 0,
                         by_old);
    }
    assert_int_equal(message_sign_standard(S("new"), digits, seal.now_us, S("{}"), one).code, E_OK);
    assert_int_equal(message_sign_standard(S("old"), digits, seal.now_us, S("{}"), two).code, E_OK);
    (void)snprintf(expected, sizeof expected, "webhook-signature: %s %s", one, two);
    assert_string_equal(message.header[7], expected);
    assert_string_equal(message.header[5], "webhook-timestamp: 12345");
    seal.secret = seal.old_secret = STR_NONE;
    assert_int_equal(message_seal(&message, &seal).code, E_OK);
    assert_null(message.header[6]);
    message_done(&message);
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
        cmocka_unit_test(the_standard_signature_is_the_published_one),
        cmocka_unit_test(a_message_is_signed_with_both_secrets),
        cmocka_unit_test(keyed_finds_what_was_added),
    };
    return cmocka_run_group_tests(all, NULL, NULL);
}
