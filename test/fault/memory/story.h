/* SPDX-License-Identifier: Apache-2.0 */
/* story.h: stories of the API as tables of steps, and the sweep over a step.
 *
 * A step is one call with its normal answer. The sweep makes the call again and again, each time on
 * things of its own and with another allocation refused, until none is left to refuse. Each time:
 *
 *   answer       the normal one, with every member that it has without a fault, or 500 or 503 in
 *                the API's own form, or the end of the connection
 *                A rail that finds no memory is silent: then what the step says of that
 *   second try   the same call with the same idempotency key gives the normal answer; when the
 *                first one was normal, the same bytes
 *                A call that no key binds may instead be answered as one that was made twice
 *   effect       both together leave as many rows as one call without a fault does, or as two of
 *                them, which is the same where a key binds them
 *
 * Used by  test/fault/memory */
#ifndef KESSAI_TEST_FAULT_MEMORY_STORY_H
#define KESSAI_TEST_FAULT_MEMORY_STORY_H

#include "fault/memory/needs.h"

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
    bool has_no_key;
    bool is_delivered; /* its event arrives at the sink */
    bool is_settled;   /* what it makes due is done too, with the fault: the root's charges */
    bool is_endless;   /* a stream: it is read until the text has come */
    bool is_dry;       /* it is only asked what would be: no key is sent, none would be kept */
    int unsaid;        /* status where the rail was silent, and nothing was done; 0: never so */
    int again;         /* status of a second one, which has no effect; 0: as the first */
};

/* A table of steps. */
struct story {
    const char *name;
    const struct step *steps;
    size_t count;
    bool has_sink;
};
extern const struct story *const STORIES[];
extern const size_t STORY_COUNT;

struct story_figures {
    int64_t steps, normal, busy, ours, closed, second;
};
extern struct story_figures story_figures;

/* Sweeps all steps of a story in a world of its own; the number makes the scopes. A site fails once
 * in each kind of call: those of one route with one effect, and all that have none. */
void story_sweep(const struct story *story, unsigned number);

#endif
