/* SPDX-License-Identifier: Apache-2.0 */
/* email_text.c: what an e-mail says.
 *
 * A file of src/app/email for each kind and language: its first line is the subject, then come
 * blocks of lines with an empty line between them. Text and HTML are both made from it, so that
 * they say the same; what HTML needs besides is in the files .html beside it.
 *
 *   {{merchant}}, {{link}}   a value; a block that has one without a text is left out
 *   {{details}}              a block of its own: the rows of email.def
 *
 * What comes from others is escaped in the HTML, and has no line breaks in either. */
#include <assert.h>
#include <string.h>

#include "app/email.h"
#include "base/json_parse.h"
#include "email_files.gen.h"

enum { TEXT_BYTES_MAX = 64 << 10 };

#define FILE_STR(name) ((str){(const char *)(name), sizeof(name)})
static const struct {
    const unsigned char *at;
    size_t bytes;
} FILES[EMAIL_KINDS][LOCALES] = {
#define OF_LOCALES(KIND)                                                                           \
    [EMAIL_##KIND] = {[LOCALE_JA] = {FILE_##KIND##_JA_TXT, sizeof FILE_##KIND##_JA_TXT},           \
                      [LOCALE_EN] = {FILE_##KIND##_EN_TXT, sizeof FILE_##KIND##_EN_TXT},           \
                      [LOCALE_KO] = {FILE_##KIND##_KO_TXT, sizeof FILE_##KIND##_KO_TXT}}
    OF_LOCALES(INSTRUCTION),
    OF_LOCALES(RECEIPT),
    OF_LOCALES(REMINDER),
    OF_LOCALES(REFUND),
};

enum { SLIP = 1 << EMAIL_INSTRUCTION | 1 << EMAIL_REMINDER };
enum { RECEIPT = 1 << EMAIL_RECEIPT, REFUND = 1 << EMAIL_REFUND };

static const struct row {
    const char *value;
    int kinds;
    const char *label[LOCALES];
} ROWS[] = {
#define ROW(value, kinds, ja, en, ko) {(value), (kinds), {NULL, (ja), (en), (ko)}},
#include "app/email.def"
};
static const struct {
    const char *value, *word, *text[LOCALES];
} WORDS[] = {
#define WORD(value, word, ja, en, ko) {(value), (word), {NULL, (ja), (en), (ko)}},
#include "app/email.def"
};

struct writing {
    enum email_kind kind;
    enum locale locale;
    const struct payment *payment;
    str merchant, link;
    json_t *details; /* the payment's; NULL: they are no JSON */
    struct arena *arena;
    bool is_html;
};

/* ---- values --------------------------------------------------------------------------------- */

/* "¥3,200", "19.99 USD" */
static const char *money_text(const struct writing *w, int64_t minor)
{
    const enum currency currency = w->payment->currency;
    const int digits = currency_digits(currency);
    int64_t unit = 1;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    char whole[32], *at = whole + sizeof whole - 1;
    *at = '\0';
    int count = 0;
    for (int64_t rest = minor / unit; rest > 0 || count == 0; rest /= 10, count++) {
        if (count > 0 && count % 3 == 0)
            *--at = ',';
        *--at = (char)('0' + rest % 10);
    }
    if (currency == CUR_JPY)
        return arena_printf(w->arena, "\xc2\xa5%s", at);
    if (digits == 0)
        return arena_printf(w->arena, "%s %s", at, currency_code(currency));
    return arena_printf(w->arena, "%s.%0*d %s", at, digits, (int)(minor % unit),
                        currency_code(currency));
}

/* A moment in Japan, by the Gregorian calendar; NULL for none. */
static const char *moment_text(const struct writing *w, int64_t time_us)
{
    static const char *const MONTHS[] = {"",        "January",  "February", "March",  "April",
                                         "May",     "June",     "July",     "August", "September",
                                         "October", "November", "December"};
    char t[TIME_TEXT_JST_BYTES]; /* 2026-01-05T12:20 */
    if (time_us == 0)
        return NULL;
    time_text_jst(time_us, t);
    const int month = (t[5] - '0') * 10 + t[6] - '0', day = (t[8] - '0') * 10 + t[9] - '0';
    if (w->locale == LOCALE_JA)
        return arena_printf(w->arena, "%.4s年%d月%d日 %.5s（日本時間）", t, month, day, t + 11);
    if (w->locale == LOCALE_KO)
        return arena_printf(w->arena, "%.4s년 %d월 %d일 %.5s (일본 시간)", t, month, day, t + 11);
    return arena_printf(w->arena, "%d %s %.4s, %.5s (Japan time)", day, MONTHS[month], t, t + 11);
}

static const char *method_text(const struct writing *w)
{
    const struct method_row *row = method_row(w->payment->method);
    const char *const NAMES[LOCALES] = {NULL, row->name_ja, row->name_en, row->name_ko};
    return NAMES[w->locale];
}

static str detail_text(const struct writing *w, const char *name)
{
    const json_t *value = json_object_get(w->details, name);
    if (!json_is_string(value) || json_string_length(value) == 0)
        return STR_NONE;
    for (size_t i = 0; i < COUNT(WORDS); i++)
        if (strcmp(WORDS[i].value, name) == 0 &&
            strcmp(WORDS[i].word, json_string_value(value)) == 0)
            return str_of(WORDS[i].text[w->locale]);
    return (str){json_string_value(value), json_string_length(value)};
}

static str value_of(const struct writing *w, const char *name)
{
    const struct payment *p = w->payment;
    char text[ID_TEXT_BYTES];
    id_text(p->id, text);
    if (strcmp(name, "method") == 0)
        return str_of(method_text(w));
    if (strcmp(name, "total") == 0)
        return str_of(money_text(w, payment_total(p)));
    if (strcmp(name, "refunded") == 0)
        return str_of(money_text(w, p->refunded_minor));
    if (strcmp(name, "fee") == 0)
        return p->customer_fee_minor == 0 ? STR_NONE : str_of(money_text(w, p->customer_fee_minor));
    if (strcmp(name, "deadline") == 0)
        return str_of(moment_text(w, p->deadline_us));
    if (strcmp(name, "captured") == 0)
        return str_of(moment_text(w, p->captured_us));
    if (strcmp(name, "order") == 0)
        return p->external_order_num;
    if (strcmp(name, "payment") == 0)
        return str_of(arena_printf(w->arena, "%s", text));
    return detail_text(w, name);
}

/* ---- pieces --------------------------------------------------------------------------------- */

/* What stands for a name between {{ and }} in a piece. */
enum fill {
    FILL_TEXT = 0,  /* where it is read: it may be broken between any two of its letters */
    FILL_ATTRIBUTE, /* in an attribute, or the title */
    FILL_READY,     /* it is HTML already */
};
struct filling {
    const char *name;
    str text;
    enum fill fill;
};

enum { UNBROKEN_MAX = 16 }; /* letters in a row that the narrowest phone has room for */

/* A text of others: on one line, and in HTML nothing but text. */
static void put_value(const struct writing *w, struct buf *out, str value, enum fill fill)
{
    size_t unbroken = 0;
    for (size_t i = 0; i < value.bytes; i++) {
        const char c = value.at[i];
        unbroken = c == ' ' || (unsigned char)c >= 0x80 ? 0 : unbroken + 1;
        if (w->is_html && fill == FILL_TEXT && unbroken > UNBROKEN_MAX) {
            buf_str(out, FILE_STR(FILE_SOFT_HTML));
            unbroken = 1;
        }
        if ((unsigned char)c < ' ' || c == 0x7f)
            buf_char(out, ' ');
        else if (w->is_html && c == '&')
            buf_text(out, "&amp;");
        else if (w->is_html && c == '<')
            buf_text(out, "&lt;");
        else if (w->is_html && c == '>')
            buf_text(out, "&gt;");
        else if (w->is_html && c == '"')
            buf_text(out, "&quot;");
        else
            buf_char(out, c);
    }
}

static const struct filling *filling_of(const struct filling *fillings, size_t count, str name)
{
    size_t i = 0;
    while (i < count && !str_is(name, fillings[i].name))
        i++;
    assert(i < count); /* the files are ours */
    return &fillings[i];
}

/* Where the next {{name}} is; false: there is none. */
static bool next_name(str text, size_t *ret_start, size_t *ret_end, str *ret_name)
{
    for (size_t i = 0; i + 1 < text.bytes; i++) {
        if (text.at[i] != '{' || text.at[i + 1] != '{')
            continue;
        size_t end = i + 2;
        while (text.at[end] != '}') /* the files are ours */
            end++;
        *ret_start = i;
        *ret_end = end + 2;
        *ret_name = (str){text.at + i + 2, end - i - 2};
        return true;
    }
    return false;
}

static void put_piece(const struct writing *w, struct buf *out, str piece,
                      const struct filling *fillings, size_t count)
{
    size_t start, end;
    str name;
    while (next_name(piece, &start, &end, &name)) {
        const struct filling *filling = filling_of(fillings, count, name);
        buf_str(out, (str){piece.at, start});
        if (filling->fill == FILL_READY)
            buf_str(out, filling->text);
        else
            put_value(w, out, filling->text, filling->fill);
        piece = (str){piece.at + end, piece.bytes - end};
    }
    buf_str(out, piece);
}
#define PUT_PIECE(w, out, piece, ...)                                                              \
    put_piece((w), (out), (piece), (const struct filling[]){__VA_ARGS__},                          \
              COUNT(((const struct filling[]){__VA_ARGS__})))

/* ---- blocks --------------------------------------------------------------------------------- */

static void put_rows(const struct writing *w, struct buf *out)
{
    for (size_t i = 0; i < COUNT(ROWS); i++) {
        const struct row *row = &ROWS[i];
        const str value = (row->kinds & 1 << w->kind) == 0 ? STR_NONE : value_of(w, row->value);
        if (value.bytes == 0)
            continue;
        if (w->is_html) {
            PUT_PIECE(w, out, FILE_STR(FILE_ROW_HTML),
                      {"label", str_of(row->label[w->locale]), FILL_TEXT},
                      {"value", value, FILL_TEXT});
            continue;
        }
        buf_printf(out, "%s: ", row->label[w->locale]);
        put_value(w, out, value, FILL_TEXT);
        buf_char(out, '\n');
    }
}

static void put_line(const struct writing *w, struct buf *out, str line)
{
    struct buf link;
    buf_init(&link, TEXT_BYTES_MAX);
    if (w->is_html)
        PUT_PIECE(w, &link, FILE_STR(FILE_LINK_HTML), {"url", w->link, FILL_ATTRIBUTE},
                  {"link", w->link, FILL_TEXT});
    else
        put_value(w, &link, w->link, FILL_TEXT);
    PUT_PIECE(w, out, line, {"merchant", w->merchant, FILL_TEXT},
              {"link", buf_view(&link), FILL_READY});
    if (link.is_broken)
        buf_break(out);
    buf_done(&link);
}

/* The lines of a block, without the last one's end. */
static void put_lines(const struct writing *w, struct buf *out, str block)
{
    while (block.bytes > 0) {
        const char *end = memchr(block.at, '\n', block.bytes);
        const size_t bytes = end == NULL ? block.bytes : (size_t)(end - block.at);
        put_line(w, out, (str){block.at, bytes});
        const size_t skip = end == NULL ? bytes : bytes + 1;
        block = (str){block.at + skip, block.bytes - skip};
        if (block.bytes > 0 && w->is_html)
            buf_str(out, FILE_STR(FILE_BREAK_HTML));
        else if (block.bytes > 0)
            buf_char(out, '\n');
    }
}

static bool names(str block, const char *what)
{
    size_t start, end;
    str name;
    while (next_name(block, &start, &end, &name)) {
        if (str_is(name, what))
            return true;
        block = (str){block.at + end, block.bytes - end};
    }
    return false;
}

static void put_block(const struct writing *w, struct buf *out, str block)
{
    struct buf inner;
    if (names(block, "link") && w->link.bytes == 0)
        return;
    const bool is_list = names(block, "details");
    buf_init(&inner, TEXT_BYTES_MAX);
    if (is_list)
        put_rows(w, &inner);
    else
        put_lines(w, &inner, block);
    if (w->is_html && is_list)
        PUT_PIECE(w, out, FILE_STR(FILE_LIST_HTML), {"rows", buf_view(&inner), FILL_READY});
    else if (w->is_html)
        PUT_PIECE(w, out, FILE_STR(FILE_PARAGRAPH_HTML), {"lines", buf_view(&inner), FILL_READY});
    else
        buf_printf(out, "%s%.*s%s", out->bytes == 0 ? "" : "\n", (int)inner.bytes,
                   inner.bytes == 0 ? "" : inner.at, is_list ? "" : "\n");
    if (inner.is_broken)
        buf_break(out);
    buf_done(&inner);
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* The blocks, one after another. */
static void put_blocks(const struct writing *w, struct buf *out, str rest)
{
    while (rest.bytes > 0) {
        size_t end = 0;
        while (end + 1 < rest.bytes && !(rest.at[end] == '\n' && rest.at[end + 1] == '\n'))
            end++;
        const bool is_last = end + 1 >= rest.bytes;
        put_block(w, out, (str){rest.at, end}); /* the last one's line end is left out as well */
        const size_t skip = is_last ? rest.bytes : end + 2;
        rest = (str){rest.at + skip, rest.bytes - skip};
    }
}

static result take(struct buf *out, struct arena *arena, str *ret)
{
    *ret = out->is_broken ? STR_NONE : arena_str(arena, buf_view(out));
    buf_done(out);
    return ret->at == NULL ? E_NO_MEMORY : OK;
}

static result write_all(struct writing *w, struct email_text *ret)
{
    const str file = {(const char *)FILES[w->kind][w->locale].at, FILES[w->kind][w->locale].bytes};
    const size_t line = (size_t)((const char *)memchr(file.at, '\n', file.bytes) - file.at);
    const str body = {file.at + line + 2, file.bytes - line - 2};
    struct buf out, html;
    buf_init(&out, TEXT_BYTES_MAX);
    put_line(w, &out, (str){file.at, line});
    TRY(take(&out, w->arena, &ret->subject));
    buf_init(&out, TEXT_BYTES_MAX);
    put_blocks(w, &out, body);
    TRY(take(&out, w->arena, &ret->text));
    w->is_html = true;
    buf_init(&out, TEXT_BYTES_MAX);
    buf_init(&html, TEXT_BYTES_MAX);
    put_blocks(w, &out, body);
    PUT_PIECE(w, &html, FILE_STR(FILE_FRAME_HTML),
              {"language", str_of(locale_name(w->locale)), FILL_ATTRIBUTE},
              {"subject", ret->subject, FILL_ATTRIBUTE}, {"blocks", buf_view(&out), FILL_READY});
    if (out.is_broken)
        buf_break(&html);
    buf_done(&out);
    return take(&html, w->arena, &ret->html);
}

result email_write(enum email_kind kind, const struct payment *p, str merchant, struct arena *arena,
                   struct email_text *ret)
{
    struct writing w = {
        .kind = kind,
        .locale = p->locale == LOCALE_NONE ? LOCALE_JA : p->locale,
        .payment = p,
        .merchant = merchant,
        .arena = arena,
    };
    TRY(json_parse(p->details, 0, &w.details, NULL));
    w.link = detail_text(&w, "instructions_url");
    result r = write_all(&w, ret);
    json_decref(w.details);
    if (r.code == E_OK && arena_is_broken(arena))
        r = E_NO_MEMORY;
    return r;
}
