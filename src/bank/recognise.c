/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/recognise.h"

#include <string.h>

#include "bank/record.h"
#include "bank/statement.h"
#include "base/compiler.h"

/* The namespace of a message stands on its first element; so far in. */
enum { HEAD_BYTES = 4096 };

static const struct {
    const char *name;
    enum statement_format format;
} MESSAGES[] = {
    {"camt.053.001.", STATEMENT_CAMT_053},
    {"camt.054.001.", STATEMENT_CAMT_054},
    {"pain.002.001.", STATEMENT_PAIN_002},
};

static bool has_text(str text, const char *wanted)
{
    return text.bytes > 0 && memmem(text.at, text.bytes, wanted, strlen(wanted)) != NULL;
}

/* The beginning of an XML file without its mark of UTF-8; absent: it is none. */
static str xml_head(str file)
{
    if (str_starts(file, "\xef\xbb\xbf"))
        file = (str){file.at + 3, file.bytes - 3};
    file = str_trim((str){file.at, file.bytes < HEAD_BYTES ? file.bytes : HEAD_BYTES});
    return file.bytes > 0 && file.at[0] == '<' ? file : STR_NONE;
}

enum statement_format statement_recognise(str file)
{
    if (file.bytes == 0)
        return STATEMENT_NONE;
    if (str_starts(file, "1030"))
        return STATEMENT_ZENGIN_03;
    if (str_starts(file, "1010"))
        return STATEMENT_ZENGIN_01;
    const str head = xml_head(file);
    for (size_t i = 0; i < COUNT(MESSAGES); i++)
        if (has_text(head, MESSAGES[i].name))
            return MESSAGES[i].format;
    return STATEMENT_NONE;
}

#define REFUSE(message) FAIL(E_BANK_FILE, "file", (message))

result statement_refuse(str file, struct arena *arena)
{
    struct record_file f = {.file = file, .arena = arena};
    if (file.bytes == 0)
        return REFUSE("the file is empty");
    if (str_starts(file, "\xff\xfe") || str_starts(file, "\xfe\xff"))
        return REFUSE("the file is UTF-16; XML is read in UTF-8");
    if (xml_head(file).bytes > 0)
        return REFUSE("the file is XML, but neither camt.053 nor camt.054");
    if (str_starts(file, "\"1\"") || str_starts(file, "1,") || str_starts(file, "\"1,"))
        return REFUSE("the file separates its fields by commas; records of 200 bytes are read");
    TRY(record_open(&f));
    return REFUSE("the file is one of transfers or of debits, no statement");
}
