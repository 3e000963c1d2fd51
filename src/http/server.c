/* SPDX-License-Identifier: Apache-2.0 */
/* server.c: starts and stops the server: the listening socket, libmicrohttpd with its threads, and
 * the thread that watches the deadlines. */
#include "http/server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_parse.h"

enum {
    STOP_POLL_MS = 2,
    SERVER_BYTES_MAX = 64 << 20, /* slots of all connections, the route table */
};

/* Each connection is a descriptor; many systems start a process with 1,024 of them. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* what we have must do then */
}

static result find_address(const char *host, uint16_t port, struct addrinfo **ret)
{
    struct buf text;
    buf_init(&text, 16);
    buf_i64(&text, port);
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    const char *numeric = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    const int failed = text.is_broken ? EAI_MEMORY : getaddrinfo(numeric, text.at, &hints, ret);
    buf_done(&text);
    if (failed == EAI_MEMORY)
        return E_NO_MEMORY;
    return failed == 0
               ? OK
               : FAIL(E_USAGE, "--listen", "the host must be a numeric address or localhost");
}

static result listen_failure(int error)
{
    if (error == EADDRINUSE)
        return FAIL(E_USAGE, "--listen", "the address is in use by another program");
    if (error == EACCES)
        return FAIL(E_USAGE, "--listen", "this user may not listen on that port");
    return FAIL(E_USAGE, "--listen", "the address cannot be listened on");
}

static result open_socket(const struct addrinfo *address, int *ret)
{
    const int yes = 1;
    const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return listen_failure(errno);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, LIMIT_BACKLOG) != 0) {
        const result r = listen_failure(errno);
        (void)close(fd);
        return r;
    }
    *ret = fd;
    return OK;
}

uint16_t listener_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t bytes = sizeof address;
    if (getsockname(fd, &address.any, &bytes) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

result listener_open(const char *host, uint16_t port, int *ret)
{
    struct addrinfo *address = NULL;
    TRY(find_address(host, port, &address));
    const result r = open_socket(address, ret);
    freeaddrinfo(address);
    return r;
}

/* The target is decoded by us, from the bytes as sent. */
static size_t leave_as_it_is(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    (void)mhd;
    return strlen(text);
}

/* Asked for every new connection; a refused one is closed at once. */
static enum MHD_Result may_connect(void *cls, const struct sockaddr *address, socklen_t bytes)
{
    struct http *http = cls;
    (void)address;
    (void)bytes;
    return atomic_load(&http->is_stopping) ? MHD_NO : MHD_YES;
}

/* Hands the socket over, which MHD_stop_daemon() closes. */
static result start_daemon(struct http *http, int fd)
{
    const unsigned threads = http->config.threads > 0 ? http->config.threads : LIMIT_THREADS;
    /* The inactivity timeout is a second line behind watch.c. */
    const unsigned silence_s = 2 * LIMIT_IDLE_MS / 1000;
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_TURBO |
            MHD_USE_ERROR_LOG,
        0, may_connect, http, exchange_step, http, MHD_OPTION_EXTERNAL_LOGGER, refuse_logged, http,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? threads : 0u,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_CONNECTIONS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)LIMIT_HEADER_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, silence_s, MHD_OPTION_STRICT_FOR_CLIENT, 0,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_as_it_is, NULL, MHD_OPTION_NOTIFY_CONNECTION,
        connection_notify, http, MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, http,
        MHD_OPTION_NOTIFY_COMPLETED, exchange_end, http, MHD_OPTION_END);
    return http->daemon != NULL ? OK : FAIL(E_INTERNAL, NULL, "the HTTP library did not start");
}

static result init(struct http *http, const struct http_config *config, struct arena *arena)
{
    const int64_t header_ms = config->header_ms > 0 ? config->header_ms : LIMIT_HEADER_MS;
    const int64_t body_ms = config->body_ms > 0 ? config->body_ms : LIMIT_BODY_MS;
    *http = (struct http){
        .config = *config,
        .arena = arena,
        .first_request = id_new(clock_now_us(&CLOCK_SYSTEM)),
        .header_us = header_ms * US_PER_MS,
        .body_us = body_ms * US_PER_MS,
        .kept_max = config->kept_max > 0 ? config->kept_max : LIMIT_KEPT,
        .connections = ARENA_ARRAY(arena, struct connection_state *, LIMIT_CONNECTIONS),
    };
    (void)pthread_mutex_init(&http->lock, NULL);
    if (http->connections == NULL)
        return E_NO_MEMORY;
    if (!proxies_read(config->trusted_proxies, &http->proxies))
        return FAIL(E_USAGE, "--trusted-proxy", "these are numeric addresses, at most 16");
    TRY(rate_limiter_new(arena, &config->rates, &http->limiter));
    TRY(reply_start(http));
    return router_init(&http->router, config->routes, config->route_count, arena);
}

static void done(struct http *http)
{
    for (struct space *space = http->free_spaces; space != NULL; space = space->next)
        space_cool(space);
    reply_stop(http);
    if (http->limiter != NULL)
        rate_limiter_done(http->limiter);
    (void)pthread_mutex_destroy(&http->lock);
    arena_free(http->arena);
}

static result start(struct http *http)
{
    int fd = -1;
    TRY(listener_open(http->config.listen_host, http->config.port, &fd));
    http->port = listener_port(fd);
    result r = watch_start(http);
    if (r.code == E_OK) {
        r = start_daemon(http, fd);
        if (r.code != E_OK)
            watch_stop(http);
    }
    if (r.code != E_OK)
        (void)close(fd);
    return r;
}

result http_start(const struct http_config *config, struct http **ret)
{
    raise_descriptor_limit();
    json_parse_init();
    json_object_seed(0);
    struct arena *arena = arena_new(SERVER_BYTES_MAX);
    struct http *http = arena == NULL ? NULL : ARENA_NEW(arena, struct http);
    if (http == NULL) {
        arena_free(arena);
        return E_NO_MEMORY;
    }
    result r = init(http, config, arena);
    if (r.code == E_OK)
        r = start(http);
    if (r.code != E_OK)
        done(http);
    else
        *ret = http;
    return r;
}

uint16_t http_port(const struct http *http)
{
    return http->port;
}

/* New connections are refused by may_connect(). MHD_quiesce_daemon() is for this, but its threads
 * may take the listening socket out of their epoll set before it does, and then it ends the
 * process (libmicrohttpd 0.9.75). */
void http_stop(struct http *http, int64_t wait_ms)
{
    const struct timespec pause = {.tv_nsec = (long)STOP_POLL_MS * US_PER_MS * 1000};
    const int64_t until_us = clock_ticks_us() + wait_ms * US_PER_MS;
    atomic_store(&http->is_stopping, true);
    stream_end_all(http);
    while ((atomic_load(&http->busy) > 0 || atomic_load(&http->kept) > 0) &&
           clock_ticks_us() < until_us)
        (void)nanosleep(&pause, NULL);
    atomic_store(&http->is_closed, true);
    if (atomic_load(&http->kept) > 0)
        return;                    /* they belong to other threads; the process is about to end */
    shed_release(http, INT64_MAX); /* the library must not end with suspended connections */
    MHD_stop_daemon(http->daemon);
    watch_stop(http);
    done(http);
}
