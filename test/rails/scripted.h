/* SPDX-License-Identifier: Apache-2.0 */
/* scripted.h: a rail that can be told to misbehave, with books of its own that are the truth.
 *
 * The scenario of a call (the Komoju-Scenario header) names a row of misbehave.def: what the rail
 * really does with it, what it answers, what inquiries about it answer and how it takes to being
 * reversed. A call without a scenario is met honestly. In its books the rail keeps to what a sane
 * acquirer would: one effect for one reference, one capture of an authorization and not more than
 * it, not more refunded than captured, nothing captured that was voided; a void of what it never
 * heard of is remembered and stops it when it comes late.
 *
 * The books are in memory that a fork shares, so what a killed child did stays known to its parent.
 * Thread-safe.
 *
 * Used by  test/app (stage.h) */
#ifndef KESSAI_TEST_SCRIPTED_H
#define KESSAI_TEST_SCRIPTED_H

#include "base/clock.h"
#include "rails/rail.h"

enum misbehave_books {
    BOOKS_NONE = 0,
    BOOKS_DOES,
    BOOKS_REFUSES,
    BOOKS_NOTHING,
    BOOKS_OTHER_SUM,
    BOOKS_OTHER_CURRENCY,
    BOOKS_TWICE,
    BOOKS_LATE,
    BOOKS_SLOW,
    BOOKS_SLOW_LATE
};

enum {
    MISBEHAVE_ROWS = 0
#define MISBEHAVE(name, slug, ops, books, call, inquiries, voids, seconds, operator, text) +1
#include "misbehave.def"
#undef MISBEHAVE
};
struct misbehave {
    const char *slug, *ops; /* ops: letters of "ACPVR" */
    enum misbehave_books books;
    char call;
    const char *inquiries, *voids;
    int64_t seconds;
    const char *operator_ops, *text;
};
extern const struct misbehave MISBEHAVE[MISBEHAVE_ROWS];
char misbehave_letter(enum rail_op op); /* 'A', 'C', 'P', 'V', 'R' */
bool misbehave_applies(const struct misbehave *row, enum rail_op op);
bool misbehave_is_for_operator(const struct misbehave *row, enum rail_op op);

/* Moments at which a test may do something of its own; the rail's lock is not held. */
enum scripted_moment {
    MOMENT_NONE = 0,
    MOMENT_CALLED,   /* the call has arrived, nothing has been done */
    MOMENT_WAITING,  /* rows SLOW and SLOW_LATE: `seconds` pass now; whoever owns the clock moves it
                      */
    MOMENT_DONE,     /* the books are written, the answer is on its way */
    MOMENT_INQUIRED, /* the answer to an inquiry is on its way; call has a reference only */
    MOMENTS
};

struct scripted_config {
    const struct clock *clock;
    bool is_instant; /* says that it does not block */
    void (*moment)(void *context, enum scripted_moment moment, const struct rail_call *call,
                   int64_t seconds); /* may be NULL */
    void *context;
};

/* How long after its call a request may arrive at this rail: rail->late_us. */
#define SCRIPTED_LATE_US (INT64_C(60) * US_PER_S)

struct scripted;
struct scripted *scripted_open(const struct scripted_config *config); /* NULL: no memory */
struct rail *scripted_rail(struct scripted *s);                       /* its close closes all */
/* Misbehaves no more: whatever a row says, answers and reversals are honest from now on. */
void scripted_reform(struct scripted *s);

/* What the books say of an authorization or charge with all that followed it, in its currency. */
struct scripted_sum {
    enum currency currency;
    int64_t held_minor;     /* authorized, neither captured nor voided */
    int64_t captured_minor; /* charged or captured, and not voided */
    int64_t refunded_minor;
    int64_t other_count; /* entries that stand and are of another sum or currency than was asked */
    int64_t pending_count; /* requests that have yet to arrive */
};
void scripted_sum(struct scripted *s, id root, struct scripted_sum *ret);
/* Captured less refunded, over everything, in one currency. */
int64_t scripted_total_minor(struct scripted *s, enum currency currency);

/* For the summary of a test. */
struct scripted_count {
    int64_t calls, inquiries, voids, entries;
};
struct scripted_count scripted_count(struct scripted *s);

#endif
