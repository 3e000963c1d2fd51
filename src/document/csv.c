/* SPDX-License-Identifier: Apache-2.0 */
#include "document/csv.h"

#include <string.h>

void csv_start(struct csv *csv, struct buf *out)
{
    *csv = (struct csv){.out = out};
    buf_text(out, "\xef\xbb\xbf");
}

static void next_cell(struct csv *csv)
{
    if (csv->has_cell)
        buf_char(csv->out, ',');
    csv->has_cell = true;
}

static bool is_one_of(char c, const char *these)
{
    return c != '\0' && strchr(these, c) != NULL;
}

static bool needs_quotes(str text)
{
    if (text.bytes == 0)
        return false;
    for (size_t i = 0; i < text.bytes; i++)
        if (is_one_of(text.at[i], ",\"\r\n"))
            return true;
    return text.at[0] == ' ' || text.at[text.bytes - 1] == ' ';
}

void csv_text(struct csv *csv, str text)
{
    next_cell(csv);
    const bool is_formula = text.bytes > 0 && is_one_of(text.at[0], "=+-@\t\r");
    const bool has_quotes = needs_quotes(text);
    if (has_quotes)
        buf_char(csv->out, '"');
    if (is_formula)
        buf_char(csv->out, '\'');
    for (size_t i = 0; i < text.bytes; i++) {
        if (text.at[i] == '"')
            buf_char(csv->out, '"');
        buf_char(csv->out, text.at[i]);
    }
    if (has_quotes)
        buf_char(csv->out, '"');
}

void csv_number(struct csv *csv, int64_t number)
{
    next_cell(csv);
    buf_i64(csv->out, number);
}

void csv_row_end(struct csv *csv)
{
    buf_text(csv->out, "\r\n");
    csv->has_cell = false;
}
