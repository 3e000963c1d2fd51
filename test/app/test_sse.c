/* SPDX-License-Identifier: Apache-2.0 */
/* test_sse.c: the reader of server-sent events. */
#include "cli/sse.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

enum { TOLD_BYTES_MAX = 1024 };
struct told {
    char text[TOLD_BYTES_MAX];
    size_t bytes;
    int left; /* events until it has had enough; negative: never */
};

static bool note(void *context, const struct sse_event *event)
{
    struct told *told = context;
    told->bytes += (size_t)snprintf(
        told->text + told->bytes, sizeof told->text - told->bytes, "[%.*s|%.*s|%.*s]",
        (int)event->id.bytes, event->id.at == NULL ? "" : event->id.at, (int)event->type.bytes,
        event->type.at == NULL ? "" : event->type.at,
        event->data.at == NULL ? 4 : (int)event->data.bytes,
        event->data.at == NULL ? "none" : event->data.at);
    return --told->left != 0;
}

static const struct {
    const char *stream, *events;
} STREAMS[] = {
    {"", ""},
    {"id: 1\ndata: a\n\n", "[1||a]"},
    {"id: 1\r\nevent: x\r\ndata: a\r\n\r\n", "[1|x|a]"},
    {"id: 1\revent: x\rdata: a\r\r", "[1|x|a]"},
    {"id:1\ndata:a\n\n", "[1||a]"},
    {"data:  a \n\n", "[|| a ]"},
    {"data: a\ndata: b\n\n", "[||a\nb]"},
    {"data\n\n", "[||]"},
    {"id: 7\n\n", "[7||none]"},
    {"retry: 1000\nid: 7\n\n:\n\ndata: a\n\n", "[7||none][7||a]"},
    {": a comment\n\n\n\nother: x\n\n", ""},
    {"id: 1\nevent: x\ndata: a\n\ndata: b\n\n", "[1|x|a][1||b]"},
    {"id: 1\ndata: a: b\n\nid: 2\ndata: cut off\n", "[1||a: b]"},
};

/* Goal:   the same events whatever the pieces are in which the bytes come.
 * Method: each stream in pieces of every length. */
TEST(events_do_not_depend_on_the_pieces)
{
    for (size_t i = 0; i < COUNT(STREAMS); i++)
        for (size_t piece = 1; piece <= strlen(STREAMS[i].stream) + 1; piece++) {
            struct told told = {.left = -1};
            struct sse sse;
            sse_init(&sse);
            const str all = str_of(STREAMS[i].stream);
            for (size_t at = 0; at < all.bytes; at += piece) {
                const size_t left = all.bytes - at;
                CHECK(sse_feed(&sse, (str){all.at + at, left < piece ? left : piece}, note, &told));
            }
            told.text[told.bytes] = '\0';
            assert_string_equal(told.text, STREAMS[i].events);
            sse_done(&sse);
        }
}

TEST(whoever_has_enough_is_told_no_more)
{
    struct told told = {.left = 1};
    struct sse sse;
    sse_init(&sse);
    CHECK(!sse_feed(&sse, S("data: a\n\ndata: b\n\n"), note, &told));
    assert_string_equal(told.text, "[||a]");
    sse_clear(&sse);
    told.left = -1;
    CHECK(sse_feed(&sse, S("data: c\n\n"), note, &told));
    assert_string_equal(told.text, "[||a][||c]");
    sse_done(&sse);
}

/* Goal:   an id that is longer than it may be ends the stream instead of becoming another one. */
TEST(what_is_too_long_ends_the_stream)
{
    char line[SSE_FIELD_BYTES_MAX + 8];
    struct told told = {.left = -1};
    struct sse sse;
    memset(line, 'i', sizeof line);
    memcpy(line, "id:", 3);
    sse_init(&sse);
    CHECK(sse_feed(&sse, (str){line, sizeof line}, note, &told));
    CHECK(!sse_feed(&sse, S("\ndata: a\n\n"), note, &told));
    CHECK_I64((int64_t)told.bytes, 0);
    sse_done(&sse);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(events_do_not_depend_on_the_pieces),
        CLAIM(whoever_has_enough_is_told_no_more),
        CLAIM(what_is_too_long_ends_the_stream),
    };
    return RUN_ALL(all);
}
