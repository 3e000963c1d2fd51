/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/xml.h"

void xml_open(struct buf *out, const char *name)
{
    buf_char(out, '<');
    buf_text(out, name);
    buf_char(out, '>');
}

void xml_close(struct buf *out, const char *name)
{
    buf_text(out, "</");
    buf_text(out, name);
    buf_char(out, '>');
}

void xml_text(struct buf *out, str text)
{
    for (size_t i = 0; i < text.bytes; i++)
        switch (text.at[i]) {
        case '&':
            buf_text(out, "&amp;");
            break;
        case '<':
            buf_text(out, "&lt;");
            break;
        case '>':
            buf_text(out, "&gt;");
            break;
        case '"':
            buf_text(out, "&quot;");
            break;
        case '\'':
            buf_text(out, "&apos;");
            break;
        default:
            buf_char(out, text.at[i]);
        }
}

void xml_element(struct buf *out, const char *name, str text)
{
    xml_open(out, name);
    xml_text(out, text);
    xml_close(out, name);
}
