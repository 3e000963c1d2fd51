/* SPDX-License-Identifier: Apache-2.0 */
/* stage.h: the real app on a real store, with the scripted rail for an acquirer and a clock that
 * only moves when it is told to.
 *
 * Clock and rail are in memory that a fork shares and outlive the store, which can be closed, or
 * left behind by a process that is killed, and opened again.
 *
 * Used by  test/app/test_rail_faults, test_rail_kills */
#ifndef KESSAI_TEST_STAGE_H
#define KESSAI_TEST_STAGE_H

#include <pthread.h>

#include "app/payment.h"
#include "place.h"
#include "rails/scripted.h"

enum { STAGE_YEN = 1000, STAGE_ROUNDS_MAX = 80, STAGE_RAIL_THREADS = 3 };

struct stage_clock; /* shared */

struct stage {
    char directory[40];
    struct arena *arena;
    const char *url;
    struct stage_clock *clock;
    struct scripted *scripted;
    struct merchant_root root;
    struct app app; /* its store: open between stage_open and stage_close */
    int64_t keys;   /* idempotency keys made so far */
};

/* moment and context: scripted.h. The rail says that it may block, so it is called on the pool. */
void stage_begin(struct stage *s, const struct scripted_config *config);
void stage_open(struct stage *s);  /* store, vault, threads */
void stage_close(struct stage *s); /* the same; no thread is left */
void stage_end(struct stage *s);   /* the auditor: 0 findings; removes everything. Not open */

int64_t stage_now_us(const struct stage *s);
void stage_move_clock(struct stage *s, int64_t to_us); /* never back */

/* One command of a client, and what it was told. For the payment's later operations: payment and
 * root as the first one filled them. */
struct step {
    enum rail_op op;
    const char *scenario; /* NULL: none */
    int64_t key;          /* idempotency key; 0: none */
    id payment, root;     /* root: the authorization or charge, the rail's reference */
    id operation;         /* filled: of this step; key 0 when it was answered without one */
    enum err told;        /* filled; E_OK also when an answer that was kept is given again: */
    int http_status;      /* ... what that was */
    /* Runs in the finish transaction before it commits; NULL: nothing. */
    void (*before_commit)(void);
};
void stage_run(struct stage *s, struct step *step);
int64_t stage_key(struct stage *s); /* a new idempotency key */

/* What one thread waits for and another rings. */
struct bell {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    bool is_rung;
};
#define BELL                                                                                       \
    {                                                                                              \
        PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false                                 \
    }
void bell_ring(void *bell);
void bell_wait(struct bell *bell);

/* The inquiry job for one operation, once, whether or not it is due. The first only starts it. */
void stage_resolve_start(struct stage *s, int64_t operation, struct bell *done);
void stage_resolve(struct stage *s, int64_t operation);
/* The same when it is due, with the clock moved there, until it has ended or has been asked that
 * many times.   returns  its row; texts in the arena */
struct operation stage_settle(struct stage *s, int64_t operation, int64_t tries_max);
struct operation stage_operation(struct stage *s, int64_t operation);
/* The next open operation after one (0: the first); 0 when there is none. */
int64_t stage_next_open(struct stage *s, int64_t after);

/* A payment with its refunds; in the arena. */
struct payment stage_payment(struct stage *s, id payment);
/* What the acquirer owes us by our ledger, in yen. */
int64_t stage_acquirer_minor(struct stage *s);

/* Our rows and the rail's books agree about a payment that nothing is under way on; the message
 * says what was tried. */
void stage_check_books(struct stage *s, const struct step *step, const char *what);

#endif
