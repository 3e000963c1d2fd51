/* SPDX-License-Identifier: Apache-2.0 */
/* api.h: the KOMOJU-compatible API: its routes, and what its handlers share.
 *
 * A handler declares its fields, parses, runs a command or reads, replies; it knows no rule about
 * money. Routes are rows of routes.def; each resource has its file.
 *
 * Used by  cli/serve
 * Source   komoju-core, komoju-platform */
#ifndef KESSAI_API_API_H
#define KESSAI_API_API_H

#include "app/app.h"
#include "app/command.h"
#include "app/merchant.h"
#include "base/json.h"
#include "http/fields.h"
#include "http/http.h"

/* The route table; exchange.app is a struct app. */
const struct route *api_routes(size_t *ret_count);

/* http_config.authenticate: whose key this is.
 * A key that was rolled works until its overlap ends. */
MUST_USE result api_authenticate(void *app, str key, int64_t now_us, struct caller *ret);

/* http_config.identify: whose session a page is about. */
MUST_USE result api_identify(void *app, const struct request *rq, const struct route *route,
                             struct caller *ret);

static inline struct app *api_app(const struct exchange *x)
{
    return x->app;
}

/* A command for this exchange, zeroed and of the caller's tenant: `bytes` is the size of the struct
 * that embeds it. NULL without memory, and the exchange has been answered. */
void *api_command(struct exchange *x, size_t bytes);

/* Runs it under the request's idempotency key, and answers the exchange with what it says. The
 * handler returns at once afterwards and touches neither. */
void api_run(struct exchange *x, struct command *c);
/* Runs it when what it takes has been read well; else it ends, and r is the answer. */
void api_run_if(struct exchange *x, struct command *c, result r);
/* The first id of the path.  errors  E_NOT_FOUND: it is none */
MUST_USE result api_path_id(const struct exchange *x, id *ret);
/* The same with something to do before the answer: `answered` ends with api_answer(c). c->context
 * is the exchange. */
void api_run_with(struct exchange *x, struct command *c, void (*answered)(struct command *c));
/* The same for a command that is not started with command_run(). */
void api_run_by(struct exchange *x, struct command *c, void (*start)(struct command *c),
                void (*answered)(struct command *c));
void api_answer(struct command *c);
/* api_answer() without the last step, exchange_finish(): for what puts the answer into a frame. */
void api_answer_fill(struct command *c);

/* Answers with JSON that has been written into x->reply.body by way of j. */
void api_json(struct exchange *x, struct json *ret_j); /* starts the body of the reply */

/* Wraps a read: r other than E_OK becomes the error reply. */
void api_reply(struct exchange *x, result r);

/* The list envelope of komoju-core 4 around items: opens
 * {"resource":..,"total":..,"page":..,"per_page":.., "last_page":..,"data":[ and leaves the array
 * open; json_end() twice closes it. */
void api_list_begin(struct json *j, const char *resource, int64_t total,
                    const struct list_query *query);

/* The merchant that a path names: the caller's own, or a sub-merchant of its tree, with "not_found"
 * for all else. With a platform key only; an ordinary merchant may name itself. */
MUST_USE result api_merchant(struct exchange *x, struct db *db, str id_text,
                             struct merchant_row *ret);

/* The session of the path, for a key of the platform or of the merchant that processes it.
 *   errors  E_NOT_FOUND */
struct session;
MUST_USE result api_session(struct exchange *x, struct db *db, struct session *ret);

/* Handlers, by file. */
#define ROUTE(verb, pattern, handle, scope, flags, body, ...) void handle(struct exchange *x);
#include "api/routes.def"
#undef ROUTE

#endif
