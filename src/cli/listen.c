/* SPDX-License-Identifier: Apache-2.0 */
/* listen.c: `kessai listen`: follows a merchant's events and hands each to a program on this
 * machine, as if it were a webhook.
 *
 * One event after the other: the next one is forwarded when this one has been answered with 2xx, so
 * the number of the last one is all there is to know after a disconnect. While an event is being
 * tried again the stream is not read; if the server ends it for that, it is asked for again from
 * there.
 *
 * Source   design 5; api/event_stream.c */
#include <curl/curl.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/sse.h"
#include "jobs/message.h"

enum {
    SILENCE_MS_MAX = 45000, /* three heartbeats */
    FORWARD_MS_MAX = 10000,
    CONNECT_MS_MAX = 5000,
    PAUSE_MS_MIN = 1000,
    PAUSE_MS_MAX = 30000,
    LINE_BYTES_MAX = 1024,
    SCRATCH_BYTES_MAX = 64 << 10,
};

struct listen {
    const struct args *args;
    struct arena *scratch; /* texts of one attempt */
    sigset_t ends;
    CURL *stream, *forward;
    struct sse sse;
    int64_t last_seq; /* -1: not known yet */
    bool is_stopping; /* somebody wants us to end */
    bool has_failed;  /* standard output, or what the stream says, is of no use */
    bool has_heard;   /* something came since the stream was opened */
    int64_t heard_ticks_us;
};

/* ---- waiting ------------------------------------------------------------------------------- */

/* Waits so long, or until somebody wants us to end. */
static void pause_for(struct listen *l, int64_t ms)
{
    const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    if (sigtimedwait(&l->ends, NULL, &time) > 0)
        l->is_stopping = true;
}

static int64_t longer(int64_t pause_ms)
{
    return pause_ms * 2 < PAUSE_MS_MAX ? pause_ms * 2 : PAUSE_MS_MAX;
}

/* libcurl asks about once a second. */
static int check_stop(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct listen *l = context;
    (void)a, (void)b, (void)c, (void)d;
    pause_for(l, 0);
    return l->is_stopping;
}

static int check_silence(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct listen *l = context;
    const int64_t silent_us = clock_ticks_us() - l->heard_ticks_us;
    return check_stop(context, a, b, c, d) != 0 || silent_us > SILENCE_MS_MAX * US_PER_MS;
}

static void complain(const struct listen *l, const char *what, const char *why)
{
    const char *line = arena_printf(l->scratch, "kessai listen: %s: %s", what, why);
    print_error_line(line != NULL ? line : what);
}

/* ---- forwarding ---------------------------------------------------------------------------- */

#define SET(easy, option, value) IGNORE_CODE(curl_easy_setopt((easy), (option), (value)))
#define IGNORE_CODE(call)                                                                          \
    do {                                                                                           \
        const CURLcode code_ = (call);                                                             \
        (void)code_; /* fails without memory only; the transfer fails then */                      \
    } while (0)

static size_t drop_reply(char *at, size_t size, size_t count, void *context)
{
    (void)at, (void)context;
    return size * count;
}

static void set_common(struct listen *l, CURL *easy)
{
    SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(easy, CURLOPT_NOSIGNAL, 1L);
    SET(easy, CURLOPT_PROXY, "");
    SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS_MAX);
    SET(easy, CURLOPT_NOPROGRESS, 0L);
    SET(easy, CURLOPT_XFERINFODATA, l);
}

/* The id stands first in an event (komoju-core 12.2). */
static id id_of(str data)
{
    static const char HEAD[] = "{\"id\":\"";
    const size_t skip = sizeof HEAD - 1;
    id found = {0};
    if (str_starts(data, HEAD) && data.bytes > skip + ID_TEXT_BYTES)
        (void)!id_read((str){data.at + skip, ID_TEXT_BYTES - 1}, &found);
    return found;
}

/* One attempt.   returns  the HTTP status; 0: there was no answer, and it has been said why */
static long attempt(struct listen *l, struct message *message)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; i < MESSAGE_HEADERS && message->header[i] != NULL && headers != NULL; i++) {
        struct curl_slist *more = curl_slist_append(headers, message->header[i]);
        if (more == NULL)
            curl_slist_free_all(headers);
        headers = more;
    }
    long status = 0;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (headers != NULL) {
        SET(l->forward, CURLOPT_HTTPHEADER, headers);
        SET(l->forward, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)message->body.bytes);
        SET(l->forward, CURLOPT_POSTFIELDS, message->body.at);
        code = curl_easy_perform(l->forward);
    }
    if (code == CURLE_OK)
        IGNORE_CODE(curl_easy_getinfo(l->forward, CURLINFO_RESPONSE_CODE, &status));
    else if (!l->is_stopping)
        complain(l, "the event could not be forwarded", curl_easy_strerror(code));
    curl_slist_free_all(headers);
    return status;
}

static bool print_event(struct listen *l, const struct sse_event *event, id number, long status)
{
    char digits[ID_TEXT_BYTES];
    struct buf line;
    id_text(number, digits);
    buf_init(&line, LINE_BYTES_MAX);
    buf_str(&line, event->id);
    buf_char(&line, ' ');
    buf_str(&line, event->type);
    buf_printf(&line, " %s %ld\n", digits, status);
    l->has_failed = print(&line) != EXIT_OK;
    buf_done(&line);
    return !l->has_failed;
}

static result seal(struct listen *l, const struct sse_event *event, id number,
                   struct message *message)
{
    const struct option_value *secret = &l->args->values[OPT_SECRET];
    buf_clear(&message->body);
    buf_str(&message->body, event->data);
    const char *type = arena_cstr(l->scratch, event->type);
    if (type == NULL)
        return E_NO_MEMORY;
    const struct message_seal how = {.delivery = number,
                                     .type = type,
                                     .now_us = clock_now_us(&CLOCK_SYSTEM),
                                     .secret = secret->is_given ? secret->text : STR_NONE};
    return message_seal(message, &how);
}

/* Until it is taken. False: we are to end. */
static bool forward(struct listen *l, const struct sse_event *event)
{
    const id number = id_of(event->data);
    struct message message;
    bool has_arrived = false;
    message_init(&message);
    for (int64_t pause_ms = PAUSE_MS_MIN; !has_arrived && !l->is_stopping && !l->has_failed;
         pause_ms = longer(pause_ms)) {
        const result r = seal(l, event, number, &message);
        const long status = r.code == E_OK ? attempt(l, &message) : 0;
        has_arrived = status >= 200 && status <= 299;
        if (r.code != E_OK)
            complain(l, "the event could not be forwarded", err_text(r.code));
        else if (status != 0 && !has_arrived)
            complain(l, "the event is tried again, its receiver said",
                     arena_printf(l->scratch, "%ld", status));
        if (has_arrived)
            (void)print_event(l, event, number, status); /* has_failed says it */
        else if (!l->is_stopping)
            pause_for(l, pause_ms);
        arena_clear(l->scratch);
    }
    message_done(&message);
    return has_arrived;
}

/* ---- the stream ---------------------------------------------------------------------------- */

static bool take_event(void *context, const struct sse_event *event)
{
    struct listen *l = context;
    int64_t seq = -1;
    if (!str_i64(event->id, &seq) || seq < 0) {
        complain(l, "the stream", "an event without a number");
        l->has_failed = true;
        return false;
    }
    if (event->data.at == NULL) { /* where it begins */
        if (l->last_seq < 0)
            l->last_seq = seq;
        return true;
    }
    if (seq <= l->last_seq)
        return true; /* it was forwarded */
    if (!forward(l, event))
        return false;
    l->last_seq = seq;
    return !l->has_failed;
}

static size_t take_bytes(char *at, size_t size, size_t count, void *context)
{
    struct listen *l = context;
    l->has_heard = true;
    const bool goes_on = sse_feed(&l->sse, (str){at, size * count}, take_event, l);
    l->heard_ticks_us = clock_ticks_us();
    return goes_on ? size * count : 0;
}

/* Follows the stream until it ends.
 *   ret_status   what the server said; 0: nothing */
static CURLcode follow(struct listen *l, long *ret_status)
{
    const struct option_value *values = l->args->values;
    struct buf url;
    buf_init(&url, LINE_BYTES_MAX + (size_t)values[OPT_BASE].text.bytes);
    buf_printf(&url, "%s/api/v1/events/stream", values[OPT_BASE].text.at);
    if (l->last_seq >= 0)
        buf_printf(&url, "?after_seq=%lld", (long long)l->last_seq);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (!url.is_broken) {
        sse_clear(&l->sse);
        l->has_heard = false;
        l->heard_ticks_us = clock_ticks_us();
        SET(l->stream, CURLOPT_URL, url.at);
        code = curl_easy_perform(l->stream);
        IGNORE_CODE(curl_easy_getinfo(l->stream, CURLINFO_RESPONSE_CODE, ret_status));
    }
    buf_done(&url);
    return code;
}

/* The same request would be refused again. */
static bool is_final(long status)
{
    return status >= 400 && status <= 499 && status != 408 && status != 429;
}

static int run(struct listen *l)
{
    int64_t pause_ms = PAUSE_MS_MIN;
    for (;;) {
        long status = 0;
        const CURLcode code = follow(l, &status);
        if (l->is_stopping)
            return EXIT_OK;
        if (l->has_failed)
            return EXIT_FAILED;
        if (is_final(status)) {
            complain(l, "the server refuses", arena_printf(l->scratch, "%ld", status));
            return EXIT_FAILED;
        }
        if (l->has_heard)
            pause_ms = PAUSE_MS_MIN;
        complain(l, "the stream has ended, it is asked for again",
                 code == CURLE_OK ? "the server closed it" : curl_easy_strerror(code));
        pause_for(l, pause_ms);
        if (l->is_stopping)
            return EXIT_OK;
        pause_ms = longer(pause_ms);
        arena_clear(l->scratch);
    }
}

/* ---- start --------------------------------------------------------------------------------- */

static void set_stream(struct listen *l)
{
    set_common(l, l->stream);
    SET(l->stream, CURLOPT_XFERINFOFUNCTION, check_silence);
    SET(l->stream, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    SET(l->stream, CURLOPT_USERNAME, l->args->values[OPT_API_KEY].text.at);
    SET(l->stream, CURLOPT_PASSWORD, "");
    SET(l->stream, CURLOPT_FAILONERROR, 1L);
    SET(l->stream, CURLOPT_WRITEFUNCTION, take_bytes);
    SET(l->stream, CURLOPT_WRITEDATA, l);
}

static void set_forward(struct listen *l)
{
    set_common(l, l->forward);
    SET(l->forward, CURLOPT_XFERINFOFUNCTION, check_stop);
    SET(l->forward, CURLOPT_URL, l->args->values[OPT_FORWARD].text.at);
    SET(l->forward, CURLOPT_POST, 1L);
    SET(l->forward, CURLOPT_TIMEOUT_MS, (long)FORWARD_MS_MAX);
    SET(l->forward, CURLOPT_WRITEFUNCTION, drop_reply);
}

int run_listen(const struct args *args)
{
    struct listen l = {.args = args, .last_seq = -1};
    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigemptyset(&l.ends);
    (void)sigaddset(&l.ends, SIGTERM);
    (void)sigaddset(&l.ends, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &l.ends, NULL);
    if (args->values[OPT_FROM_SEQ].is_given)
        l.last_seq = args->values[OPT_FROM_SEQ].number;
    sse_init(&l.sse);
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    l.scratch = arena_new(SCRATCH_BYTES_MAX);
    l.stream = curl_easy_init();
    l.forward = curl_easy_init();
    int status = EXIT_FAILED;
    if (l.stream == NULL || l.forward == NULL || l.scratch == NULL) {
        status = print_failure(args, E_NO_MEMORY);
    } else {
        set_stream(&l);
        set_forward(&l);
        status = run(&l);
    }
    curl_easy_cleanup(l.forward);
    curl_easy_cleanup(l.stream);
    arena_free(l.scratch);
    sse_done(&l.sse);
    return status;
}
