/* SPDX-License-Identifier: Apache-2.0 */
/* progress_read.c: reads the file that an earlier audit has left; see progress.h for its form. */
#include <errno.h>
#include <string.h>

#include "audit/progress.h"
#include "audit/progress_text.h"

#define FILE_BYTES_MAX ((size_t)1 << 30)
enum { SEAL_BYTES = 5 + 2 * HASH_BYTES + 1, WORDS_MAX = RECORDS + 8 };

static result not_ours(void)
{
    return FAIL(E_USAGE, "--progress", "this is not a file that an audit has written: remove it");
}

static result not_of_now(void)
{
    return FAIL(E_USAGE, "--progress", "the file is of another version of kessai: remove it");
}

/* ---- words --------------------------------------------------------------------------------- */

struct line {
    str words[WORDS_MAX];
    size_t count;
};

/* Takes the next line off the text. */
static bool next_line(str *text, struct line *ret)
{
    ret->count = 0;
    if (text->bytes == 0)
        return false;
    size_t begin = 0, at = 0;
    for (; at < text->bytes; at++) {
        const char c = text->at[at];
        if (c != ' ' && c != '\n')
            continue;
        if (ret->count < WORDS_MAX)
            ret->words[ret->count++] = (str){text->at + begin, at - begin};
        begin = at + 1;
        if (c == '\n')
            break;
    }
    *text = (str){text->at + begin, text->bytes - begin};
    return true;
}

static int64_t number_at(const struct line *line, size_t word)
{
    int64_t number = 0;
    if (word < line->count)
        (void)str_i64(line->words[word], &number); /* sealed: it is one */
    return number;
}

static int digit_of(char c)
{
    return '0' <= c && c <= '9' ? c - '0' : 'a' <= c && c <= 'f' ? c - 'a' + 10 : 0;
}

static void hash_at(str text, uint8_t ret[HASH_BYTES])
{
    memset(ret, 0, HASH_BYTES);
    for (size_t i = 0; i < HASH_BYTES && 2 * i + 1 < text.bytes; i++)
        ret[i] = (uint8_t)(digit_of(text.at[2 * i]) << 4 | digit_of(text.at[2 * i + 1]));
}

/* ---- the lines ----------------------------------------------------------------------------- */

static bool add_tenant(struct progress *p, const struct line *line, struct point **ret)
{
    struct point *point = ARENA_NEW(p->arena, struct point);
    if (point == NULL || line->count != 8)
        return false;
    point->tenant = number_at(line, 1);
    point->event_seq = number_at(line, 2);
    hash_at(line->words[3], point->event_hash);
    point->ledger_seq = number_at(line, 4);
    hash_at(line->words[5], point->ledger_hash);
    point->key_from = number_at(line, 6);
    point->delivery_from = number_at(line, 7);
    map_init(&point->accounts, p->arena);
    map_init(&point->merchants, p->arena);
    map_init(&point->open, p->arena);
    *ret = point;
    return map_put(&p->points, point->tenant, 0, point);
}

static bool add_account(struct progress *p, const struct line *line, struct point *point)
{
    struct account_fact *fact = ARENA_NEW(p->arena, struct account_fact);
    if (fact == NULL || line->count != 5 + RECORDS - 1)
        return false;
    fact->records = number_at(line, 3);
    fact->last_pos = number_at(line, 4);
    for (size_t type = 1; type < RECORDS; type++)
        fact->by_type[type] = number_at(line, 4 + type);
    return map_put(&point->accounts, number_at(line, 1), number_at(line, 2), fact);
}

static bool add_merchant(struct progress *p, const struct line *line, struct point *point)
{
    int64_t *payments = ARENA_NEW(p->arena, int64_t);
    if (payments == NULL || line->count != 3)
        return false;
    *payments = number_at(line, 2);
    return map_put(&point->merchants, number_at(line, 1), 0, payments);
}

static bool add_open(struct progress *p, const struct line *line, struct point *point)
{
    (void)p;
    return line->count == 2 && map_put(&point->open, number_at(line, 1), 0, point);
}

static result read_lines(struct progress *p, str text)
{
    static const struct {
        const char *word;
        bool (*add)(struct progress *p, const struct line *line, struct point *point);
    } KINDS[] = {{"account", add_account}, {"merchant", add_merchant}, {"open", add_open}};
    struct point *point = NULL;
    struct line line;
    (void)next_line(&text, &line); /* the first, compared already */
    while (next_line(&text, &line)) {
        bool is_added = false;
        if (str_is(line.words[0], "tenant"))
            is_added = add_tenant(p, &line, &point);
        for (size_t i = 0; i < COUNT(KINDS) && point != NULL; i++)
            if (str_is(line.words[0], KINDS[i].word))
                is_added = KINDS[i].add(p, &line, point);
        if (!is_added)
            return not_ours();
    }
    return OK;
}

/* ---- the file ------------------------------------------------------------------------------ */

/* The lines above the seal, if it is theirs. */
static bool is_sealed(str text, str *ret_lines)
{
    uint8_t seal[HASH_BYTES], stored[HASH_BYTES];
    if (text.bytes < SEAL_BYTES)
        return false;
    const str lines = {text.at, text.bytes - SEAL_BYTES};
    const str last = {text.at + lines.bytes, SEAL_BYTES};
    if (!str_starts(text, PROGRESS_FIRST_LINE "\n") || !str_starts(last, "seal "))
        return false;
    (void)crypto_generichash(seal, HASH_BYTES, (const uint8_t *)lines.at, lines.bytes, NULL, 0);
    hash_at((str){last.at + 5, (size_t)2 * HASH_BYTES}, stored);
    *ret_lines = lines;
    return memcmp(seal, stored, HASH_BYTES) == 0;
}

static result read_file(FILE *file, struct buf *ret)
{
    static char block[1 << 16];
    size_t bytes;
    while ((bytes = fread(block, 1, sizeof block, file)) > 0)
        buf_put(ret, block, bytes);
    if (ferror(file) != 0)
        return FAIL(E_USAGE, "--progress", "the file cannot be read");
    return ret->is_broken ? E_NO_MEMORY : OK;
}

result progress_read(struct progress *p, const char *path)
{
    *p = (struct progress){.path = path, .arena = arena_new(2 * FILE_BYTES_MAX)};
    if (p->arena == NULL)
        return E_NO_MEMORY;
    p->new_path = arena_printf(p->arena, "%s.new", path);
    map_init(&p->points, p->arena);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return errno == ENOENT ? OK : FAIL(E_USAGE, "--progress", "the file cannot be read");
    struct buf text;
    str lines = STR_NONE;
    buf_init(&text, FILE_BYTES_MAX);
    result r = read_file(file, &text);
    (void)fclose(file);
    const str all = buf_view(&text);
    if (r.code == E_OK && str_starts(all, PROGRESS_NAME) &&
        !str_starts(all, PROGRESS_FIRST_LINE "\n"))
        r = not_of_now();
    else if (r.code == E_OK)
        r = is_sealed(buf_view(&text), &lines) ? read_lines(p, lines) : not_ours();
    buf_done(&text);
    return r;
}

struct point *progress_point(struct progress *p, int64_t tenant)
{
    return map_get(&p->points, tenant, 0);
}

const struct point *progress_unseen(const struct progress *p)
{
    for (size_t i = 0; i < p->points.room; i++) {
        const struct point *point = p->points.slots[i].value;
        if (point != NULL && !point->is_seen)
            return point;
    }
    return NULL;
}
