/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_kana.c: names as banks write them. The first byte chooses the way, the rest is the name.
 * Properties: what comes out fits a field of a bank's file and has only characters that a bank
 * takes, no blank at its borders and no two beside each other; it comes out of itself again; cut
 * off, it is as much of the same name. */
#include "core/kana.h"
#include "fuzz.h"

static bool is_taken(const char *at, size_t bytes, bool has_dots)
{
    static const char SIGNS[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ ()-.";
    if (bytes == 1)
        return strchr(SIGNS, *at) != NULL && (has_dots || *at != '.');
    /* ｱ to ﾟ */
    return bytes == 3 && memcmp(at, "\xef\xbd\xb1", 3) >= 0 && memcmp(at, "\xef\xbe\x9f", 3) <= 0;
}

static void check_form(const struct kana *kana, bool has_dots)
{
    size_t characters = 0;
    MUST(0 < kana->characters && kana->characters <= KANA_CHARACTERS_MAX);
    MUST(strlen(kana->text) == kana->bytes);
    for (size_t at = 0; at < kana->bytes; characters++) {
        const size_t bytes = (unsigned char)kana->text[at] < 0x80 ? 1 : 3;
        MUST(is_taken(kana->text + at, bytes, has_dots));
        at += bytes;
    }
    MUST(characters == kana->characters);
    MUST(kana->text[0] != ' ' && kana->text[kana->bytes - 1] != ' ');
    MUST(strstr(kana->text, "  ") == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const str name = fuzz_text(data + 1, size - 1);
    const bool has_dots = (data[0] & 1) == 0;
    struct kana_way way = {.profile = has_dots ? KANA_DOTS : KANA_NO_DOTS,
                           .is_company = (data[0] & 2) != 0};
    struct kana kana = {.bytes = 0}, again, cut;
    size_t at = 0;
    const result r = kana_for_bank(name, &way, &kana, &at);
    MUST(at <= size);
    way.truncates = true;
    if (r.code != E_OK) {
        MUST(r.code == E_INVALID_PARAMETER && r.message != NULL);
        if (kana_for_bank(name, &way, &cut, &at).code == E_OK)
            check_form(&cut, has_dots);
        return 0;
    }
    check_form(&kana, has_dots);
    MUST(kana_for_bank(name, &way, &cut, &at).code == E_OK && strcmp(cut.text, kana.text) == 0);
    way.is_company = false;
    MUST(kana_for_bank(str_of(kana.text), &way, &again, &at).code == E_OK);
    MUST(strcmp(again.text, kana.text) == 0);
    return 0;
}
