/* SPDX-License-Identifier: Apache-2.0 */
/* sse.h: reads a stream of server-sent events piece by piece.
 *
 * Lines end with LF, CRLF or CR. An empty line ends an event; one without data only sets the id, as
 * the standard has it. Comments, unknown fields and `retry` are passed over. What is cut off in the
 * middle of an event is forgotten with sse_clear().
 *
 * Used by  cli/listen
 * Source   HTML, 9.2.6 (interpreting an event stream) */
#ifndef KESSAI_CLI_SSE_H
#define KESSAI_CLI_SSE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

enum { SSE_LINE_BYTES_MAX = 5 << 20, SSE_FIELD_BYTES_MAX = 256 };

/* Valid until the callback returns. */
struct sse_event {
    str id;   /* of the event, or the last one before it; may be empty */
    str type; /* empty: none was given */
    str data; /* absent: the event has an id only */
};

struct sse {
    struct buf line, id, type, data;
    bool has_data, has_id, was_cr;
};

void sse_init(struct sse *sse);
void sse_done(struct sse *sse);
void sse_clear(struct sse *sse); /* forgets all but the memory */

/* Takes the next bytes and gives each event that is complete. False: `take` has said false, or
 * something was longer than it may be; nothing may be fed any more until sse_clear(). */
bool sse_feed(struct sse *sse, str bytes,
              bool (*take)(void *context, const struct sse_event *event), void *context);

#endif
