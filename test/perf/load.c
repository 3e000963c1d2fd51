/* SPDX-License-Identifier: Apache-2.0 */
/* load.c: kessai-load, a load generator that takes little of the processor it shares with the
 * server: one thread, epoll, requests written from templates, and of each answer only the status
 * and the length are read.
 *
 *   closed loop   every connection sends its next request when the answer to the last is complete
 *   open loop     requests are due at a fixed rate; the time of each is counted from when it was
 *                 due, also when no connection was free then, so a server that stalls is charged
 *                 for all who would have waited (no coordinated omission)
 *
 * Prints one JSON line: requests, errors, status counts, seconds, rate, good_rate, and times in
 * microseconds. rate is made of the requests that were due while it was measured; good_rate of the
 * answers 2xx that came in that time, which is what a server under overload still gets done.
 * Exits 0 if requests were answered, 1 if the server could not be reached, 2 on bad usage. */
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "histogram.h"
#include "options.h"
#include "template.h"

enum {
    HEAD_BYTES_MAX = 8192,
    SCRATCH_BYTES = 65536,
    REQUEST_BYTES_MAX = 1 << 20,
    EVENTS_MAX = 256,
    BROKEN_IN_A_ROW_MAX = 1000,
    DRAIN_S = 10
};

enum step {
    STEP_NONE = 0,
    STEP_IDLE,    /* connected, nothing asked */
    STEP_SENDING, /* part of the request is still in out */
    STEP_HEAD,    /* waiting for the end of the answer's head */
    STEP_BODY,    /* body_left bytes of the answer are still to come */
    STEP_COUNT
};

struct connection {
    enum step step;
    int fd;
    struct buf out;
    size_t sent;
    char head[HEAD_BYTES_MAX + 1];
    size_t head_bytes, body_left;
    int status;
    bool is_closing; /* the server will close after this answer */
    int64_t due_us;  /* closed loop: when it was sent */
};

struct load {
    struct options options;
    struct sockaddr_in address;
    struct template head, body;
    struct buf body_text;
    uint64_t random;
    int epoll_fd, timer_fd;
    struct connection *connections;
    uint32_t *idle; /* stack of connections without a request */
    size_t idle_count;

    int64_t start_us, measure_us, stop_us, last_us; /* ticks */
    int64_t issued, open;
    int64_t in_time;      /* answered before the end, which the rate is made of */
    int64_t good_in_time; /* answered with 2xx while it was measured, whenever it was due */
    struct histogram times;
    int64_t statuses[600];
    int64_t errors, broken, broken_in_a_row;
    bool has_shown_error;
};

static result load_templates(struct load *load, struct arena *arena)
{
    const struct options *options = &load->options;
    struct buf head;
    buf_init(&head, REQUEST_BYTES_MAX);
    buf_str(&head, options->method);
    buf_char(&head, ' ');
    buf_str(&head, options->path);
    buf_text(&head, " HTTP/1.1\r\nHost: ");
    buf_str(&head, options->address);
    buf_text(&head, "\r\n");
    if (options->user.at != NULL) {
        char coded[1024];
        const char *key = arena_printf(arena, "%.*s:", (int)options->user.bytes, options->user.at);
        if (key == NULL || options->user.bytes > 512)
            return FAIL(E_USAGE, "--user", "is too long");
        sodium_bin2base64(coded, sizeof coded, (const unsigned char *)key, strlen(key),
                          sodium_base64_VARIANT_ORIGINAL);
        buf_printf(&head, "Authorization: Basic %s\r\n", coded);
    }
    for (int64_t i = 0; i < options->header_count; i++) {
        buf_str(&head, options->headers[i]);
        buf_text(&head, "\r\n");
    }
    if (options->body.at != NULL)
        buf_text(&head, "Content-Type: application/json\r\n");
    const str text = arena_str(arena, buf_view(&head));
    buf_done(&head);
    if (text.at == NULL)
        return E_NO_MEMORY;
    TRY(template_read(arena, text, &load->head));
    return template_read(arena, options->body, &load->body);
}

static bool connection_open(struct load *load, uint32_t index)
{
    struct connection *connection = &load->connections[index];
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0)
        return false;
    const int yes = 1;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};
    if (connect(connection->fd, (const struct sockaddr *)&load->address, sizeof load->address) !=
            0 ||
        epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0) {
        close(connection->fd);
        return false;
    }
    connection->step = STEP_IDLE;
    load->idle[load->idle_count++] = index;
    return true;
}

static void connection_watch(const struct load *load, uint32_t index, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.u32 = index};
    epoll_ctl(load->epoll_fd, EPOLL_CTL_MOD, load->connections[index].fd, &event);
}

/* Closes and opens again; an open request is lost and counted as an error. */
static void connection_renew(struct load *load, uint32_t index)
{
    struct connection *connection = &load->connections[index];
    close(connection->fd);
    if (connection->step != STEP_IDLE && connection->step != STEP_NONE) {
        load->open--;
        load->broken++;
        load->broken_in_a_row++;
    } else {
        for (size_t i = 0; i < load->idle_count; i++)
            if (load->idle[i] == index)
                load->idle[i] = load->idle[--load->idle_count];
    }
    connection->step = STEP_NONE;
    if (!connection_open(load, index))
        load->broken_in_a_row = BROKEN_IN_A_ROW_MAX;
}

static void connection_send(struct load *load, uint32_t index)
{
    struct connection *connection = &load->connections[index];
    while (connection->sent < connection->out.bytes) {
        const ssize_t n =
            send(connection->fd, connection->out.at + connection->sent,
                 connection->out.bytes - connection->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            if (connection->step != STEP_SENDING)
                connection_watch(load, index, EPOLLIN | EPOLLOUT);
            connection->step = STEP_SENDING;
            return;
        }
        if (n <= 0) {
            connection_renew(load, index);
            return;
        }
        connection->sent += (size_t)n;
    }
    if (connection->step == STEP_SENDING)
        connection_watch(load, index, EPOLLIN);
    connection->step = STEP_HEAD;
}

/* Sends the next request over an idle connection. */
static void connection_ask(struct load *load, uint32_t index, int64_t due_us)
{
    struct connection *connection = &load->connections[index];
    buf_clear(&connection->out);
    buf_clear(&load->body_text);
    template_write(&load->head, load->issued, &load->random, &connection->out);
    template_write(&load->body, load->issued, &load->random, &load->body_text);
    if (load->options.body.at != NULL)
        buf_printf(&connection->out, "Content-Length: %zu\r\n", load->body_text.bytes);
    buf_text(&connection->out, "\r\n");
    buf_str(&connection->out, buf_view(&load->body_text));
    load->issued++;
    load->open++;
    connection->sent = connection->head_bytes = connection->body_left = 0;
    connection->due_us = due_us;
    connection->step = STEP_HEAD;
    connection_send(load, index);
}

static bool may_ask(const struct load *load, int64_t now_us)
{
    return now_us < load->stop_us && load->issued < load->options.count;
}

static void show_first_error(struct load *load, const struct connection *connection)
{
    if (load->has_shown_error)
        return;
    load->has_shown_error = true;
    fprintf(stderr, "first error: %.*s\n",
            (int)(connection->head_bytes > 1200 ? 1200 : connection->head_bytes), connection->head);
}

/* The answer is complete: counts it and asks again. */
static void connection_finish(struct load *load, uint32_t index)
{
    struct connection *connection = &load->connections[index];
    const int64_t now_us = clock_ticks_us();
    load->open--;
    load->broken_in_a_row = 0;
    const bool is_good = connection->status >= 200 && connection->status <= 299;
    load->good_in_time += is_good && load->measure_us <= now_us && now_us <= load->stop_us;
    if (connection->due_us >= load->measure_us) {
        load->last_us = now_us;
        load->in_time += now_us <= load->stop_us;
        load->statuses[connection->status]++;
        if (!is_good) {
            load->errors++;
            show_first_error(load, connection);
        }
        histogram_add(&load->times, now_us - connection->due_us);
    }
    connection->step = STEP_IDLE;
    load->idle[load->idle_count++] = index;
    if (connection->is_closing)
        connection_renew(load, index);
    else if (load->options.rate == 0 && may_ask(load, now_us)) {
        load->idle_count--; /* it is on top */
        connection_ask(load, index, now_us);
    }
}

/* The value of a header in a NUL-terminated head, without leading blanks; NULL if it is not there.
 * name is written "\nname:". */
static const char *header_find(const char *head, const char *name)
{
    const char *at = strcasestr(head, name);
    if (at == NULL)
        return NULL;
    at += strlen(name);
    while (*at == ' ')
        at++;
    return at;
}

/* Reads status and length once the head is complete. False if the answer is not one we know. */
static bool connection_head(struct connection *connection)
{
    connection->head[connection->head_bytes] = '\0';
    char *const end = strstr(connection->head, "\r\n\r\n");
    if (end == NULL)
        return connection->head_bytes < HEAD_BYTES_MAX;
    const size_t body_bytes = connection->head_bytes - (size_t)(end + 4 - connection->head);
    *end = '\0';
    int64_t status = 0;
    if (strncmp(connection->head, "HTTP/1.1 ", 9) != 0 ||
        !str_i64((str){connection->head + 9, 3}, &status) || status < 100 || status > 599)
        return false;
    int64_t length = 0;
    const char *text = header_find(connection->head, "\ncontent-length:");
    if (text != NULL && !str_i64((str){text, strspn(text, "0123456789")}, &length))
        return false;
    const char *keep = header_find(connection->head, "\nconnection:");
    connection->is_closing = keep != NULL && strncasecmp(keep, "close", 5) == 0;
    *end = '\r';
    connection->status = (int)status;
    if (body_bytes > (size_t)length)
        return false;
    connection->body_left = (size_t)length - body_bytes;
    connection->step = STEP_BODY;
    return true;
}

static void connection_receive(struct load *load, uint32_t index)
{
    static char scratch[SCRATCH_BYTES];
    struct connection *connection = &load->connections[index];
    const bool is_head = connection->step == STEP_HEAD;
    char *const at = is_head ? connection->head + connection->head_bytes : scratch;
    const size_t room = is_head ? HEAD_BYTES_MAX - connection->head_bytes : sizeof scratch;
    const ssize_t n = recv(connection->fd, at, room, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return;
    if (n <= 0 || connection->step == STEP_IDLE || connection->step == STEP_SENDING) {
        connection_renew(load, index);
        return;
    }
    if (is_head) {
        connection->head_bytes += (size_t)n;
        if (!connection_head(connection)) {
            connection_renew(load, index);
            return;
        }
    } else if (connection->step == STEP_BODY) {
        connection->body_left -=
            (size_t)n < connection->body_left ? (size_t)n : connection->body_left;
    }
    if (connection->step == STEP_BODY && connection->body_left == 0)
        connection_finish(load, index);
}

static int64_t due_us(const struct load *load, int64_t index)
{
    return load->start_us + index * US_PER_S / load->options.rate;
}

/* Open loop: asks all that is due as far as connections are free,
 * and sets the timer for the next. */
static void load_ask_due(struct load *load)
{
    const int64_t now_us = clock_ticks_us();
    while (load->idle_count > 0 && load->issued < load->options.count) {
        const int64_t next_us = due_us(load, load->issued);
        if (next_us >= load->stop_us)
            return;
        if (next_us > now_us) {
            const int64_t wait_us = next_us - now_us;
            const struct itimerspec when = {
                .it_value = {.tv_sec = wait_us / US_PER_S, .tv_nsec = wait_us % US_PER_S * 1000}};
            timerfd_settime(load->timer_fd, 0, &when, NULL);
            return;
        }
        connection_ask(load, load->idle[--load->idle_count], next_us);
    }
}

static bool load_is_over(const struct load *load)
{
    const int64_t now_us = clock_ticks_us();
    if (load->broken_in_a_row >= BROKEN_IN_A_ROW_MAX || now_us > load->stop_us + DRAIN_S * US_PER_S)
        return true;
    if (load->open > 0)
        return false;
    const bool is_issued = load->options.rate > 0 && due_us(load, load->issued) >= load->stop_us;
    return is_issued || !may_ask(load, now_us);
}

static void load_start(struct load *load)
{
    load->start_us = clock_ticks_us();
    load->measure_us = load->last_us = load->start_us + load->options.warmup_s * US_PER_S;
    load->stop_us = load->measure_us + load->options.seconds * US_PER_S;
    if (load->options.rate > 0)
        return;
    for (size_t left = load->idle_count; left > 0 && may_ask(load, load->start_us); left--)
        connection_ask(load, load->idle[--load->idle_count], clock_ticks_us());
}

static void load_run(struct load *load)
{
    load_start(load);
    struct epoll_event events[EVENTS_MAX];
    while (!load_is_over(load)) {
        if (load->options.rate > 0)
            load_ask_due(load);
        else if (load->idle_count > 0 && may_ask(load, clock_ticks_us()))
            connection_ask(load, load->idle[--load->idle_count], clock_ticks_us());
        const int count = epoll_wait(load->epoll_fd, events, EVENTS_MAX, 100);
        for (int i = 0; i < count; i++) {
            if (events[i].data.u32 == UINT32_MAX) {
                uint64_t rings = 0;
                if (read(load->timer_fd, &rings, sizeof rings) < 0)
                    continue;
            } else if ((events[i].events & EPOLLOUT) != 0)
                connection_send(load, events[i].data.u32);
            else
                connection_receive(load, events[i].data.u32);
        }
    }
}

static void load_print(const struct load *load)
{
    const struct histogram *times = &load->times;
    const int64_t end_us = load->last_us > load->stop_us || load->options.count == INT64_MAX
                               ? load->stop_us
                               : load->last_us;
    const int64_t elapsed_us = end_us > load->measure_us ? end_us - load->measure_us : 1;
    const int64_t requests = (int64_t)times->count;
    printf("{\"requests\":%" PRId64 ",\"errors\":%" PRId64 ",\"broken\":%" PRId64 ",\"status\":{",
           requests, load->errors + load->broken, load->broken);
    const char *comma = "";
    for (size_t status = 0; status < COUNT(load->statuses); status++)
        if (load->statuses[status] > 0) {
            printf("%s\"%zu\":%" PRId64, comma, status, load->statuses[status]);
            comma = ",";
        }
    printf("},\"seconds\":%" PRId64 ".%03" PRId64 ",\"rate\":%" PRId64, elapsed_us / US_PER_S,
           elapsed_us % US_PER_S / 1000, load->in_time * US_PER_S / elapsed_us);
    printf(",\"good_rate\":%" PRId64,
           load->good_in_time * US_PER_S / (load->stop_us - load->measure_us));
    printf(",\"p50_us\":%" PRId64 ",\"p90_us\":%" PRId64 ",\"p99_us\":%" PRId64
           ",\"p999_us\":%" PRId64 ",\"max_us\":%" PRId64 ",\"seed\":%" PRId64 "}\n",
           histogram_at(times, 500), histogram_at(times, 900), histogram_at(times, 990),
           histogram_at(times, 999), times->max_us, load->options.seed);
}

static result load_init(struct load *load, struct arena *arena)
{
    TRY(options_address(arena, load->options.address, &load->address));
    TRY(load_templates(load, arena));
    while (load->options.seed == 0)
        load->options.seed = (int64_t)randombytes_random() << 20 | randombytes_random() >> 12;
    load->random = (uint64_t)load->options.seed;
    buf_init(&load->body_text, REQUEST_BYTES_MAX);
    const size_t count = (size_t)load->options.connections;
    load->connections = ARENA_ARRAY(arena, struct connection, count);
    load->idle = ARENA_ARRAY(arena, uint32_t, count);
    if (load->connections == NULL || load->idle == NULL)
        return E_NO_MEMORY;
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    load->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = UINT32_MAX};
    if (epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, load->timer_fd, &event) != 0)
        return FAIL(E_INTERNAL, NULL, "no epoll or timer");
    for (uint32_t i = 0; i < count; i++) {
        buf_init(&load->connections[i].out, REQUEST_BYTES_MAX);
        if (!connection_open(load, i))
            return FAIL(E_INTERNAL, "--address", "the server does not answer");
    }
    return OK;
}

static void load_done(struct load *load)
{
    for (int64_t i = 0; load->connections != NULL && i < load->options.connections; i++) {
        buf_done(&load->connections[i].out);
        close(load->connections[i].fd);
    }
    buf_done(&load->body_text);
}

/* Returns the exit status. */
static int load_main(struct load *load, struct arena *arena, int argc, char **argv)
{
    result r = options_read(argc, argv, &load->options);
    if (r.code == E_OK && load->options.is_help) {
        options_help();
        return 0;
    }
    if (r.code == E_OK)
        r = sodium_init() < 0 ? FAIL(E_CRYPTO, NULL, "no sodium") : load_init(load, arena);
    if (r.code == E_OK) {
        load_run(load);
        load_print(load);
        return load->times.count > 0 ? 0 : 1;
    }
    fprintf(stderr, "kessai-load: %s %s\n", r.param == NULL ? "" : r.param,
            r.message == NULL ? err_text(r.code) : r.message);
    return r.code == E_USAGE ? 2 : 1;
}

int main(int argc, char **argv)
{
    static struct load load;
    struct arena *arena = arena_new((size_t)256 << 20);
    if (arena == NULL)
        return 1;
    const int status = load_main(&load, arena, argc, argv);
    load_done(&load);
    arena_free(arena);
    return status;
}
