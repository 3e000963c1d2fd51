/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sse.h"

#include <string.h>

void sse_init(struct sse *sse)
{
    *sse = (struct sse){.was_cr = false};
    buf_init(&sse->line, SSE_LINE_BYTES_MAX);
    buf_init(&sse->data, SSE_LINE_BYTES_MAX);
    buf_init(&sse->id, SSE_FIELD_BYTES_MAX);
    buf_init(&sse->type, SSE_FIELD_BYTES_MAX);
}

void sse_done(struct sse *sse)
{
    buf_done(&sse->line);
    buf_done(&sse->data);
    buf_done(&sse->id);
    buf_done(&sse->type);
}

/* An event has been given: the id stays. */
static void next_event(struct sse *sse)
{
    buf_clear(&sse->data);
    buf_clear(&sse->type);
    sse->has_data = sse->has_id = false;
}

void sse_clear(struct sse *sse)
{
    next_event(sse);
    buf_clear(&sse->line);
    buf_clear(&sse->id);
    sse->was_cr = false;
}

static void set(struct buf *buf, str value)
{
    buf_clear(buf);
    buf_str(buf, value);
}

static void take_field(struct sse *sse, str name, str value)
{
    if (str_is(name, "data")) {
        if (sse->has_data)
            buf_char(&sse->data, '\n');
        buf_str(&sse->data, value);
        sse->has_data = true;
    } else if (str_is(name, "event")) {
        set(&sse->type, value);
    } else if (str_is(name, "id") && memchr(value.at, '\0', value.bytes) == NULL) {
        set(&sse->id, value);
        sse->has_id = true;
    }
}

/* "name: value", "name:value", "name" or ":comment". */
static void take_line(struct sse *sse, str line)
{
    const char *colon = memchr(line.at, ':', line.bytes);
    const str name = {line.at, colon == NULL ? line.bytes : (size_t)(colon - line.at)};
    str value = {line.at + line.bytes, 0};
    if (colon != NULL)
        value = (str){colon + 1, line.bytes - name.bytes - 1};
    if (value.bytes > 0 && value.at[0] == ' ')
        value = (str){value.at + 1, value.bytes - 1};
    take_field(sse, name, value);
}

static bool end_line(struct sse *sse, bool (*take)(void *context, const struct sse_event *event),
                     void *context)
{
    const str line = buf_view(&sse->line);
    if (line.bytes > 0)
        take_line(sse, line);
    const bool is_broken =
        sse->line.is_broken || sse->data.is_broken || sse->id.is_broken || sse->type.is_broken;
    buf_clear(&sse->line);
    if (line.bytes > 0 || is_broken)
        return !is_broken;
    if (!sse->has_data && !sse->has_id)
        return true;
    const struct sse_event event = {.id = buf_view(&sse->id),
                                    .type = buf_view(&sse->type),
                                    .data = sse->has_data ? buf_view(&sse->data) : STR_NONE};
    const bool goes_on = take(context, &event);
    next_event(sse);
    return goes_on;
}

bool sse_feed(struct sse *sse, str bytes,
              bool (*take)(void *context, const struct sse_event *event), void *context)
{
    size_t from = 0;
    for (size_t i = 0; i < bytes.bytes; i++) {
        const char c = bytes.at[i];
        const bool is_half = c == '\n' && sse->was_cr; /* of a CRLF */
        if (c != '\n' && c != '\r') {
            sse->was_cr = false;
            continue;
        }
        buf_put(&sse->line, bytes.at + from, i - from);
        from = i + 1;
        sse->was_cr = c == '\r';
        if (!is_half && !end_line(sse, take, context))
            return false;
    }
    buf_put(&sse->line, bytes.at + from, bytes.bytes - from);
    return !sse->line.is_broken;
}
