/* SPDX-License-Identifier: Apache-2.0 */
/* screen.h: whether an attempt to pay is let through: limits on how often, lists of who.
 *
 * An attempt has up to five marks: the merchant, the buyer's address, the card, its BIN, the e-mail
 * address. Attempts and declines are counted by mark in buckets of SCREEN_BUCKET_S; a limit looks
 * at the buckets of its window, the one that the window only cuts included, so that it never sees
 * less than its window. A block wins over an allow, an allow over every limit.
 *
 * Used by  app, cli
 * Source   komoju-core 5 (fraudulent, card_declined); limits: screen.def */
#ifndef KESSAI_CORE_SCREEN_H
#define KESSAI_CORE_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

/* What a mark is of. The numbers are kept in the store. */
enum screen_kind {
    SCREEN_NONE = 0,
    SCREEN_MERCHANT = 1,
    SCREEN_IP = 2,
    SCREEN_CARD = 3,
    SCREEN_BIN = 4,
    SCREEN_EMAIL = 5, /* on lists only: nothing is counted by it */
    SCREEN_KINDS
};
const char *screen_kind_slug(enum screen_kind kind); /* "ip" */

enum screen_counted { SCREEN_COUNTED_NONE = 0, SCREEN_ATTEMPTS = 1, SCREEN_DECLINES = 2 };

enum screen_limit {
    SCREEN_LIMIT_NONE = 0,
#define SCREEN_LIMIT(name, number, slug, kind, counted, most, window_s, text)                      \
    SCREEN_LIMIT_##name = (number),
#include "core/screen.def"
#undef SCREEN_LIMIT
    SCREEN_LIMITS
};

enum {
    SCREEN_BUCKET_S = 300,
    SCREEN_WINDOW_S_MAX = 86400, /* older counts are of no use to anybody */
    SCREEN_MOST_MAX = 1000000,
};

/* How many in how long; most 0: no limit. */
struct screen_rule {
    int64_t most, window_s;
};

struct screen_limit_row {
    const char *slug; /* "card_declines" */
    enum screen_kind kind;
    enum screen_counted counted;
    struct screen_rule rule; /* the default */
    const char *text;
};
const struct screen_limit_row *screen_limit_row(enum screen_limit limit);

/* Whether a merchant may have this rule.
 *   errors  E_INVALID_PARAMETER (--count, --window) */
MUST_USE result screen_rule_check(struct screen_rule rule);

/* The bucket of a time, and the oldest one that anything looks at then. */
int64_t screen_bucket(int64_t now_us);
int64_t screen_oldest_bucket(int64_t now_us);

/* What has been counted of one mark in one bucket. */
struct screen_count {
    enum screen_kind kind;
    int64_t bucket, attempts, declines;
};

/* What is known of an attempt. */
struct screen_state {
    bool is_blocked, is_allowed;             /* by a list */
    bool is_counted_before;                  /* its attempt is in the counts already */
    struct screen_rule rules[SCREEN_LIMITS]; /* those that hold for it */
    int64_t seen[SCREEN_LIMITS];             /* in the window of each */
};

/* Adds a bucket to what the rules of its kind have seen. */
void screen_see(struct screen_state *state, const struct screen_count *count, int64_t now_us);
/* Whether a rule looks at this kind; at these counts of this kind. */
bool screen_needs(const struct screen_state *state, enum screen_kind kind);
bool screen_needs_counts(const struct screen_state *state, enum screen_kind kind,
                         enum screen_counted counted);

enum screen_verdict {
    SCREEN_VERDICT_NONE = 0,
    SCREEN_PASSED,
    SCREEN_BLOCKED, /* by a list */
    SCREEN_LIMITED, /* over a limit */
    SCREEN_VERDICTS
};

/* ret_limit   the limit that it is over; SCREEN_LIMIT_NONE otherwise */
enum screen_verdict screen_decide(const struct screen_state *state, enum screen_limit *ret_limit);

/* What the client is told. A buyer (is_hidden) is told of every decline the same, so that nobody
 * learns from it whether a card is good; a merchant's server is told what happened.
 *   returns  E_FRAUDULENT, E_CARD_DECLINED */
result screen_refusal(enum screen_verdict verdict, bool is_hidden);
result screen_decline(result real, bool is_hidden);

/* Texts by which the same thing is always the same mark. */
enum { SCREEN_BIN_DIGITS = 6, SCREEN_EMAIL_BYTES_MAX = 255 };
/* The first six digits of a card number of at least so many.  ret  inside number */
str screen_bin(str number);
/* Without outer blanks, ASCII letters small.
 *   ret     SCREEN_EMAIL_BYTES_MAX bytes
 *   returns how many; 0: no address, or one that is too long */
size_t screen_email(str raw, char *ret);

#endif
