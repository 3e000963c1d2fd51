/* SPDX-License-Identifier: Apache-2.0 */
/* exchange.c: the steps of a request, from its request line to its reply.
 *
 *   exchange_begin    the request line is there: take memory, keep the target
 *   STEP_HEAD         limits, route, authentication, scope; then BODY, or DISCARD with the reply
 *                     ready, or the end of the connection
 *   STEP_BODY         collect; at its end, parse and call the handler
 *   STEP_DISCARD      drop; at its end, reply
 *   STEP_SHED         the wait for a refusal is over: reply
 *   STEP_REPLY        the handler is done, at once or after a suspension: reply
 *   exchange_end      the reply is out, or the connection is gone: give the memory back
 *
 * libmicrohttpd calls exchange_step() once when the headers are complete, then with pieces of the
 * body, then without any when the request is complete, and once more after a suspension. */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metric.h"
#include "http/auth.h"
#include "http/body.h"
#include "http/params.h"
#include "http/server.h"

/* A name that no other request has; it need not be hard to guess,
 * so no randomness is spent on it. */
static void name_request(struct http *http, char ret[ID_TEXT_BYTES])
{
    const int64_t n = atomic_fetch_add(&http->request_count, 1);
    const int64_t spread = (int64_t)((uint64_t)n * UINT64_C(0x9e3779b97f4a7c15));
    id_text((id){http->first_request.key + n, http->first_request.salt ^ spread}, ret);
}

void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *mhd)
{
    struct http *http = cls;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection_state *c = info == NULL ? NULL : info->socket_context;
    struct space *space = c == NULL ? NULL : space_take(http);
    if (c != NULL)
        c->is_starved = space == NULL;
    if (space == NULL)
        return NULL;
    const int64_t now_us = clock_ticks_us();
    const int64_t watch = atomic_load(&c->watch);
    if (watch % PHASE_UNIT == PHASE_IDLE) {
        c->begun_us = now_us;
        (void)watch_set(c, now_us + http->header_us, PHASE_HEAD);
    } else if (watch % PHASE_UNIT == PHASE_HEAD) {
        c->begun_us = watch / PHASE_UNIT - http->header_us;
    }
    c->space = space;
    c->step = STEP_HEAD;
    c->target = arena_str(space->arena, str_of(uri));
    c->target_at = uri;
    refuse_remember(c);
    c->exchange = (struct exchange){
        .reply = {.status = MHD_HTTP_OK, .body = space->reply},
        .arena = space->arena,
        .http = http,
        .app = http->config.app,
        .state = c,
    };
    name_request(http, c->exchange.request.request_id);
    return c;
}

void exchange_end(void *cls, struct MHD_Connection *mhd, void **slot,
                  enum MHD_RequestTerminationCode how)
{
    struct http *http = cls;
    struct connection_state *c = *slot;
    (void)mhd;
    (void)how;
    if (c == NULL || c->space == NULL)
        return;
    refuse_forget(c);
    if (c->stream != NULL)
        stream_exchange_ended(c->stream);
    c->stream = NULL;
    json_decref(c->exchange.request.query);
    json_decref(c->exchange.request.body);
    c->space->reply = c->exchange.reply.body;
    space_give(http, c->space);
    c->space = NULL;
    (void)watch_set(c, clock_ticks_us() + LIMIT_IDLE_MS * US_PER_MS, PHASE_IDLE);
    if (c->has_begun) {
        (void)atomic_fetch_sub(&http->busy, 1);
        metric_add(METRIC_HTTP_IN_FLIGHT, LABELS_NONE, -1);
    }
    c->has_begun = false;
    *slot = NULL;
}

static enum MHD_Result take_line(void *cls, enum MHD_ValueKind kind, const char *name,
                                 size_t name_bytes, const char *value, size_t value_bytes)
{
    (void)kind;
    head_line(cls, (str){name, name_bytes}, (str){value, value_bytes});
    return MHD_YES;
}

static bool read_head(struct connection_state *c, const char *method, const char *version)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    head_start(&c->head, str_of(method), c->target_at, c->target, str_of(version));
    (void)MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, take_line, &c->head);
    return head_end(&c->head, info == NULL ? NULL : method + info->header_size);
}

/* Splits the target into path and query; "http://host/path" is a path too (RFC 9112 3.2.2). */
static result read_target(struct exchange *x, str target, str *ret_query)
{
    if (target.at == NULL)
        return E_NO_MEMORY;
    if (str_starts(target, "http://") || str_starts(target, "https://")) {
        const char *host = strstr(target.at, "://") + 3;
        const char *slash = strchr(host, '/');
        const size_t skipped = slash == NULL ? target.bytes : (size_t)(slash - target.at);
        target = slash == NULL ? S("/") : (str){slash, target.bytes - skipped};
    }
    const char *mark = memchr(target.at, '?', target.bytes);
    const size_t path_bytes = mark == NULL ? target.bytes : (size_t)(mark - target.at);
    x->request.path = (str){target.at, path_bytes};
    *ret_query = mark == NULL ? S("") : (str){mark + 1, target.bytes - path_bytes - 1};
    if (path_bytes > LIMIT_PATH_BYTES || ret_query->bytes > LIMIT_QUERY_BYTES)
        return FAIL(E_BAD_REQUEST, NULL, "The address of the request is too long.");
    return OK;
}

static result authenticate(struct connection_state *c)
{
    struct http *http = c->http;
    char key[LIMIT_KEY_BYTES];
    str found;
    result r = auth_key_read(c->head.authorization, key, sizeof key, &found);
    if (r.code == E_OK)
        r = http->config.authenticate(http->config.app, found, clock_now_us(&CLOCK_SYSTEM),
                                      &c->exchange.request.caller);
    if (r.code == E_OK)
        c->key_mark = rate_limit_mark(http->limiter, found);
    sodium_memzero(key, sizeof key);
    return r;
}

struct peer exchange_from(const struct connection_state *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return peer_find(info == NULL ? NULL : info->client_addr, c->head.forwarded_for,
                     &c->http->proxies);
}

str exchange_client(struct exchange *x)
{
    const struct peer client = exchange_from(x->state);
    char text[PEER_TEXT_BYTES];
    if (!peer_is_known(&client))
        return STR_NONE;
    peer_text(&client, text);
    return arena_str(x->arena, str_of(text));
}

/* A secret key is one caller. A publishable one is in every buyer's hands: each address is one, so
 * that nobody closes the shop to the others. Without a key it is the address. */
static uint64_t caller_mark(const struct connection_state *c)
{
    const struct request *rq = &c->exchange.request;
    if (route_has_key(rq->route) && (rq->caller.is_secret || rq->caller.operator_id != 0))
        return c->key_mark;
    const struct peer client = exchange_from(c);
    const uint64_t mark = rate_limit_mark(c->http->limiter, peer_network(&client));
    return route_has_key(rq->route) ? mark ^ c->key_mark : mark;
}

/* Takes from a bucket of the caller. */
static result take_rate(struct connection_state *c, enum rate_class class, uint64_t mark)
{
    c->rate = rate_limit_take(c->http->limiter, class, mark, clock_ticks_us());
    if (c->rate.is_allowed)
        return OK;
    metric_add(METRIC_RATE_REFUSALS, LABELS((unsigned)class), 1);
    return FAIL(E_TOO_MANY_REQUESTS, NULL, NULL);
}

static result check_rate(struct connection_state *c)
{
    const struct request *rq = &c->exchange.request;
    if (rq->route->scope != SCOPE_OPEN && !rq->caller.is_live && !c->http->config.limits_test_keys)
        return OK;
    return take_rate(c, route_rate(rq->route), caller_mark(c));
}

/* Whose it is that the path names. Looking that up costs the store a read, and whoever guesses has
 * it done before anything is known of him: each address has so many of them. */
static result identify(struct connection_state *c, const struct route *route)
{
    struct http *http = c->http;
    struct request *rq = &c->exchange.request;
    const struct peer client = exchange_from(c);
    TRY(take_rate(c, RATE_LOOKUP, rate_limit_mark(http->limiter, peer_network(&client))));
    return http->config.identify(http->config.app, rq, route, &rq->caller);
}

/* A path of the API that does not exist needs a key as well, so that nobody can explore without
 * one. Beside the API are pages: a browser that misses something of one must not ask for a key. */
static result find_route(struct connection_state *c)
{
    struct request *rq = &c->exchange.request;
    const struct route *route =
        router_find(&c->http->router, rq->verb, rq->path, c->exchange.arena, rq->args);
    c->body_bytes_max = LIMIT_BODY_BYTES;
    if (route == NULL ? str_starts(rq->path, "/api/") : route_has_key(route))
        TRY(authenticate(c));
    if (route == NULL)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    if (route->scope == SCOPE_HOLDER)
        TRY(identify(c, route));
    rq->route = route;
    if (route->body_bytes_max > 0)
        c->body_bytes_max = route->body_bytes_max;
    return auth_check_route(route, &rq->caller);
}

static void keep_headers(struct connection_state *c)
{
    struct request *rq = &c->exchange.request;
    const struct head *head = &c->head;
    rq->scenario = head->scenario;
    rq->api_version = head->api_version;
    rq->last_event_id = head->last_event_id;
    rq->accept_encoding = head->accept_encoding;
    if ((rq->route->flags & ROUTE_IDEMPOTENT) != 0 && rq->verb == VERB_POST)
        rq->idempotency_key =
            head->komoju_key.at != NULL ? head->komoju_key : head->idempotency_key;
}

/* Everything that can be refused before the body has come. */
static result check_head(struct connection_state *c)
{
    struct exchange *x = &c->exchange;
    str query;
    x->request.verb = c->head.verb;
    TRY(read_target(x, c->target, &query));
    if (atomic_load(&c->http->is_stopping))
        return FAIL(E_SHUTTING_DOWN, NULL, NULL);
    if (shed_is_due(c))
        return FAIL(E_OVERLOADED, NULL, NULL);
    x->request.query_raw = query;
    TRY(find_route(c));
    TRY(check_rate(c));
    keep_headers(c);
    if (c->head.body_bytes > c->body_bytes_max)
        return FAIL(E_BODY_TOO_LARGE, NULL, NULL);
    if (c->head.content_encoding.bytes > 0 && !str_is(c->head.content_encoding, "identity"))
        return FAIL(E_BAD_REQUEST, NULL, "Content-Encoding is not supported.");
    if (query.bytes == 0)
        x->request.query = json_incref(c->space->nothing);
    else
        TRY(params_read(query, x->arena, &x->request.query));
    return OK;
}

/* Looks at a head that is one: what is to become of its body. */
static enum MHD_Result take_head(struct connection_state *c)
{
    struct http *http = c->http;
    c->step = STEP_BODY;
    if (c->head.verb == VERB_OPTIONS) { /* preflight: any path, no key, no body */
        c->exchange.request.verb = VERB_OPTIONS;
        c->exchange.reply.status = MHD_HTTP_NO_CONTENT;
        c->step = STEP_DISCARD;
        return MHD_YES;
    }
    c->is_shed = shed_is_due(c) && !c->head.is_chunked && c->head.body_bytes <= LIMIT_DRAIN_BYTES &&
                 !atomic_load(&http->is_stopping);
    if (c->is_shed) {
        c->step = STEP_DISCARD;
        return MHD_YES;
    }
    const result r = check_head(c);
    if (r.code == E_OK)
        return MHD_YES;
    if (c->head.body_bytes > LIMIT_DRAIN_BYTES)
        return refuse_now(c, r);
    reply_error(&c->exchange, r);
    if (r.code == E_TOO_MANY_REQUESTS)
        c->exchange.reply.retry_after_s = c->rate.retry_in_s;
    c->step = STEP_DISCARD;
    return MHD_YES;
}

static enum MHD_Result step_head(struct connection_state *c, const char *method,
                                 const char *version)
{
    struct http *http = c->http;
    (void)atomic_fetch_add(&http->busy, 1);
    metric_add(METRIC_HTTP_IN_FLIGHT, LABELS_NONE, 1);
    c->whole_us = clock_ticks_us();
    c->has_begun = true;
    c->is_kept = c->is_shed = false;
    c->rate = (struct rate_answer){0};
    c->discarded_bytes = 0;
    atomic_store(&c->is_done, false);
    refuse_forget(c);
    if (!read_head(c, method, version)) /* or there was no memory to keep the target */
        return refuse_now(c, c->target.at == NULL ? E_NO_MEMORY : FAIL(E_BAD_REQUEST, NULL, NULL));
    if (!watch_set(c, 0, PHASE_OFF)) /* looking its key up is not the client's time */
        return MHD_NO;
    const enum MHD_Result taken = take_head(c);
    const int64_t spent_us = clock_ticks_us() - c->whole_us;
    const bool is_over = c->step != STEP_BODY && c->step != STEP_DISCARD;
    return is_over || watch_set(c, c->begun_us + spent_us + http->body_us, PHASE_BODY) ? taken
                                                                                       : MHD_NO;
}

static enum MHD_Result discard(struct connection_state *c, size_t *upload_bytes)
{
    c->discarded_bytes += *upload_bytes;
    *upload_bytes = 0;
    return c->discarded_bytes <= LIMIT_DRAIN_BYTES
               ? MHD_YES
               : refuse_now(c, FAIL(E_BODY_TOO_LARGE, NULL, NULL));
}

static enum MHD_Result send_reply(struct connection_state *c)
{
    const int64_t until_us = clock_ticks_us() + LIMIT_REPLY_MS * US_PER_MS;
    return watch_set(c, until_us, PHASE_REPLY) ? reply_send(c) : MHD_NO;
}

/* The request is complete, and one too many. */
static enum MHD_Result hold(struct connection_state *c)
{
    if (!watch_set(c, 0, PHASE_OFF))
        return MHD_NO;
    c->step = STEP_SHED;
    return shed_hold(c) ? MHD_YES : send_reply(c);
}

static enum MHD_Result collect(struct connection_state *c, const char *upload, size_t *upload_bytes)
{
    struct buf *body = &c->space->body;
    if (*upload_bytes <= c->body_bytes_max - body->bytes) {
        buf_put(body, upload, *upload_bytes);
        *upload_bytes = 0;
        return MHD_YES;
    }
    reply_error(&c->exchange, FAIL(E_BODY_TOO_LARGE, NULL, NULL));
    c->step = STEP_DISCARD;
    return discard(c, upload_bytes);
}

/* GET and DELETE have no use for a body; some clients send one all the same. */
static result read_body(struct connection_state *c)
{
    struct request *rq = &c->exchange.request;
    if (c->space->body.is_broken)
        return E_NO_MEMORY;
    if (rq->verb != VERB_GET && rq->verb != VERB_DELETE) {
        rq->body_raw = buf_view(&c->space->body);
        if (rq->body_raw.bytes > 0)
            return body_read(c->head.content_type, rq->body_raw, c->exchange.arena, &rq->body);
    }
    rq->body = json_incref(c->space->nothing);
    return OK;
}

/* Calls the handler unless the server has given up waiting;
 * `kept` holds http_stop() off meanwhile. */
static void handle(struct connection_state *c)
{
    struct http *http = c->http;
    (void)atomic_fetch_add(&http->kept, 1);
    if (atomic_load(&http->is_closed))
        reply_error(&c->exchange, FAIL(E_SHUTTING_DOWN, NULL, NULL));
    else
        c->exchange.request.route->handle(&c->exchange);
    if (!c->is_kept)
        (void)atomic_fetch_sub(&http->kept, 1);
}

/* The request is complete. After the handler, only what this thread wrote is read: a kept exchange
 * is another thread's now. */
static enum MHD_Result run(struct connection_state *c)
{
    struct exchange *x = &c->exchange;
    if (!watch_set(c, 0, PHASE_OFF))
        return MHD_NO;
    c->whole_us = clock_ticks_us();
    c->step = STEP_REPLY;
    const result r = read_body(c);
    if (r.code != E_OK)
        reply_error(x, r);
    else
        handle(c);
    return c->is_kept ? MHD_YES : send_reply(c);
}

void exchange_keep(struct exchange *x)
{
    struct connection_state *c = x->state;
    assert(!c->is_kept && c->step == STEP_REPLY);
    c->is_kept = true;
    MHD_suspend_connection(c->mhd);
}

/* Once the connection is resumed the exchange may be gone; http_stop() waits for `kept`. */
void exchange_finish(struct exchange *x)
{
    struct connection_state *c = x->state;
    struct http *http = c->http;
    assert(c->is_kept && !atomic_load(&c->is_done));
    atomic_store(&c->is_done, true);
    MHD_resume_connection(c->mhd);
    (void)atomic_fetch_sub(&http->kept, 1);
}

enum MHD_Result exchange_step(void *cls, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_bytes, void **slot)
{
    struct connection_state *c = *slot;
    (void)cls;
    (void)mhd;
    (void)url;
    if (c == NULL)
        return MHD_NO;
    switch (c->step) {
    case STEP_HEAD:
        return step_head(c, method, version);
    case STEP_BODY:
        return *upload_bytes > 0 ? collect(c, upload, upload_bytes) : run(c);
    case STEP_DISCARD:
        if (*upload_bytes > 0)
            return discard(c, upload_bytes);
        return c->is_shed ? hold(c) : send_reply(c);
    case STEP_SHED:
        return send_reply(c);
    case STEP_REPLY:
        return !c->is_kept || atomic_load(&c->is_done) ? send_reply(c) : MHD_YES;
    case STEP_NONE:
    case STEPS:
        break;
    }
    return MHD_NO;
}
