/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/record.h"

#include <string.h>

#include "bank/jis.h"
#include "base/compiler.h"

/* ---- records ------------------------------------------------------------------------------- */

static const struct {
    char kind[3];
    size_t width;
} KINDS[] = {
    {"21", TRANSFER_BYTES},  {"11", TRANSFER_BYTES},  {"12", TRANSFER_BYTES},
    {"71", TRANSFER_BYTES},  {"72", TRANSFER_BYTES},  {"91", TRANSFER_BYTES},
    {"01", STATEMENT_BYTES}, {"03", STATEMENT_BYTES},
};

enum { EBCDIC_1 = 0xf1, SUBSTITUTE = 0x1a };

result record_fail(const struct record_file *f, struct record_field field, const char *param,
                   const char *why)
{
    const char *message =
        arena_printf(f->arena, "record %lld, bytes %zu to %zu: %s", (long long)f->number,
                     field.at + 1, field.at + field.bytes, why);
    return message == NULL ? E_NO_MEMORY : FAIL(E_BANK_FILE, param, message);
}

static result fail_record(const struct record_file *f, const char *why)
{
    const char *message = arena_printf(f->arena, "record %lld: %s", (long long)f->number, why);
    return message == NULL ? E_NO_MEMORY : FAIL(E_BANK_FILE, "record", message);
}

static bool is_line_end(char c)
{
    return c == '\r' || c == '\n';
}

result record_open(struct record_file *f)
{
    const str file = f->file;
    f->number = 1;
    if (file.bytes < 4)
        return fail_record(f, "the file is empty");
    if (str_starts(file, "\xef\xbb\xbf"))
        return fail_record(f, "the file is UTF-8; one byte a character is expected");
    if ((unsigned char)file.at[0] == EBCDIC_1 || (file.at[0] == '1' && file.at[3] == '1'))
        return fail_record(f, "the file is EBCDIC; JIS is expected");
    for (size_t i = 0; i < COUNT(KINDS); i++)
        if (file.at[0] == '1' && memcmp(file.at + 1, KINDS[i].kind, 2) == 0) {
            memcpy(f->kind, KINDS[i].kind, sizeof f->kind);
            f->width = KINDS[i].width;
        }
    if (f->width == 0 || file.at[3] != '0')
        return fail_record(f, "no format of the Zengin begins like this");
    f->has_line_ends =
        f->has_longer_lines || (file.bytes > f->width && is_line_end(file.at[f->width]));
    return OK;
}

/* Passes over what stands behind a record. */
static result skip_line_end(struct record_file *f)
{
    const str file = f->file;
    while (f->has_longer_lines && f->has_line_ends && f->next < file.bytes &&
           !is_line_end(file.at[f->next]))
        f->next++;
    if (f->next == file.bytes || file.at[f->next] == SUBSTITUTE)
        return OK;
    if (f->has_line_ends && !is_line_end(file.at[f->next]))
        return fail_record(f, "it is longer than its format says");
    if (file.at[f->next] == '\r')
        f->next++;
    if (f->next < file.bytes && file.at[f->next] == '\n')
        f->next++;
    return OK;
}

static result next_record(struct record_file *f)
{
    const size_t left = f->file.bytes - f->next;
    f->number++;
    f->text_bytes = 0;
    if (left == 0)
        return fail_record(f, "the file ends before its last record");
    f->record = (str){f->file.at + f->next, left < f->width ? left : f->width};
    for (size_t i = 0; i < f->record.bytes; i++)
        if (is_line_end(f->record.at[i]))
            return fail_record(f, "it is shorter than its format says");
    if (left < f->width)
        return fail_record(f, "it is shorter than its format says");
    f->next += f->width;
    return skip_line_end(f);
}

/* Behind the last record: a 0x1a perhaps, and line ends. */
static result check_rest(const struct record_file *f)
{
    size_t at = f->next;
    if (at < f->file.bytes && f->file.at[at] == SUBSTITUTE)
        at++;
    while (at < f->file.bytes && is_line_end(f->file.at[at]))
        at++;
    return at == f->file.bytes ? OK : fail_record(f, "something stands behind it");
}

/* Which records may come next. */
enum place { PLACE_NONE = 0, IN_GROUP, AFTER_GROUP };

static result take(struct record_file *f, const struct record_handlers *handlers, void *context,
                   enum place *place, bool *ret_is_last)
{
    const char kind = f->record.at[0];
    if (kind == '1' && *place != IN_GROUP) {
        *place = IN_GROUP;
        if (memcmp(f->record.at + 1, f->kind, 2) != 0 || f->record.at[3] != '0')
            return fail_record(f, "it is of another kind than the first");
        return handlers->header(context, f);
    }
    if (kind == '2' && *place == IN_GROUP)
        return handlers->data(context, f);
    if (kind == '8' && *place == IN_GROUP) {
        *place = AFTER_GROUP;
        return handlers->trailer(context, f);
    }
    if (kind == '9' && *place == AFTER_GROUP) {
        *ret_is_last = true;
        return handlers->end(context, f);
    }
    return fail_record(f, "it is not of the kind that comes here");
}

result record_each(struct record_file *f, const struct record_handlers *handlers, void *context)
{
    enum place place = PLACE_NONE;
    f->next = 0;
    f->number = 0;
    for (bool is_last = false; !is_last;) {
        TRY(next_record(f));
        TRY(take(f, handlers, context, &place, &is_last));
    }
    return check_rest(f);
}

/* ---- fields -------------------------------------------------------------------------------- */

static str bytes_of(const struct record_file *f, struct record_field field)
{
    return (str){f->record.at + field.at, field.bytes};
}

char record_byte(const struct record_file *f, struct record_field field)
{
    return f->record.at[field.at];
}

bool record_is_blank(const struct record_file *f, struct record_field field)
{
    const str bytes = bytes_of(f, field);
    for (size_t i = 0; i < bytes.bytes; i++)
        if (bytes.at[i] != ' ')
            return false;
    return true;
}

static bool is_digits(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return true;
}

result record_number(struct record_file *f, struct record_field field, const char *param,
                     int64_t *ret)
{
    const str bytes = bytes_of(f, field);
    int64_t value = 0;
    if (record_is_blank(f, field)) {
        *ret = 0;
        return OK;
    }
    if (!is_digits(bytes) || !str_i64(bytes, &value))
        return record_fail(f, field, param, "it is not a number");
    *ret = value;
    return OK;
}

result record_total(struct record_file *f, struct record_field field, const char *param,
                    int64_t want)
{
    int64_t value;
    TRY(record_number(f, field, param, &value));
    return value == want ? OK : record_fail(f, field, param, "the total is not that of the lines");
}

result record_text(struct record_file *f, struct record_field field, const char *param, str *ret)
{
    char *to = f->text + f->text_bytes; /* a record is read once, so it has room */
    size_t bytes;
    if (!jis_read(bytes_of(f, field), to, &bytes))
        return record_fail(f, (struct record_field){field.at + bytes, 1}, param,
                           "no character has this byte");
    f->text_bytes += bytes;
    *ret = bytes == 0 ? STR_NONE : (str){to, bytes};
    return OK;
}

result record_digits(struct record_file *f, struct record_field field, const char *param, char *ret)
{
    const str bytes = bytes_of(f, field);
    if (!is_digits(bytes))
        return record_fail(f, field, param, "it must have all its digits");
    memcpy(ret, bytes.at, bytes.bytes);
    ret[bytes.bytes] = '\0';
    return OK;
}

result record_copy(struct record_file *f, struct record_field field, const char *param, char *ret,
                   size_t bytes)
{
    str text;
    TRY(record_text(f, field, param, &text));
    size_t used = text.bytes < bytes ? text.bytes : bytes - 1;
    while (used > 0 && used < text.bytes && (text.at[used] & 0xc0) == 0x80)
        used--;
    if (used > 0)
        memcpy(ret, text.at, used);
    ret[used] = '\0';
    return OK;
}

/* 令和 and 平成 began with their year 1 in these years. */
enum { REIWA = 2018, HEISEI = 1988, CENTURY = 2000, YEAR_DAYS = 366 };

/* Whether the date is one, and not more than a year ahead. */
static bool date_is(const struct record_file *f, int year, int month, int dom, day *ret)
{
    if (!civil_is_date(year, month, dom))
        return false;
    const day d = day_of_civil(year, month, dom);
    if (d > f->arrived + YEAR_DAYS)
        return false;
    *ret = d;
    return true;
}

result record_day(struct record_file *f, struct record_field field, const char *param, day *ret)
{
    int64_t value;
    TRY(record_number(f, field, param, &value));
    if (value == 0) {
        *ret = 0;
        return OK;
    }
    const int year = (int)(value / 10000), month = (int)(value / 100 % 100);
    const int dom = (int)(value % 100);
    const bool is_date = f->western_years
                             ? date_is(f, CENTURY + year, month, dom, ret)
                             : year > 0 && (date_is(f, REIWA + year, month, dom, ret) ||
                                            date_is(f, HEISEI + year, month, dom, ret));
    return is_date ? OK : record_fail(f, field, param, "it is not a date, or far in the future");
}
