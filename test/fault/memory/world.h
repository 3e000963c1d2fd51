/* SPDX-License-Identifier: Apache-2.0 */
/* world.h: the whole server in this process, on a database of its own: what `kessai serve`
 * puts together, in its order, and a client that talks HTTP to it.
 *
 * Used by  test/fault/memory, test/fault/clock_jump.c */
#ifndef KESSAI_TEST_FAULT_MEMORY_WORLD_H
#define KESSAI_TEST_FAULT_MEMORY_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "app/app.h"
#include "http/client.h"
#include "http/http.h"
#include "jobs/jobs.h"
#include "jobs/sink.h"

/* What a template can name: "$payment" is the text of NAME_PAYMENT, and so on. */
enum name {
    NAME_NONE = 0,
    NAME_N,        /* a number that was not used before */
    NAME_PLATFORM, /* the root: a marketplace */
    NAME_PAYEE,    /* its sub-merchant, with money */
    NAME_NUMBER,   /* the $n that the step's need had */
    NAME_PAYMENT,  /* the step's own: what it works on; as the following */
    NAME_MERCHANT, /* a sub-merchant */
    NAME_TOKEN,    /* an unused token */
    NAME_SESSION,
    NAME_CONSENT,  /* that a session asks a wallet's owner for */
    NAME_CUSTOMER, /* with a card */
    NAME_SUBSCRIPTION,
    NAME_SECURE,  /* a secure token */
    NAME_CRES,    /* what its challenge gave the browser */
    NAME_REQUEST, /* a refund request */
    NAME_DISPUTE,
    NAME_EMAIL,
    NAME_LINK, /* a payment link */
    NAME_WEBHOOK,
    NAME_DELIVERY, /* to the webhook */
    NAME_PING,     /* the event of this delivery */
    NAME_UUID,     /* a ledger transaction of the payee's */
    NAME_EVENT,    /* an event */
    NAME_SECRET,   /* key of the root */
    NAME_PUBLISHABLE,
    NAME_SHOP,   /* an ordinary merchant's secret key */
    NAME_MALL,   /* that of a platform with sellers */
    NAME_PERSON, /* an operator's key */
    NAMES
};
enum { NAME_BYTES = 512, TEXT_BYTES_MAX = 64 << 10 };

enum { EFFECTS = 36 };

/* A connection to read with, and its statements; NULL: an effect that the one before counts too. */
struct look {
    struct sqlite3 *db;
    struct sqlite3_stmt *begin, *commit, *effects[EFFECTS], *undelivered;
};

struct world {
    char directory[64], db[80];
    struct arena *arena;
    struct app app;
    struct jobs *jobs;
    struct http *http;
    struct client client;
    bool is_connected, has_sink;
    struct look look;
    const struct clock *clock; /* of the server; NULL: the system's */
    struct sink sink;
    struct client_reply reply;
    char names[NAMES][NAME_BYTES];
    int64_t numbers; /* given out as $n */
};

/* Starts the parts, the merchants with their money, and the sink as an endpoint of the root where
 * has_sink is set. Fails the test when it cannot. */
void world_begin(struct world *w);
/* Stops the server and starts it again on the same files. */
void world_restart(struct world *w);
/* Starts its HTTP server anew: it keeps memory of requests that have ended for later ones, and now
 * it has none. */
void world_cool(struct world *w);
/* Stops the parts, audits, deletes. 0 findings, or the test fails. */
void world_end(struct world *w);

/* A directory of its own for a database, and its end. */
void world_make_directory(struct world *w);
void world_empty_directory(const struct world *w);
void world_remove_directory(struct world *w);

/* Replaces $names. The result is in one of a few buffers that take turns. */
const char *world_expand(const struct world *w, const char *template);

struct call {
    const char *verb, *target; /* templates, like body */
    const char *body;          /* NULL: none; JSON when it starts with "{", a form otherwise */
    enum name key;             /* NAME_NONE: no key is sent */
    const char *scenario;
    bool has_idempotency_key; /* "key-$n" */
    const char *until;        /* a template: the answer does not end, and is read until this came */
};
/* Sends and reads into w->reply; status 0: the connection was closed unanswered. */
void world_call(struct world *w, const struct call *call);

/* Sends and takes a text of the answer as a name; fails the test if the answer is not 200.
 *   path   "refund_requests.0.id"; "url?token" is a parameter of a URL, "url/page"
 *          what follows that in its path; NULL: the id of the
 * answer's object, of the first in a list */
void world_take(struct world *w, const struct call *call, const char *path, enum name name);
/* The same. False: nothing is there. */
bool world_find(struct world *w, const struct call *call, const char *path, enum name name);

void world_disconnect(struct world *w);

/* How many rows there are of everything that can be an effect, since the last mark. */
struct effects {
    int64_t counts[EFFECTS];
};
struct effects world_effects(const struct world *w);
void world_mark(const struct world *w);
const char *world_effect_name(size_t effect);

/* What is due by the root's clock is done. Its caller's allocations are those of this thread. */
void world_settle(const struct world *w);

/* How many deliveries to the sink have not come to an end. */
int64_t world_undelivered(const struct world *w);

/* For world.c: opens and closes what these are read with. */
void world_look_begin(struct world *w);
void world_look_end(struct world *w);

#endif
