/* SPDX-License-Identifier: Apache-2.0 */
/* test_recognise.c: what a file is, by its beginning; and why a file is no statement. */
#include "unit.h"

#include "bank/statement.h"

TEST(a_file_is_known_by_its_beginning)
{
    static const struct {
        const char *text;
        enum statement_format format;
    } FILES[] = {
        {"", STATEMENT_NONE},
        {"1", STATEMENT_NONE},
        {"1030", STATEMENT_ZENGIN_03},
        {"1010", STATEMENT_ZENGIN_01},
        {"1031", STATEMENT_NONE},
        {"12100000123456", STATEMENT_NONE},
        {"\xef\xbb\xbf"
         "1030",
         STATEMENT_NONE},
        {"<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\">", STATEMENT_PAIN_002},
        {"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<Document "
         "xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'>",
         STATEMENT_PAIN_002},
        {"  <html>", STATEMENT_NONE},
        {"pain.002.001.10", STATEMENT_NONE},
        {"\"1\",\"03\"", STATEMENT_NONE},
    };
    for (size_t i = 0; i < COUNT(FILES); i++)
        CHECK_I64(statement_recognise(str_of(FILES[i].text)), FILES[i].format);
}

static result never(void *context, const struct statement_account *account,
                    const struct statement_line *line)
{
    (void)context;
    (void)account;
    (void)line;
    fail();
    return OK;
}

/* The message says what the file seems to be. */
TEST(a_file_that_is_no_statement_is_refused_by_name)
{
    static const struct {
        const char *text, *param, *says;
    } FILES[] = {
        {"", "file", "empty"},
        {"103", "record", "empty"},
        {"1031", "record", "EBCDIC"},
        {"\xf1\xf0\xf3\xf1", "record", "EBCDIC"},
        {"12100000123456", "file", "transfers"},
        {"19100000123456", "file", "transfers"},
        {"1990", "record", "Zengin"},
        {"hello", "record", "Zengin"},
        {"\xef\xbb\xbf"
         "1030",
         "record", "UTF-8"},
        {"\"1\",\"03\",\"0\"", "file", "commas"},
        {"1,03,0", "file", "commas"},
        {"<html>", "file", "XML"},
        {"\xff\xfe<\x01", "file", "UTF-16"},
        {"\xfe\xff\x01<", "file", "UTF-16"},
        {"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.03'>", "file",
         "status report"},
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT(FILES); i++) {
        struct statement s;
        const result r =
            statement_parse(str_of(FILES[i].text), 20000, NULL, arena, &s, never, NULL);
        CHECK_RESULT(r, E_BANK_FILE, FILES[i].param);
        CHECK_TEXT(err_wire(r.code), "bank_file");
        CHECK(r.message != NULL && strstr(r.message, FILES[i].says) != NULL);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_file_is_known_by_its_beginning),
        CLAIM(a_file_that_is_no_statement_is_refused_by_name),
    };
    return RUN_ALL(all);
}
