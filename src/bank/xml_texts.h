/* SPDX-License-Identifier: Apache-2.0 */
/* xml_texts.h: the texts of the elements that a reader of messages wants, by a table of paths.
 *
 * Used by  bank/camt, bank/pain002 */
#ifndef KESSAI_BANK_XML_TEXTS_H
#define KESSAI_BANK_XML_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "bank/xml_read.h"
#include "base/str.h"

enum { XML_TEXT_BYTES = 4 * XML_TEXT_MAX };

struct xml_text {
    char at[XML_TEXT_BYTES];
    size_t bytes;
    char currency[4]; /* of its element */
};

/* Several paths may lead to one text: the first element that is there has it. */
struct xml_path {
    str path;
    int text;       /* its index */
    bool is_joined; /* each element of that path adds to it, behind a blank, as far as there is room
                     */
};

/* A row of such a table, of a literal. */
#define XML_PATH(path, text, is_joined)                                                            \
    {                                                                                              \
        {"" path, sizeof(path) - 1}, (text), (is_joined)                                           \
    }

/* The text of an element's path, or of none in the table. */
void xml_texts_take(struct xml_text *texts, const struct xml_path *paths, size_t count, str path,
                    const struct xml_element *element);

void xml_texts_clear(struct xml_text *texts, int first, int last); /* both included */

str xml_text_of(const struct xml_text *texts, int text); /* absent where there was none */

/* What stands behind a prefix and a slash; "" for the prefix itself; false: it is elsewhere. */
bool xml_path_below(str path, const char *prefix, str *ret);

#endif
