/* SPDX-License-Identifier: Apache-2.0 */
#include "document/xlsx.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/heap.h"
#include "document/zip.h"

static_assert(XLSX_SHEETS_MAX < 10, "a sheet's number has one digit");

enum { ROW_BYTES_MAX = 1 << 20, EXCEL_EPOCH = 25569 /* 1970-01-01 */ };

/* Places in STYLES. */
enum style { STYLE_PLAIN = 0, STYLE_HEAD, STYLE_NUMBER, STYLE_TOTAL, STYLE_DATE };

struct xlsx {
    struct zip *zip;
    struct buf xml; /* what has not gone into the archive yet */
    size_t count, sheet, column, columns;
    int64_t row;
    bool is_failed, is_in_row;
};

/* ---- parts --------------------------------------------------------------------------------- */

#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN     "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define OFFICE   "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE  "http://schemas.openxmlformats.org/package/2006"
#define TYPE     "application/vnd.openxmlformats-officedocument.spreadsheetml."

static const char STYLES[] = XML_HEAD
    "<styleSheet xmlns=\"" MAIN "\">"
    "<numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts>"
    "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Yu Gothic\"/></font>"
    "<font><b/><sz val=\"11\"/><name val=\"Yu Gothic\"/></font></fonts>"
    "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
    "<fill><patternFill patternType=\"gray125\"/></fill></fills>"
    "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border>"
    "</borders><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" "
    "borderId=\"0\"/></cellStyleXfs><cellXfs count=\"5\">"
    "<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
    "<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyFont=\"1\"/>"
    "<xf numFmtId=\"3\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "<xf numFmtId=\"3\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\" applyFont=\"1\"/>"
    "<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
    "applyNumberFormat=\"1\"/>"
    "</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" "
    "builtinId=\"0\"/></cellStyles></styleSheet>";

/* Hands on what has been written. */
static void flush(struct xlsx *xlsx)
{
    xlsx->is_failed = xlsx->is_failed || xlsx->xml.is_broken;
    if (!xlsx->is_failed)
        zip_put(xlsx->zip, buf_view(&xlsx->xml));
    buf_clear(&xlsx->xml);
}

static void part(struct xlsx *xlsx, const char *name)
{
    zip_open(xlsx->zip, name);
    flush(xlsx);
    zip_close(xlsx->zip);
}

static void content_types(struct xlsx *xlsx)
{
    struct buf *xml = &xlsx->xml;
    buf_text(xml, XML_HEAD "<Types xmlns=\"" PACKAGE "/content-types\">"
                           "<Default Extension=\"rels\" ContentType=\"application/"
                           "vnd.openxmlformats-package.relationships+xml\"/>"
                           "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                           "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE
                           "sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" "
                           "ContentType=\"" TYPE "styles+xml\"/>");
    for (size_t i = 1; i <= xlsx->count; i++)
        buf_printf(xml,
                   "<Override PartName=\"/xl/worksheets/sheet%zu.xml\" ContentType=\"" TYPE
                   "worksheet+xml\"/>",
                   i);
    buf_text(xml, "</Types>");
    part(xlsx, "[Content_Types].xml");
}

static void relations(struct xlsx *xlsx)
{
    struct buf *xml = &xlsx->xml;
    buf_text(xml, XML_HEAD "<Relationships xmlns=\"" PACKAGE "/relationships\">"
                           "<Relationship Id=\"rId1\" Type=\"" OFFICE "/officeDocument\" "
                           "Target=\"xl/workbook.xml\"/></Relationships>");
    part(xlsx, "_rels/.rels");
    buf_text(xml, XML_HEAD "<Relationships xmlns=\"" PACKAGE "/relationships\">");
    for (size_t i = 1; i <= xlsx->count; i++)
        buf_printf(xml,
                   "<Relationship Id=\"rId%zu\" Type=\"" OFFICE "/worksheet\" "
                   "Target=\"worksheets/sheet%zu.xml\"/>",
                   i, i);
    buf_printf(xml,
               "<Relationship Id=\"rId%zu\" Type=\"" OFFICE "/styles\" Target=\"styles.xml\"/>"
               "</Relationships>",
               xlsx->count + 1);
    part(xlsx, "xl/_rels/workbook.xml.rels");
}

/* ---- texts --------------------------------------------------------------------------------- */

static bool is_hex(char c)
{
    return ('0' <= c && c <= '9') || ('a' <= (c | 0x20) && (c | 0x20) <= 'f');
}

/* Whether "_x0041_" stands there, which programs would read as the character of that number. */
static bool is_escape(str text, size_t at)
{
    if (text.bytes - at < 7 || text.at[at] != '_' || text.at[at + 1] != 'x' ||
        text.at[at + 6] != '_')
        return false;
    for (size_t i = at + 2; i < at + 6; i++)
        if (!is_hex(text.at[i]))
            return false;
    return true;
}

/* The longest beginning with so many characters. */
static str cut(str text, size_t characters)
{
    size_t at = 0;
    for (; at < text.bytes; at++)
        if (((unsigned char)text.at[at] & 0xc0) != 0x80 && characters-- == 0)
            break;
    return (str){text.at, at};
}

/* Control characters, which XML does not have, become blanks; so do U+FFFE and U+FFFF. */
static void put_text(struct buf *xml, str text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        const unsigned char c = (unsigned char)text.at[i];
        const bool is_none = c == 0xef && text.bytes - i >= 3 &&
                             (unsigned char)text.at[i + 1] == 0xbf &&
                             (unsigned char)text.at[i + 2] >= 0xbe;
        if (c == '&')
            buf_text(xml, "&amp;");
        else if (c == '<')
            buf_text(xml, "&lt;");
        else if (c == '>')
            buf_text(xml, "&gt;");
        else if (c == '"')
            buf_text(xml, "&quot;");
        else if (is_escape(text, i))
            buf_text(xml, "_x005F_");
        else if (c == '\r' || (c < ' ' && c != '\t' && c != '\n') || is_none)
            buf_char(xml, ' ');
        else
            buf_char(xml, (char)c);
        i += is_none ? 2 : 0;
    }
}

static void workbook(struct xlsx *xlsx, const char *const *names)
{
    struct buf *xml = &xlsx->xml;
    buf_text(xml, XML_HEAD "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" OFFICE "\"><sheets>");
    for (size_t i = 0; i < xlsx->count; i++) {
        buf_text(xml, "<sheet name=\"");
        put_text(xml, str_of(names[i]));
        buf_printf(xml, "\" sheetId=\"%zu\" r:id=\"rId%zu\"/>", i + 1, i + 1);
    }
    buf_text(xml, "</sheets></workbook>");
    part(xlsx, "xl/workbook.xml");
}

/* ---- sheets -------------------------------------------------------------------------------- */

result xlsx_new(struct buf *out, const char *const *names, size_t count, struct xlsx **ret)
{
    assert(0 < count && count <= XLSX_SHEETS_MAX && out->bytes == 0);
    struct xlsx *xlsx = HEAP_NEW(struct xlsx);
    if (xlsx == NULL)
        return E_NO_MEMORY;
    xlsx->count = count;
    buf_init(&xlsx->xml, ROW_BYTES_MAX);
    const result r = zip_new(out, &xlsx->zip);
    if (r.code != E_OK) {
        buf_done(&xlsx->xml);
        heap_free(xlsx);
        return r;
    }
    content_types(xlsx);
    relations(xlsx);
    workbook(xlsx, names);
    buf_text(&xlsx->xml, STYLES);
    part(xlsx, "xl/styles.xml");
    *ret = xlsx;
    return OK;
}

static void sheet_end(struct xlsx *xlsx)
{
    assert(!xlsx->is_in_row);
    if (xlsx->sheet == 0)
        return;
    buf_text(&xlsx->xml, "</sheetData></worksheet>");
    flush(xlsx);
    zip_close(xlsx->zip);
}

void xlsx_sheet(struct xlsx *xlsx, const int *widths, size_t columns)
{
    assert(xlsx->sheet < xlsx->count && 0 < columns && columns <= XLSX_COLUMNS_MAX);
    char name[] = "xl/worksheets/sheet0.xml";
    struct buf *xml = &xlsx->xml;
    sheet_end(xlsx);
    xlsx->sheet++;
    xlsx->row = 0;
    xlsx->columns = columns;
    name[sizeof "xl/worksheets/sheet" - 1] = (char)('0' + xlsx->sheet);
    zip_open(xlsx->zip, name);
    buf_text(xml, XML_HEAD "<worksheet xmlns=\"" MAIN "\"><cols>");
    for (size_t i = 0; i < columns; i++)
        buf_printf(xml, "<col min=\"%zu\" max=\"%zu\" width=\"%d\" customWidth=\"1\"/>", i + 1,
                   i + 1, widths[i]);
    buf_text(xml, "</cols><sheetData>");
}

static void cell(struct xlsx *xlsx, enum style style, const char *type)
{
    assert(xlsx->sheet > 0 && xlsx->column < xlsx->columns);
    if (!xlsx->is_in_row) {
        xlsx->is_in_row = true;
        xlsx->row++;
        buf_printf(&xlsx->xml, "<row r=\"%lld\">", (long long)xlsx->row);
    }
    buf_printf(&xlsx->xml, "<c r=\"%c%lld\" s=\"%d\"%s>", (char)('A' + (int)xlsx->column),
               (long long)xlsx->row, (int)style, type);
    xlsx->column++;
}

static void text_cell(struct xlsx *xlsx, enum style style, str text)
{
    cell(xlsx, style, " t=\"inlineStr\"");
    buf_text(&xlsx->xml, "<is><t xml:space=\"preserve\">");
    put_text(&xlsx->xml, cut(text, XLSX_TEXT_CHARACTERS_MAX));
    buf_text(&xlsx->xml, "</t></is></c>");
}

static void number_cell(struct xlsx *xlsx, enum style style, int64_t value)
{
    cell(xlsx, style, "");
    buf_printf(&xlsx->xml, "<v>%lld</v></c>", (long long)value);
}

void xlsx_head(struct xlsx *xlsx, str text)
{
    text_cell(xlsx, STYLE_HEAD, text);
}

void xlsx_text(struct xlsx *xlsx, str text)
{
    text_cell(xlsx, STYLE_PLAIN, text);
}

void xlsx_number(struct xlsx *xlsx, int64_t value)
{
    number_cell(xlsx, STYLE_NUMBER, value);
}

void xlsx_total(struct xlsx *xlsx, int64_t value)
{
    number_cell(xlsx, STYLE_TOTAL, value);
}

void xlsx_date(struct xlsx *xlsx, int32_t days)
{
    number_cell(xlsx, STYLE_DATE, (int64_t)days + EXCEL_EPOCH);
}

void xlsx_row_end(struct xlsx *xlsx)
{
    if (xlsx->is_in_row)
        buf_text(&xlsx->xml, "</row>");
    else
        xlsx->row++; /* an empty one */
    xlsx->is_failed = xlsx->is_failed || xlsx->row > XLSX_ROWS_MAX;
    xlsx->is_in_row = false;
    xlsx->column = 0;
    flush(xlsx);
}

result xlsx_end(struct xlsx *xlsx)
{
    assert(xlsx->sheet == xlsx->count);
    sheet_end(xlsx);
    const result r = zip_end(xlsx->zip);
    const bool is_failed = xlsx->is_failed;
    buf_done(&xlsx->xml);
    heap_free(xlsx);
    return r.code == E_OK && is_failed ? E_NO_MEMORY : r;
}
