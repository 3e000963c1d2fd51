/* SPDX-License-Identifier: Apache-2.0 */
/* bank_file.h: files of banks for tests, from the form in which the reference prints them.
 *
 * Used by  test/unit, test of bank */
#ifndef KESSAI_TEST_BANK_FILE_H
#define KESSAI_TEST_BANK_FILE_H

#include "unit.h"

#include "bank/statement.h"
#include "base/arena.h"

struct file {
    char at[8192];
    size_t bytes;
};

static inline str file_text(const struct file *f)
{
    return (str){f->at, f->bytes};
}

/* A printed line: "|" only separates, half-width kana and ASCII are a byte each, "~" is a blank and
 * "~15" so many. */
static inline void file_line(struct file *f, const char *line, const char *line_end)
{
    for (const unsigned char *p = (const unsigned char *)line; *p != '\0';) {
        if (*p == '~') {
            char *end;
            const unsigned long count = strtoul((const char *)p + 1, &end, 10);
            const bool is_one = end == (const char *)p + 1;
            memset(f->at + f->bytes, ' ', is_one ? 1 : count);
            f->bytes += is_one ? 1 : count;
            p = (const unsigned char *)end;
        } else if (*p == 0xef) {
            f->at[f->bytes++] = (char)(p[1] == 0xbd ? p[2] : p[2] + 0x40);
            p += 3;
        } else {
            if (*p != '|')
                f->at[f->bytes++] = (char)*p;
            p++;
        }
    }
    memcpy(f->at + f->bytes, line_end, strlen(line_end));
    f->bytes += strlen(line_end);
}

static inline struct file file_of(const char *const *lines, size_t count, const char *line_end)
{
    struct file f = {.bytes = 0};
    for (size_t i = 0; i < count; i++)
        file_line(&f, lines[i], line_end);
    return f;
}

#endif
