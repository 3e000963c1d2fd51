/* SPDX-License-Identifier: Apache-2.0 */
#include "net/outgoing.h"

#include <assert.h>
#include <curl/curl.h>
#include <pthread.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/heap.h"
#include "net/address.h"

enum { SPARE_HANDLES_MAX = 64, CONNECTIONS_KEPT_MAX = 128, POLL_MS_MAX = 1000 };

struct outgoing {
    bool allow_private;
    CURLM *multi;
    pthread_t thread;
    pthread_mutex_t lock; /* over first, last and is_stopping */
    struct outgoing_call *first, **last;
    bool is_stopping;

    /* the thread's */
    struct outgoing_call *active;
    CURL *spare[SPARE_HANDLES_MAX]; /* handles for the next calls; made once, used often */
    size_t spare_count;
};

/* ---- what libcurl asks --------------------------------------------------------------------- */

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct outgoing_call *call = context;
    if (purpose != CURLSOCKTYPE_IPCXN)
        return CURL_SOCKET_BAD;
    if (!call->owner->allow_private && !address_is_public(&address->addr)) {
        call->refused++;
        return CURL_SOCKET_BAD;
    }
    call->opened++;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Counts the answer's body; taking less than was given ends the transfer. */
static size_t take_reply(char *at, size_t size, size_t count, void *context)
{
    (void)at;
    struct outgoing_call *call = context;
    call->reply_bytes += size * count;
    return call->reply_bytes > OUTGOING_REPLY_BYTES_MAX ? 0 : size * count;
}

/* ---- one call ------------------------------------------------------------------------------ */

static bool set_all(CURL *easy, struct outgoing_call *call)
{
    CURLcode bad = CURLE_OK;
#define SET(option, value)                                                                         \
    do {                                                                                           \
        const CURLcode code_ = curl_easy_setopt(easy, option, value);                              \
        if (code_ != CURLE_OK)                                                                     \
            bad = code_;                                                                           \
    } while (0)
    SET(CURLOPT_PRIVATE, call);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_URL, call->url);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.bytes);
    SET(CURLOPT_POSTFIELDS, call->body.bytes == 0 ? "" : call->body.at);
    SET(CURLOPT_HTTPHEADER, (struct curl_slist *)call->header_list);
    SET(CURLOPT_TIMEOUT_MS, (long)OUTGOING_TOTAL_MS);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)OUTGOING_CONNECT_MS);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOPROXY, "*");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* a slow name server must not hold the thread */
    SET(CURLOPT_TCP_NODELAY, 1L);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, call);
    SET(CURLOPT_WRITEFUNCTION, take_reply);
    SET(CURLOPT_WRITEDATA, call);
#undef SET
    return bad == CURLE_OK;
}

static bool make_headers(struct outgoing_call *call)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; list != NULL && i < OUTGOING_HEADERS_MAX && call->headers[i] != NULL; i++) {
        struct curl_slist *longer = curl_slist_append(list, call->headers[i]);
        if (longer == NULL)
            curl_slist_free_all(list);
        list = longer;
    }
    call->header_list = list;
    return list != NULL;
}

static void give_back(struct outgoing *o, struct outgoing_call *call)
{
    curl_slist_free_all(call->header_list);
    call->header_list = NULL;
    if (call->handle == NULL)
        return;
    if (o->spare_count < SPARE_HANDLES_MAX) {
        curl_easy_reset(call->handle);
        o->spare[o->spare_count++] = call->handle;
    } else {
        curl_easy_cleanup(call->handle);
    }
    call->handle = NULL;
}

static void finish(struct outgoing *o, struct outgoing_call *call, enum outgoing_end end,
                   const char *error)
{
    give_back(o, call);
    call->end = end;
    call->error = error;
    call->done(call); /* which may free the call */
}

static void start(struct outgoing *o, struct outgoing_call *call)
{
    call->handle = o->spare_count > 0 ? o->spare[--o->spare_count] : curl_easy_init();
    if (call->handle == NULL || !make_headers(call) || !set_all(call->handle, call) ||
        curl_multi_add_handle(o->multi, call->handle) != CURLM_OK) {
        finish(o, call, OUTGOING_FAILED, "the request could not be made");
        return;
    }
    call->previous = NULL;
    call->next = o->active;
    if (call->next != NULL)
        call->next->previous = call;
    o->active = call;
}

static void remove_active(struct outgoing *o, struct outgoing_call *call)
{
    (void)curl_multi_remove_handle(o->multi, call->handle);
    if (call->previous == NULL)
        o->active = call->next;
    else
        call->previous->next = call->next;
    if (call->next != NULL)
        call->next->previous = call->previous;
}

/* An answer that was cut off for its length still is an answer. */
static void ended(struct outgoing *o, CURL *easy, CURLcode code)
{
    struct outgoing_call *call = NULL;
    long status = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&call);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    remove_active(o, call);
    const bool is_cut_off =
        code == CURLE_WRITE_ERROR && call->reply_bytes > OUTGOING_REPLY_BYTES_MAX;
    if (code == CURLE_OK || is_cut_off) {
        call->status = (int)status;
        finish(o, call, OUTGOING_ANSWERED, NULL);
    } else if (call->refused > 0 && call->opened == 0) {
        finish(o, call, OUTGOING_REFUSED, "private address refused");
    } else {
        finish(o, call, OUTGOING_FAILED, curl_easy_strerror(code));
    }
}

/* ---- the thread ---------------------------------------------------------------------------- */

static struct outgoing_call *take_waiting(struct outgoing *o, bool *ret_is_stopping)
{
    pthread_mutex_lock(&o->lock);
    struct outgoing_call *list = o->first;
    o->first = NULL;
    o->last = &o->first;
    *ret_is_stopping = o->is_stopping;
    pthread_mutex_unlock(&o->lock);
    return list;
}

static void abort_all(struct outgoing *o, struct outgoing_call *waiting)
{
    static const char WHY[] = "stopped";
    while (o->active != NULL) {
        struct outgoing_call *call = o->active;
        remove_active(o, call);
        finish(o, call, OUTGOING_ABORTED, WHY);
    }
    for (struct outgoing_call *call = waiting, *next; call != NULL; call = next) {
        next = call->next;
        finish(o, call, OUTGOING_ABORTED, WHY);
    }
}

static void *net_main(void *context)
{
    struct outgoing *o = context;
    for (;;) {
        bool is_stopping;
        struct outgoing_call *list = take_waiting(o, &is_stopping);
        if (is_stopping) {
            abort_all(o, list);
            return NULL;
        }
        for (struct outgoing_call *call = list, *next; call != NULL; call = next) {
            next = call->next;
            start(o, call);
        }
        int running, left;
        (void)curl_multi_perform(o->multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(o->multi, &left)) != NULL;)
            if (message->msg == CURLMSG_DONE)
                ended(o, message->easy_handle, message->data.result);
        (void)curl_multi_poll(o->multi, NULL, 0, POLL_MS_MAX, NULL);
    }
}

void outgoing_send(struct outgoing *o, struct outgoing_call *call)
{
    assert(call->url != NULL && call->done != NULL);
    call->owner = o;
    call->next = call->previous = NULL;
    call->handle = call->header_list = NULL;
    call->reply_bytes = 0;
    call->opened = call->refused = 0;
    call->end = OUTGOING_NONE;
    call->status = 0;
    pthread_mutex_lock(&o->lock);
    assert(!o->is_stopping);
    *o->last = call;
    o->last = &call->next;
    pthread_mutex_unlock(&o->lock);
    (void)curl_multi_wakeup(o->multi);
}

/* ---- start and stop ------------------------------------------------------------------------ */

static void init_library(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void outgoing_free(struct outgoing *o)
{
    for (size_t i = 0; i < o->spare_count; i++)
        curl_easy_cleanup(o->spare[i]);
    (void)curl_multi_cleanup(o->multi);
    pthread_mutex_destroy(&o->lock);
    heap_free(o);
}

result outgoing_start(const struct outgoing_config *config, struct outgoing **ret)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, init_library);
    struct outgoing *o = HEAP_NEW(struct outgoing);
    if (o == NULL)
        return E_NO_MEMORY;
    o->allow_private = config->allow_private;
    o->last = &o->first;
    pthread_mutex_init(&o->lock, NULL);
    o->multi = curl_multi_init();
    if (o->multi == NULL) {
        outgoing_free(o);
        return E_NO_MEMORY;
    }
    (void)curl_multi_setopt(o->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT_MAX);
    if (pthread_create(&o->thread, NULL, net_main, o) != 0) {
        outgoing_free(o);
        return FAIL(E_INTERNAL, NULL, "no thread for outgoing requests");
    }
    *ret = o;
    return OK;
}

void outgoing_stop(struct outgoing *o)
{
    pthread_mutex_lock(&o->lock);
    o->is_stopping = true;
    pthread_mutex_unlock(&o->lock);
    (void)curl_multi_wakeup(o->multi);
    (void)pthread_join(o->thread, NULL);
    outgoing_free(o);
}
