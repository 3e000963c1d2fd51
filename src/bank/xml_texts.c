/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/xml_texts.h"

#include <string.h>

/* The bytes of a text that there is room for, by whole characters. */
static size_t fitting(str text, size_t room)
{
    size_t bytes = text.bytes < room ? text.bytes : room;
    while (bytes > 0 && bytes < text.bytes && (text.at[bytes] & 0xc0) == 0x80)
        bytes--;
    return bytes;
}

static void take(struct xml_text *text, const struct xml_element *element, bool is_joined)
{
    if (text->bytes > 0 && !is_joined)
        return;
    if (text->bytes > 0 && text->bytes < XML_TEXT_BYTES)
        text->at[text->bytes++] = ' ';
    const size_t bytes = fitting(element->text, XML_TEXT_BYTES - text->bytes);
    memcpy(text->at + text->bytes, element->text.at, bytes);
    text->bytes += bytes;
    const str currency = element->currency;
    const bool fits = currency.at != NULL && currency.bytes < sizeof text->currency;
    memcpy(text->currency, fits ? currency.at : "", fits ? currency.bytes + 1 : 1);
}

void xml_texts_take(struct xml_text *texts, const struct xml_path *paths, size_t count, str path,
                    const struct xml_element *element)
{
    if (element->text.at == NULL)
        return;
    for (size_t i = 0; i < count; i++)
        if (str_equal(path, paths[i].path)) {
            take(&texts[paths[i].text], element, paths[i].is_joined);
            return;
        }
}

void xml_texts_clear(struct xml_text *texts, int first, int last)
{
    for (int i = first; i <= last; i++) {
        texts[i].bytes = 0;
        texts[i].currency[0] = '\0';
    }
}

str xml_text_of(const struct xml_text *texts, int text)
{
    return texts[text].bytes == 0 ? STR_NONE : (str){texts[text].at, texts[text].bytes};
}

bool xml_path_below(str path, const char *prefix, str *ret)
{
    const size_t bytes = strlen(prefix);
    if (!str_starts(path, prefix))
        return false;
    if (path.bytes == bytes) {
        *ret = S("");
        return true;
    }
    if (path.at[bytes] != '/')
        return false;
    *ret = (str){path.at + bytes + 1, path.bytes - bytes - 1};
    return true;
}
