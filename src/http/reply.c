/* SPDX-License-Identifier: Apache-2.0 */
/* reply.c: the error envelope of komoju-core 5, and replies on their way out. */
#include <assert.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/metric.h"
#include "http/server.h"

#define JSON_TYPE "application/json; charset=utf-8"
enum { RETRY_AFTER_S = 1, RAW_BYTES_MAX = 4096 };

/* Browsers may call from any page: the key is in a header that only the page's own code can set, so
 * there are no credentials to protect (komoju-core 1). */
static const char *const PREFLIGHT[][2] = {
    {"Access-Control-Allow-Methods", "GET, POST, PATCH, PUT, DELETE, OPTIONS"},
    {"Access-Control-Allow-Headers",
     "authorization, content-type, accept, idempotency-key, x-komoju-idempotency, komoju-via, "
     "x-komoju-api-version, komoju-scenario"},
    {"Access-Control-Max-Age", "86400"},
};

void reply_error(struct exchange *x, result r)
{
    assert(r.code != E_OK);
    if (err_class_of(r.code) == ERR_CALLER && arena_is_broken(x->arena))
        r = E_NO_MEMORY; /* nobody is told that something is missing which we have lost */
    const enum err_class class = err_class_of(r.code);
    metric_add(METRIC_HTTP_ERRORS, LABELS(r.code), 1);
    buf_clear(&x->reply.body);
    error_json(&x->reply.body, r);
    x->reply.status = err_http(r.code);
    x->reply.content_type = JSON_TYPE;
    x->reply.cache_control = x->reply.security_policy = x->reply.content_encoding = NULL;
    x->reply.location = NULL;
    x->reply.retry_after_s = class == ERR_BUSY ? RETRY_AFTER_S : 0;
    if (class == ERR_OURS)
        log_event(LOG_REQUEST_FAILED, LT("request_id", x->request.request_id),
                  LT("route", x->request.route == NULL ? NULL : x->request.route->pattern),
                  LT("code", err_name(r.code)), LT("reason", r.message));
}

void reply_raw(int fd, result r, const char *request_id)
{
    const unsigned status = (unsigned)err_http(r.code);
    metric_add(METRIC_HTTP_ERRORS, LABELS(r.code), 1);
    metric_add(METRIC_HTTP_REQUESTS, LABELS(0, metric_status((int)status)), 1);
    struct buf body, out;
    buf_init(&body, RAW_BYTES_MAX);
    buf_init(&out, 2 * RAW_BYTES_MAX);
    error_json(&body, r);
    const str text = buf_view(&body);
    buf_printf(&out, "HTTP/1.1 %u %s\r\n", status, MHD_get_reason_phrase_for(status));
    buf_text(&out, "Content-Type: " JSON_TYPE "\r\nCache-Control: no-store\r\n"
                   "Access-Control-Allow-Origin: *\r\nConnection: close\r\n");
    if (request_id != NULL)
        buf_printf(&out, "X-Request-Id: %s\r\n", request_id);
    buf_printf(&out, "Content-Length: %zu\r\n\r\n", text.bytes);
    buf_str(&out, text);
    const str all = buf_view(&out);
    const ssize_t sent = send(fd, all.at, all.bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)sent; /* the connection ends in any case */
    (void)shutdown(fd, SHUT_WR);
    buf_done(&out);
    buf_done(&body);
}

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value); /* fails without memory only */
}

static void add_number(struct MHD_Response *response, const char *name, int64_t number)
{
    struct buf text;
    buf_init(&text, 32);
    buf_i64(&text, number);
    if (!text.is_broken)
        add(response, name, text.at);
    buf_done(&text);
}

/* Only where a limit holds: others are not told of one. */
static void add_rate(struct MHD_Response *response, const struct rate_answer *rate)
{
    if (!rate->is_limited)
        return;
    add_number(response, "RateLimit-Limit", rate->burst);
    add_number(response, "RateLimit-Remaining", rate->left);
    add_number(response, "RateLimit-Reset", rate->full_in_s);
}

static void add_headers(const struct connection_state *c, struct MHD_Response *response)
{
    const struct exchange *x = &c->exchange;
    const bool is_cross = c->head.origin.at != NULL;
    if (x->reply.body.bytes > 0 || c->stream != NULL)
        add(response, "Content-Type",
            x->reply.content_type != NULL ? x->reply.content_type : JSON_TYPE);
    add(response, "Cache-Control",
        x->reply.cache_control != NULL ? x->reply.cache_control : "no-store");
    add(response, "X-Request-Id", x->request.request_id);
    if (x->reply.location != NULL)
        add(response, "Location", x->reply.location);
    if (x->reply.content_encoding != NULL) {
        add(response, "Content-Encoding", x->reply.content_encoding);
        add(response, "Vary", "Accept-Encoding");
    }
    if (x->reply.security_policy != NULL) {
        add(response, "Content-Security-Policy", x->reply.security_policy);
        add(response, "X-Content-Type-Options", "nosniff");
        add(response, "Referrer-Policy", "no-referrer");
    }
    if (c->stream != NULL)
        add(response, "X-Accel-Buffering", "no"); /* a proxy must pass on what has come */
    if (x->reply.is_for_any_page)
        add(response, "Cross-Origin-Resource-Policy", "cross-origin");
    if (is_cross || x->request.verb == VERB_OPTIONS || x->reply.is_for_any_page)
        add(response, "Access-Control-Allow-Origin", "*");
    if (is_cross)
        add(response, "Access-Control-Expose-Headers",
            c->rate.is_limited ? "x-request-id, retry-after, ratelimit-limit, ratelimit-remaining, "
                                 "ratelimit-reset"
                               : "x-request-id");
    for (size_t i = 0; x->request.verb == VERB_OPTIONS && i < COUNT(PREFLIGHT); i++)
        add(response, PREFLIGHT[i][0], PREFLIGHT[i][1]);
    if (x->reply.status == MHD_HTTP_UNAUTHORIZED && !is_cross) /* a page must not raise a dialog */
        add(response, "WWW-Authenticate", "Basic realm=\"Kessai\"");
    /* Of chunks libmicrohttpd reads more than it should, so nothing after them is a request. */
    if (atomic_load(&c->http->is_stopping) || c->head.is_chunked || c->stream != NULL)
        add(response, "Connection", "close");
    if (x->reply.retry_after_s > 0)
        add_number(response, "Retry-After", x->reply.retry_after_s);
    add_rate(response, &c->rate);
}

/* Counts it under its place in the table of routes; 0: none. */
static void count_reply(const struct connection_state *c)
{
    const struct exchange *x = &c->exchange;
    const struct route *route = x->request.route;
    const unsigned number = route == NULL ? 0 : (unsigned)(route - c->http->config.routes) + 1;
    metric_add(METRIC_HTTP_REQUESTS, LABELS(number, metric_status(x->reply.status)), 1);
    metric_observe_since(METRIC_HTTP_SECONDS, LABELS(number), c->whole_us);
}

static void log_reply(const struct exchange *x)
{
    const char *route = x->request.route == NULL ? NULL : x->request.route->pattern;
    log_event(LOG_REQUEST, LT("request_id", x->request.request_id), LT("route", route),
              LI("verb", (int64_t)x->request.verb), LI("status", x->reply.status));
}

/* The refusals of shed.c are one response, made once, without a request's own name in it. */
result reply_start(struct http *http)
{
    struct buf body;
    buf_init(&body, RAW_BYTES_MAX);
    error_json(&body, FAIL(E_OVERLOADED, NULL, NULL));
    if (!body.is_broken)
        http->shed = MHD_create_response_from_buffer(body.bytes, body.at, MHD_RESPMEM_MUST_COPY);
    buf_done(&body);
    if (http->shed == NULL)
        return E_NO_MEMORY;
    add(http->shed, "Content-Type", JSON_TYPE);
    add(http->shed, "Cache-Control", "no-store");
    add(http->shed, "Access-Control-Allow-Origin", "*");
    add_number(http->shed, "Retry-After", RETRY_AFTER_S);
    return OK;
}

void reply_stop(struct http *http)
{
    if (http->shed != NULL)
        MHD_destroy_response(http->shed);
}

static enum MHD_Result send_shed(struct connection_state *c)
{
    c->exchange.reply.status = err_http(E_OVERLOADED);
    metric_add(METRIC_HTTP_ERRORS, LABELS(E_OVERLOADED), 1);
    count_reply(c);
    log_reply(&c->exchange);
    return MHD_queue_response(c->mhd, (unsigned)c->exchange.reply.status, c->http->shed);
}

enum MHD_Result reply_send(struct connection_state *c)
{
    struct exchange *x = &c->exchange;
    if (c->is_shed)
        return send_shed(c);
    if (x->reply.body.is_broken)
        reply_error(x, FAIL(E_INTERNAL, NULL, "the reply is larger than REPLY_BYTES"));
    static char nothing[] = "";
    const struct buf *body = &x->reply.body;
    struct MHD_Response *response =
        c->stream != NULL
            ? stream_response(c->stream)
            : MHD_create_response_from_buffer(body->bytes, body->bytes == 0 ? nothing : body->at,
                                              MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    add_headers(c, response);
    count_reply(c);
    log_reply(x);
    const enum MHD_Result queued = MHD_queue_response(c->mhd, (unsigned)x->reply.status, response);
    MHD_destroy_response(response);
    return queued;
}
