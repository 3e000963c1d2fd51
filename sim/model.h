/* SPDX-License-Identifier: Apache-2.0 */
/* model.h: what should be true: a naive second telling of the rules, in plain arrays.
 *
 * It shares with the program the names of things (enumerations) and nothing that decides or
 * computes: rates, taxes, splits, limits, balances, keys and states are told again here, from the
 * references. It is told afterwards: the stream runs some calls through the program, then hands the
 * same calls to the model, which says what each should have been answered. The only inputs of the
 * model besides the calls are the acquirer's answers (rail.h), the clock, and, after a fault, how
 * far a call that was never answered had come (enum fate): a call that was answered must have had
 * its effect, one that was not may or may not.
 *
 * Works run in batches: all that are queued run in order, then each one's end in the same order,
 * which may queue more. A call waits while an operation is under way on its payment.
 *
 * Source   komoju-core 2, 6, 8; komoju-platform 7 to 10, 13; rulings; design D4 to D6 */
#ifndef KESSAI_SIM_MODEL_H
#define KESSAI_SIM_MODEL_H

#include "app/operation.h"
#include "base/id.h"
#include "core/split.h"
#include "intent.h"
#include "rail.h"
#include "store/event.h"

enum {
    TENANTS = 3,
    MERCHANTS_MAX = 16,
    PAYMENTS_MAX = 1024,
    REFUNDS_MAX_MODEL = 16,
    TOKENS_MAX = 256,
    KEYS_MAX = 1024,
    EVENTS_MAX = 4096,
    QUEUE_MAX = 128,
    CURS = CUR_USD + 1 /* JPY and USD are used */
};

enum house { HOUSE_NONE = 0, IN_RAIL, IN_FEE, IN_TAX, IN_CUSTOMER_FEE, HOUSES };

struct model_merchant {
    id id;
    int tenant;
    enum platform_kind kind;
    bool is_enabled, owns_card;
    bool is_visa_only; /* of the card brands */
    int64_t percent_e4, fixed_minor, minimum_minor, customer_fee_minor;
    int64_t balance_minor[CURS], held_minor[CURS];
    int64_t payments;
};

struct model_event {
    enum event_type type;
    int merchant;
    int payment; /* NOBODY: of no payment */
};

struct model_tenant {
    int root; /* merchant */
    int64_t offset_us;
    int64_t house_minor[HOUSES][CURS];
    int64_t entries; /* ledger transactions */
    struct model_event events[EVENTS_MAX];
    int event_count;
};

struct model_op {
    bool is_open;
    enum rail_op op;
    bool is_unknown; /* the client was told that nobody knows */
    id reference;
    int key; /* 0: none */
    int64_t amount_minor, tax_minor, due_us, tries;
    int refund; /* its place among the payment's */
};

struct model_refund {
    enum refund_state state;
    int64_t amount_minor;
    bool is_chargeback;
    id reference;
    size_t line_count;
    struct intent_line lines[LINES_MAX]; /* as posted */
};

struct model_payment {
    id id;
    int tenant, merchant;
    enum pay_state state;
    enum model model;
    bool is_two_step;
    enum currency currency;
    int64_t amount_minor, tax_minor, customer_fee_minor, refunded_minor, refunding_minor;
    enum dispute_mark dispute;
    int64_t deadline_us;
    int order_num, token;
    id reference; /* what the rail knows it by */
    struct model_op op;
    size_t line_count;
    struct intent_line lines[LINES_MAX]; /* of the capture */
    struct model_refund refunds[REFUNDS_MAX_MODEL];
    int refund_count; /* failed ones too */
};

struct model_token {
    id id;
    int tenant;
    enum card_brand brand;
    enum currency currency;
    int64_t expires_us;
    bool is_used;
};

/* By key and tenant. is_done: its answer is given again. */
struct model_key {
    bool is_taken, is_done;
    int64_t fingerprint, sent_us;
    int status;
    bool has_body; /* its answer was seen, with this hash */
    uint64_t body_hash;
};

/* How far a call had come that the program did not answer, or answered with an error of its store:
 * the state of its operation's row. */
enum fate { FATE_NONE = 0, FATE_ABSENT, FATE_SENT, FATE_UNKNOWN, FATE_DONE, FATES };

/* A call of a client: what it asked, what it was told, what it should have been told. */
struct call {
    struct call *next; /* of all that are under way */
    int number;
    struct intent intent;
    int64_t started_us;
    struct arena *arena;
    struct command *command; /* NULL once answered */
    bool is_answered;
    enum err code;
    int status;
    uint64_t body_hash;
    char body_start[160];
    id payment, operation, token; /* that the call made */
    enum fate fate;

    /* the model's */
    bool is_expected;
    enum err expected_code;
    int expected_status;
    int woken_for, waits_for; /* payments; NOBODY: none */
    int touched;              /* payment; NOBODY: none */
    bool has_outcome;
    struct rail_answer outcome;
};

enum item_kind {
    ITEM_NONE = 0,
    ITEM_BEGIN,
    ITEM_FINISH,
    ITEM_EXPIRE,
    ITEM_RESOLVE, /* an inquiry is counted */
    ITEM_SETTLE,  /* its outcome */
};
struct item {
    enum item_kind kind;
    struct call *call;
    int payment;
    struct rail_answer outcome; /* SETTLE */
    enum { NEXT_NONE = 0, NEXT_ANSWERED, NEXT_RAIL, NEXT_WAIT, NEXT_ASK } next;
};

struct oracle {
    struct sim_rail *rail; /* asked for its answers only */
    int64_t now_us;
    struct model_tenant tenants[TENANTS];
    struct model_merchant merchants[MERCHANTS_MAX];
    int merchant_count;
    struct model_payment payments[PAYMENTS_MAX];
    int payment_count;
    struct model_token tokens[TOKENS_MAX];
    int token_count;
    struct model_key keys[KEYS_MAX][TENANTS];
    int key_count;

    struct item queue[QUEUE_MAX];
    int queued;
    struct call *waiting[QUEUE_MAX];
    int waiting_count;
    const char *confusion; /* the calls cannot have gone like this; NULL: all is well */
};

/* ---- model.c: the order of things ------------------------------------------------------------ */

void model_call(struct oracle *m, struct call *call);
void model_expire(struct oracle *m, int payment);
void model_resolve(struct oracle *m, int payment);
/* Runs one batch; false when nothing was queued. */
bool model_step(struct oracle *m);
void model_run(struct oracle *m); /* until nothing is queued */
/* The program has ended: what was waiting is nobody's any more. */
void model_forget_calls(struct oracle *m);
/* Lets the call go on that has waited longest for a payment; NOBODY: refuses those that have waited
 * too long. */
void model_wake(struct oracle *m, int payment);

/* ---- rules.c: may it be? --------------------------------------------------------------------- */

/* What a call is answered at once, or that a rail is asked first. Changes the model when it is not
 * refused. */
enum err rules_begin(struct oracle *m, struct call *call, bool *ret_needs_rail);
/* What a capture would take.   errors as the program's */
enum err rules_capture_amounts(const struct model_payment *p, const struct intent *in,
                               int64_t *ret_amount, int64_t *ret_tax);
int64_t rules_tenth(int64_t minor); /* 10 %, half up */
/* What is left to refund. */
int64_t rules_rest(const struct model_payment *p);

/* V3, V4: what the lines of every split have in common. */
enum err rules_line_merchants(const struct oracle *m, const struct intent *in);
/* rules_refund.c */
enum err rules_refund(struct oracle *m, struct call *call, struct model_payment *p);

/* ---- effects.c: then it is so ---------------------------------------------------------------- */

void effect_event(struct oracle *m, int tenant, int merchant, int payment, enum event_type type);
void effect_capture(struct oracle *m, struct model_payment *p);
void effect_chargeback(struct oracle *m, struct model_payment *p);
void effect_transfer(struct oracle *m, int tenant, int sender, int receiver, int64_t minor);
/* The outcome of the operation that is open on a payment; it ends. */
void effect_outcome(struct oracle *m, struct model_payment *p, enum rail_outcome outcome);
/* Promises (1) or releases (-1) what a refund takes from each party. */
void effect_hold(struct oracle *m, struct model_payment *p, const struct model_refund *r, int sign);
/* What a refund takes from a merchant, net; below 0 it gains. */
int64_t effect_need(const struct oracle *m, const struct model_payment *p,
                    const struct model_refund *r, int merchant);

int64_t model_tenant_now(const struct oracle *m, int tenant);
bool model_is_kept(enum err code); /* under the idempotency key */
int model_status(enum err code);   /* of HTTP */

#endif
