/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/statement.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "bank/recognise.h"
#include "bank/statement_reading.h"
#include "base/compiler.h"

/* ---- accounts and lines -------------------------------------------------------------------- */

enum { ACCOUNT_ROOM_FIRST = 4, SEEN_ROOM_FIRST = 64 };

static result grow_accounts(struct statement_reading *r)
{
    const size_t room = r->account_room == 0 ? ACCOUNT_ROOM_FIRST : 2 * r->account_room;
    struct statement_account *more = ARENA_ARRAY(r->arena, struct statement_account, room);
    if (more == NULL)
        return E_NO_MEMORY;
    if (r->account_room > 0)
        memcpy(more, r->statement->accounts, r->account_room * sizeof *more);
    r->statement->accounts = more;
    r->account_room = room;
    return OK;
}

result reading_account(struct statement_reading *r)
{
    if (!r->is_telling) {
        if (r->account_index == STATEMENT_ACCOUNTS_MAX)
            return FAIL(E_BANK_FILE, "account", "the file has more than 1,000 accounts");
        if (r->account_index == r->account_room)
            TRY(grow_accounts(r));
        r->statement->account_count++;
    }
    assert(r->account_index < r->statement->account_count);
    r->account = &r->statement->accounts[r->account_index++];
    return OK;
}

/* Lines without a reference, by what they say: a table of open addresses, never more than half
 * full. */
struct seen {
    uint64_t hash; /* 0: free */
    int64_t count;
};

static struct seen *seen_at(struct seen *table, size_t room, uint64_t hash)
{
    size_t at = (size_t)hash & (room - 1);
    while (table[at].hash != 0 && table[at].hash != hash)
        at = (at + 1) & (room - 1);
    return &table[at];
}

static result seen_grow(struct statement_reading *r)
{
    const size_t room = r->seen_room == 0 ? SEEN_ROOM_FIRST : 2 * r->seen_room;
    struct seen *table = ARENA_ARRAY(r->arena, struct seen, room);
    if (table == NULL)
        return E_NO_MEMORY;
    for (size_t i = 0; i < r->seen_room; i++)
        if (r->seen[i].hash != 0)
            *seen_at(table, room, r->seen[i].hash) = r->seen[i];
    r->seen = table;
    r->seen_room = room;
    return OK;
}

enum { KEY_BYTES_MAX = 64 << 10 };

/* How many lines before it say the same. */
static result count_seen(struct statement_reading *r, struct statement_line *line)
{
    static const unsigned char KEY[crypto_shorthash_KEYBYTES] = {1};
    struct buf key;
    uint64_t hash = 0;
    if (2 * r->seen_count >= r->seen_room)
        TRY(seen_grow(r));
    buf_init(&key, KEY_BYTES_MAX);
    statement_line_key(r->account, line, &key);
    const bool is_broken = key.is_broken;
    if (!is_broken)
        crypto_shorthash((unsigned char *)&hash, (const unsigned char *)key.at, key.bytes, KEY);
    buf_done(&key);
    if (is_broken)
        return E_NO_MEMORY;
    hash |= hash == 0;
    struct seen *seen = seen_at(r->seen, r->seen_room, hash);
    r->seen_count += seen->hash == 0;
    seen->hash = hash;
    line->ordinal = seen->count++;
    return OK;
}

static bool has_reference(const struct statement_line *line)
{
    for (size_t i = 0; i < line->reference.bytes; i++)
        if (line->reference.at[i] != '0' && line->reference.at[i] != ' ')
            return true;
    return false;
}

result reading_count(struct statement_reading *r, const struct statement_line *line, int64_t parts)
{
    struct statement_account *a = r->account;
    r->line_count += (size_t)parts;
    if (r->line_count > STATEMENT_LINES_MAX)
        return FAIL(E_BANK_FILE, "line", "the file has more than 200,000 lines");
    a->line_count += (size_t)parts;
    int64_t *sum = line->is_credit ? &a->credit_minor : &a->debit_minor;
    if (!line->is_cancelled && minor_add(*sum, line->amount_minor, sum).code != E_OK)
        return FAIL(E_BANK_FILE, "amount", "the sum of the lines is beyond 15 digits");
    return OK;
}

result reading_line(struct statement_reading *r, struct statement_line *line)
{
    if (r->is_telling) {
        if (!has_reference(line))
            TRY(count_seen(r, line));
        return r->each(r->context, r->account, line);
    }
    return reading_count(r, line, 1);
}

bool reading_fits(const struct statement_reading *r)
{
    const struct statement_account *a = r->account;
    return !a->has_balances ||
           a->opening_minor + (a->credit_minor - a->debit_minor) == a->closing_minor;
}

/* ---- the file ------------------------------------------------------------------------------ */

static result read_once(struct statement_reading *r)
{
    switch (r->statement->format) {
    case STATEMENT_ZENGIN_03:
        return entries_read(r);
    case STATEMENT_ZENGIN_01:
        return notice_read(r);
    case STATEMENT_CAMT_053:
    case STATEMENT_CAMT_054:
        return camt_read(r);
    case STATEMENT_PAIN_002:
        return FAIL(E_BANK_FILE, "file", "the file is a status report (pain.002), no statement");
    case STATEMENT_NONE:
    case STATEMENT_FORMATS:
    default:
        return statement_refuse(r->file, r->arena);
    }
}

result statement_parse(str file, day arrived, const struct statement_profile *profile,
                       struct arena *arena, struct statement *ret, statement_each each,
                       void *context)
{
    static const struct statement_profile COMMON;
    struct statement statement = {.format = statement_recognise(file)};
    struct statement_reading r = {.file = file,
                                  .arrived = arrived,
                                  .profile = profile == NULL ? &COMMON : profile,
                                  .arena = arena,
                                  .each = each,
                                  .context = context,
                                  .statement = &statement};
    if (file.bytes > STATEMENT_FILE_BYTES_MAX)
        return FAIL(E_BANK_FILE, "file", "the file is larger than 64 MiB");
    TRY(read_once(&r));
    r.is_telling = true;
    r.account_index = 0;
    TRY(read_once(&r));
    *ret = statement;
    return OK;
}

/* ---- what makes a line the same ------------------------------------------------------------ */

/* With its length in front, so that no two lists of texts are alike. */
static void put(struct buf *out, str text)
{
    buf_i64(out, (int64_t)text.bytes);
    buf_char(out, ':');
    buf_str(out, text);
}

static void put_i64(struct buf *out, int64_t value)
{
    buf_i64(out, value);
    buf_char(out, ';');
}

void statement_line_key(const struct statement_account *account, const struct statement_line *line,
                        struct buf *out)
{
    put(out, str_of(account->account.bank_code));
    put(out, str_of(account->account.branch_code));
    put(out, str_of(account->account.number));
    put(out, str_of(account->iban));
    put_i64(out, line->amount_minor);
    put_i64(out, line->is_credit);
    if (has_reference(line)) {
        put(out, line->reference);
        put_i64(out, line->has_bank_reference ? line->part : line->booked);
        return;
    }
    const str texts[] = {line->name,        line->memo,          line->edi,
                         line->sender_bank, line->sender_branch, line->client_code,
                         line->end_to_end,  line->batch,         line->transaction};
    put_i64(out, line->booked);
    put_i64(out, line->valued);
    for (size_t i = 0; i < COUNT(texts); i++)
        put(out, texts[i]);
    put_i64(out, line->ordinal);
}
