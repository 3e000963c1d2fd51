/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_codes.c: lists of banks and branches, and codes, IBANs and BICs of strangers.
 * Properties: an error has a line that the list has; a code that is found is the one of some line,
 * and its names stand in the text; an IBAN that is accepted is accepted again as it comes out. */
#include "bank/codes.h"
#include "bank/iban.h"
#include "fuzz.h"

static bool is_inside(str piece, str text)
{
    return piece.bytes > 0 && piece.at >= text.at && piece.at + piece.bytes <= text.at + text.bytes;
}

/* Asks for the codes of every line. */
static void ask(const struct bank_codes *codes, str list)
{
    const str text = codes_text(codes);
    while (list.bytes > 0) {
        str line = fuzz_take(&list, '\n');
        const str bank = fuzz_take(&line, '\t'), branch = fuzz_take(&line, '\t');
        struct bank_name name;
        for (day on = 0; on < DAY_LAST; on += 400000) {
            if (codes_bank(codes, bank, on, &name))
                MUST(is_inside(name.kana, text) && is_inside(name.name, text));
            if (codes_branch(codes, bank, branch, on, &name)) {
                MUST(is_inside(name.kana, text) && is_inside(name.name, text));
                MUST(codes_bank(codes, bank, on, &name));
            }
        }
    }
    MUST(codes_bank_count(codes) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str list = fuzz_text(data, size);
    struct bank_codes *codes = NULL;
    size_t line = 0, lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    const result r = codes_read(list, &codes, &line);
    MUST(line <= lines && (r.code == E_OK) == (codes != NULL));
    if (r.code == E_OK) {
        MUST(line == 0);
        ask(codes, list);
    }
    codes_free(codes);

    char iban[IBAN_CHARACTERS_MAX + 1], again[IBAN_CHARACTERS_MAX + 1];
    if (iban_read(list, iban)) {
        MUST(iban_read(str_of(iban), again) && strcmp(iban, again) == 0);
        iban[3] = iban[3] == '9' ? '0' : (char)(iban[3] + 1); /* another check digit */
        MUST(!iban_read(str_of(iban), again));
    }
    MUST(!bic_is_valid(list) || bic_is_same(list, list));
    return 0;
}
