/* SPDX-License-Identifier: Apache-2.0 */
/* progress.c: writes the file; progress_read.c reads it. */
#include "audit/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/progress_text.h"
#include "base/buf.h"

enum { LINE_BYTES_MAX = 4096 };
#define KEY_HOUR (INT64_C(3600000) << 22) /* an hour in the keys of base/id.h */

static result cannot_write(void)
{
    return FAIL(E_USAGE, "--progress", "the file cannot be written");
}

result progress_begin(struct progress *p)
{
    p->out = fopen(p->new_path, "we");
    if (p->out == NULL)
        return cannot_write();
    (void)crypto_generichash_init(&p->seal, NULL, 0, HASH_BYTES);
    struct buf line;
    buf_init(&line, LINE_BYTES_MAX);
    buf_text(&line, PROGRESS_FIRST_LINE "\n");
    progress_put(p, &line);
    buf_done(&line);
    return OK;
}

void progress_put(struct progress *p, struct buf *line)
{
    const str text = buf_view(line);
    (void)crypto_generichash_update(&p->seal, (const uint8_t *)text.at, text.bytes);
    (void)fwrite(text.at, 1, text.bytes, p->out); /* progress_end asks whether all went well */
    buf_clear(line);
}

/* ---- a tenant ------------------------------------------------------------------------------ */

static void put_number(struct buf *line, int64_t number)
{
    buf_char(line, ' ');
    buf_i64(line, number);
}

static void put_hash(struct buf *line, const uint8_t hash[HASH_BYTES])
{
    buf_char(line, ' ');
    for (int i = 0; i < HASH_BYTES; i++)
        buf_printf(line, "%02x", (unsigned)hash[i]);
}

static int64_t number_or(struct audit *a, const char *sql, int64_t otherwise)
{
    struct cursor c;
    cursor_stream(a, &c, sql);
    const bool found = cursor_next(&c) && !cursor_is_null(&c, 0);
    const int64_t number = found ? cursor_i64(&c, 0) : otherwise;
    cursor_close(&c);
    return number;
}

/* Operations that are under way are looked at again, and so are those of the last hour, as clocks
 * of several servers differ and a key is a little older than its row. */
static int64_t key_from(struct audit *a)
{
    const int64_t newest =
        number_or(a, "SELECT max(id) FROM operation WHERE tenant = $1", 0) - KEY_HOUR;
    const int64_t open =
        number_or(a, "SELECT min(id) FROM operation WHERE tenant = $1 AND due_us > 0", newest);
    return open < newest ? open : newest;
}

static void put_tenant(struct progress *p, struct audit *a, struct buf *line)
{
    buf_text(line, "tenant");
    put_number(line, a->tenant);
    put_number(line, a->event_seq);
    put_hash(line, a->event_hash);
    put_number(line, a->ledger_seq);
    put_hash(line, a->ledger_hash);
    put_number(line, key_from(a));
    put_number(line, number_or(a,
                               "SELECT min(event_seq) FROM webhook_delivery "
                               "WHERE tenant = $1 AND due_us > 0",
                               a->event_seq + 1));
    buf_char(line, '\n');
    progress_put(p, line);
}

static int by_pair(const void *a, const void *b)
{
    const struct map_slot *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

/* The pairs of a map in rising order; NULL without memory. */
static const struct map_slot *sorted(struct audit *a, const struct map *map)
{
    struct map_slot *slots = audit_alloc(a, a->arena, (map->count + 1) * sizeof *slots);
    size_t count = 0;
    for (size_t i = 0; slots != NULL && i < map->room; i++)
        if (map->slots[i].value != NULL)
            slots[count++] = map->slots[i];
    if (slots != NULL)
        qsort(slots, count, sizeof *slots, by_pair);
    return slots;
}

static void put_account(struct buf *line, const struct map_slot *slot)
{
    const struct account_fact *fact = slot->value;
    buf_text(line, "account");
    put_number(line, slot->a);
    put_number(line, slot->b);
    put_number(line, fact->records);
    put_number(line, fact->last_pos);
    for (int type = RECORD_NONE + 1; type < RECORDS; type++)
        put_number(line, fact->by_type[type]);
}

static void put_merchant(struct buf *line, const struct map_slot *slot)
{
    const struct merchant_fact *fact = slot->value;
    buf_text(line, "merchant");
    put_number(line, slot->a);
    put_number(line, fact->payments);
}

static void put_open(struct buf *line, const struct map_slot *slot)
{
    buf_text(line, "open");
    put_number(line, slot->a);
}

static void put_map(struct progress *p, struct audit *a, struct buf *line, const struct map *map,
                    void (*put)(struct buf *line, const struct map_slot *slot))
{
    const struct map_slot *slots = sorted(a, map);
    for (size_t i = 0; slots != NULL && i < map->count; i++) {
        put(line, &slots[i]);
        buf_char(line, '\n');
        progress_put(p, line);
    }
}

void progress_add(struct progress *p, struct audit *a)
{
    struct buf line;
    buf_init(&line, LINE_BYTES_MAX);
    put_tenant(p, a, &line);
    put_map(p, a, &line, &a->accounts, put_account);
    put_map(p, a, &line, &a->merchants, put_merchant);
    put_map(p, a, &line, &a->open, put_open);
    buf_done(&line);
}

/* ---- the end ------------------------------------------------------------------------------- */

result progress_end(struct progress *p)
{
    uint8_t seal[HASH_BYTES];
    struct buf line;
    (void)crypto_generichash_final(&p->seal, seal, HASH_BYTES);
    buf_init(&line, LINE_BYTES_MAX);
    buf_text(&line, "seal");
    put_hash(&line, seal);
    buf_char(&line, '\n');
    (void)fwrite(line.at, 1, line.bytes, p->out);
    buf_done(&line);
    const bool is_written =
        fflush(p->out) == 0 && ferror(p->out) == 0 && fsync(fileno(p->out)) == 0;
    (void)fclose(p->out);
    p->out = NULL;
    if (!is_written || rename(p->new_path, p->path) != 0)
        return cannot_write();
    p->new_path = NULL;
    return OK;
}

void progress_done(struct progress *p)
{
    if (p->out != NULL)
        (void)fclose(p->out);
    if (p->new_path != NULL)
        (void)unlink(p->new_path);
    arena_free(p->arena);
}
