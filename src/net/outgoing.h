/* SPDX-License-Identifier: Apache-2.0 */
/* outgoing.h: HTTP requests to other people's servers, many at once, on one thread.
 *
 * A call is a POST. It has 5 seconds to connect and 10 in all; redirects are not followed, proxies
 * of the environment are not used, only http and https are spoken, and of the answer only the
 * status is kept. Connections are kept for the next call to the same server. An address that is not
 * public is refused at the moment of connecting (net/address.h), unless that is allowed.
 *
 * Used by  jobs */
#ifndef KESSAI_NET_OUTGOING_H
#define KESSAI_NET_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/result.h"
#include "base/str.h"

struct outgoing;

enum { OUTGOING_HEADERS_MAX = 8, OUTGOING_TOTAL_MS = 10000, OUTGOING_CONNECT_MS = 5000 };
enum { OUTGOING_REPLY_BYTES_MAX = 64 << 10 }; /* the rest of a longer answer is not read */

enum outgoing_end {
    OUTGOING_NONE = 0,
    OUTGOING_ANSWERED, /* status is what the server said */
    OUTGOING_FAILED,   /* no answer: error says why */
    OUTGOING_REFUSED,  /* every address of the host is private; nothing was sent */
    OUTGOING_ABORTED,  /* outgoing_stop() came first; it may have arrived or not */
    OUTGOING_ENDS
};

struct outgoing_call {
    /* The caller's: these and what they point to stay until done. */
    const char *url;
    const char *headers[OUTGOING_HEADERS_MAX]; /* "Name: value"; the first NULL ends them */
    str body;
    void (*done)(struct outgoing_call *call); /* once, on the net thread; must not block */

    /* The answer, for done. */
    enum outgoing_end end;
    int status;
    const char *error; /* a literal */

    /* outgoing's own */
    struct outgoing *owner;
    struct outgoing_call *next, *previous;
    void *handle, *header_list;
    size_t reply_bytes;
    unsigned opened, refused; /* sockets */
};

struct outgoing_config {
    bool allow_private; /* addresses that are not public as well */
};

/* Starts the thread.  errors  E_MEMORY, E_INTERNAL */
MUST_USE result outgoing_start(const struct outgoing_config *config, struct outgoing **ret);
/* Ends all calls that are under way or waiting as OUTGOING_ABORTED, then the thread. */
void outgoing_stop(struct outgoing *outgoing);

/* Sends. Thread-safe, returns at once; not after outgoing_stop(). How many at once is up to the
 * caller. */
void outgoing_send(struct outgoing *outgoing, struct outgoing_call *call);

#endif
