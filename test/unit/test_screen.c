/* SPDX-License-Identifier: Apache-2.0 */
/* test_screen.c: limits and lists of screening, and what is said of a refusal. */
#include "unit.h"

#include "core/screen.h"

#define NOW_US (INT64_C(1800000000) * US_PER_S)

/* ---- the table ----------------------------------------------------------------------------- */

TEST(every_limit_of_the_table_is_one_that_a_merchant_may_have)
{
    for (int i = SCREEN_LIMIT_NONE + 1; i < SCREEN_LIMITS; i++) {
        const struct screen_limit_row *row = screen_limit_row((enum screen_limit)i);
        CHECK_OK(screen_rule_check(row->rule));
        CHECK(row->slug != NULL && row->text != NULL);
        CHECK(SCREEN_MERCHANT <= row->kind && row->kind <= SCREEN_BIN);
        CHECK(row->counted == SCREEN_ATTEMPTS || row->counted == SCREEN_DECLINES);
    }
}

TEST(kinds_have_names)
{
    static const char *const WANT[SCREEN_KINDS] = {NULL, "merchant", "ip", "card", "bin", "email"};
    for (int kind = SCREEN_NONE + 1; kind < SCREEN_KINDS; kind++)
        CHECK_TEXT(screen_kind_slug((enum screen_kind)kind), WANT[kind]);
}

TEST(a_rule_is_within_bounds_and_its_window_is_whole_buckets)
{
    static const struct screen_rule GOOD[] = {{0, 300}, {SCREEN_MOST_MAX, 86400}, {1, 600}};
    for (size_t i = 0; i < COUNT(GOOD); i++)
        CHECK_OK(screen_rule_check(GOOD[i]));
    static const struct {
        struct screen_rule rule;
        const char *param;
    } BAD[] = {
        {{-1, 300}, "--count"},   {{SCREEN_MOST_MAX + 1, 300}, "--count"},
        {{1, 0}, "--window"},     {{1, 299}, "--window"},
        {{1, 301}, "--window"},   {{1, 86401}, "--window"},
        {{1, 86700}, "--window"}, {{1, -300}, "--window"},
    };
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK_RESULT(screen_rule_check(BAD[i].rule), E_INVALID_PARAMETER, BAD[i].param);
}

/* ---- counts -------------------------------------------------------------------------------- */

static struct screen_state state_with(enum screen_limit limit, int64_t most, int64_t window_s)
{
    struct screen_state state = {0};
    state.rules[limit] = (struct screen_rule){most, window_s};
    return state;
}

/* Goal:   a limit sees all of its window and at most one bucket more.
 * Method: events at random ages in buckets; the oracle counts the events themselves. */
TEST(a_window_is_never_seen_short)
{
    const uint64_t seed = random_seed();
    for (uint64_t round = 0; round < 2000; round++) {
        random_round(seed + round);
        const int64_t now_us = NOW_US + random_between(0, 600 * US_PER_S);
        const int64_t window_s = SCREEN_BUCKET_S * random_between(1, 288);
        struct screen_state state = state_with(SCREEN_LIMIT_IP_DECLINES, 1, window_s);
        int64_t least = 0, most = 0;
        for (int i = 0; i < 20; i++) {
            const int64_t age_us = random_between(0, 90000 * US_PER_S);
            const struct screen_count count = {
                .kind = SCREEN_IP, .bucket = screen_bucket(now_us - age_us), .declines = 1};
            screen_see(&state, &count, now_us);
            least += age_us <= window_s * US_PER_S;
            most += age_us <= (window_s + SCREEN_BUCKET_S) * US_PER_S;
        }
        CHECK(least <= state.seen[SCREEN_LIMIT_IP_DECLINES]);
        CHECK(state.seen[SCREEN_LIMIT_IP_DECLINES] <= most);
    }
}

TEST(the_oldest_bucket_is_the_one_that_the_longest_window_cuts)
{
    CHECK_I64(screen_oldest_bucket(NOW_US), screen_bucket(NOW_US - SCREEN_WINDOW_S_MAX * US_PER_S));
    CHECK_I64(screen_bucket(299 * US_PER_S), 0);
    CHECK_I64(screen_bucket(300 * US_PER_S), 1);
}

TEST(attempts_and_declines_are_seen_by_the_limits_of_their_kind_alone)
{
    struct screen_state state = {0};
    for (int i = SCREEN_LIMIT_NONE + 1; i < SCREEN_LIMITS; i++)
        state.rules[i] = (struct screen_rule){1, 3600};
    const struct screen_count count = {
        .kind = SCREEN_CARD, .bucket = screen_bucket(NOW_US), .attempts = 5, .declines = 3};
    screen_see(&state, &count, NOW_US);
    for (int i = SCREEN_LIMIT_NONE + 1; i < SCREEN_LIMITS; i++) {
        const bool is_attempts = i == SCREEN_LIMIT_CARD_ATTEMPTS;
        const bool is_declines = i == SCREEN_LIMIT_CARD_DECLINES;
        CHECK_I64(state.seen[i], is_attempts ? 5 : is_declines ? 3 : 0);
    }
}

TEST(what_no_limit_looks_at_is_not_needed)
{
    struct screen_state state = {0};
    for (int kind = SCREEN_MERCHANT; kind < SCREEN_KINDS; kind++)
        CHECK(!screen_needs(&state, (enum screen_kind)kind));
    state.rules[SCREEN_LIMIT_BIN_DECLINES].most = 1;
    CHECK(screen_needs(&state, SCREEN_BIN));
    CHECK(!screen_needs(&state, SCREEN_CARD));
    CHECK(!screen_needs_counts(&state, SCREEN_BIN, SCREEN_ATTEMPTS));
    CHECK(screen_needs_counts(&state, SCREEN_BIN, SCREEN_DECLINES));
    state.rules[SCREEN_LIMIT_CARD_ATTEMPTS].most = 1;
    CHECK(screen_needs(&state, SCREEN_CARD));
}

/* ---- the decision -------------------------------------------------------------------------- */

static enum screen_verdict decide(const struct screen_state *state, enum screen_limit want)
{
    enum screen_limit limit = SCREEN_LIMITS;
    const enum screen_verdict verdict = screen_decide(state, &limit);
    CHECK_I64(limit, want);
    return verdict;
}

/* Goal:   each limit lets exactly `most` through.
 * Method: both sides of every one. */
TEST(every_limit_ends_where_it_says)
{
    for (int i = SCREEN_LIMIT_NONE + 1; i < SCREEN_LIMITS; i++) {
        const enum screen_limit limit = (enum screen_limit)i;
        struct screen_state state = state_with(limit, 3, 300);
        state.seen[limit] = 2;
        CHECK_I64(decide(&state, SCREEN_LIMIT_NONE), SCREEN_PASSED);
        state.seen[limit] = 3;
        CHECK_I64(decide(&state, limit), SCREEN_LIMITED);
        state.rules[limit].most = 0;
        CHECK_I64(decide(&state, SCREEN_LIMIT_NONE), SCREEN_PASSED);
    }
}

TEST(a_block_wins_over_an_allow_and_an_allow_over_limits)
{
    struct screen_state state = state_with(SCREEN_LIMIT_CARD_DECLINES, 1, 300);
    state.seen[SCREEN_LIMIT_CARD_DECLINES] = 100;
    state.is_allowed = true;
    CHECK_I64(decide(&state, SCREEN_LIMIT_NONE), SCREEN_PASSED);
    state.is_blocked = true;
    CHECK_I64(decide(&state, SCREEN_LIMIT_NONE), SCREEN_BLOCKED);
    state.is_allowed = false;
    CHECK_I64(decide(&state, SCREEN_LIMIT_NONE), SCREEN_BLOCKED);
}

TEST(an_attempt_that_was_counted_is_not_held_against_itself)
{
    struct screen_state state = state_with(SCREEN_LIMIT_IP_ATTEMPTS, 1, 300);
    state.seen[SCREEN_LIMIT_IP_ATTEMPTS] = 1;
    state.is_counted_before = true;
    CHECK_I64(decide(&state, SCREEN_LIMIT_NONE), SCREEN_PASSED);
    state.rules[SCREEN_LIMIT_IP_DECLINES] = (struct screen_rule){1, 300};
    state.seen[SCREEN_LIMIT_IP_DECLINES] = 1;
    CHECK_I64(decide(&state, SCREEN_LIMIT_IP_DECLINES), SCREEN_LIMITED);
}

/* ---- what is said -------------------------------------------------------------------------- */

TEST(a_merchant_is_told_and_a_buyer_is_not)
{
    CHECK_RESULT(screen_refusal(SCREEN_BLOCKED, false), E_FRAUDULENT, NULL);
    CHECK_RESULT(screen_refusal(SCREEN_LIMITED, false), E_FRAUDULENT, NULL);
    CHECK(strcmp(screen_refusal(SCREEN_BLOCKED, false).message,
                 screen_refusal(SCREEN_LIMITED, false).message) != 0);
    static const enum screen_verdict REFUSALS[] = {SCREEN_BLOCKED, SCREEN_LIMITED};
    for (size_t i = 0; i < COUNT(REFUSALS); i++) {
        CHECK_RESULT(screen_refusal(REFUSALS[i], true), E_CARD_DECLINED, NULL);
        CHECK_TEXT(screen_refusal(REFUSALS[i], true).message, NULL);
    }
}

TEST(a_buyer_is_told_of_every_decline_the_same)
{
    for (int code = E_OK; code < E_COUNT; code++) {
        const result real = {(enum err)code, "param", "a sentence"};
        const result hidden = screen_decline(real, true), shown = screen_decline(real, false);
        CHECK_I64(shown.code, code);
        CHECK_TEXT(shown.message, "a sentence");
        if (err_class_of((enum err)code) != ERR_RAIL) {
            CHECK_I64(hidden.code, code);
            continue;
        }
        CHECK_RESULT(hidden, E_CARD_DECLINED, NULL);
        CHECK_TEXT(hidden.message, NULL);
    }
}

/* ---- marks --------------------------------------------------------------------------------- */

TEST(a_bin_is_the_first_six_digits)
{
    CHECK(str_is(screen_bin(S("4111111111111111")), "411111"));
    CHECK(str_is(screen_bin(S("411111")), "411111"));
}

TEST(an_email_is_the_same_in_any_case)
{
    static const char *const CASES[][2] = {
        {"Hana@Shop.Example", "hana@shop.example"},
        {" a@b.c\t", "a@b.c"},
        {"", ""},
        {"  ", ""},
        {"@AZ[`{az", "@az[`{az"},
        {"花@例え.jp", "花@例え.jp"},
    };
    char got[SCREEN_EMAIL_BYTES_MAX];
    for (size_t i = 0; i < COUNT(CASES); i++) {
        const size_t bytes = screen_email(str_of(CASES[i][0]), got);
        CHECK(str_is((str){got, bytes}, CASES[i][1]));
    }
    char longest[SCREEN_EMAIL_BYTES_MAX + 1];
    memset(longest, 'A', sizeof longest);
    CHECK_I64(screen_email((str){longest, SCREEN_EMAIL_BYTES_MAX}, got), SCREEN_EMAIL_BYTES_MAX);
    CHECK(got[SCREEN_EMAIL_BYTES_MAX - 1] == 'a');
    CHECK_I64(screen_email((str){longest, sizeof longest}, got), 0);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(every_limit_of_the_table_is_one_that_a_merchant_may_have),
        CLAIM(kinds_have_names),
        CLAIM(a_rule_is_within_bounds_and_its_window_is_whole_buckets),
        CLAIM(a_window_is_never_seen_short),
        CLAIM(the_oldest_bucket_is_the_one_that_the_longest_window_cuts),
        CLAIM(attempts_and_declines_are_seen_by_the_limits_of_their_kind_alone),
        CLAIM(what_no_limit_looks_at_is_not_needed),
        CLAIM(every_limit_ends_where_it_says),
        CLAIM(a_block_wins_over_an_allow_and_an_allow_over_limits),
        CLAIM(an_attempt_that_was_counted_is_not_held_against_itself),
        CLAIM(a_merchant_is_told_and_a_buyer_is_not),
        CLAIM(a_buyer_is_told_of_every_decline_the_same),
        CLAIM(a_bin_is_the_first_six_digits),
        CLAIM(an_email_is_the_same_in_any_case),
    };
    return RUN_ALL(all);
}
