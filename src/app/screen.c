/* SPDX-License-Identifier: Apache-2.0 */
#include "app/screen.h"

#include <arpa/inet.h>
#include <string.h>

#include "app/payment.h"
#include "base/metric.h"

/* ---- marks --------------------------------------------------------------------------------- */

/* An IPv6 customer has at least a /64: who has one address of it has them all. An IPv4 address
 * inside an IPv6 one is that IPv4 address. */
enum { IP_TEXT_BYTES_MAX = 46, IPV4_BYTES = 4, IPV6_BYTES = 16, IPV6_KEPT_BYTES = 8 };

static size_t read_ip(str ip, uint8_t ret[IPV6_BYTES])
{
    static const uint8_t MAPPED[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    char text[IP_TEXT_BYTES_MAX];
    if (ip.bytes == 0 || ip.bytes >= sizeof text || memchr(ip.at, '\0', ip.bytes) != NULL)
        return 0;
    memcpy(text, ip.at, ip.bytes);
    text[ip.bytes] = '\0';
    if (inet_pton(AF_INET, text, ret) == 1)
        return IPV4_BYTES;
    if (inet_pton(AF_INET6, text, ret) != 1)
        return 0;
    if (memcmp(ret, MAPPED, sizeof MAPPED) != 0)
        return IPV6_KEPT_BYTES;
    memmove(ret, ret + sizeof MAPPED, IPV4_BYTES);
    return IPV4_BYTES;
}

bool screen_ip_is_valid(str ip)
{
    uint8_t bytes[IPV6_BYTES];
    return read_ip(ip, bytes) > 0;
}

void screen_hash(const struct vault *vault, int64_t tenant, enum screen_kind kind, str value,
                 struct screen_hash *ret)
{
    uint8_t ip[IPV6_BYTES];
    char email[SCREEN_EMAIL_BYTES_MAX];
    if (kind == SCREEN_IP)
        value = (str){(const char *)ip, read_ip(value, ip)};
    else if (kind == SCREEN_EMAIL)
        value = (str){email, screen_email(value, email)};
    ret->is_known = value.bytes > 0 || kind == SCREEN_MERCHANT;
    if (ret->is_known)
        vault_fingerprint(vault, screen_kind_slug(kind), tenant, value, ret->bytes);
}

static str card_number(const struct screening *s)
{
    return s->card == NULL ? STR_NONE : str_of(s->card->number);
}

void screen_hash_ip(const struct screening *s, struct screen_hash *ret)
{
    *ret = s->ip;
    if (!s->ip.is_known)
        screen_hash(s->vault, s->tenant, SCREEN_IP, s->buyer.ip, ret);
}

void screen_marks(const struct screening *s, struct screen_marks *ret)
{
    *ret = (struct screen_marks){0};
    const str number = card_number(s);
    screen_hash(s->vault, s->tenant, SCREEN_MERCHANT, STR_NONE, &ret->of[SCREEN_MERCHANT]);
    screen_hash(s->vault, s->tenant, SCREEN_EMAIL, s->buyer.email, &ret->of[SCREEN_EMAIL]);
    screen_hash_ip(s, &ret->of[SCREEN_IP]);
    screen_hash(s->vault, s->tenant, SCREEN_CARD, number, &ret->of[SCREEN_CARD]);
    if (number.bytes >= SCREEN_BIN_DIGITS)
        screen_hash(s->vault, s->tenant, SCREEN_BIN, screen_bin(number), &ret->of[SCREEN_BIN]);
}

str screen_hash_text(const struct screen_hash *hash)
{
    return hash->is_known ? (str){(const char *)hash->bytes, sizeof hash->bytes} : STR_NONE;
}

/* A mark that is not known is empty, which no row's is. */
static struct value mark_value(const struct screen_marks *marks, enum screen_kind kind)
{
    const struct screen_hash *hash = &marks->of[kind];
    return VB(hash->bytes, hash->is_known ? sizeof hash->bytes : 0);
}

/* ---- what holds for the attempt ------------------------------------------------------------ */

static result read_lists(struct tx *tx, const struct screening *s, const struct screen_marks *marks,
                         int64_t now_us, struct screen_state *ret)
{
    struct rows rows;
    TRY(db_query(tx_db(tx), SQL_SCREEN_ENTRY_FIND, &rows, VI(s->tenant), VI(s->merchant),
                 mark_value(marks, SCREEN_IP), mark_value(marks, SCREEN_CARD),
                 mark_value(marks, SCREEN_BIN), mark_value(marks, SCREEN_EMAIL), VI(now_us)));
    while (rows_next(&rows)) {
        if (row_i64(&rows, 0) != 0)
            ret->is_allowed = true;
        else
            ret->is_blocked = true;
    }
    return rows_done(&rows);
}

/* The merchant's own limit, else the root's, else the default where that holds. */
static result read_rules(struct tx *tx, const struct screening *s, struct screen_state *ret)
{
    bool is_own[SCREEN_LIMITS] = {false};
    struct rows rows;
    TRY(db_query(tx_db(tx), SQL_SCREEN_LIMIT_LIST, &rows, VI(s->tenant), VI(s->merchant)));
    while (rows_next(&rows)) {
        const int64_t rule = row_i64(&rows, 1);
        if (rule <= SCREEN_LIMIT_NONE || rule >= SCREEN_LIMITS || is_own[rule])
            continue; /* a limit of a newer release, or the root's */
        is_own[rule] = row_i64(&rows, 0) == s->merchant;
        ret->rules[rule] = (struct screen_rule){row_i64(&rows, 2), row_i64(&rows, 3)};
    }
    return rows_done(&rows);
}

static result read_counts(struct tx *tx, const struct screening *s,
                          const struct screen_marks *marks, int64_t now_us,
                          struct screen_state *ret)
{
    struct rows rows;
    TRY(db_query(tx_db(tx), SQL_SCREEN_COUNT_LIST, &rows, VI(s->tenant), VI(s->merchant),
                 mark_value(marks, SCREEN_MERCHANT), mark_value(marks, SCREEN_IP),
                 mark_value(marks, SCREEN_CARD), mark_value(marks, SCREEN_BIN),
                 VI(screen_oldest_bucket(now_us))));
    while (rows_next(&rows)) {
        const struct screen_count count = {
            .kind = (enum screen_kind)row_i64(&rows, 0),
            .bucket = row_i64(&rows, 1),
            .attempts = row_i64(&rows, 2),
            .declines = row_i64(&rows, 3),
        };
        screen_see(ret, &count, now_us);
    }
    return rows_done(&rows);
}

/* ---- counting ------------------------------------------------------------------------------ */

static result add(struct tx *tx, const struct screening *s, const struct screen_marks *marks,
                  const struct screen_count *count)
{
    if (!marks->of[count->kind].is_known || (count->attempts == 0 && count->declines == 0))
        return OK;
    return db_exec(tx_db(tx), SQL_SCREEN_COUNT_ADD, VI(s->tenant), VI(s->merchant), VI(count->kind),
                   mark_value(marks, count->kind), VI(count->bucket), VI(count->attempts),
                   VI(count->declines));
}

/* The kinds whose attempts a limit looks at; of a refusal also the buyer's own marks. */
static result count_attempt(struct tx *tx, const struct screening *s,
                            const struct screen_marks *marks, const struct screen_state *state,
                            bool is_refused, int64_t now_us)
{
    for (int i = SCREEN_NONE + 1; i < SCREEN_KINDS; i++) {
        const enum screen_kind kind = (enum screen_kind)i;
        const bool is_buyers = kind == SCREEN_IP || kind == SCREEN_CARD;
        const bool counts =
            !s->is_counted_before && screen_needs_counts(state, kind, SCREEN_ATTEMPTS);
        const struct screen_count count = {
            .kind = kind,
            .bucket = screen_bucket(now_us),
            .attempts = counts ? 1 : 0,
            .declines = is_refused && is_buyers ? 1 : 0,
        };
        TRY(add(tx, s, marks, &count));
    }
    return OK;
}

static void read_mark(const struct rows *rows, int column, struct screen_hash *ret)
{
    const str hash = row_str(rows, column);
    ret->is_known = hash.bytes == sizeof ret->bytes;
    if (ret->is_known)
        memcpy(ret->bytes, hash.at, sizeof ret->bytes);
}

/* A payment that an allow has let through keeps an address of no bytes, which no address is, and
 * of its marks the card alone: that is put on lists by its payment. */
static const str LET_THROUGH = {"", 0};

void screen_keep(const struct screening *s, struct screen_marks *ret_marks, struct payment *p)
{
    screen_marks(s, ret_marks);
    p->ip_hash = s->is_allowed ? LET_THROUGH : screen_hash_text(&ret_marks->of[SCREEN_IP]);
    p->card_hash = screen_hash_text(&ret_marks->of[SCREEN_CARD]);
    p->bin_hash = s->is_allowed ? STR_NONE : screen_hash_text(&ret_marks->of[SCREEN_BIN]);
}

/* A merchant's own mark tells nothing, and is not kept with its payments. */
static result read_marks(struct tx *tx, const struct app *app, const struct payment *p,
                         struct screen_marks *ret, bool *ret_is_allowed)
{
    struct rows rows;
    *ret = (struct screen_marks){0};
    *ret_is_allowed = false;
    screen_hash(app->vault, p->tenant, SCREEN_MERCHANT, STR_NONE, &ret->of[SCREEN_MERCHANT]);
    TRY(db_query(tx_db(tx), SQL_SCREEN_PAYMENT_MARKS, &rows, VI(p->tenant), VI(p->id.key)));
    if (rows_next(&rows)) {
        *ret_is_allowed = !row_is_null(&rows, 0) && row_str(&rows, 0).bytes == 0;
        read_mark(&rows, 0, &ret->of[SCREEN_IP]);
        read_mark(&rows, 1, &ret->of[SCREEN_CARD]);
        read_mark(&rows, 2, &ret->of[SCREEN_BIN]);
    }
    return rows_done(&rows);
}

/* Whether a limit can bind an attempt at this merchant. */
static result has_limits(struct tx *tx, const struct screening *s, bool *ret)
{
    const struct merchant *root, *merchant;
    TRY(tx_merchant(tx, s->tenant, s->tenant, &root));
    TRY(tx_merchant(tx, s->tenant, s->merchant, &merchant));
    *ret = root->is_live || ((root->screens | merchant->screens) & SCREENS_LIMITS) != 0;
    return OK;
}

static result count_decline(struct tx *tx, const struct screening *s,
                            const struct screen_marks *marks, int64_t now_us)
{
    for (int kind = SCREEN_MERCHANT; kind <= SCREEN_BIN; kind++)
        TRY(add(tx, s, marks,
                &(struct screen_count){.kind = (enum screen_kind)kind,
                                       .bucket = screen_bucket(now_us),
                                       .declines = 1}));
    return OK;
}

result screen_count_decline(struct tx *tx, const struct app *app, const struct payment *p,
                            int64_t now_us)
{
    struct screen_marks marks;
    bool is_counted, is_allowed;
    const struct screening s = {.tenant = p->tenant, .merchant = p->merchant.key};
    TRY(has_limits(tx, &s, &is_counted));
    if (!is_counted)
        return OK;
    TRY(read_marks(tx, app, p, &marks, &is_allowed));
    return is_allowed ? OK : count_decline(tx, &s, &marks, now_us);
}

result screen_count_refusal(struct tx *tx, const struct screening *s, int64_t now_us)
{
    struct screen_marks marks;
    bool is_counted;
    TRY(has_limits(tx, s, &is_counted));
    if (!is_counted || s->is_allowed)
        return OK;
    screen_marks(s, &marks);
    return count_decline(tx, s, &marks, now_us);
}

/* ---- the decision -------------------------------------------------------------------------- */

bool screening_is_hidden(const struct screening *s)
{
    return s->buyer.is_public && method_row(s->method)->flow == FLOW_CARD;
}

static bool needs_counts(const struct screen_state *state)
{
    bool needs = false;
    for (int kind = SCREEN_MERCHANT; kind <= SCREEN_BIN; kind++)
        needs = needs || screen_needs(state, (enum screen_kind)kind);
    return needs;
}

static void count_refusal(enum screen_verdict verdict, enum screen_limit limit)
{
    metric_add(METRIC_SCREEN_REFUSALS,
               LABELS(verdict == SCREEN_BLOCKED ? (unsigned)VALUE_SCREEN_BLOCKED
                                                : (unsigned)screen_limit_row(limit)->kind),
               1);
}

static result decide(struct tx *tx, struct screening *s, int64_t screens, bool has_defaults,
                     int64_t now_us, enum screen_verdict *ret)
{
    struct screen_marks marks;
    struct screen_state state = {.is_counted_before = s->is_counted_before};
    enum screen_limit limit;
    screen_marks(s, &marks);
    for (int i = SCREEN_LIMIT_NONE + 1; has_defaults && i < SCREEN_LIMITS; i++)
        state.rules[i] = screen_limit_row((enum screen_limit)i)->rule;
    if ((screens & SCREENS_LIST) != 0)
        TRY(read_lists(tx, s, &marks, now_us, &state));
    if ((screens & SCREENS_LIMITS) != 0)
        TRY(read_rules(tx, s, &state));
    if (needs_counts(&state))
        TRY(read_counts(tx, s, &marks, now_us, &state));
    *ret = screen_decide(&state, &limit);
    const bool is_refused = *ret != SCREEN_PASSED;
    s->is_allowed = !is_refused && state.is_allowed;
    if (s->is_allowed)
        return OK; /* beyond all limits, and so in none of their counts */
    if (is_refused)
        count_refusal(*ret, limit);
    return count_attempt(tx, s, &marks, &state, is_refused, now_us);
}

result screen_attempt(struct tx *tx, struct screening *s, int64_t now_us, enum screen_verdict *ret)
{
    const struct merchant *root, *merchant;
    TRY(tx_merchant(tx, s->tenant, s->tenant, &root));
    TRY(tx_merchant(tx, s->tenant, s->merchant, &merchant));
    const int64_t screens = root->screens | merchant->screens;
    const bool has_defaults = s->buyer.is_public && root->is_live;
    *ret = SCREEN_PASSED;
    s->is_allowed = false;
    return screens == 0 && !has_defaults ? OK : decide(tx, s, screens, has_defaults, now_us, ret);
}
