/* SPDX-License-Identifier: Apache-2.0 */
#include "document/pdf.h"

#include <assert.h>
#include <hpdf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/heap.h"

/* In points, 1/72 inch; the origin is the lower left corner. */
#define PAGE_WIDTH   595.276F
#define PAGE_HEIGHT  841.89F
#define MARGIN       48.0F
#define LINE_WIDTH   (PAGE_WIDTH - 2 * MARGIN)
#define FOOT         (MARGIN - 20.0F)
#define SIZE_HEADING 15.0F
#define SIZE_TEXT    9.0F
#define LEAD_HEADING 24.0F
#define LEAD_TEXT    14.0F
#define CELL_GAP     4.0F
#define RULE_THIN    0.4F
#define RULE_BOLD    0.3F /* drawn around letters */
#define SHADE        0.93F

struct pdf {
    HPDF_Doc doc;
    HPDF_Font font;
    enum err error;
    size_t count;
    HPDF_Page pages[PDF_PAGES_MAX];
    float y; /* the upper border of what comes next */
    const struct pdf_column *columns;
    size_t column_count;
};

/* ---- memory -------------------------------------------------------------------------------- */

/* The library gives its allocator no place for a count: it is that of the thread. */
static _Thread_local size_t held_bytes;

union block {
    size_t bytes;
    max_align_t align;
};

static void *HPDF_STDCALL memory_new(HPDF_UINT bytes)
{
    if (bytes > PDF_MEMORY_MAX - held_bytes)
        return NULL;
    union block *block = heap_new(sizeof *block + bytes);
    if (block == NULL)
        return NULL;
    block->bytes = bytes;
    held_bytes += bytes;
    return block + 1;
}

static void HPDF_STDCALL memory_free(void *at)
{
    if (at == NULL)
        return;
    union block *block = (union block *)at - 1;
    held_bytes -= block->bytes;
    heap_free(block);
}

/* ---- errors -------------------------------------------------------------------------------- */

static void fail(struct pdf *pdf, enum err error)
{
    if (pdf->error == E_OK)
        pdf->error = error;
}

/* The library keeps its first error, too; it is asked once a piece of the document. */
static bool is_good(struct pdf *pdf)
{
    const HPDF_STATUS status = HPDF_GetError(pdf->doc);
    if (status != HPDF_OK)
        fail(pdf, status == HPDF_FAILD_TO_ALLOC_MEM ? E_MEMORY : E_INTERNAL);
    return pdf->error == E_OK;
}

/* ---- texts --------------------------------------------------------------------------------- */

struct line {
    char text[PDF_TEXT_BYTES_MAX + 4]; /* and an ellipsis */
    size_t bytes;
};

static size_t character_bytes(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The next character, as the font can show it: a blank for a control character, 〓 for one beyond
 * the basic plane. */
static str shown(str text, size_t at)
{
    const unsigned char first = (unsigned char)text.at[at];
    if (first < ' ' || first == 0x7f)
        return S(" ");
    const size_t bytes = character_bytes(first);
    return bytes == 4 ? S("〓") : (str){text.at + at, bytes};
}

static float width_of(struct pdf *pdf, str character, float size)
{
    char text[5] = {0};
    memcpy(text, character.at, character.bytes);
    const HPDF_TextWidth width =
        HPDF_Font_TextWidth(pdf->font, (const HPDF_BYTE *)text, (HPDF_UINT)character.bytes);
    return (float)width.width * size / 1000.0F;
}

static void put(struct line *line, str character)
{
    if (line->bytes + character.bytes > PDF_TEXT_BYTES_MAX)
        return;
    memcpy(line->text + line->bytes, character.at, character.bytes);
    line->bytes += character.bytes;
    line->text[line->bytes] = '\0';
}

/* As much of the text as there is room for, up to a line end.
 *   ret_width  of what is in the line
 *   returns    the bytes of the text that are */
static size_t fill(struct pdf *pdf, str text, float size, float room, struct line *ret,
                   float *ret_width)
{
    size_t at = 0;
    *ret = (struct line){.bytes = 0};
    *ret_width = 0;
    while (at < text.bytes && text.at[at] != '\n') {
        const str character = shown(text, at);
        const float width = width_of(pdf, character, size);
        if (*ret_width + width > room && at > 0)
            break;
        put(ret, character);
        *ret_width += width;
        at += character_bytes((unsigned char)text.at[at]);
    }
    return at;
}

/* The text in one line, with "…" where it had to be cut. */
static float fit(struct pdf *pdf, str text, float size, float room, struct line *ret)
{
    static const char ELLIPSIS[] = "…";
    const str end = {ELLIPSIS, sizeof ELLIPSIS - 1};
    float width = 0;
    if (fill(pdf, text, size, room, ret, &width) == text.bytes)
        return width;
    const float end_width = width_of(pdf, end, size);
    (void)fill(pdf, text, size, room - end_width, ret, &width);
    memcpy(ret->text + ret->bytes, ELLIPSIS, sizeof ELLIPSIS);
    ret->bytes += end.bytes;
    return width + end_width;
}

static str readable(str text)
{
    if (!str_is_utf8(text))
        return S("?");
    while (text.bytes > PDF_TEXT_BYTES_MAX)
        do
            text.bytes--;
        while (text.bytes > 0 && ((unsigned char)text.at[text.bytes] & 0xc0) == 0x80);
    return text;
}

static void show(struct pdf *pdf, float x, float y, float size, bool is_bold,
                 const struct line *line)
{
    const HPDF_Page page = pdf->pages[pdf->count - 1];
    if (line->bytes == 0)
        return;
    (void)HPDF_Page_BeginText(page);
    (void)HPDF_Page_SetFontAndSize(page, pdf->font, size);
    (void)HPDF_Page_SetTextRenderingMode(page, is_bold ? HPDF_FILL_THEN_STROKE : HPDF_FILL);
    (void)HPDF_Page_MoveTextPos(page, x, y);
    (void)HPDF_Page_ShowText(page, line->text);
    (void)HPDF_Page_EndText(page);
}

/* ---- pages --------------------------------------------------------------------------------- */

static void page_new(struct pdf *pdf)
{
    if (pdf->count == PDF_PAGES_MAX) {
        fail(pdf, E_MEMORY);
        return;
    }
    const HPDF_Page page = HPDF_AddPage(pdf->doc);
    if (page == NULL || !is_good(pdf)) {
        fail(pdf, E_MEMORY);
        return;
    }
    (void)HPDF_Page_SetWidth(page, PAGE_WIDTH);
    (void)HPDF_Page_SetHeight(page, PAGE_HEIGHT);
    (void)HPDF_Page_SetLineWidth(page, RULE_BOLD);
    pdf->pages[pdf->count++] = page;
    pdf->y = PAGE_HEIGHT - MARGIN;
}

/* Makes room for so much, on the next page if need be.
 *   returns  whether there is: the document has not failed */
static bool reserve(struct pdf *pdf, float height)
{
    if (is_good(pdf) && (pdf->count == 0 || pdf->y - height < MARGIN))
        page_new(pdf);
    return pdf->error == E_OK;
}

static void rule(struct pdf *pdf)
{
    const HPDF_Page page = pdf->pages[pdf->count - 1];
    (void)HPDF_Page_SetLineWidth(page, RULE_THIN);
    (void)HPDF_Page_MoveTo(page, MARGIN, pdf->y);
    (void)HPDF_Page_LineTo(page, PAGE_WIDTH - MARGIN, pdf->y);
    (void)HPDF_Page_Stroke(page);
    (void)HPDF_Page_SetLineWidth(page, RULE_BOLD);
}

void pdf_heading(struct pdf *pdf, str text)
{
    struct line line;
    pdf->columns = NULL;
    if (!reserve(pdf, LEAD_HEADING + LEAD_TEXT))
        return;
    (void)fit(pdf, readable(text), SIZE_HEADING, LINE_WIDTH, &line);
    show(pdf, MARGIN, pdf->y - SIZE_HEADING, SIZE_HEADING, true, &line);
    pdf->y -= LEAD_HEADING;
}

void pdf_text(struct pdf *pdf, str text)
{
    str rest = readable(text);
    pdf->columns = NULL;
    do {
        struct line line;
        float width = 0;
        if (!reserve(pdf, LEAD_TEXT))
            return;
        size_t taken = fill(pdf, rest, SIZE_TEXT, LINE_WIDTH, &line, &width);
        show(pdf, MARGIN, pdf->y - SIZE_TEXT, SIZE_TEXT, false, &line);
        pdf->y -= LEAD_TEXT;
        taken += taken < rest.bytes && rest.at[taken] == '\n' ? 1 : 0;
        rest = (str){rest.at + taken, rest.bytes - taken};
    } while (rest.bytes > 0);
}

void pdf_space(struct pdf *pdf)
{
    pdf->y -= LEAD_TEXT / 2;
}

/* ---- tables -------------------------------------------------------------------------------- */

static void cell(struct pdf *pdf, const struct pdf_column *column, float x, str text, bool is_bold)
{
    struct line line;
    const float room = LINE_WIDTH * (float)column->width / 1000.0F - CELL_GAP;
    const float width = fit(pdf, readable(text), SIZE_TEXT, room, &line);
    const float from = column->align == PDF_RIGHT ? x + room - width : x;
    show(pdf, from, pdf->y - SIZE_TEXT - 1, SIZE_TEXT, is_bold, &line);
}

/*   cells  NULL: the heads of the columns */
static void cells_show(struct pdf *pdf, const str *cells, bool is_bold)
{
    float x = MARGIN + CELL_GAP / 2;
    for (size_t i = 0; i < pdf->column_count; i++) {
        const struct pdf_column *column = &pdf->columns[i];
        cell(pdf, column, x, cells == NULL ? str_of(column->head) : cells[i], is_bold);
        x += LINE_WIDTH * (float)column->width / 1000.0F;
    }
    pdf->y -= LEAD_TEXT;
}

static void head_show(struct pdf *pdf)
{
    const HPDF_Page page = pdf->pages[pdf->count - 1];
    (void)HPDF_Page_SetGrayFill(page, SHADE);
    (void)HPDF_Page_Rectangle(page, MARGIN, pdf->y - LEAD_TEXT, LINE_WIDTH, LEAD_TEXT);
    (void)HPDF_Page_Fill(page);
    (void)HPDF_Page_SetGrayFill(page, 0);
    cells_show(pdf, NULL, true);
    rule(pdf);
}

void pdf_table(struct pdf *pdf, const struct pdf_column *columns, size_t count)
{
    int width = 0;
    for (size_t i = 0; i < count; i++) {
        assert(columns[i].width > 0);
        width += columns[i].width;
    }
    assert(0 < count && count <= PDF_COLUMNS_MAX && width <= 1000);
    pdf->columns = columns;
    pdf->column_count = count;
    if (reserve(pdf, 2 * LEAD_TEXT))
        head_show(pdf);
}

static bool reserve_row(struct pdf *pdf)
{
    assert(pdf->columns != NULL);
    const size_t pages = pdf->count;
    if (!reserve(pdf, LEAD_TEXT))
        return false;
    if (pdf->count > pages)
        head_show(pdf);
    return true;
}

void pdf_row(struct pdf *pdf, const str *cells)
{
    if (reserve_row(pdf))
        cells_show(pdf, cells, false);
}

void pdf_total(struct pdf *pdf, const str *cells)
{
    if (!reserve_row(pdf))
        return;
    rule(pdf);
    cells_show(pdf, cells, true);
}

/* ---- beginning and end --------------------------------------------------------------------- */

static result font_load(struct pdf *pdf, const char *font_file)
{
    const char *name = HPDF_LoadTTFontFromFile(pdf->doc, font_file, HPDF_TRUE);
    pdf->font = name == NULL ? NULL : HPDF_GetFont(pdf->doc, name, "UTF-8");
    if (pdf->font != NULL)
        return OK;
    if (HPDF_GetError(pdf->doc) == HPDF_FAILD_TO_ALLOC_MEM)
        return E_NO_MEMORY;
    return FAIL(E_NO_FONT, NULL, NULL);
}

result pdf_new(const char *font_file, struct pdf **ret)
{
    struct pdf *pdf = HEAP_NEW(struct pdf);
    if (pdf == NULL)
        return E_NO_MEMORY;
    pdf->doc = HPDF_NewEx(NULL, memory_new, memory_free, 0, NULL);
    if (pdf->doc == NULL) {
        heap_free(pdf);
        return E_NO_MEMORY;
    }
    (void)HPDF_SetCompressionMode(pdf->doc, HPDF_COMP_ALL);
    (void)HPDF_UseUTFEncodings(pdf->doc);
    const result r = font_load(pdf, font_file);
    if (r.code == E_OK) {
        *ret = pdf;
        return OK;
    }
    HPDF_Free(pdf->doc);
    heap_free(pdf);
    return r;
}

/* "2 / 7" in the middle of every foot. */
static void numbers_show(struct pdf *pdf)
{
    const size_t count = pdf->count;
    struct buf text;
    buf_init(&text, 40);
    for (size_t i = 1; i <= count && is_good(pdf); i++) {
        struct line line;
        buf_clear(&text);
        buf_printf(&text, "%zu / %zu", i, count);
        const float width = fit(pdf, buf_view(&text), SIZE_TEXT, LINE_WIDTH, &line);
        pdf->count = i;
        show(pdf, (PAGE_WIDTH - width) / 2, FOOT, SIZE_TEXT, false, &line);
    }
    pdf->count = count;
    buf_done(&text);
}

static void save(struct pdf *pdf, struct buf *out)
{
    HPDF_BYTE piece[16384];
    (void)HPDF_SaveToStream(pdf->doc);
    (void)HPDF_ResetStream(pdf->doc);
    while (is_good(pdf) && !out->is_broken) {
        HPDF_UINT32 bytes = sizeof piece;
        const HPDF_STATUS status = HPDF_ReadFromStream(pdf->doc, piece, &bytes);
        buf_put(out, piece, bytes);
        if (status != HPDF_OK || bytes == 0)
            break; /* its end is a status, too */
    }
}

result pdf_end(struct pdf *pdf, struct buf *out)
{
    if (pdf->count == 0)
        (void)reserve(pdf, LEAD_TEXT);
    numbers_show(pdf);
    if (is_good(pdf))
        save(pdf, out);
    if (out->is_broken)
        fail(pdf, E_MEMORY);
    const enum err error = pdf->error;
    HPDF_Free(pdf->doc);
    heap_free(pdf);
    return error == E_OK ? OK : FAIL(error, NULL, NULL);
}
