/* SPDX-License-Identifier: Apache-2.0 */
/* test_idem.c: which keys are accepted, which requests are the same, which answers are kept. */
#include "unit.h"

#include "core/idem.h"

TEST(key_is_one_to_a_hundred_printable_ascii_characters)
{
    char long_key[102];
    memset(long_key, '~', sizeof long_key);
    CHECK_OK(idem_check_key(S("a")));
    CHECK_OK(idem_check_key(S(" ~")));
    CHECK_OK(idem_check_key((str){long_key, 100}));

    const str bad[] = {S(""),      STR_NONE,  {long_key, 101}, S("a\tb"),
                       S("a\x7f"), S("\x1f"), S("キー"),       S("a\0b")};
    for (size_t i = 0; i < COUNT(bad); i++)
        CHECK_RESULT(idem_check_key(bad[i]), E_INVALID_PARAMETER, "X-KOMOJU-IDEMPOTENCY");
}

TEST(key_hash_tells_keys_apart_and_stays_the_same)
{
    uint8_t a[IDEM_HASH_BYTES], b[IDEM_HASH_BYTES], again[IDEM_HASH_BYTES];
    idem_hash_key(S("key-1"), a);
    idem_hash_key(S("key-2"), b);
    idem_hash_key(S("key-1"), again);
    CHECK(memcmp(a, b, sizeof a) != 0);
    CHECK(memcmp(a, again, sizeof a) == 0);
}

/* Method, path and body each matter, and so does where one ends and the next begins. */
TEST(request_hash_is_the_same_for_the_same_request_only)
{
    const str others[][3] = {
        {S("PUT"), S("/api/v1/payments"), S("{\"amount\":1}")},
        {S("POST"), S("/api/v1/payment"), S("s{\"amount\":1}")},
        {S("POST"), S("/api/v1/payments"), S("{\"amount\": 1}")},
        {S("POST"), S("/api/v1/payments{"), S("\"amount\":1}")},
    };
    uint8_t one[IDEM_HASH_BYTES], other[IDEM_HASH_BYTES];
    idem_hash_request(S("POST"), S("/api/v1/payments"), S("{\"amount\":1}"), one);
    idem_hash_request(S("POST"), S("/api/v1/payments"), S("{\"amount\":1}"), other);
    CHECK(memcmp(one, other, sizeof one) == 0);
    for (size_t i = 0; i < COUNT(others); i++) {
        idem_hash_request(others[i][0], others[i][1], others[i][2], other);
        CHECK(memcmp(one, other, sizeof one) != 0);
    }
    idem_hash_request(S("POST"), S("/"), STR_NONE, one);
    idem_hash_request(S("POST"), S("/"), S(""), other);
    CHECK(memcmp(one, other, sizeof one) == 0);
}

/* The store keeps these, so they may never change: the one, and what the vault makes of the other.
 * The values come from another BLAKE2b: each part after its length in eight bytes, lowest first. */
TEST(hashes_in_the_store_stay_valid)
{
    static const uint8_t KEY[IDEM_HASH_BYTES] = {0xe3, 0x65, 0x60, 0x44, 0x45, 0xf0, 0x7b, 0x13,
                                                 0x1c, 0xd6, 0x78, 0xf4, 0x8c, 0xd7, 0x88, 0x3c};
    static const uint8_t REQUEST[] = {0x11, 0x95, 0x01, 0x09, 0x06, 0xd6, 0x06, 0x8f};
    uint8_t got[IDEM_HASH_BYTES];
    idem_hash_key(S("key-1"), got);
    CHECK(memcmp(got, KEY, sizeof got) == 0);
    idem_hash_request(S("POST"), S("/api/v1/payments"), S("{\"amount\":1}"), got);
    CHECK(memcmp(got, REQUEST, sizeof REQUEST) == 0);
}

/* The class of the code decides (rulings "definite refusals"). */
TEST(declines_and_refusals_of_state_are_kept_and_nothing_else)
{
    for (int code = E_OK; code < E_COUNT; code++) {
        const enum err_class class = err_class_of((enum err)code);
        const bool want = class == ERR_NONE || class == ERR_CONFLICT || class == ERR_RAIL;
        CHECK(idem_keeps((enum err)code) == want);
    }
    CHECK(idem_keeps(E_CARD_DECLINED) && idem_keeps(E_NOT_REFUNDABLE) &&
          idem_keeps(E_BALANCE_SHORT));
    CHECK(!idem_keeps(E_INVALID_PARAMETER) && !idem_keeps(E_MISSING_PARAMETER));
    CHECK(!idem_keeps(E_LOCKED) && !idem_keeps(E_STORE) && !idem_keeps(E_OVERLOADED));
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(key_is_one_to_a_hundred_printable_ascii_characters),
        CLAIM(key_hash_tells_keys_apart_and_stays_the_same),
        CLAIM(request_hash_is_the_same_for_the_same_request_only),
        CLAIM(hashes_in_the_store_stay_valid),
        CLAIM(declines_and_refusals_of_state_are_kept_and_nothing_else),
    };
    return RUN_ALL(all);
}
