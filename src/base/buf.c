/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *buf, size_t bytes_max)
{
    *buf = (struct buf){.max = bytes_max};
}

void buf_done(struct buf *buf)
{
    free(buf->at);
    *buf = (struct buf){.max = buf->max};
}

void buf_clear(struct buf *buf)
{
    buf->bytes = 0;
    buf->is_broken = buf->is_starved = false;
}

/* Makes room for bytes more and the NUL; false sets is_broken. */
static bool reserve(struct buf *buf, size_t bytes)
{
    if (buf->is_broken || bytes > buf->max - buf->bytes) {
        buf->is_broken = true;
        return false;
    }
    const size_t need = buf->bytes + bytes + 1;
    if (need <= buf->room)
        return true;
    size_t room = buf->room == 0 ? 256 : buf->room;
    while (room < need)
        room *= 2;
    char *at = realloc(buf->at, room);
    if (at == NULL) {
        buf->is_broken = buf->is_starved = true;
        return false;
    }
    buf->at = at;
    buf->room = room;
    return true;
}

void buf_put(struct buf *buf, const void *at, size_t bytes)
{
    if (!reserve(buf, bytes))
        return;
    if (bytes > 0)
        memcpy(buf->at + buf->bytes, at, bytes);
    buf->bytes += bytes;
    buf->at[buf->bytes] = '\0';
}

void buf_str(struct buf *buf, str s)
{
    buf_put(buf, s.at, s.bytes);
}

void buf_text(struct buf *buf, const char *c_string)
{
    buf_put(buf, c_string, strlen(c_string));
}

void buf_break(struct buf *buf)
{
    buf->is_broken = buf->is_starved = true;
}

void buf_cut(struct buf *buf, size_t bytes)
{
    assert(bytes <= buf->bytes);
    buf->bytes = bytes;
}

void buf_char(struct buf *buf, char c)
{
    buf_put(buf, &c, 1);
}

void buf_i64(struct buf *buf, int64_t value)
{
    char digits[20]; /* the digits of INT64_MIN are 19 */
    size_t n = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        digits[--n] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        buf_char(buf, '-');
    buf_put(buf, digits + n, sizeof digits - n);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int bytes = vsnprintf(NULL, 0, format, args);
    assert(bytes >= 0);
    if (reserve(buf, (size_t)bytes)) {
        (void)vsnprintf(buf->at + buf->bytes, (size_t)bytes + 1, format, again);
        buf->bytes += (size_t)bytes;
    }
    va_end(again);
    va_end(args);
}

str buf_view(const struct buf *buf)
{
    return (str){buf->at == NULL ? "" : buf->at, buf->bytes};
}
