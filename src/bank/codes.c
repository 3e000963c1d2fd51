/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/codes.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/heap.h"
#include "core/kana.h"

/* A bank is before its branches, and a code's lines are in the order of their days. */
struct row {
    uint32_t key; /* the bank's code, then 0 for itself or its branch's code + 1 */
    uint32_t kana_at, name_at;
    uint16_t kana_bytes, name_bytes;
    day from, to;
    uint32_t line;
};
enum { BRANCH_SPAN = 1001, FIELDS = 6, DATE_CHARACTERS = 10 };
enum { FIELD_BANK, FIELD_BRANCH, FIELD_KANA, FIELD_NAME, FIELD_FROM, FIELD_TO };

struct bank_codes {
    size_t count, bank_count, bytes;
    char *text;
    struct row *rows;
};

#define CODES_FAIL(message) FAIL(E_INVALID_PARAMETER, NULL, (message))

/* ---- lines --------------------------------------------------------------------------------- */

/* A number of exactly so many digits. */
static bool digits_read(str s, size_t digits, uint32_t *ret)
{
    uint32_t value = 0;
    if (s.bytes != digits)
        return false;
    for (size_t i = 0; i < digits; i++) {
        if (s.at[i] < '0' || '9' < s.at[i])
            return false;
        value = value * 10 + (uint32_t)(s.at[i] - '0');
    }
    *ret = value;
    return true;
}

/* "YYYY-MM-DD"; what is empty is the day given. */
static bool date_read(str s, day empty, day *ret)
{
    uint32_t year, month, dom;
    *ret = empty;
    if (s.bytes == 0)
        return true;
    if (s.bytes != DATE_CHARACTERS || s.at[4] != '-' || s.at[7] != '-' ||
        !digits_read((str){s.at, 4}, 4, &year) || !digits_read((str){s.at + 5, 2}, 2, &month) ||
        !digits_read((str){s.at + 8, 2}, 2, &dom) ||
        !civil_is_date((int)year, (int)month, (int)dom))
        return false;
    *ret = day_of_civil((int)year, (int)month, (int)dom);
    return true;
}

/* Whether a text is in the bank's form already, and short enough for its field. */
static bool is_kana(str s)
{
    struct kana kana;
    size_t at;
    return kana_of_name(s, &kana, &at).code == E_OK && kana.characters <= BANK_NAME_CHARACTERS &&
           str_equal(s, (str){kana.text, kana.bytes});
}

static str next_line(str *rest)
{
    const char *end = memchr(rest->at, '\n', rest->bytes);
    const size_t bytes = end == NULL ? rest->bytes : (size_t)(end - rest->at);
    const str line = {rest->at, bytes > 0 && rest->at[bytes - 1] == '\r' ? bytes - 1 : bytes};
    const size_t taken = end == NULL ? bytes : bytes + 1;
    *rest = (str){rest->at + taken, rest->bytes - taken};
    return line;
}

/* Trailing fields may be left out together with their tabs. */
static bool split(str line, str ret[FIELDS])
{
    for (size_t i = 0; i < FIELDS; i++) {
        const char *tab = line.bytes == 0 ? NULL : memchr(line.at, '\t', line.bytes);
        ret[i] = (str){line.at, tab == NULL ? line.bytes : (size_t)(tab - line.at)};
        const size_t taken = tab == NULL ? line.bytes : ret[i].bytes + 1;
        line = (str){line.at + taken, line.bytes - taken};
    }
    return line.bytes == 0;
}

static result row_read(const char *text, str line, struct row *ret)
{
    str fields[FIELDS];
    uint32_t bank = 0, branch = 0;
    if (!split(line, fields))
        return CODES_FAIL("a line has more than six fields");
    if (!digits_read(fields[FIELD_BANK], BANK_CODE_DIGITS, &bank))
        return CODES_FAIL("a bank's code has 4 digits");
    const bool is_branch = fields[FIELD_BRANCH].bytes > 0;
    if (is_branch && !digits_read(fields[FIELD_BRANCH], BANK_BRANCH_DIGITS, &branch))
        return CODES_FAIL("a branch's code has 3 digits");
    const str kana = fields[FIELD_KANA], name = fields[FIELD_NAME];
    if (!is_kana(kana))
        return CODES_FAIL("the kana are not as banks write them, or more than 15 characters");
    if (name.bytes == 0 || name.bytes > CODES_NAME_BYTES_MAX || !str_is_utf8(name))
        return CODES_FAIL("a name has 1 to 120 bytes of UTF-8");
    *ret = (struct row){
        .key = bank * BRANCH_SPAN + (is_branch ? branch + 1 : 0),
        .kana_at = (uint32_t)(kana.at - text),
        .name_at = (uint32_t)(name.at - text),
        .kana_bytes = (uint16_t)kana.bytes,
        .name_bytes = (uint16_t)name.bytes,
    };
    if (!date_read(fields[FIELD_FROM], DAY_FIRST, &ret->from) ||
        !date_read(fields[FIELD_TO], DAY_LAST, &ret->to) || ret->to < ret->from)
        return CODES_FAIL("a day is YYYY-MM-DD, and the last is not before the first");
    return OK;
}

/* ---- the list ------------------------------------------------------------------------------ */

static int row_compare(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* The first row of a key, or where it would be. */
static size_t find(const struct bank_codes *codes, uint32_t key)
{
    size_t low = 0, high = codes->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (codes->rows[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool has_key(const struct bank_codes *codes, uint32_t key)
{
    const size_t at = find(codes, key);
    return at < codes->count && codes->rows[at].key == key;
}

static result rows_check(const struct bank_codes *codes, size_t *ret_line)
{
    const struct row *rows = codes->rows;
    for (size_t i = 0; i < codes->count; i++) {
        *ret_line = rows[i].line;
        if (i > 0 && rows[i].key == rows[i - 1].key && rows[i].from <= rows[i - 1].to)
            return CODES_FAIL("a code stands there twice for one day");
        if (!has_key(codes, rows[i].key - rows[i].key % BRANCH_SPAN))
            return CODES_FAIL("a branch's bank does not stand there");
    }
    *ret_line = 0;
    return codes->bank_count > 0 ? OK : CODES_FAIL("there is no bank in the list");
}

static result rows_read(struct bank_codes *codes, str text, size_t *ret_line)
{
    str rest = text;
    while (rest.bytes > 0) {
        const str line = next_line(&rest);
        ++*ret_line;
        if (line.bytes == 0 || line.at[0] == '#')
            continue;
        if (codes->count == CODES_BANKS_MAX + CODES_BRANCHES_MAX)
            return CODES_FAIL("the list has too many lines");
        struct row *row = &codes->rows[codes->count];
        TRY(row_read(codes->text, line, row));
        row->line = (uint32_t)*ret_line;
        codes->bank_count += row->key % BRANCH_SPAN == 0 ? 1 : 0;
        codes->count++;
        if (codes->bank_count > CODES_BANKS_MAX ||
            codes->count - codes->bank_count > CODES_BRANCHES_MAX)
            return CODES_FAIL("the list has too many banks or branches");
    }
    qsort(codes->rows, codes->count, sizeof *codes->rows, row_compare);
    return rows_check(codes, ret_line);
}

static size_t lines_of(str text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.bytes; i++)
        lines += text.at[i] == '\n' ? 1 : 0;
    return lines;
}

/* Room for as many rows as there are lines, as far as the limits go. */
static struct bank_codes *codes_new(str text)
{
    const size_t lines = lines_of(text), most = CODES_BANKS_MAX + CODES_BRANCHES_MAX;
    struct bank_codes *codes = HEAP_NEW(struct bank_codes);
    if (codes == NULL)
        return NULL;
    codes->text = heap_new(text.bytes + 1);
    codes->rows = heap_new((lines < most ? lines : most) * sizeof *codes->rows);
    if (codes->text == NULL || codes->rows == NULL) {
        codes_free(codes);
        return NULL;
    }
    memcpy(codes->text, text.at, text.bytes);
    codes->bytes = text.bytes;
    return codes;
}

result codes_read(str text, struct bank_codes **ret, size_t *ret_line)
{
    *ret_line = 0;
    if (text.bytes == 0)
        return CODES_FAIL("the list is empty");
    if (text.bytes > CODES_BYTES_MAX)
        return CODES_FAIL("the list has more than 8 MiB");
    struct bank_codes *codes = codes_new(text);
    if (codes == NULL)
        return E_NO_MEMORY;
    const result r = rows_read(codes, (str){codes->text, text.bytes}, ret_line);
    if (r.code == E_OK)
        *ret = codes;
    else
        codes_free(codes);
    return r;
}

void codes_free(struct bank_codes *codes)
{
    if (codes == NULL)
        return;
    heap_free(codes->text);
    heap_free(codes->rows);
    heap_free(codes);
}

/* ---- questions ----------------------------------------------------------------------------- */

str codes_text(const struct bank_codes *codes)
{
    return (str){codes->text, codes->bytes};
}

size_t codes_bank_count(const struct bank_codes *codes)
{
    return codes->bank_count;
}

size_t codes_branch_count(const struct bank_codes *codes)
{
    return codes->count - codes->bank_count;
}

static bool name_of(const struct bank_codes *codes, uint32_t key, day on, struct bank_name *ret)
{
    for (size_t i = find(codes, key); i < codes->count && codes->rows[i].key == key; i++) {
        const struct row *row = &codes->rows[i];
        if (on < row->from || row->to < on)
            continue;
        *ret = (struct bank_name){.kana = {codes->text + row->kana_at, row->kana_bytes},
                                  .name = {codes->text + row->name_at, row->name_bytes}};
        return true;
    }
    return false;
}

bool codes_bank(const struct bank_codes *codes, str bank, day on, struct bank_name *ret)
{
    uint32_t code = 0;
    return digits_read(bank, BANK_CODE_DIGITS, &code) &&
           name_of(codes, code * BRANCH_SPAN, on, ret);
}

bool codes_branch(const struct bank_codes *codes, str bank, str branch, day on,
                  struct bank_name *ret)
{
    uint32_t code = 0, number = 0;
    struct bank_name its_bank;
    return digits_read(branch, BANK_BRANCH_DIGITS, &number) &&
           codes_bank(codes, bank, on, &its_bank) && digits_read(bank, BANK_CODE_DIGITS, &code) &&
           name_of(codes, code * BRANCH_SPAN + number + 1, on, ret);
}

static_assert(BANK_NAME_BYTES == 3 * BANK_NAME_CHARACTERS + 3, "a name of the list fits");

static void name_write(bool is_known, const struct bank_name *name, char ret[BANK_NAME_BYTES])
{
    memset(ret, 0, BANK_NAME_BYTES);
    if (is_known)
        memcpy(ret, name->kana.at, name->kana.bytes);
}

void codes_name_account(const struct bank_codes *codes, day on, struct bank_account_details *io)
{
    const str bank = str_of(io->bank_code), branch = str_of(io->branch_code);
    struct bank_name name;
    name_write(codes_bank(codes, bank, on, &name), &name, io->bank_name);
    name_write(codes_branch(codes, bank, branch, on, &name), &name, io->branch_name);
}
