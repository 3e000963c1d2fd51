/* SPDX-License-Identifier: Apache-2.0 */
/* template.c: see template.h. */
#include "template.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum part_kind {
    PART_NONE = 0,
    PART_TEXT,
    PART_INDEX,
    PART_RANDOM,
    PART_PICK,
    PART_LINE,
    PART_KINDS
};

enum { LINES_BYTES_MAX = 64 << 20 };

struct part {
    enum part_kind kind;
    str text;     /* PART_TEXT */
    str *choices; /* PART_PICK, PART_LINE */
    size_t choice_count;
};

/* Where `what` starts in s, or s.bytes. */
static size_t find(str s, const char *what)
{
    const char *at = s.bytes == 0 ? NULL : memmem(s.at, s.bytes, what, strlen(what));
    return at == NULL ? s.bytes : (size_t)(at - s.at);
}

static str cut(str s, size_t from, size_t to)
{
    return (str){s.at + from, to - from};
}

static size_t count_of(str s, char c)
{
    size_t count = 0;
    for (size_t i = 0; i < s.bytes; i++)
        count += s.at[i] == c;
    return count;
}

static result read_choices(struct arena *arena, str list, struct part *ret)
{
    ret->kind = PART_PICK;
    ret->choices = ARENA_ARRAY(arena, str, count_of(list, ',') + 1);
    if (ret->choices == NULL)
        return E_NO_MEMORY;
    for (;;) {
        const size_t end = find(list, ",");
        ret->choices[ret->choice_count++] = cut(list, 0, end);
        if (end == list.bytes)
            return OK;
        list = cut(list, end + 1, list.bytes);
    }
}

/* Reads a whole file.   ret   in the arena */
static result read_file(struct arena *arena, const char *path, str *ret)
{
    char piece[65536];
    struct buf text;
    buf_init(&text, LINES_BYTES_MAX);
    FILE *file = fopen(path, "r");
    for (size_t n; file != NULL && (n = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_put(&text, piece, n);
    const bool is_read = file != NULL && ferror(file) == 0 && !text.is_broken;
    if (file != NULL)
        (void)fclose(file);
    *ret = is_read ? arena_str(arena, buf_view(&text)) : STR_NONE;
    buf_done(&text);
    return ret->at != NULL ? OK : FAIL(E_USAGE, NULL, "a file of {{line:}} cannot be read");
}

static result read_lines(struct arena *arena, str path, struct part *ret)
{
    str text;
    const char *name = arena_cstr(arena, path);
    if (name == NULL)
        return E_NO_MEMORY;
    TRY(read_file(arena, name, &text));
    ret->kind = PART_LINE;
    ret->choices = ARENA_ARRAY(arena, str, count_of(text, '\n') + 1);
    if (ret->choices == NULL)
        return E_NO_MEMORY;
    while (text.bytes > 0) {
        const size_t end = find(text, "\n");
        if (end > 0)
            ret->choices[ret->choice_count++] = cut(text, 0, end);
        text = cut(text, end < text.bytes ? end + 1 : end, text.bytes);
    }
    return ret->choice_count > 0 ? OK : FAIL(E_USAGE, NULL, "a file of {{line:}} is empty");
}

static result read_place(struct arena *arena, str place, struct part *ret)
{
    if (str_is(place, "i"))
        ret->kind = PART_INDEX;
    else if (str_is(place, "rand"))
        ret->kind = PART_RANDOM;
    else if (str_starts(place, "pick:"))
        return read_choices(arena, cut(place, strlen("pick:"), place.bytes), ret);
    else if (str_starts(place, "line:"))
        return read_lines(arena, cut(place, strlen("line:"), place.bytes), ret);
    else
        return FAIL(E_USAGE, NULL, "a {{place}} is not i, rand, pick: or line:");
    return OK;
}

result template_read(struct arena *arena, str text, struct template *ret)
{
    /* Every place costs two parts at most: the text before it and itself. */
    struct template template = {.parts = ARENA_ARRAY(arena, struct part, count_of(text, '{') + 1)};
    if (template.parts == NULL)
        return E_NO_MEMORY;
    while (text.bytes > 0) {
        const size_t open = find(text, "{{");
        if (open > 0)
            template.parts[template.part_count++] =
                (struct part){.kind = PART_TEXT, .text = cut(text, 0, open)};
        if (open == text.bytes)
            break;
        const str rest = cut(text, open + 2, text.bytes);
        const size_t close = find(rest, "}}");
        if (close == rest.bytes)
            return FAIL(E_USAGE, NULL, "a {{place}} is not closed");
        TRY(read_place(arena, cut(rest, 0, close), &template.parts[template.part_count++]));
        text = cut(rest, close + 2, rest.bytes);
    }
    *ret = template;
    return OK;
}

/* xorshift64: quick, and random enough to choose sellers and name requests. */
static uint64_t random_next(uint64_t *state)
{
    assert(*state != 0);
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void write_random(uint64_t *random, struct buf *out)
{
    char text[32];
    for (size_t half = 0; half < 2; half++) {
        uint64_t bits = random_next(random);
        for (size_t i = 0; i < 16; i++, bits >>= 4)
            text[half * 16 + i] = "0123456789abcdef"[bits & 15];
    }
    buf_put(out, text, sizeof text);
}

void template_write(const struct template *template, int64_t index, uint64_t *random,
                    struct buf *out)
{
    for (size_t i = 0; i < template->part_count; i++) {
        const struct part *part = &template->parts[i];
        switch (part->kind) {
        case PART_TEXT:
            buf_str(out, part->text);
            break;
        case PART_INDEX:
            buf_i64(out, index);
            break;
        case PART_RANDOM:
            write_random(random, out);
            break;
        case PART_PICK:
            buf_str(out, part->choices[(random_next(random) >> 11) % part->choice_count]);
            break;
        case PART_LINE:
            buf_str(out, part->choices[(size_t)index % part->choice_count]);
            break;
        case PART_NONE:
        case PART_KINDS:
            assert(part->kind == PART_TEXT); /* it is none of them: a bug */
        }
    }
}
