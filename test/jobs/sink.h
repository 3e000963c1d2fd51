/* SPDX-License-Identifier: Apache-2.0 */
/* sink.h: a server on loopback that takes POST requests, remembers them, and answers as it is told.
 * Used by  test/jobs */
#ifndef KESSAI_TEST_JOBS_SINK_H
#define KESSAI_TEST_JOBS_SINK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

enum { SINK_REQUESTS_MAX = 1024, SINK_STATUSES_MAX = 4, SINK_CONNECTIONS_MAX = 64 };

struct sink_request {
    char *head, *body; /* NUL-terminated */
    size_t body_bytes;
};

struct sink_connection {
    int fd;
    char *at;
    size_t bytes;
};

struct sink {
    /* Status of the first request, the second, …; the last one repeats. 0: no answer at all. */
    int statuses[SINK_STATUSES_MAX];
    bool is_endless; /* the answer's body does not end */
    char url[64];
    /* the thread's */
    int listener, stop[2];
    pthread_t thread;
    struct sink_connection connections[SINK_CONNECTIONS_MAX];
    size_t connection_count;
    /* under the lock */
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct sink_request requests[SINK_REQUESTS_MAX];
    size_t request_count, connected, together, together_max;
};

void sink_start(struct sink *sink);
void sink_stop(struct sink *sink); /* what it remembers stays */
void sink_done(struct sink *sink);

/* Waits until so many requests have arrived; false after ten seconds. */
bool sink_wait(struct sink *sink, size_t count);
size_t sink_count(struct sink *sink);

/* The value of a header of a request, in a buffer of the caller's thread; NULL: it has none. */
const char *sink_header(struct sink *sink, size_t request, const char *name);

#endif
