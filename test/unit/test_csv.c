/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv.c: tables as text. */
#include "unit.h"

#include "document/csv.h"

static struct csv csv;
static struct buf out;

static void start(void)
{
    buf_init(&out, 1 << 20);
    csv_start(&csv, &out);
}

static void check_end(const char *want)
{
    CHECK(!out.is_broken);
    CHECK_TEXT(out.at, want);
    buf_done(&out);
}

TEST(rows_have_commas_and_line_ends)
{
    start();
    csv_text(&csv, S("日付"));
    csv_text(&csv, S("金額"));
    csv_row_end(&csv);
    csv_text(&csv, S("2026-08-07"));
    csv_number(&csv, -1234);
    csv_row_end(&csv);
    csv_row_end(&csv);
    csv_text(&csv, STR_NONE);
    csv_text(&csv, S(""));
    csv_number(&csv, 0);
    csv_row_end(&csv);
    check_end("\xef\xbb\xbf日付,金額\r\n2026-08-07,-1234\r\n\r\n,,0\r\n");
}

TEST(a_text_is_quoted_where_it_has_to_be)
{
    static const char *const ROWS[][2] = {
        {"a b", "a b"},       {"a,b", "\"a,b\""}, {"a\"b", "\"a\"\"b\""}, {"a\nb", "\"a\nb\""},
        {"a\rb", "\"a\rb\""}, {" a", "\" a\""},   {"a ", "\"a \""},       {"\"", "\"\"\"\""},
        {"a'b", "a'b"},       {"a;b", "a;b"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        char want[40] = "\xef\xbb\xbf";
        start();
        csv_text(&csv, str_of(ROWS[i][0]));
        memcpy(want + 3, ROWS[i][1], strlen(ROWS[i][1]) + 1);
        check_end(want);
    }
}

TEST(a_text_is_never_a_formula)
{
    static const char *const ROWS[][2] = {
        {"=1+1", "'=1+1"},
        {"+81-3", "'+81-3"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "'\t=1"},
        {"\r=1", "\"'\r=1\""},
        {"=\"a\"", "\"'=\"\"a\"\"\""},
        {"a=1", "a=1"},
        {"1-1", "1-1"},
    };
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        char want[40] = "\xef\xbb\xbf";
        start();
        csv_text(&csv, str_of(ROWS[i][0]));
        memcpy(want + 3, ROWS[i][1], strlen(ROWS[i][1]) + 1);
        check_end(want);
    }
}

/* What is sent between rows is not written again. */
TEST(a_table_can_be_sent_in_pieces)
{
    start();
    csv_number(&csv, 1);
    csv_row_end(&csv);
    buf_clear(&out);
    csv_number(&csv, 2);
    csv_number(&csv, 3);
    csv_row_end(&csv);
    check_end("2,3\r\n");
}

TEST(what_has_no_room_breaks_the_buffer)
{
    buf_init(&out, 8);
    csv_start(&csv, &out);
    csv_text(&csv, S("12345"));
    CHECK(!out.is_broken);
    csv_row_end(&csv);
    CHECK(out.is_broken);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(rows_have_commas_and_line_ends),     CLAIM(a_text_is_quoted_where_it_has_to_be),
        CLAIM(a_text_is_never_a_formula),          CLAIM(a_table_can_be_sent_in_pieces),
        CLAIM(what_has_no_room_breaks_the_buffer),
    };
    return RUN_ALL(all);
}
