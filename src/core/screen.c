/* SPDX-License-Identifier: Apache-2.0 */
#include "core/screen.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"

static const struct screen_limit_row ROWS[SCREEN_LIMITS] = {
#define SCREEN_LIMIT(name, number, slug_, kind_, counted_, most_, window_s_, text_)                \
    [SCREEN_LIMIT_##name] = {                                                                      \
        .slug = (slug_),                                                                           \
        .kind = SCREEN_##kind_,                                                                    \
        .counted = SCREEN_##counted_,                                                              \
        .rule = {.most = (most_), .window_s = (window_s_)},                                        \
        .text = (text_),                                                                           \
    },
#include "core/screen.def"
#undef SCREEN_LIMIT
};

const char *screen_kind_slug(enum screen_kind kind)
{
    static const char *const SLUGS[SCREEN_KINDS] = {
        [SCREEN_MERCHANT] = "merchant", [SCREEN_IP] = "ip",       [SCREEN_CARD] = "card",
        [SCREEN_BIN] = "bin",           [SCREEN_EMAIL] = "email",
    };
    assert(SCREEN_NONE < kind && kind < SCREEN_KINDS);
    return SLUGS[kind];
}

const struct screen_limit_row *screen_limit_row(enum screen_limit limit)
{
    assert(SCREEN_LIMIT_NONE < limit && limit < SCREEN_LIMITS);
    return &ROWS[limit];
}

result screen_rule_check(struct screen_rule rule)
{
    if (rule.most < 0 || rule.most > SCREEN_MOST_MAX)
        return FAIL(E_INVALID_PARAMETER, "--count", "a limit is 0 (none) to 1000000");
    if (rule.window_s < SCREEN_BUCKET_S || rule.window_s > SCREEN_WINDOW_S_MAX ||
        rule.window_s % SCREEN_BUCKET_S != 0)
        return FAIL(E_INVALID_PARAMETER, "--window",
                    "a window is 300 to 86400 seconds, a multiple of 300");
    return OK;
}

static int64_t bucket_before(int64_t now_us, int64_t seconds)
{
    return (now_us / US_PER_S - seconds) / SCREEN_BUCKET_S;
}

int64_t screen_bucket(int64_t now_us)
{
    return bucket_before(now_us, 0);
}

int64_t screen_oldest_bucket(int64_t now_us)
{
    return bucket_before(now_us, SCREEN_WINDOW_S_MAX);
}

void screen_see(struct screen_state *state, const struct screen_count *count, int64_t now_us)
{
    for (int i = SCREEN_LIMIT_NONE + 1; i < SCREEN_LIMITS; i++) {
        if (ROWS[i].kind != count->kind ||
            count->bucket < bucket_before(now_us, state->rules[i].window_s))
            continue;
        state->seen[i] += ROWS[i].counted == SCREEN_ATTEMPTS ? count->attempts : count->declines;
    }
}

bool screen_needs_counts(const struct screen_state *state, enum screen_kind kind,
                         enum screen_counted counted)
{
    for (int i = SCREEN_LIMIT_NONE + 1; i < SCREEN_LIMITS; i++)
        if (ROWS[i].kind == kind && ROWS[i].counted == counted && state->rules[i].most > 0)
            return true;
    return false;
}

bool screen_needs(const struct screen_state *state, enum screen_kind kind)
{
    return screen_needs_counts(state, kind, SCREEN_ATTEMPTS) ||
           screen_needs_counts(state, kind, SCREEN_DECLINES);
}

/* An attempt that has been counted is not held against itself. */
static bool is_over(const struct screen_state *state, int i)
{
    if (state->rules[i].most == 0 ||
        (ROWS[i].counted == SCREEN_ATTEMPTS && state->is_counted_before))
        return false;
    return state->seen[i] >= state->rules[i].most;
}

enum screen_verdict screen_decide(const struct screen_state *state, enum screen_limit *ret_limit)
{
    *ret_limit = SCREEN_LIMIT_NONE;
    if (state->is_blocked)
        return SCREEN_BLOCKED;
    if (state->is_allowed)
        return SCREEN_PASSED;
    for (int i = SCREEN_LIMIT_NONE + 1; i < SCREEN_LIMITS; i++)
        if (is_over(state, i)) {
            *ret_limit = (enum screen_limit)i;
            return SCREEN_LIMITED;
        }
    return SCREEN_PASSED;
}

result screen_refusal(enum screen_verdict verdict, bool is_hidden)
{
    assert(verdict == SCREEN_BLOCKED || verdict == SCREEN_LIMITED);
    if (is_hidden)
        return FAIL(E_CARD_DECLINED, NULL, NULL);
    return FAIL(E_FRAUDULENT, NULL,
                verdict == SCREEN_BLOCKED ? "The payment was refused: it is on a block list."
                                          : "The payment was refused: too many attempts.");
}

result screen_decline(result real, bool is_hidden)
{
    return is_hidden && err_class_of(real.code) == ERR_RAIL ? FAIL(E_CARD_DECLINED, NULL, NULL)
                                                            : real;
}

str screen_bin(str number)
{
    assert(number.bytes >= SCREEN_BIN_DIGITS);
    return (str){number.at, SCREEN_BIN_DIGITS};
}

size_t screen_email(str raw, char *ret)
{
    const str s = str_trim(raw);
    if (s.bytes > SCREEN_EMAIL_BYTES_MAX)
        return 0;
    for (size_t i = 0; i < s.bytes; i++) {
        const bool is_capital = s.at[i] >= 'A' && s.at[i] <= 'Z';
        ret[i] = is_capital ? (char)(s.at[i] - 'A' + 'a') : s.at[i];
    }
    return s.bytes;
}
