/* SPDX-License-Identifier: Apache-2.0 */
/* xml_read.h: XML read by libxml2, one element after the other.
 *
 * What messages of ISO 20022 do not have is refused: any encoding but UTF-8, document types and so
 * entities (wherever "<!DOCTYPE" or "<!ENTITY" stands), depth, long texts, many elements. It never
 * opens a file or a connection.
 *
 * Used by  bank/camt, bank/pain002
 * Source   bank-rails 7 */
#ifndef KESSAI_BANK_XML_READ_H
#define KESSAI_BANK_XML_READ_H

#include <stddef.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum {
    XML_FILE_BYTES_MAX = 64 << 20,
    XML_DEPTH_MAX = 32,
    XML_TEXT_MAX = 1000, /* characters of one element */
    XML_ELEMENTS_MAX = 4000000,
    XML_PATH_BYTES = 1024,
};

/* An element. The path is of the names without prefixes from the first element on: "Document/Id";
 * an element of another namespace than the first's has "?" for its name. */
struct xml_element {
    str path;
    str text;     /* when it is closed: its own, trimmed; absent where it is empty */
    str currency; /* its attribute Ccy; absent without */
    size_t line;  /* of the file, from 1 */
};

struct xml_handlers {
    /* The first element's namespace; refuses those that are not expected. */
    result (*start)(void *context, str name_space);
    result (*open)(void *context, const struct xml_element *element);
    result (*close)(void *context, const struct xml_element *element);
};

/* Reads a file from its beginning to its end. What is wrong far in is found after what came before
 * was handed over.
 *   errors  E_BANK_FILE (file, or the element's name), E_MEMORY; those of the handlers */
MUST_USE result xml_read(str file, struct arena *arena, const struct xml_handlers *handlers,
                         void *context);

/* The failure of an element: its name and line. */
result xml_fail(struct arena *arena, const struct xml_element *element, const char *param,
                const char *why);

#endif
