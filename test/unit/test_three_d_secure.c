/* SPDX-License-Identifier: Apache-2.0 */
/* test_three_d_secure.c: transStatus, ECI and authenticationValue against the tables of
 * bank-rails 11.3. */
#include "unit.h"

#include "core/three_d_secure.h"

#define VALUE "AAECAwQFBgcICQoLDA0ODxAREhM="

TEST(words_are_those_of_the_wire)
{
    static const char *const WANT[TRANS_STATUSES] = {"", "Y", "A", "C", "D", "N", "R", "U", "I"};
    for (int i = TRANS_NONE; i < TRANS_STATUSES; i++)
        CHECK_TEXT(trans_status_text((enum trans_status)i), WANT[i]);
    for (int i = TRANS_NONE + 1; i < TRANS_STATUSES; i++) {
        enum trans_status got = TRANS_NONE;
        CHECK(trans_status_read(str_of(WANT[i]), &got));
        CHECK_I64(got, i);
    }
    enum trans_status kept = TRANS_DENIED;
    CHECK(!trans_status_read(S(""), &kept));
    CHECK(!trans_status_read(S("y"), &kept));
    CHECK(!trans_status_read(S("YY"), &kept));
    CHECK_I64(kept, TRANS_DENIED);
    static const char *const STATUS[VERIFICATIONS] = {NULL, "OK", "NEEDS_VERIFY", "SKIPPED",
                                                      "ERRORED"};
    static const bool AUTHORIZES[VERIFICATIONS] = {false, true, false, true, false};
    for (int i = VERIFICATION_NONE + 1; i < VERIFICATIONS; i++)
        CHECK_TEXT(verification_text((enum verification)i), STATUS[i]);
    for (int i = VERIFICATION_NONE; i < VERIFICATIONS; i++)
        CHECK(verification_authorizes((enum verification)i) == AUTHORIZES[i]);
    CHECK_TEXT(three_d_step_text(STEP_3D_METHOD), "method");
    CHECK_TEXT(three_d_step_text(STEP_3D_CHALLENGE), "challenge");
    CHECK_TEXT(three_d_step_text(STEP_3D_ENDED), "ended");
}

TEST(eci_says_full_attempt_or_none_in_the_words_of_the_brand)
{
    static const struct {
        enum card_brand brand;
        const char *full, *attempt, *none;
    } ROWS[] = {
        {BRAND_VISA, "05", "06", "07"},
        {BRAND_JCB, "05", "06", "07"},
        {BRAND_AMERICAN_EXPRESS, "05", "06", "07"},
        {BRAND_DINERS_CLUB, "05", "06", "07"},
        {BRAND_DISCOVER, "05", "06", "07"},
        {BRAND_MASTER, "02", "01", "00"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        CHECK_TEXT(three_d_eci(ROWS[i].brand, TRANS_AUTHENTICATED), ROWS[i].full);
        CHECK_TEXT(three_d_eci(ROWS[i].brand, TRANS_ATTEMPTED), ROWS[i].attempt);
        static const enum trans_status NONE[] = {TRANS_CHALLENGE,   TRANS_DECOUPLED,
                                                 TRANS_DENIED,      TRANS_REJECTED,
                                                 TRANS_UNAVAILABLE, TRANS_INFORMATIONAL};
        for (size_t n = 0; n < COUNT(NONE); n++)
            CHECK_TEXT(three_d_eci(ROWS[i].brand, NONE[n]), ROWS[i].none);
    }
}

TEST(an_authentication_value_is_twenty_bytes_of_base64)
{
    CHECK(three_d_is_value(S(VALUE)));
    CHECK(three_d_is_value(S("++//azAZ09aaaaaaaaaaaaaaaaa=")));
    static const char *const BAD[] = {"",
                                      "AAECAwQFBgcICQoLDA0ODxAREh=",
                                      "AAECAwQFBgcICQoLDA0ODxAREhMM=",
                                      "AAECAwQFBgcICQoLDA0ODxAREhMM",
                                      "AAECAwQFBgcICQoLDA0ODxAREh==",
                                      "-AECAwQFBgcICQoLDA0ODxAREhM=",
                                      "@AECAwQFBgcICQoLDA0ODxAREhM=",
                                      "[AECAwQFBgcICQoLDA0ODxAREhM=",
                                      "`AECAwQFBgcICQoLDA0ODxAREhM=",
                                      "{AECAwQFBgcICQoLDA0ODxAREhM=",
                                      ":AECAwQFBgcICQoLDA0ODxAREhM="};
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!three_d_is_value(str_of(BAD[i])));
}

/* Goal:   bank-rails 11.3: who may be authorized, with shift or without, and which ECI is sent on.
 * Method: every transStatus with its proof, for a brand of each kind and both policies. */
TEST(a_verdict_follows_the_table)
{
    static const struct {
        enum trans_status status;
        enum three_d_step step;
        enum verification by_policy[2]; /* U refused, U authorized */
        bool has_shift;
        const char *eci[2][2]; /* by policy; visa, master */
    } ROWS[] = {
        {TRANS_NONE,
         STEP_3D_ENDED,
         {VERIFICATION_ERRORED, VERIFICATION_ERRORED},
         false,
         {{"", ""}, {"", ""}}},
        {TRANS_AUTHENTICATED,
         STEP_3D_ENDED,
         {VERIFICATION_OK, VERIFICATION_OK},
         true,
         {{"05", "02"}, {"05", "02"}}},
        {TRANS_ATTEMPTED,
         STEP_3D_ENDED,
         {VERIFICATION_OK, VERIFICATION_OK},
         true,
         {{"06", "01"}, {"06", "01"}}},
        {TRANS_CHALLENGE,
         STEP_3D_CHALLENGE,
         {VERIFICATION_NEEDS_VERIFY, VERIFICATION_NEEDS_VERIFY},
         false,
         {{"", ""}, {"", ""}}},
        {TRANS_DECOUPLED,
         STEP_3D_CHALLENGE,
         {VERIFICATION_NEEDS_VERIFY, VERIFICATION_NEEDS_VERIFY},
         false,
         {{"", ""}, {"", ""}}},
        {TRANS_DENIED,
         STEP_3D_ENDED,
         {VERIFICATION_ERRORED, VERIFICATION_ERRORED},
         false,
         {{"", ""}, {"", ""}}},
        {TRANS_REJECTED,
         STEP_3D_ENDED,
         {VERIFICATION_ERRORED, VERIFICATION_ERRORED},
         false,
         {{"", ""}, {"", ""}}},
        {TRANS_UNAVAILABLE,
         STEP_3D_ENDED,
         {VERIFICATION_ERRORED, VERIFICATION_SKIPPED},
         false,
         {{"", ""}, {"07", "00"}}},
        {TRANS_INFORMATIONAL,
         STEP_3D_ENDED,
         {VERIFICATION_SKIPPED, VERIFICATION_SKIPPED},
         false,
         {{"07", "00"}, {"07", "00"}}},
    };
    static const enum card_brand BRANDS[] = {BRAND_VISA, BRAND_MASTER};
    for (size_t i = 0; i < COUNT(ROWS); i++)
        for (size_t b = 0; b < COUNT(BRANDS); b++)
            for (int policy = 0; policy < 2; policy++) {
                const struct three_d_verdict got = three_d_decide(
                    BRANDS[b], ROWS[i].status, str_of(three_d_eci(BRANDS[b], ROWS[i].status)),
                    S(VALUE), policy == 1);
                CHECK_I64(got.step, ROWS[i].step);
                CHECK_I64(got.verification, ROWS[i].by_policy[policy]);
                CHECK(got.has_shift == ROWS[i].has_shift);
                CHECK_TEXT(got.eci, ROWS[i].eci[policy][b]);
            }
}

/* Y and A without a value, or with an ECI that is not theirs, prove nothing: no shift, and the ECI
 * that is sent on says so. */
TEST(without_its_proof_a_status_shifts_nothing)
{
    static const struct {
        enum trans_status status;
        const char *eci, *value;
    } ROWS[] = {
        {TRANS_AUTHENTICATED, "05", ""},    {TRANS_AUTHENTICATED, "", VALUE},
        {TRANS_AUTHENTICATED, "06", VALUE}, {TRANS_AUTHENTICATED, "02", VALUE},
        {TRANS_ATTEMPTED, "05", VALUE},     {TRANS_ATTEMPTED, "06", "short"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const str eci = str_of(ROWS[i].eci), value = str_of(ROWS[i].value);
        struct three_d_verdict got = three_d_decide(BRAND_VISA, ROWS[i].status, eci, value, true);
        CHECK_I64(got.verification, VERIFICATION_SKIPPED);
        CHECK(!got.has_shift);
        CHECK_TEXT(got.eci, "07");
        got = three_d_decide(BRAND_VISA, ROWS[i].status, eci, value, false);
        CHECK_I64(got.verification, VERIFICATION_ERRORED);
        CHECK(!got.has_shift);
        CHECK_TEXT(got.eci, "");
    }
}

TEST(what_is_charged_is_never_more_than_was_authenticated)
{
    static const struct {
        struct three_d_amount authenticated, charged;
        enum err want;
    } ROWS[] = {
        {{1000, 100}, {1000, 100}, E_OK},
        {{1000, 100}, {999, 0}, E_OK},
        {{1000, 0}, {900, 100}, E_OK},
        {{1000, 100}, {1001, 0}, E_INVALID_TOKEN},
        {{1000, 100}, {1000, 101}, E_INVALID_TOKEN},
        {{1000, 0}, {1000, 1}, E_INVALID_TOKEN},
        {{1, 0}, {1, 0}, E_OK},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++)
        CHECK_I64(three_d_covers(ROWS[i].authenticated, ROWS[i].charged).code, ROWS[i].want);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(words_are_those_of_the_wire),
        CLAIM(eci_says_full_attempt_or_none_in_the_words_of_the_brand),
        CLAIM(an_authentication_value_is_twenty_bytes_of_base64),
        CLAIM(a_verdict_follows_the_table),
        CLAIM(without_its_proof_a_status_shifts_nothing),
        CLAIM(what_is_charged_is_never_more_than_was_authenticated),
    };
    return RUN_ALL(all);
}
