/* SPDX-License-Identifier: Apache-2.0 */
/* stream.h: a reply that goes on: bytes that are written by and by, by a thread of somebody else.
 *
 * While there is nothing to send the connection is suspended and costs no thread, only a slot and
 * the memory of its request. What has been written and not been taken by the client waits in a
 * buffer of its own; when that is full the writer stops until it is empty again, and a client that
 * takes nothing for LIMIT_REPLY_MS is cut off. A client that has gone is noticed when something is
 * written, so whoever writes seldom writes a comment now and then.
 *
 *     writer ── stream_write() ── buffer ── thread of libmicrohttpd ── client
 *       └────── drained() ─────────┘ (it is empty again)
 *
 * A stream belongs to its connection and to its writer; the last of them frees it.
 *
 * Used by  api/event_stream */
#ifndef KESSAI_HTTP_STREAM_H
#define KESSAI_HTTP_STREAM_H

#include "http/http.h"

struct stream;

enum stream_room {
    STREAM_ROOM_NONE = 0,
    STREAM_TAKEN, /* it was written */
    STREAM_FULL,  /* it was not; drained() is called when there is room */
    STREAM_GONE,  /* the client has gone, or the server stops: stream_close() it */
};

/* Answers the exchange with status 200 and a stream; its handler does no more than this, and the
 * first bytes may be written at once. Rejects with E_OVERLOADED when there are STREAMS already.
 *   drained   on a thread of libmicrohttpd, which must not wait; the context lives until
 *             stream_close()
 *   errors    E_OVERLOADED, E_MEMORY */
MUST_USE result stream_open(struct exchange *x, const char *content_type,
                            void (*drained)(void *context), void *context, struct stream **ret);

/* Takes it back, in the same handler and before anything else: the exchange is answered as usual.
 */
void stream_cancel(struct exchange *x, struct stream *stream);

/* Any thread, one at a time. */
enum stream_room stream_write(struct stream *stream, str bytes);
bool stream_is_gone(struct stream *stream); /* nobody takes anything any more */

/* The writer lets go: the reply ends when what was written is out. drained() is not called any
 * more when it returns. */
void stream_close(struct stream *stream);

#endif
