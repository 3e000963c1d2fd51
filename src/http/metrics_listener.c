/* SPDX-License-Identifier: Apache-2.0 */
#include "http/metrics_listener.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/heap.h"
#include "base/metric.h"
#include "http/server.h"

enum {
    CONNECTIONS_MAX = 16,
    CONNECTION_BYTES = 8192,
    TIMEOUT_S = 10,
};

struct metrics_listener {
    struct metrics_listener_config config;
    struct MHD_Daemon *daemon;
    int fd;
    uint16_t port;
    struct buf text;
};

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value); /* fails without memory only */
}

static enum MHD_Result send_text(struct MHD_Connection *mhd, unsigned status, str text,
                                 const char *content_type)
{
    static char nothing[] = "";
    char *bytes = nothing;
    if (text.bytes > 0)
        memcpy(&bytes, &text.at, sizeof bytes); /* copied by the library, not changed */
    struct MHD_Response *response =
        MHD_create_response_from_buffer(text.bytes, bytes, MHD_RESPMEM_MUST_COPY);
    if (response == NULL)
        return MHD_NO;
    add_header(response, "Content-Type", content_type);
    add_header(response, "Cache-Control", "no-store");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        add_header(response, "Allow", "GET");
    const enum MHD_Result queued = MHD_queue_response(mhd, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result send_figures(struct metrics_listener *listener, struct MHD_Connection *mhd)
{
    const int64_t begun_us = clock_ticks_us();
    listener->config.collect(listener->config.context);
    buf_clear(&listener->text);
    metric_write(&listener->text);
    metric_set(METRIC_SCRAPE_SECONDS, LABELS_NONE, clock_ticks_us() - begun_us);
    if (listener->text.is_broken)
        return send_text(mhd, MHD_HTTP_SERVICE_UNAVAILABLE, S("no memory\n"), "text/plain");
    return send_text(mhd, MHD_HTTP_OK, buf_view(&listener->text),
                     "text/plain; version=0.0.4; charset=utf-8");
}

static enum MHD_Result answer(void *cls, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_bytes, void **state)
{
    (void)version, (void)upload;
    if (strcmp(url, "/metrics") != 0)
        return send_text(mhd, MHD_HTTP_NOT_FOUND, S("only /metrics is here\n"), "text/plain");
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return send_text(mhd, MHD_HTTP_METHOD_NOT_ALLOWED, S("only GET\n"), "text/plain");
    if (*state == NULL || *upload_bytes > 0) { /* an answer before the end closes the connection */
        *state = mhd;
        *upload_bytes = 0;
        return MHD_YES;
    }
    return send_figures(cls, mhd);
}

static result start_daemon(struct metrics_listener *listener)
{
    listener->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, answer, listener,
        MHD_OPTION_LISTEN_SOCKET, listener->fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)TIMEOUT_S, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
    return listener->daemon != NULL ? OK : FAIL(E_INTERNAL, NULL, "the HTTP library did not start");
}

result metrics_listener_start(const struct metrics_listener_config *config,
                              struct metrics_listener **ret)
{
    struct metrics_listener *listener = HEAP_NEW(struct metrics_listener);
    if (listener == NULL)
        return E_NO_MEMORY;
    listener->config = *config;
    listener->fd = -1;
    buf_init(&listener->text, METRIC_TEXT_BYTES_MAX);
    result r = listener_open(config->listen_host, config->port, &listener->fd);
    if (r.code == E_USAGE)
        r.param = "--metrics";
    if (r.code == E_OK) {
        listener->port = listener_port(listener->fd);
        r = start_daemon(listener);
    }
    if (r.code != E_OK)
        metrics_listener_stop(listener);
    else
        *ret = listener;
    return r;
}

uint16_t metrics_listener_port(const struct metrics_listener *listener)
{
    return listener->port;
}

/* The library closes the socket that it was given. */
void metrics_listener_stop(struct metrics_listener *listener)
{
    if (listener == NULL)
        return;
    if (listener->daemon != NULL)
        MHD_stop_daemon(listener->daemon);
    else if (listener->fd >= 0)
        (void)close(listener->fd);
    buf_done(&listener->text);
    heap_free(listener);
}
