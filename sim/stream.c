/* SPDX-License-Identifier: Apache-2.0 */
#include "stream.h"

#include <assert.h>

enum { PICKS = 12, RECENT = 64 };

/* A weighted choice: rows of (weight, value), the last has weight 0. */
struct choice {
    int weight, value;
};

static int choose(struct dice *d, const struct choice *choices)
{
    int sum = 0;
    for (const struct choice *c = choices; c->weight > 0; c++)
        sum += c->weight;
    int64_t at = dice_below(d, sum);
    while (at >= choices->weight)
        at -= (choices++)->weight;
    return choices->value;
}

static int any_merchant(struct world *w)
{
    return (int)dice_below(&w->dice, w->model.merchant_count);
}

/* Some merchant of a tenant and kind; NOBODY when the dice find none. */
static int merchant_of(struct world *w, int tenant, enum platform_kind kind)
{
    for (int i = 0; i < PICKS; i++) {
        const int n = any_merchant(w);
        if (w->model.merchants[n].tenant == tenant && w->model.merchants[n].kind == kind)
            return n;
    }
    return NOBODY;
}

static enum platform_kind kind_of(const struct world *w, int tenant)
{
    return w->model.merchants[w->model.tenants[tenant].root].kind;
}

static int64_t some_amount(struct dice *d)
{
    switch (
        choose(d, (const struct choice[]){{80, 0}, {6, 1}, {4, 2}, {2, 3}, {2, 4}, {6, 5}, {0}})) {
    case 1:
        return 1;
    case 2:
        return 9999999;
    case 3:
        return 10000000;
    case 4:
        return dice_between(d, -1, 0);
    case 5:
        return dice_between(d, 2, 99);
    default:
        return dice_between(d, 100, 20000);
    }
}

static const char *some_script(struct dice *d)
{
    static const char *const SCRIPTS[] = {NULL,     "refuse",  "lost:0", "lost:1",
                                          "lost:3", "never:0", "never:2"};
    return SCRIPTS[choose(
        d, (const struct choice[]){{72, 0}, {8, 1}, {8, 2}, {4, 3}, {3, 4}, {3, 5}, {2, 6}, {0}})];
}

/* ---- splits ---------------------------------------------------------------------------------- */

static struct intent_line line_of(struct dice *d, int merchant, int64_t amount)
{
    int64_t fee = amount < 1 || dice_chance(d, 20) ? 0 : dice_between(d, 0, amount / 4);
    if (dice_chance(d, 8))
        fee = amount;
    return (struct intent_line){.merchant = merchant,
                                .has_amount = true,
                                .has_fee = fee > 0 || dice_chance(d, 50),
                                .amount_minor = amount,
                                .fee_minor = fee};
}

static bool has_line(const struct intent_split *s, int merchant)
{
    for (size_t i = 0; i < s->line_count; i++)
        if (s->lines[i].merchant == merchant)
            return true;
    return false;
}

static void split_among_payouts(struct world *w, struct intent *in, int64_t base)
{
    struct intent_split *s = &in->split;
    const int64_t wanted = dice_between(&w->dice, 1, 3);
    int64_t left = base;
    for (int64_t i = 0; i < wanted; i++) {
        const int merchant = merchant_of(w, in->tenant, KIND_PAYOUT);
        if (merchant == NOBODY || has_line(s, merchant))
            continue;
        const int64_t part = i + 1 == wanted || left < 1 ? left : dice_between(&w->dice, 0, left);
        s->lines[s->line_count++] = line_of(&w->dice, merchant, part);
        left -= part;
    }
    if (s->line_count > 0)
        s->lines[s->line_count - 1].amount_minor += left;
}

/* A split that fits what is captured: `base`, of the payment that `processor` processes. */
static void fill_split(struct world *w, struct intent *in, int64_t base, int processor)
{
    struct intent_split *s = &in->split;
    const enum platform_kind kind = kind_of(w, in->tenant);
    s->processor = NOBODY;
    if (kind == KIND_ORDINARY)
        return;
    s->is_present = s->has_lines = true;
    if (kind == KIND_MARKETPLACE) {
        split_among_payouts(w, in, base);
        return;
    }
    s->has_processor = processor == NOBODY || dice_chance(&w->dice, 30);
    s->processor = processor != NOBODY ? processor : merchant_of(w, in->tenant, KIND_SELLER);
    s->lines[0] = line_of(&w->dice, s->processor, base);
    s->lines[0].has_amount = dice_chance(&w->dice, 70);
    s->line_count = 1;
}

static void spoil_split(struct world *w, struct intent *in)
{
    struct intent_split *s = &in->split;
    struct intent_line *last = &s->lines[s->line_count == 0 ? 0 : s->line_count - 1];
    switch (dice_below(&w->dice, 13)) {
    case 0:
        last->amount_minor++;
        break;
    case 1:
        last->amount_minor--;
        break;
    case 2:
        last->merchant = NOBODY;
        break;
    case 3:
    case 4:
        last->merchant = any_merchant(w); /* often another tenant's */
        break;
    case 5:
        s->lines[1] = s->lines[0];
        s->line_count = 2;
        break;
    case 6:
        last->has_fee = true;
        last->fee_minor = last->amount_minor + 1;
        break;
    case 7:
        last->has_amount = false;
        break;
    case 8:
        *s = (struct intent_split){.processor = NOBODY};
        break;
    case 9:
        s->has_lines = false;
        s->line_count = 0;
        break;
    case 10:
        s->is_present = s->has_processor = true;
        s->processor = dice_chance(&w->dice, 30) ? NOBODY : any_merchant(w);
        break;
    case 11:
        s->is_present = s->has_lines = true;
        s->line_count = 0;
        break;
    default:
        last->has_fee = true;
        last->fee_minor = -1;
        break;
    }
}

/* ---- requests -------------------------------------------------------------------------------- */

static void make_create(struct world *w, struct intent *in)
{
    struct dice *d = &w->dice;
    in->currency =
        dice_chance(d, kind_of(w, in->tenant) == KIND_ORDINARY ? 20 : 3) ? CUR_USD : CUR_JPY;
    in->amount_minor = some_amount(d);
    in->tax = (enum intent_tax)choose(
        d, (const struct choice[]){
               {70, INTENT_TAX_OMITTED}, {15, INTENT_TAX_AUTO}, {15, INTENT_TAX_GIVEN}, {0}});
    in->tax_minor = dice_chance(d, 5) ? -1 : dice_between(d, 0, 500);
    in->is_captured = dice_chance(d, 60);
    const int64_t tax = in->tax == INTENT_TAX_AUTO    ? rules_tenth(in->amount_minor)
                        : in->tax == INTENT_TAX_GIVEN ? in->tax_minor
                                                      : 0;
    fill_split(w, in, in->amount_minor + tax, NOBODY);
    if (dice_chance(d, 15))
        spoil_split(w, in);
    if (dice_chance(d, 12) && w->model.token_count > 0)
        in->token = (int)dice_below(d, w->model.token_count);
    in->brand = dice_chance(d, 15) ? BRAND_JCB : BRAND_VISA;
    in->order_num = dice_chance(d, 10) ? (int)dice_between(d, 1, 4) : 0;
}

static void make_capture(struct world *w, struct intent *in)
{
    struct dice *d = &w->dice;
    const struct model_payment *p = &w->model.payments[in->payment];
    in->has_amount = dice_chance(d, 60);
    in->amount_minor = p->amount_minor;
    switch (dice_below(d, 5)) {
    case 0:
        in->amount_minor++;
        break;
    case 1:
    case 2:
        in->amount_minor = dice_between(d, dice_chance(d, 10) ? 0 : 1, p->amount_minor);
        break;
    default:
        break;
    }
    in->tax = dice_chance(d, 80)   ? INTENT_TAX_OMITTED
              : dice_chance(d, 30) ? INTENT_TAX_AUTO
                                   : INTENT_TAX_GIVEN;
    in->tax_minor = dice_between(d, dice_chance(d, 10) ? -1 : 0, p->tax_minor + 1);
    int64_t amount = in->has_amount ? in->amount_minor : p->amount_minor;
    int64_t tax = amount == p->amount_minor ? p->tax_minor : 0;
    (void)rules_capture_amounts(p, in, &amount, &tax);
    fill_split(w, in, amount + tax, p->merchant);
    if (dice_chance(d, 12))
        spoil_split(w, in);
}

/* Explicit lines for a refund: what each sub-merchant gives back, and the platform. */
static void split_refund(struct world *w, struct intent *in, const struct model_payment *p)
{
    struct intent_split *s = &in->split;
    int64_t left = in->amount_minor;
    s->is_present = s->has_lines = true;
    for (size_t i = 0; i < p->line_count; i++) {
        const bool is_last = i + 1 == p->line_count;
        const int64_t part = is_last || left < 1 ? left : dice_between(&w->dice, 0, left);
        const int64_t fee = part < 1 ? 0 : dice_between(&w->dice, 0, part / 5);
        s->lines[s->line_count++] = (struct intent_line){.merchant = p->lines[i].merchant,
                                                         .has_amount = true,
                                                         .has_fee = true,
                                                         .amount_minor = part - fee,
                                                         .fee_minor = fee};
        left -= part;
    }
}

static void make_refund(struct world *w, struct intent *in)
{
    struct dice *d = &w->dice;
    const struct model_payment *p = &w->model.payments[in->payment];
    const int64_t rest = rules_rest(p);
    in->amount_minor = rest;
    in->has_amount = dice_chance(d, 65);
    switch (dice_below(d, 6)) {
    case 0:
        in->amount_minor = rest + 1;
        break;
    case 1:
        in->amount_minor = dice_between(d, -1, 1);
        break;
    case 2:
    case 3:
        in->amount_minor = rest < 2 ? rest : dice_between(d, 1, rest);
        break;
    default:
        break;
    }
    in->split.processor = NOBODY;
    const bool is_part = in->has_amount && in->amount_minor < p->amount_minor + p->tax_minor;
    if (p->model != MODEL_ALONE && p->line_count > 0 && (is_part || dice_chance(d, 35)))
        split_refund(w, in, p);
    if (dice_chance(d, 10))
        spoil_split(w, in);
}

static void make_happen(struct world *w, struct intent *in)
{
    in->happening = (enum payment_happening)choose(
        &w->dice, (const struct choice[]){{25, HAPPENING_CHARGEBACK_OPENED},
                                          {20, HAPPENING_CHARGEBACK_LOST},
                                          {25, HAPPENING_CHARGEBACK_WON},
                                          {10, HAPPENING_EXPIRED},
                                          {10, HAPPENING_FAILED},
                                          {10, HAPPENING_CANCELLED},
                                          {0}});
}

static void make_transfer(struct world *w, struct intent *in)
{
    struct dice *d = &w->dice;
    const struct oracle *m = &w->model;
    const int root = m->tenants[in->tenant].root;
    const enum platform_kind kind = kind_of(w, in->tenant);
    const int sub =
        merchant_of(w, in->tenant, kind == KIND_MARKETPLACE ? KIND_PAYOUT : KIND_SELLER);
    const bool is_down = dice_chance(d, 50);
    in->currency = dice_chance(d, 3) ? CUR_USD : CUR_JPY;
    in->sender = is_down ? root : sub;
    in->receiver = is_down ? sub : root;
    if (dice_chance(d, 8))
        in->receiver = any_merchant(w);
    if (dice_chance(d, 5))
        in->sender = any_merchant(w);
    const struct model_merchant *from = in->sender == NOBODY ? NULL : &m->merchants[in->sender];
    const int64_t free_minor =
        from == NULL ? 1 : from->balance_minor[CUR_JPY] - from->held_minor[CUR_JPY];
    in->amount_minor = free_minor;
    if (dice_chance(d, 30))
        in->amount_minor = free_minor + 1;
    else if (dice_chance(d, 70) && free_minor > 1)
        in->amount_minor = dice_between(d, 1, free_minor);
}

static void make_token(struct world *w, struct intent *in)
{
    in->currency = dice_chance(&w->dice, 70) ? CUR_NONE : CUR_JPY;
    in->brand = dice_chance(&w->dice, 20) ? BRAND_JCB : BRAND_VISA;
}

static void make_clock(struct world *w, struct intent *in)
{
    in->advance_s = dice_chance(&w->dice, 10)   ? -1
                    : dice_chance(&w->dice, 30) ? dice_between(&w->dice, 1, 32) * 86400
                                                : dice_between(&w->dice, 0, 7200);
}

static void make_nothing(struct world *w, struct intent *in)
{
    (void)w, (void)in;
}

/* What each kind is about: a payment in a state (PAY_NONE: any), or none. */
static const struct {
    bool is_about_payment;
    enum pay_state wanted;
    void (*make)(struct world *w, struct intent *in);
} KINDS[INTENT_KINDS] = {
    [INTENT_CREATE] = {false, PAY_NONE, make_create},
    [INTENT_CAPTURE] = {true, PAY_AUTHORIZED, make_capture},
    [INTENT_CANCEL] = {true, PAY_AUTHORIZED, make_nothing},
    [INTENT_REFUND] = {true, PAY_CAPTURED, make_refund},
    [INTENT_HAPPEN] = {true, PAY_CAPTURED, make_happen},
    [INTENT_UPDATE] = {true, PAY_NONE, make_nothing},
    [INTENT_TRANSFER] = {false, PAY_NONE, make_transfer},
    [INTENT_TOKEN] = {false, PAY_NONE, make_token},
    [INTENT_CLOCK] = {false, PAY_NONE, make_clock},
};

/* ---- putting it together --------------------------------------------------------------------- */

/* A payment, in the wanted state if the dice find one; NOBODY when there is none at all. */
static int some_payment(struct world *w, enum pay_state wanted)
{
    const struct oracle *m = &w->model;
    int found = NOBODY;
    for (int i = 0; i < PICKS && m->payment_count > 0; i++) {
        found = (int)dice_below(&w->dice, m->payment_count);
        if (wanted == PAY_NONE || m->payments[found].state == wanted)
            break;
    }
    return found;
}

/* Another tenant's payment, a wrong id, no id: must be as if it were not there. */
static void spoil_id(struct world *w, struct intent *in)
{
    if (dice_chance(&w->dice, 8))
        in->tenant = (int)dice_below(&w->dice, TENANTS);
    else if (dice_chance(&w->dice, 2))
        in->is_salt_wrong = true;
    else if (dice_chance(&w->dice, 1))
        in->payment = NOBODY;
}

static struct intent fresh_intent(struct world *w, int focus)
{
    static const struct choice WANTED[] = {{40, INTENT_CREATE},  {14, INTENT_CAPTURE},
                                           {5, INTENT_CANCEL},   {18, INTENT_REFUND},
                                           {6, INTENT_HAPPEN},   {3, INTENT_UPDATE},
                                           {7, INTENT_TRANSFER}, {5, INTENT_TOKEN},
                                           {2, INTENT_CLOCK},    {0, 0}};
    static const struct choice TENANT[] = {{25, 0}, {40, 1}, {35, 2}, {0, 0}};
    struct oracle *m = &w->model;
    struct intent in = {.payment = NOBODY, .token = NOBODY};
    in.kind = (enum intent_kind)choose(&w->dice, WANTED);
    in.tenant = choose(&w->dice, TENANT);
    if (KINDS[in.kind].is_about_payment) {
        in.payment = focus != NOBODY ? focus : some_payment(w, KINDS[in.kind].wanted);
        if (in.payment == NOBODY || m->payments[in.payment].refund_count > REFUNDS_MAX_MODEL - 8) {
            in.kind = INTENT_CREATE;
            in.payment = NOBODY;
        } else {
            in.tenant = m->payments[in.payment].tenant;
        }
    }
    KINDS[in.kind].make(w, &in);
    in.script = some_script(&w->dice);
    if (KINDS[in.kind].is_about_payment)
        spoil_id(w, &in);
    in.fingerprint = w->call_count + 1;
    return in;
}

struct intent stream_next(struct world *w, int focus, bool is_fresh)
{
    static struct intent recent[RECENT]; /* those with a key; a process runs one seed */
    static int recent_count;
    struct oracle *m = &w->model;
    struct dice *d = &w->dice;
    const bool has_recent = recent_count > 0 && !is_fresh;
    const int at =
        recent_count == 0 ? 0 : (int)dice_below(d, recent_count < RECENT ? recent_count : RECENT);
    if (has_recent && dice_chance(d, 9))
        return recent[at];
    struct intent in = fresh_intent(w, focus);
    if (has_recent && dice_chance(d, 3)) {
        in.key = recent[at].key; /* another request under the same key */
    } else if ((is_fresh || dice_chance(d, 45)) && m->key_count < KEYS_MAX) {
        in.key = m->key_count++;
        recent[recent_count++ % RECENT] = in;
    }
    return in;
}
