/* SPDX-License-Identifier: Apache-2.0 */
/* call.h: turns what a client asks into a command of src/app, and keeps what it was answered. */
#ifndef KESSAI_SIM_CALL_H
#define KESSAI_SIM_CALL_H

#include "app/app.h"
#include "model.h"

/* A new call, and runs its command. */
struct call *call_start(struct app *app, const struct oracle *model, const struct intent *intent,
                        int number);
/* Takes the ids of what a call that is under way has made so far. */
void call_peek(struct call *call);
/* The program has ended without an answer. */
void call_abandon(struct call *call);
void call_free(struct call *call);

/* Whether the answer says that the store failed, so that nobody knows what became of the call. */
bool call_failed(const struct call *call);

/* Reads how far a call had come from the row of its operation, which its key leads to: fate, and
 * the ids of what it made. The key is the call's own.  errors  those of the store */
MUST_USE result call_read_fate(struct call *call, const struct oracle *model, struct db *db);

/* "#12 refund of payment 3 by tenant 1, key 4" into a text of the arena. */
const char *call_text(const struct call *call, struct arena *arena);

uint64_t hash_bytes(const void *at, size_t bytes);
id wire_after(str body, const char *before); /* the first id after a text; key 0: none */

#endif
