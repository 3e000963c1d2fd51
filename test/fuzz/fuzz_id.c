/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_id.c: ids and API keys on the wire.
 * Property: an id that was read prints to the very text it came from. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    id i = {.key = -1, .salt = -1};
    char text[ID_TEXT_BYTES];
    if (id_read(fuzz_text(data, size), &i)) {
        MUST(i.key > 0);
        id_text(i, text);
        MUST(str_equal(str_of(text), fuzz_text(data, size)));
        return 0;
    }
    MUST(i.key == -1 && i.salt == -1);
    if (size >= sizeof i) { /* and every id reads back from its text */
        id again;
        memcpy(&i, data, sizeof i);
        i.key &= INT64_MAX;
        id_text(i, text);
        MUST(id_read(str_of(text), &again) == (i.key > 0));
        MUST(i.key == 0 || (again.key == i.key && again.salt == i.salt));
    }
    return 0;
}
