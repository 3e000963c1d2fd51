/* SPDX-License-Identifier: Apache-2.0 */
/* xml.h: XML written, as far as messages of ISO 20022 need it: elements, and text with its five
 * characters escaped. Names are the program's own.
 *
 * Used by  bank/pain001
 * Source   bank-rails 7 */
#ifndef KESSAI_BANK_XML_H
#define KESSAI_BANK_XML_H

#include "base/buf.h"
#include "base/str.h"

void xml_open(struct buf *out, const char *name);  /* <name> */
void xml_close(struct buf *out, const char *name); /* </name> */
void xml_text(struct buf *out, str text);
void xml_element(struct buf *out, const char *name, str text); /* <name>text</name> */

#endif
