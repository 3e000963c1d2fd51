/* SPDX-License-Identifier: Apache-2.0 */
/* story.h: stories of the API as tables of steps, and the sweep over a step.
 *
 * A step is one call with its normal answer. The sweep makes the call again and again, each time on
 * things of its own and with another allocation refused, until none is left to refuse. Each time:
 *
 *   answer       the normal one, or 500 or 503 in the API's own form, or the end of the connection
 *   second try   the same call with the same idempotency key gives the normal answer; when the
 *                first one was normal, the same bytes
 *   effect       both together leave as many rows as one call without a fault does, or as two of
 *                them, which is the same where a key binds them
 *
 * Used by  test/fault/memory */
#ifndef KESSAI_TEST_FAULT_MEMORY_STORY_H
#define KESSAI_TEST_FAULT_MEMORY_STORY_H

#include "fault/memory/world.h"

/* What a step needs to have before its call. */
enum need {
    NEED_NONE = 0,
    NEED_CAPTURED,   /* $payment: captured, the payee's */
    NEED_AUTHORIZED, /* $payment */
    NEED_DISPUTED,   /* $payment: captured, its dispute open */
    NEED_REFUNDED,   /* $payment */
    NEED_TOKEN,      /* $token */
    NEED_SELLER,     /* $merchant: a seller without a method */
    NEED_SELLER_WITH_METHOD,
};

struct step {
    const char *verb, *pattern; /* a row of routes.def, or another path */
    const char *id;             /* stands for {id}; NULL: there is none */
    const char *query;          /* "?page=2"; NULL: none */
    const char *body;
    const char *scenario;
    int status; /* of the normal answer, which also has: */
    const char *text;
    enum need need;
    enum name key; /* NAME_NONE: the root's secret key */
    bool has_no_key, is_afresh;
    bool is_delivered; /* its event arrives at the sink */
};

/* A table of the file steps.c. */
struct story {
    const char *name;
    const struct step *steps;
    size_t count;
    bool has_sink;
};
extern const struct story STORIES[];
extern const size_t STORY_COUNT;

struct story_figures {
    int64_t steps, normal, busy, ours, closed, second;
};
extern struct story_figures story_figures;

/* Sweeps all steps of a story in a world of its own; the number makes the scopes. */
void story_sweep(const struct story *story, unsigned number);

#endif
