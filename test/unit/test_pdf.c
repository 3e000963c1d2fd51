/* SPDX-License-Identifier: Apache-2.0 */
/* test_pdf.c: printed documents, read back by pdftotext. */
#include "document.h"

#include "document/pdf.h"

#define FONT "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf"

static const char *const READ[] = {"pdftotext", "-layout", NULL, "-", NULL};

static const struct pdf_column COLUMNS[] = {
    {"日付", PDF_LEFT, 180}, {"内容", PDF_LEFT, 520}, {"金額 (円)", PDF_RIGHT, 300}};

static struct pdf *start(void)
{
    struct pdf *pdf = NULL;
    CHECK_OK(pdf_new(FONT, &pdf));
    return pdf;
}

static void end(struct pdf *pdf, struct buf *out)
{
    buf_init(out, 16 << 20);
    CHECK_OK(pdf_end(pdf, out));
    CHECK(out->bytes > 5 && memcmp(out->at, "%PDF-", 5) == 0);
}

/* What is on the pages; pages end in a form feed. The caller's. */
static void read_back(const struct buf *document, struct buf *ret)
{
    buf_init(ret, 64 << 20);
    document_read(buf_view(document), READ, ret);
}

static size_t count_of(const struct buf *text, const char *what)
{
    size_t count = 0;
    for (const char *at = text->at; (at = strstr(at, what)) != NULL; at += strlen(what))
        count++;
    return count;
}

static void write_sample(struct buf *out)
{
    struct pdf *pdf = start();
    pdf_heading(pdf, S("精算明細書"));
    pdf_text(pdf, S("株式会社サンプル 御中\n2026年8月1日から8月7日まで"));
    pdf_space(pdf);
    pdf_table(pdf, COLUMNS, COUNT(COLUMNS));
    pdf_row(pdf, (const str[]){S("2026-08-02"), S("決済 <R&D> (一)"), S("41,000")});
    pdf_row(pdf, (const str[]){S("2026-08-05"), S("返金\x01 𠮷 \\"), S("-900")});
    pdf_row(pdf, (const str[]){S(""), S("\xff"), STR_NONE});
    pdf_total(pdf, (const str[]){S("合計"), STR_NONE, S("40,100")});
    end(pdf, out);
}

/* Goal:   what was written can be read, line by line, in Japanese.
 * Method: pdftotext, blanks taken out. */
TEST(a_document_says_what_was_written)
{
    static const char *const LINES[] = {
        "精算明細書",
        "株式会社サンプル御中",
        "2026年8月1日から8月7日まで",
        "日付内容金額(円)",
        "2026-08-02決済<R&D>(一)41,000",
        "2026-08-05返金〓\\-900",
        "合計40,100",
        "1/1",
    };
    struct buf out, text;
    char packed[4096] = "";
    size_t bytes = 0;
    write_sample(&out);
    read_back(&out, &text);
    for (size_t i = 0; i < text.bytes && bytes + 1 < sizeof packed; i++)
        if (text.at[i] != ' ')
            packed[bytes++] = text.at[i];
    packed[bytes] = '\0';
    const char *at = packed;
    for (size_t i = 0; i < COUNT(LINES); i++) {
        const char *line = strstr(at, LINES[i]);
        if (line == NULL)
            UNIT_FAIL("%s is not behind the others in %s", LINES[i], packed);
        at = line + strlen(LINES[i]);
    }
    buf_done(&text);
    buf_done(&out);
}

TEST(the_same_calls_give_the_same_bytes)
{
    struct buf a, b;
    write_sample(&a);
    write_sample(&b);
    CHECK(str_equal(buf_view(&a), buf_view(&b)));
    CHECK(strstr(a.at, "CreationDate") == NULL);
    buf_done(&a);
    buf_done(&b);
}

/* A table over pages repeats its head, leaves no row out, and its pages are numbered. */
TEST(a_long_table_goes_on_with_its_head)
{
    enum { ROWS = 200 };
    struct buf out, text;
    struct pdf *pdf = start();
    pdf_table(pdf, COLUMNS, COUNT(COLUMNS));
    char name[40], want[40];
    for (int i = 0; i < ROWS; i++) {
        (void)snprintf(name, sizeof name, "<%d>", i);
        pdf_row(pdf, (const str[]){S("2026-08-02"), str_of(name), S("1")});
    }
    end(pdf, &out);
    read_back(&out, &text);
    const size_t pages = count_of(&text, "\f");
    CHECK(pages >= 4 && pages <= 6);
    CHECK_I64((int64_t)count_of(&text, "金額"), (int64_t)pages);
    for (int i = 0; i < ROWS; i++) {
        (void)snprintf(name, sizeof name, "<%d>", i);
        CHECK_I64((int64_t)count_of(&text, name), 1);
    }
    for (size_t i = 1; i <= pages; i++) {
        (void)snprintf(want, sizeof want, "%zu / %zu", i, pages);
        CHECK_I64((int64_t)count_of(&text, want), 1);
    }
    buf_done(&text);
    buf_done(&out);
}

/* A long name ends in "…" within its column; a long paragraph goes on in the next line. */
TEST(what_is_too_long_is_cut_or_broken)
{
    struct buf out, text;
    char name[1200] = "";
    for (size_t i = 0; i < 300; i++)
        memcpy(name + 3 * i, i % 10 == 9 ? "終" : "長", 4);
    struct pdf *pdf = start();
    pdf_text(pdf, str_of(name));
    pdf_table(pdf, COLUMNS, COUNT(COLUMNS));
    pdf_row(pdf, (const str[]){S("2026-08-02"), str_of(name), S("1,234")});
    end(pdf, &out);
    read_back(&out, &text);
    CHECK_I64((int64_t)count_of(&text, "…"), 1);
    CHECK(strstr(text.at, "…") < strstr(text.at, "1,234"));
    const size_t in_table = count_of(&text, "終") - 30;
    CHECK_I64((int64_t)in_table, 2); /* 259 points of 9 each: 27 characters and the ellipsis */
    buf_done(&text);
    buf_done(&out);
}

TEST(a_document_without_a_word_has_a_page)
{
    struct buf out, text;
    end(start(), &out);
    read_back(&out, &text);
    CHECK_I64((int64_t)count_of(&text, "1 / 1"), 1);
    buf_done(&text);
    buf_done(&out);
}

TEST(a_font_that_is_none_is_an_error)
{
    struct pdf *pdf = NULL;
    CHECK_RESULT(pdf_new("/nowhere/font.ttf", &pdf), E_NO_FONT, NULL);
    CHECK_RESULT(pdf_new("/dev/null", &pdf), E_NO_FONT, NULL);
    CHECK_RESULT(pdf_new("/bin/sh", &pdf), E_NO_FONT, NULL);
    CHECK(pdf == NULL);
}

TEST(a_document_has_its_limits)
{
    struct buf out;
    struct pdf *pdf = start();
    buf_init(&out, 1000);
    pdf_text(pdf, S("a"));
    CHECK_RESULT(pdf_end(pdf, &out), E_MEMORY, NULL);
    buf_done(&out);

    pdf = start();
    pdf_table(pdf, COLUMNS, COUNT(COLUMNS));
    for (int i = 0; i < PDF_PAGES_MAX * 54; i++)
        pdf_row(pdf, (const str[]){S("2026-08-02"), S("長い名前"), S("1,234")});
    buf_init(&out, 64 << 20);
    CHECK_RESULT(pdf_end(pdf, &out), E_MEMORY, NULL);
    buf_done(&out);
}

/* As many rows as the pages allow are within the memory that the library may hold. */
TEST(fifty_thousand_rows_fit)
{
    struct buf out;
    struct pdf *pdf = start();
    pdf_table(pdf, COLUMNS, COUNT(COLUMNS));
    for (int i = 0; i < 50000; i++)
        pdf_row(pdf, (const str[]){S("2026-08-02"), S("長い名前"), S("1,234")});
    end(pdf, &out);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_document_says_what_was_written),
        CLAIM(the_same_calls_give_the_same_bytes),
        CLAIM(a_long_table_goes_on_with_its_head),
        CLAIM(what_is_too_long_is_cut_or_broken),
        CLAIM(a_document_without_a_word_has_a_page),
        CLAIM(a_font_that_is_none_is_an_error),
        CLAIM(a_document_has_its_limits),
        CLAIM(fifty_thousand_rows_fit),
    };
    return RUN_ALL(all);
}
