/* SPDX-License-Identifier: Apache-2.0 */
/* test_xml_read.c: XML of strangers: what is read, what is refused, and that nothing hurts. */
#include "unit.h"

#include "bank/xml_read.h"
#include "base/buf.h"

struct heard {
    char log[4096]; /* "open path;" and "close path=text@currency;" */
    char name_space[64];
    size_t count;
};

static void note(struct heard *h, str text)
{
    const size_t used = strlen(h->log);
    if (used + text.bytes < sizeof h->log)
        memcpy(h->log + used, text.at, text.bytes);
}

static result start(void *context, str name_space)
{
    struct heard *h = context;
    memcpy(h->name_space, name_space.at, name_space.bytes);
    return str_is(name_space, "bad") ? FAIL(E_BANK_FILE, "name_space", NULL) : OK;
}

static result open(void *context, const struct xml_element *element)
{
    struct heard *h = context;
    h->count++;
    note(h, S("<"));
    note(h, element->path);
    return OK;
}

static result close(void *context, const struct xml_element *element)
{
    struct heard *h = context;
    note(h, S(">"));
    if (element->text.at != NULL)
        note(h, element->text);
    if (element->currency.at != NULL) {
        note(h, S("@"));
        note(h, element->currency);
    }
    return OK;
}

static const struct xml_handlers HANDLERS = {start, open, close};

static result read_xml(str file, struct heard *h)
{
    static struct arena *arena;
    if (arena == NULL)
        arena = arena_new(1 << 20);
    arena_clear(arena);
    memset(h, 0, sizeof *h);
    return xml_read(file, arena, &HANDLERS, h);
}

static void check_log(const char *file, const char *want)
{
    struct heard h;
    CHECK_OK(read_xml(str_of(file), &h));
    CHECK_TEXT(h.log, want);
}

static void check_refused(str file, const char *says)
{
    struct heard h;
    const result r = read_xml(file, &h);
    CHECK_RESULT(r, E_BANK_FILE, "file");
    if (r.message == NULL || strstr(r.message, says) == NULL)
        UNIT_FAIL("%s does not say %s", r.message, says);
}

TEST(elements_come_with_their_paths_and_texts)
{
    check_log("<a xmlns='n'><b>x</b><c/><b> y\n</b></a>", "<a<a/b>x<a/c><a/b>y>");
    check_log("\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n<!-- c --><a xmlns='n'>t</a>\n",
              "<a>t");
    check_log("<p:a xmlns:p='n'><p:b p:z='1' Ccy='EUR'>5</p:b><p:d>6</p:d></p:a>",
              "<a<a/b>5@EUR<a/d>6>");
    check_log("<a xmlns='n'><b xmlns='m'>x<c>y</c></b><n:b xmlns:n='n'>z</n:b></a>",
              "<a<a/?<a/?/?>y><a/b>z>");
    check_log("<a xmlns='n'>1&amp;2&#x41;&lt;<![CDATA[<&>]]><!-- no --></a>", "<a>1&2A<<&>");
    check_log("<a xmlns='n'><b Ccy='ABCDEFGHIJ'>1</b></a>", "<a<a/b>1@?>");
    check_log("<a>株式会社</a>", "<?>株式会社");
    check_log("<a xmlns='n'>x<b>y</b>z</a>", "<a<a/b>y>z"); /* what is behind the last child */
}

TEST(a_file_that_is_not_whole_is_refused)
{
    static const char FILE[] =
        "<?xml version=\"1.0\"?><a xmlns=\"n\"><b Ccy=\"JPY\">1&amp;</b></a>";
    for (size_t bytes = 0; bytes < sizeof FILE - 1; bytes++) {
        char *copy = malloc(bytes + 1);
        CHECK(copy != NULL);
        memcpy(copy, FILE, bytes);
        check_refused((str){copy, bytes}, "");
        free(copy);
    }
    check_refused(S("<a><b></a></b>"), "well formed");
    check_refused(S("<a></a><a></a>"), "well formed");
    check_refused(S("<a>&none;</a>"), "well formed");
    check_refused(S("<a b='1' b='2'/>"), "well formed");
    check_refused(S("hello"), "well formed");
    check_refused(S(""), "empty");
}

TEST(other_encodings_are_refused)
{
    check_refused(S("\xff\xfe<\0a\0/\0>\0"), "UTF-8");
    check_refused(S("\0<\0a\0/\0>"), "UTF-8");
    check_refused(S("<a>\x83\x65</a>"), "UTF-8");
    check_refused(S("<a>\0</a>"), "UTF-8");
    check_refused(S("<?xml version='1.0' encoding='Shift_JIS'?><a>\x83\x65</a>"), "UTF-8");
    check_refused(S("\x4c\x6f\xa7\x94\x93"), "UTF-8"); /* EBCDIC */
}

/* What turns a small file into a large one, or reads another: no entity is ever declared. */
TEST(document_types_are_refused)
{
    check_refused(S("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"), "document types");
    check_refused(S("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), "document types");
    check_refused(S("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"),
                  "document types");
    check_refused(S("<!DOCTYPE lolz [<!ENTITY l 'lol'><!ENTITY m '&l;&l;&l;&l;&l;&l;&l;&l;'>"
                    "<!ENTITY n '&m;&m;&m;&m;&m;&m;&m;&m;'>]><a>&n;</a>"),
                  "document types");
    check_refused(S("<?xml version='1.0' encoding='UTF-7'?>+ADw-+ACE-DOCTYPE a><a/>"), "");
}

/* A file of one repeated text between a beginning and an end. */
static str repeated(struct buf *out, const char *first, const char *piece, size_t count,
                    const char *last)
{
    buf_clear(out);
    buf_text(out, first);
    for (size_t i = 0; i < count; i++)
        buf_text(out, piece);
    buf_text(out, last);
    CHECK(!out->is_broken);
    return buf_view(out);
}

static void check_nested(struct buf *out, size_t depth, const char *says)
{
    struct heard h;
    buf_clear(out);
    for (size_t i = 0; i < depth; i++)
        buf_text(out, i == 0 ? "<a xmlns='n'>" : "<a>");
    for (size_t i = 0; i < depth; i++)
        buf_text(out, "</a>");
    if (says != NULL)
        check_refused(buf_view(out), says);
    else
        CHECK_OK(read_xml(buf_view(out), &h));
}

TEST(depth_texts_names_and_counts_have_limits)
{
    struct buf out;
    struct heard h;
    buf_init(&out, 65 << 20);
    check_nested(&out, XML_DEPTH_MAX, NULL);
    check_nested(&out, XML_DEPTH_MAX + 1, "deeply");
    check_nested(&out, 100000, "");
    CHECK_OK(read_xml(repeated(&out, "<a>", "株", XML_TEXT_MAX, "</a>"), &h));
    check_refused(repeated(&out, "<a>", "株", XML_TEXT_MAX + 1, "</a>"), "1,000");
    check_refused(repeated(&out, "<a>", "x", 9 << 20, "</a>"), "");
    check_refused(repeated(&out, "<a>x<![CDATA[", "y", XML_TEXT_MAX, "]]></a>"), "1,000");
    check_refused(repeated(&out, "<a xmlns='n'><", "x", 2000, "/></a>"), "names");
    CHECK_OK(read_xml(repeated(&out, "<a><!--", "x", 9 << 20, "--></a>"), &h));
    check_refused(repeated(&out, "<a><!--", "x", 10 << 20, "--></a>"), "");
    check_refused(repeated(&out, "<a>", "<b/>", XML_ELEMENTS_MAX, "</a>"), "too many");
    check_refused((str){"<", XML_FILE_BYTES_MAX + (size_t)1}, "64 MiB");
    buf_done(&out);
}

TEST(errors_of_the_handlers_end_the_reading)
{
    struct heard h;
    CHECK_RESULT(read_xml(S("<a xmlns='bad'/>"), &h), E_BANK_FILE, "name_space");
    CHECK_I64(h.count, 0);
    struct arena *arena = arena_new(16384);
    memset(&h, 0, sizeof h);
    CHECK_OK(xml_read(S("<a xmlns='n'/>"), arena, &HANDLERS, &h));
    for (size_t held = 8000; held < 16384; held += 16) {
        arena_clear(arena);
        (void)arena_alloc(arena, held);
        memset(&h, 0, sizeof h);
        const result r = xml_read(S("<a xmlns='n'/>"), arena, &HANDLERS, &h);
        CHECK(r.code == (h.count == 1 ? E_OK : E_MEMORY));
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(elements_come_with_their_paths_and_texts),
        CLAIM(a_file_that_is_not_whole_is_refused),
        CLAIM(other_encodings_are_refused),
        CLAIM(document_types_are_refused),
        CLAIM(depth_texts_names_and_counts_have_limits),
        CLAIM(errors_of_the_handlers_end_the_reading),
    };
    return RUN_ALL(all);
}
