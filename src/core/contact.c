/* SPDX-License-Identifier: Apache-2.0 */
#include "core/contact.h"

#include <string.h>

enum { PHONE_DIGITS_MIN = 10, DOMAIN_BYTES_MIN = 3 };

static bool contains(str text, char c)
{
    return memchr(text.at, c, text.bytes) != NULL;
}

bool contact_is_email(str text)
{
    if (text.bytes == 0 || contains(text, ' '))
        return false;
    const char *at = memchr(text.at, '@', text.bytes);
    if (at == NULL || at == text.at)
        return false;
    const str domain = {at + 1, text.bytes - (size_t)(at + 1 - text.at)};
    return domain.bytes >= DOMAIN_BYTES_MIN && contains(domain, '.') && !contains(domain, '@');
}

bool contact_is_phone(str text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.bytes; i++) {
        const char c = text.at[i];
        if ('0' <= c && c <= '9')
            digits++;
        else if (!contains(S("()-_+ "), c))
            return false;
    }
    return digits >= PHONE_DIGITS_MIN;
}
