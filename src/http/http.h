/* SPDX-License-Identifier: Apache-2.0 */
/* http.h: the server: takes requests apart, asks who is calling, finds the route, sends the reply.
 *
 * Order of a request (design 7): limits -> path and route row -> authentication -> scope -> body ->
 * handler. A handler never checks rights, keys, sizes or versions itself: the route row does, so
 * nothing can forget to (design D15). A handler either fills the reply and returns, or keeps the
 * exchange and calls exchange_finish() later, from any thread; until then the connection is
 * suspended and costs no thread.
 *
 * Used by  api, gateway, web, cli/serve
 * Source   RFC 9110, 9112, 7617 (Basic); komoju-core 1, 2, 5 */
#ifndef KESSAI_HTTP_HTTP_H
#define KESSAI_HTTP_HTTP_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/result.h"
#include "base/str.h"
#include "http/rate_limit.h"

enum verb {
    VERB_NONE = 0,
    VERB_GET,
    VERB_POST,
    VERB_PATCH,
    VERB_PUT,
    VERB_DELETE,
    VERB_OPTIONS,
    VERBS
};

const char *verb_name(enum verb verb); /* "GET"; "-" for VERB_NONE */

/* Who may call a route. */
enum scope {
    SCOPE_NONE = 0,
    SCOPE_OPEN,     /* no key: health */
    SCOPE_HOLDER,   /* no key: the id in the path is one, of a session for its page */
    SCOPE_CLIENT,   /* secret or publishable key */
    SCOPE_SECRET,   /* secret key of any merchant */
    SCOPE_PLATFORM, /* secret key of a platform or marketplace; others 403 */
    SCOPE_TEST,     /* secret key, test mode only; 404 with a live key */
    SCOPE_OPERATOR, /* key of a person of the operator, with the right of the row; others 403 */
    SCOPES
};

/* Whose key it was; looked up by the authenticate function. */
struct caller {
    int64_t tenant;   /* the root merchant of the tree */
    int64_t merchant; /* whose key it is: the root, or a sub-merchant (publishable only) */
    bool is_live;
    bool is_secret;
    bool is_platform;    /* the root is a platform or marketplace */
    int64_t operator_id; /* the person of the operator whose key it is; 0: a merchant's key */
    int64_t rights;      /* what that person may do, a set of bits */
};

/* The right of a route that every person of the operator may call, even one with none. */
#define ROUTE_ANY_RIGHT INT64_C(-1)

struct exchange;
typedef void (*handler)(struct exchange *x);

enum { ROUTE_IDEMPOTENT = 1, ROUTE_DRY = 2 };

/* One row of a route table. The pattern's {names} match one segment each, in order, into
 * request.args. */
struct route {
    enum verb verb;
    const char *pattern;
    handler handle;
    enum scope scope;
    unsigned flags; /* ROUTE_IDEMPOTENT: honours the idempotency headers; ROUTE_DRY: can be asked
                       what it would do */
    size_t body_bytes_max;
    const char *text;     /* what it does, for the reference */
    enum rate_class rate; /* RATE_NONE: by its scope and verb, see route_rate() */
    int64_t right;        /* SCOPE_OPERATOR, and only there: one of these bits opens it */
};

/* Whether a caller of it is known by a key. */
static inline bool route_has_key(const struct route *route)
{
    return route->scope != SCOPE_OPEN && route->scope != SCOPE_HOLDER;
}

/* OPEN for what needs no key, OPERATOR for people of the operator, READ for GET, WRITE for the
 * rest, unless the row says another. */
enum rate_class route_rate(const struct route *route);

enum { ROUTE_ARGS_MAX = 4 };

struct request {
    const struct route *route;
    enum verb verb;
    str path;                 /* as sent, without the query */
    str args[ROUTE_ARGS_MAX]; /* of the pattern, percent-decoded */
    struct caller caller;
    /* Both are objects, {} if there was nothing; owned by the exchange. */
    json_t *query; /* with Rails nesting */
    json_t *body;  /* from JSON or a form */
    str query_raw; /* as sent, without the "?"; empty: none */
    str body_raw;  /* the bytes as sent */
    /* Absent if none was sent or the route does not honour it; the api's side checks it. */
    str idempotency_key;
    str scenario;        /* Komoju-Scenario header, absent if none */
    str api_version;     /* X-KOMOJU-API-VERSION, absent if none */
    str last_event_id;   /* Last-Event-ID header, absent if none */
    str accept_encoding; /* header, absent if none */
    char request_id[ID_TEXT_BYTES];
};

struct reply {
    int status; /* 200 unless set */
    struct buf body;
    const char *content_type;     /* "application/json; charset=utf-8" unless set */
    int64_t retry_after_s;        /* > 0: sent as Retry-After */
    const char *cache_control;    /* "no-store" unless set */
    const char *security_policy;  /* Content-Security-Policy of a page; none unless set */
    const char *location;         /* of a redirect; none unless set */
    const char *content_encoding; /* "br" of what is kept compressed; none unless set */
    bool is_for_any_page;         /* pages of any origin may load it, and caches may give it them */
};

struct exchange {
    struct request request;
    struct reply reply;
    struct arena *arena; /* dies with the exchange */
    struct http *http;
    void *app;                      /* http_config.app */
    struct connection_state *state; /* private to http */
};

struct http_config {
    const char *listen_host; /* numeric address, or "localhost" */
    uint16_t port;           /* 0: any free one, see http_port() */
    const struct route *routes;
    size_t route_count;
    void *app;
    /* Whose key this is. Called on an HTTP thread.
     *   errors  E_UNAUTHORIZED, and what the store says */
    result (*authenticate)(void *app, str key, int64_t now_us, struct caller *ret);
    /* Whose the thing is that the path names, for SCOPE_HOLDER; its holder may do what somebody
     * with a publishable key may. Called on an HTTP thread.
     *   errors  E_NOT_FOUND, and what the store says */
    result (*identify)(void *app, const struct request *rq, const struct route *route,
                       struct caller *ret);
    unsigned threads;         /* 0: as many as limits.def says */
    struct rate_limits rates; /* zeros: none */
    bool limits_test_keys;    /* they hold for test keys too */
    str trusted_proxies;      /* addresses, with commas; absent: none */
    /* For tests; 0: as limits.def says. */
    int64_t header_ms, body_ms;
    unsigned kept_max;
};

struct http;
MUST_USE result http_start(const struct http_config *config,
                           struct http **ret); /* E_USAGE (--listen, --trusted-proxy) */
uint16_t http_port(const struct http *http);
/* Takes no new connections, answers E_SHUTTING_DOWN to new requests on old ones, waits until all
 * exchanges under way are answered (at most wait_ms), closes. Exchanges that are still kept then
 * belong to other threads: the server stays as it is for them, unusable and never freed, because
 * the process is about to end. */
void http_stop(struct http *http, int64_t wait_ms);

/* Keeps the exchange after the handler has returned; exchange_finish() must follow exactly once.
 * Call it before the exchange is handed to another thread. */
void exchange_keep(struct exchange *x);
void exchange_finish(struct exchange *x);

/* The address of whoever sent the request (peer.h), as text in the exchange's arena; absent if it
 * is not known. */
str exchange_client(struct exchange *x);

/* Turns an error into the reply: the envelope of komoju-core 5, status by errors.def; class OURS is
 * logged and shown without its message; class BUSY gets Retry-After. */
void reply_error(struct exchange *x, result r);

#endif
