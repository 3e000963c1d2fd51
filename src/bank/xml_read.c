/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/xml_read.h"

#include <string.h>

#include <libxml/xmlerror.h>
#include <libxml/xmlreader.h>

#include "base/compiler.h"

/* The file on its way into the parser. */
struct source {
    str left;
};

struct reading {
    xmlTextReaderPtr reader;
    struct arena *arena;
    const struct xml_handlers *handlers;
    void *context;
    char path[XML_PATH_BYTES];
    size_t ends[XML_DEPTH_MAX]; /* where the path of each depth ends */
    size_t depth;               /* elements that are open */
    char *text;                 /* of the innermost element */
    size_t text_bytes, text_characters;
    char currency[8];
    const char *name_space;
    size_t elements;
};

enum { TEXT_BYTES = 4 * XML_TEXT_MAX };

result xml_fail(struct arena *arena, const struct xml_element *element, const char *param,
                const char *why)
{
    const char *message = arena_printf(arena, "line %zu, %.*s: %s", element->line,
                                       (int)element->path.bytes, element->path.at, why);
    return message == NULL ? E_NO_MEMORY : FAIL(E_BANK_FILE, param, message);
}

/* The element at hand; its attribute belongs to the one that was opened last. */
static struct xml_element element_of(const struct reading *r)
{
    const int line = xmlTextReaderGetParserLineNumber(r->reader);
    const size_t end = r->depth == 0 ? 0 : r->ends[r->depth - 1];
    return (struct xml_element){.path = {r->path, end},
                                .currency = r->currency[0] == '\0' ? STR_NONE : str_of(r->currency),
                                .line = line < 0 ? 0 : (size_t)line};
}

static result fail_here(const struct reading *r, const char *why)
{
    const struct xml_element element = element_of(r);
    return xml_fail(r->arena, &element, "file", why);
}

static void clear_text(struct reading *r)
{
    r->text_bytes = 0;
    r->text_characters = 0;
}

/* Only Ccy is of interest; what is longer than a currency is none. */
static void read_currency(struct reading *r)
{
    static const xmlChar CCY[] = "Ccy";
    r->currency[0] = '\0';
    if (xmlTextReaderHasAttributes(r->reader) != 1 ||
        xmlTextReaderMoveToAttribute(r->reader, CCY) != 1)
        return;
    const str value = str_of((const char *)xmlTextReaderConstValue(r->reader));
    const bool fits = value.at != NULL && value.bytes < sizeof r->currency;
    memcpy(r->currency, fits ? value.at : "?", fits ? value.bytes + 1 : sizeof "?");
    (void)xmlTextReaderMoveToElement(r->reader);
}

static result check_namespace(struct reading *r, const char *name_space, bool *ret_is_ours)
{
    if (r->name_space == NULL) {
        r->name_space = arena_cstr(r->arena, str_of(name_space == NULL ? "" : name_space));
        if (r->name_space == NULL)
            return E_NO_MEMORY;
        TRY(r->handlers->start(r->context, str_of(r->name_space)));
    }
    *ret_is_ours = name_space != NULL && strcmp(name_space, r->name_space) == 0;
    return OK;
}

static result close_element(struct reading *r)
{
    struct xml_element element = element_of(r);
    const str text = str_trim((str){r->text, r->text_bytes});
    element.text = text.bytes == 0 ? STR_NONE : text;
    TRY(r->handlers->close(r->context, &element));
    clear_text(r);
    r->currency[0] = '\0';
    r->depth--;
    return OK;
}

static result open_element(struct reading *r)
{
    const char *name = (const char *)xmlTextReaderConstLocalName(r->reader);
    bool is_ours = false;
    if (++r->elements > XML_ELEMENTS_MAX)
        return fail_here(r, "the file has too many elements");
    if (r->depth == XML_DEPTH_MAX)
        return fail_here(r, "the elements are nested too deeply");
    TRY(check_namespace(r, (const char *)xmlTextReaderConstNamespaceUri(r->reader), &is_ours));
    const str s = is_ours && name != NULL ? str_of(name) : S("?");
    size_t end = r->depth == 0 ? 0 : r->ends[r->depth - 1];
    if (s.bytes + 1 >= XML_PATH_BYTES - end)
        return fail_here(r, "the names of elements are too long");
    if (r->depth > 0)
        r->path[end++] = '/';
    memcpy(r->path + end, s.at, s.bytes);
    r->ends[r->depth++] = end + s.bytes;
    clear_text(r);
    const bool is_empty = xmlTextReaderIsEmptyElement(r->reader) == 1;
    read_currency(r);
    const struct xml_element element = element_of(r);
    TRY(r->handlers->open(r->context, &element));
    return is_empty ? close_element(r) : OK;
}

static result add_text(struct reading *r)
{
    const str text = str_of((const char *)xmlTextReaderConstValue(r->reader));
    const size_t characters = text.bytes > TEXT_BYTES ? TEXT_BYTES : str_characters(text);
    if (text.bytes > TEXT_BYTES - r->text_bytes || characters > XML_TEXT_MAX - r->text_characters)
        return fail_here(r, "the text has more than 1,000 characters");
    if (text.bytes > 0)
        memcpy(r->text + r->text_bytes, text.at, text.bytes);
    r->text_bytes += text.bytes;
    r->text_characters += characters;
    return OK;
}

static result take_node(struct reading *r)
{
    switch (xmlTextReaderNodeType(r->reader)) {
    case XML_READER_TYPE_ELEMENT:
        return open_element(r);
    case XML_READER_TYPE_END_ELEMENT:
        return close_element(r);
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
        return add_text(r);
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY_REFERENCE:
        return fail_here(r, "document types and entities are not read");
    default: /* blanks between elements, comments, instructions */
        return OK;
    }
}

static result read_nodes(struct reading *r)
{
    for (;;) {
        const int step = xmlTextReaderRead(r->reader);
        if (step == 0)
            return OK;
        if (step < 0) {
            const xmlError *why = xmlGetLastError();
            return why != NULL && why->code == XML_ERR_NO_MEMORY
                       ? E_NO_MEMORY
                       : fail_here(r, "the XML is not well formed");
        }
        TRY(take_node(r));
    }
}

static int give(void *context, char *to, int bytes)
{
    struct source *source = context;
    const size_t wanted = bytes < 0 ? 0 : (size_t)bytes;
    const size_t count = source->left.bytes < wanted ? source->left.bytes : wanted;
    memcpy(to, source->left.at, count);
    source->left = (str){source->left.at + count, source->left.bytes - count};
    return (int)count;
}

static bool has_text(str file, const char *text)
{
    return memmem(file.at, file.bytes, text, strlen(text)) != NULL;
}

#define REFUSE(why) FAIL(E_BANK_FILE, "file", (why))

/* What needs no parser; below it nothing but UTF-8 without a document type is left. */
static result check_file(str file)
{
    if (file.bytes == 0)
        return REFUSE("the file is empty");
    if (file.bytes > XML_FILE_BYTES_MAX)
        return REFUSE("the file is larger than 64 MiB");
    if (!str_is_utf8(file))
        return REFUSE("the file is not in UTF-8");
    if (has_text(file, "<!DOCTYPE") || has_text(file, "<!ENTITY"))
        return REFUSE("document types and entities are not read");
    return OK;
}

result xml_read(str file, struct arena *arena, const struct xml_handlers *handlers, void *context)
{
    TRY(check_file(file));
    struct source source = {file};
    struct reading *r = ARENA_NEW(arena, struct reading);
    char *text = arena_alloc(arena, TEXT_BYTES + 1);
    if (r == NULL || text == NULL)
        return E_NO_MEMORY;
    *r = (struct reading){.arena = arena, .handlers = handlers, .context = context, .text = text};
    xmlResetLastError();
    r->reader = xmlReaderForIO(give, NULL, &source, NULL, "UTF-8",
                               XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (r->reader == NULL)
        return E_NO_MEMORY;
    const result answer = read_nodes(r);
    xmlFreeTextReader(r->reader);
    return answer;
}
