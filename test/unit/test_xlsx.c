/* SPDX-License-Identifier: Apache-2.0 */
/* test_xlsx.c: workbooks, read back by openpyxl (test/lib/read_xlsx.py). */
#include "document.h"

#include "document/xlsx.h"

/* openpyxl is a package of the system. */
static const char *const READ[] = {"/usr/bin/python3", READ_XLSX, NULL, NULL};
static const char *const COUNT_ROWS[] = {"/usr/bin/python3", READ_XLSX, NULL, "count", NULL};

static const char *const NAMES[] = {"明細", "R&D <1>"};
static const int WIDTHS[] = {12, 30, 14};

static struct xlsx *start(struct buf *out, size_t bytes_max, size_t sheets)
{
    struct xlsx *xlsx = NULL;
    buf_init(out, bytes_max);
    CHECK_OK(xlsx_new(out, NAMES, sheets, &xlsx));
    return xlsx;
}

static void write_sample(struct buf *out)
{
    struct xlsx *xlsx = start(out, 1 << 20, 2);
    xlsx_sheet(xlsx, WIDTHS, COUNT(WIDTHS));
    xlsx_head(xlsx, S("日付"));
    xlsx_head(xlsx, S("名前"));
    xlsx_head(xlsx, S("金額"));
    xlsx_row_end(xlsx);
    xlsx_date(xlsx, 20672); /* 2026-08-07 */
    xlsx_text(xlsx, S("株式会社サンプル <a&b> \"c\" 'd'"));
    xlsx_number(xlsx, INT64_C(-999999999999999));
    xlsx_row_end(xlsx);
    xlsx_row_end(xlsx);
    xlsx_text(xlsx, S("=1+1"));
    xlsx_text(xlsx, S(" _x0041_ \x01\x0b\xef\xbf\xbf.\t_x004_ _x00g1_"));
    xlsx_total(xlsx, 36050);
    xlsx_row_end(xlsx);
    xlsx_sheet(xlsx, WIDTHS, 1);
    xlsx_text(xlsx, S("2"));
    xlsx_row_end(xlsx);
    CHECK_OK(xlsx_end(xlsx));
}

/* Goal:   texts, numbers and dates come back as what they were, and a text is never a formula.
 * Method: openpyxl reads what was written. */
TEST(cells_are_read_back_as_they_were_written)
{
    struct buf out, text;
    write_sample(&out);
    buf_init(&text, 1 << 16);
    document_read(buf_view(&out), READ, &text);
    CHECK_TEXT(text.at,
               "[明細] A:12,B:30,C:14\n"
               "sb General '日付'|sb General '名前'|sb General '金額'\n"
               "d yyyy\\-mm\\-dd datetime.datetime(2026, 8, 7, 0, 0)|"
               "s General '株式会社サンプル <a&b> \"c\" \\'d\\''|n #,##0 -999999999999999\n"
               "n General None|n General None|n General None\n"
               "s General '=1+1'|s General ' _x0041_    .\\t_x004_ _x00g1_'|nb #,##0 36050\n"
               "[R&D <1>] A:12\n"
               "s General '2'\n");
    buf_done(&text);
    buf_done(&out);
}

TEST(the_same_cells_give_the_same_bytes)
{
    struct buf a, b;
    write_sample(&a);
    write_sample(&b);
    CHECK(str_equal(buf_view(&a), buf_view(&b)));
    buf_done(&a);
    buf_done(&b);
}

/* Goal:   a sheet of 100,000 rows needs no more memory than its compressed bytes.
 * Method: a maximum of 4 MiB, while the rows are 30 MB; the archive is whole, and adds up. */
TEST(a_hundred_thousand_rows_fit_in_four_megabytes)
{
    enum { ROWS = 100000 };
    struct buf out, text;
    struct xlsx *xlsx = start(&out, 4 << 20, 1);
    int64_t sum = 0;
    xlsx_sheet(xlsx, WIDTHS, COUNT(WIDTHS));
    for (int64_t i = 0; i < ROWS; i++) {
        xlsx_text(xlsx, S("ﾔﾏﾀﾞ ﾀﾛｳ"));
        xlsx_number(xlsx, i * 7919 % 1000003);
        xlsx_date(xlsx, (int32_t)(20000 + i % 365));
        sum += i * 7919 % 1000003;
        xlsx_row_end(xlsx);
    }
    CHECK_OK(xlsx_end(xlsx));
    buf_init(&text, 1 << 16);
    document_read(buf_view(&out), COUNT_ROWS, &text);
    char want[80];
    (void)snprintf(want, sizeof want, "%d %d %" PRId64 "\n", ROWS, ROWS, sum);
    CHECK_TEXT(text.at, want);
    buf_done(&text);
    buf_done(&out);
}

/* Both sides of the maximum: the size of the sample, and one byte less. */
TEST(what_has_no_room_is_an_error)
{
    struct buf out;
    write_sample(&out);
    const size_t bytes = out.bytes;
    buf_done(&out);
    for (size_t max = 0; max < bytes; max += 1 + max / 8) {
        struct xlsx *xlsx = start(&out, max, 1);
        xlsx_sheet(xlsx, WIDTHS, 1);
        for (int64_t i = 0; i < 2000; i++) {
            xlsx_number(xlsx, i * 7919 % 1000003);
            xlsx_row_end(xlsx);
        }
        CHECK_RESULT(xlsx_end(xlsx), E_MEMORY, NULL);
        buf_done(&out);
    }
}

/* A text has as many characters as a cell may have. */
TEST(a_text_is_cut_where_a_cell_ends)
{
    static char text[3 * (XLSX_TEXT_CHARACTERS_MAX + 1)];
    struct buf out, read;
    struct xlsx *xlsx = start(&out, 1 << 20, 1);
    for (size_t i = 0; i < sizeof text; i += 3)
        memcpy(text + i, "\xe3\x81\x82", 3);
    xlsx_sheet(xlsx, WIDTHS, 1);
    xlsx_text(xlsx, (str){text, sizeof text});
    xlsx_row_end(xlsx);
    CHECK_OK(xlsx_end(xlsx));
    buf_init(&read, 1 << 20);
    document_read(buf_view(&out), READ, &read);
    const size_t head = strlen("[明細] A:12\ns General '");
    CHECK_I64((int64_t)read.bytes, (int64_t)(head + 3 * XLSX_TEXT_CHARACTERS_MAX + 2));
    buf_done(&read);
    buf_done(&out);
}

TEST(a_sheet_has_so_many_rows_and_no_more)
{
    for (int over = 0; over < 2; over++) {
        struct buf out;
        struct xlsx *xlsx = start(&out, 1 << 20, 1);
        xlsx_sheet(xlsx, WIDTHS, 1);
        for (int i = 0; i < XLSX_ROWS_MAX + over; i++)
            xlsx_row_end(xlsx);
        CHECK_RESULT(xlsx_end(xlsx), over == 0 ? E_OK : E_MEMORY, NULL);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(cells_are_read_back_as_they_were_written),
        CLAIM(the_same_cells_give_the_same_bytes),
        CLAIM(a_hundred_thousand_rows_fit_in_four_megabytes),
        CLAIM(what_has_no_room_is_an_error),
        CLAIM(a_text_is_cut_where_a_cell_ends),
        CLAIM(a_sheet_has_so_many_rows_and_no_more),
    };
    return RUN_ALL(all);
}
