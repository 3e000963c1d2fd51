/* SPDX-License-Identifier: Apache-2.0 */
/* flow.h: ways that money takes, step by step, as a client would ask for them.
 *
 * Every step but the moving of time is a call with an idempotency key of its own, or with that of
 * an earlier step. A client tries a step again, under the same key, when the answer says that this
 * may help, and asks for nothing more when it does not.
 *
 * Used by  test/fault */
#ifndef KESSAI_TEST_FAULT_FLOW_H
#define KESSAI_TEST_FAULT_FLOW_H

#include "scene.h"

enum act {
    ACT_NONE = 0,
    ACT_CHARGE,
    ACT_AUTHORIZE,
    ACT_CAPTURE, /* amount 0: all */
    ACT_CANCEL,
    ACT_REFUND,    /* amount 0: what the lines say, or all */
    ACT_OPEN_CASE, /* a chargeback is opened */
    ACT_LOSE_CASE, /* and lost */
    ACT_SEND,      /* from the platform to a sub-merchant */
    ACT_SEND_BACK, /* the other way */
    ACT_PASS_TIME, /* beyond every deadline */
    ACT_EXPIRE,    /* the job that ends an authorization; no key */
    ACT_MAKE_TOKEN,
    ACT_USE_TOKEN, /* a charge with it */
    ACTS
};

struct step {
    enum act act;
    int of;  /* the step whose payment or token this is about */
    int key; /* 1 + the step whose key this one uses; 0: its own */
    int64_t amount_minor;
    struct {
        int64_t amount_minor, fee_minor;
    } lines[SUBS];        /* amount 0: none */
    const char *scenario; /* of the acquirer */
};

struct money_flow {
    const char *name;
    struct step steps[STEPS_MAX];
};
extern const struct money_flow FLOW_LIST[];
extern const int FLOW_COUNT;

int flow_length(const struct money_flow *flow);

/* Plays the steps, noting in `told` what the client was told; stops at the first that was not
 * answered for good, which is not a finding by itself. Open scene.
 *   told   STEPS_MAX of them; the ids of earlier steps are taken from here
 *   after  called after each step that was answered for good; may be NULL */
void flow_play(struct scene *scene, const struct money_flow *flow, struct told *told,
               void (*after)(struct scene *scene, int step));

/* Whether the answer stands: what it says has happened or will not happen. */
bool told_is_final(const struct told *told);
/* Whether every answer so far was that nothing was changed and the same may be tried again. */
bool told_is_refused(const struct told *told);

#endif
