/* SPDX-License-Identifier: Apache-2.0 */
/* contact.h: whether a text can be an e-mail address or a telephone number. What it reaches is
 * proved by delivery alone.
 *
 * Used by  api
 * Source   komoju-core 15.2 */
#ifndef KESSAI_CORE_CONTACT_H
#define KESSAI_CORE_CONTACT_H

#include <stdbool.h>

#include "base/str.h"

/* Something before the one @, something with a dot after it, no blank. */
bool contact_is_email(str text);

/* At least 10 digits; else only ( ) - _ + and blanks. */
bool contact_is_phone(str text);

#endif
