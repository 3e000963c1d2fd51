/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/sink.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

enum { REQUEST_BYTES_MAX = 256 << 10, WAIT_S = 10 };

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

static void send_all(int fd, const char *at, size_t bytes)
{
    while (bytes > 0) {
        const ssize_t sent = send(fd, at, bytes, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += sent;
        bytes -= (size_t)sent;
    }
}

static void answer(struct sink *sink, int fd, size_t number)
{
    size_t i = number < SINK_STATUSES_MAX ? number : SINK_STATUSES_MAX - 1;
    while (i > 0 && sink->statuses[i] == 0)
        i--;
    if (sink->statuses[i] == 0)
        return;
    char text[128];
    const int bytes =
        snprintf(text, sizeof text, "HTTP/1.1 %d Said So\r\nContent-Length: %d\r\n\r\n%s",
                 sink->statuses[i], sink->is_endless ? 1 << 20 : 2, sink->is_endless ? "" : "ok");
    send_all(fd, text, (size_t)bytes);
    if (sink->is_endless) {
        char *filler = calloc(1, 1 << 17);
        must(filler != NULL);
        send_all(fd, filler, 1 << 17);
        free(filler);
    }
}

static char *copy(const char *at, size_t bytes)
{
    char *text = malloc(bytes + 1);
    must(text != NULL);
    memcpy(text, at, bytes);
    text[bytes] = '\0';
    return text;
}

static size_t body_bytes_of(const char *head)
{
    const char *at = strcasestr(head, "\r\nContent-Length:");
    int64_t bytes = 0;
    must(at != NULL);
    at += 17;
    must(str_i64(str_trim((str){at, strcspn(at, "\r")}), &bytes));
    return (size_t)bytes;
}

/* Takes a whole request from the front of what has been read; false if there is none yet. */
static bool take_request(struct sink *sink, struct sink_connection *c)
{
    const char *end = memmem(c->at, c->bytes, "\r\n\r\n", 4);
    if (end == NULL)
        return false;
    const size_t head_bytes = (size_t)(end - c->at) + 4;
    char *head = copy(c->at, head_bytes);
    const size_t body_bytes = body_bytes_of(head), all = head_bytes + body_bytes;
    if (c->bytes < all) {
        free(head);
        return false;
    }
    pthread_mutex_lock(&sink->lock);
    const size_t number = sink->request_count;
    must(number < SINK_REQUESTS_MAX);
    sink->requests[number] = (struct sink_request){
        .head = head, .body = copy(c->at + head_bytes, body_bytes), .body_bytes = body_bytes};
    sink->request_count++;
    pthread_cond_broadcast(&sink->arrived);
    pthread_mutex_unlock(&sink->lock);
    memmove(c->at, c->at + all, c->bytes - all);
    c->bytes -= all;
    answer(sink, c->fd, number);
    return true;
}

static bool read_some(struct sink *sink, struct sink_connection *c)
{
    must(c->bytes < REQUEST_BYTES_MAX);
    const ssize_t got = recv(c->fd, c->at + c->bytes, REQUEST_BYTES_MAX - c->bytes, 0);
    if (got <= 0)
        return false;
    c->bytes += (size_t)got;
    while (take_request(sink, c))
        ;
    return true;
}

static void drop(struct sink *sink, size_t i)
{
    (void)close(sink->connections[i].fd);
    free(sink->connections[i].at);
    sink->connections[i] = sink->connections[--sink->connection_count];
}

static void take_connection(struct sink *sink)
{
    const int fd = accept(sink->listener, NULL, NULL);
    if (fd < 0)
        return;
    must(sink->connection_count < SINK_CONNECTIONS_MAX);
    struct sink_connection *c = &sink->connections[sink->connection_count++];
    *c = (struct sink_connection){.fd = fd, .at = malloc(REQUEST_BYTES_MAX)};
    must(c->at != NULL);
    pthread_mutex_lock(&sink->lock);
    sink->connected++;
    if (sink->connection_count > sink->together_max)
        sink->together_max = sink->connection_count;
    pthread_mutex_unlock(&sink->lock);
}

static void *sink_main(void *context)
{
    struct sink *sink = context;
    for (;;) {
        struct pollfd polls[2 + SINK_CONNECTIONS_MAX] = {{.fd = sink->stop[0], .events = POLLIN},
                                                         {.fd = sink->listener, .events = POLLIN}};
        const size_t count = sink->connection_count;
        for (size_t i = 0; i < count; i++)
            polls[2 + i] = (struct pollfd){.fd = sink->connections[i].fd, .events = POLLIN};
        (void)poll(polls, (nfds_t)(2 + count), -1);
        if (polls[0].revents != 0)
            return NULL;
        for (size_t i = count; i-- > 0;)
            if (polls[2 + i].revents != 0 && !read_some(sink, &sink->connections[i]))
                drop(sink, i);
        if (polls[1].revents != 0)
            take_connection(sink);
    }
}

void sink_start(struct sink *sink)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof at;
    sink->listener = socket(AF_INET, SOCK_STREAM, 0);
    must(bind(sink->listener, (struct sockaddr *)&at, sizeof at) == 0);
    must(listen(sink->listener, 64) == 0);
    must(getsockname(sink->listener, (struct sockaddr *)&at, &bytes) == 0);
    (void)snprintf(sink->url, sizeof sink->url, "http://127.0.0.1:%d/hook?key=hidden",
                   (int)ntohs(at.sin_port));
    must(pipe(sink->stop) == 0);
    pthread_mutex_init(&sink->lock, NULL);
    pthread_cond_init(&sink->arrived, NULL);
    must(pthread_create(&sink->thread, NULL, sink_main, sink) == 0);
}

void sink_stop(struct sink *sink)
{
    must(write(sink->stop[1], "", 1) == 1);
    (void)pthread_join(sink->thread, NULL);
    while (sink->connection_count > 0)
        drop(sink, 0);
    (void)close(sink->listener);
    (void)close(sink->stop[0]);
    (void)close(sink->stop[1]);
}

void sink_done(struct sink *sink)
{
    for (size_t i = 0; i < sink->request_count; i++) {
        free(sink->requests[i].head);
        free(sink->requests[i].body);
    }
    pthread_cond_destroy(&sink->arrived);
    pthread_mutex_destroy(&sink->lock);
}

bool sink_wait(struct sink *sink, size_t count)
{
    struct timespec end;
    (void)clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += WAIT_S;
    int timed_out = 0;
    pthread_mutex_lock(&sink->lock);
    while (sink->request_count < count && timed_out == 0)
        timed_out = pthread_cond_timedwait(&sink->arrived, &sink->lock, &end);
    const bool is_there = sink->request_count >= count;
    pthread_mutex_unlock(&sink->lock);
    return is_there;
}

size_t sink_count(struct sink *sink)
{
    pthread_mutex_lock(&sink->lock);
    const size_t count = sink->request_count;
    pthread_mutex_unlock(&sink->lock);
    return count;
}

const char *sink_header(struct sink *sink, size_t request, const char *name)
{
    static _Thread_local char value[256];
    pthread_mutex_lock(&sink->lock);
    const char *head = sink->requests[request].head;
    pthread_mutex_unlock(&sink->lock);
    for (const char *at = head; (at = strstr(at, "\r\n")) != NULL;) {
        at += 2;
        const size_t bytes = strlen(name);
        if (strncasecmp(at, name, bytes) != 0 || at[bytes] != ':')
            continue;
        at += bytes + 1 + strspn(at + bytes + 1, " ");
        const size_t length = strcspn(at, "\r");
        must(length < sizeof value);
        memcpy(value, at, length);
        value[length] = '\0';
        return value;
    }
    return NULL;
}
