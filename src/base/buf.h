/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h: a byte buffer that grows up to a maximum, for text that is written front to back.
 *
 * A write that would pass the maximum, or that the system has no memory for, sets is_broken and
 * drops the bytes; the writer checks once, at the end. The bytes are followed by a NUL that is not
 * counted.
 *
 * Used by  json, http, log */
#ifndef KESSAI_BASE_BUF_H
#define KESSAI_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct buf {
    char *at;
    size_t bytes, room, max;
    bool is_broken, is_starved; /* is_starved: for the system's lack of memory, not the maximum */
};

void buf_init(struct buf *buf, size_t bytes_max);
void buf_done(struct buf *buf);
void buf_clear(struct buf *buf); /* keeps the memory; mends is_broken */

void buf_put(struct buf *buf, const void *at, size_t bytes);
void buf_str(struct buf *buf, str s);
void buf_text(struct buf *buf, const char *c_string);
void buf_break(struct buf *buf);             /* there was no memory for what should be in it */
void buf_cut(struct buf *buf, size_t bytes); /* keeps the first so many */
void buf_char(struct buf *buf, char c);
void buf_i64(struct buf *buf, int64_t value);
PRINTF(2, 3) void buf_printf(struct buf *buf, const char *format, ...);

str buf_view(const struct buf *buf); /* valid until the next write */

#endif
