/* SPDX-License-Identifier: Apache-2.0 */
#include "app/bank_account.h"

#include <string.h>

#define MARK_TEXT "\"bank_account\":{\"sealed\":\""
static const str MARK = {MARK_TEXT, sizeof MARK_TEXT - 1};
static const str END = {"\"}", 2};
enum { ID_CHARACTERS = ID_TEXT_BYTES - 1, ACCOUNT_BYTES_MAX = 1024 };

result bank_account_seal(struct vault *vault, id owner, const struct bank_account *account,
                         struct arena *arena, str *ret_sealed)
{
    struct buf plain;
    buf_init(&plain, ACCOUNT_BYTES_MAX);
    struct json j;
    json_init(&j, &plain);
    json_open_object(&j, NULL);
    json_str(&j, "customer_name", account->holder);
    json_str(&j, "account_number", account->number);
    json_end(&j);
    const result r = plain.is_broken ? E_NO_MEMORY
                                     : vault_seal_text(vault, VAULT_BANK_ACCOUNT, owner,
                                                       buf_view(&plain), arena, ret_sealed);
    if (plain.at != NULL)
        explicit_bzero(plain.at, plain.bytes);
    buf_done(&plain);
    return r;
}

void bank_account_view(struct json *j, id owner, str sealed)
{
    static const char DIGITS[] = "0123456789abcdef";
    char text[ID_TEXT_BYTES];
    id_text(owner, text);
    json_raw(j, "bank_account", S("{\"sealed\":\""));
    buf_text(j->out, text);
    for (size_t i = 0; i < sealed.bytes; i++) {
        const unsigned char byte = (unsigned char)sealed.at[i];
        buf_char(j->out, DIGITS[byte >> 4]);
        buf_char(j->out, DIGITS[byte & 15]);
    }
    buf_str(j->out, END);
}

/* ---- opening ------------------------------------------------------------------------------- */

static int digit_of(char c)
{
    return '0' <= c && c <= '9' ? c - '0' : 'a' <= c && c <= 'f' ? c - 'a' + 10 : -1;
}

/* absent: not hexadecimal, or no memory */
static str read_hex(str text, struct arena *arena)
{
    const size_t bytes = text.bytes / 2;
    char *at = text.bytes % 2 == 0 ? arena_alloc(arena, bytes + 1) : NULL;
    for (size_t i = 0; at != NULL && i < bytes; i++) {
        const int high = digit_of(text.at[2 * i]), low = digit_of(text.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return STR_NONE;
        at[i] = (char)(high << 4 | low);
    }
    return (str){at, bytes};
}

/* The members that are sealed in a text between MARK and END, without their braces; absent: this
 * vault has not sealed it, or there is no memory. */
static str open_one(struct vault *vault, struct arena *arena, str text)
{
    id owner;
    str opened;
    if (vault == NULL)
        return S("\"customer_name\":null,\"account_number\":null");
    if (text.bytes < ID_CHARACTERS || !id_read((str){text.at, ID_CHARACTERS}, &owner))
        return STR_NONE;
    const str sealed = read_hex((str){text.at + ID_CHARACTERS, text.bytes - ID_CHARACTERS}, arena);
    if (sealed.at == NULL ||
        vault_open_text(vault, VAULT_BANK_ACCOUNT, owner, sealed, arena, &opened).code != E_OK ||
        opened.bytes < 2)
        return STR_NONE;
    return (str){opened.at + 1, opened.bytes - 2};
}

static str find(str text, str what)
{
    const char *at = text.bytes == 0 ? NULL : memmem(text.at, text.bytes, what.at, what.bytes);
    return at == NULL ? STR_NONE : (str){at, text.bytes - (size_t)(at - text.at)};
}

/* Writes text up to its next sealed member and that one opened, and gives what follows. */
static str open_next(struct vault *vault, struct arena *arena, str text, struct buf *out)
{
    const str mark = find(text, MARK);
    const str inside =
        mark.at == NULL ? STR_NONE : (str){mark.at + MARK.bytes, mark.bytes - MARK.bytes};
    const str end = find(inside, END);
    if (end.at == NULL) {
        buf_str(out, text);
        return STR_NONE;
    }
    const str sealed = {inside.at, (size_t)(end.at - inside.at)};
    const str opened = open_one(vault, arena, sealed);
    buf_str(out, (str){text.at, (size_t)(mark.at - text.at)});
    buf_str(out,
            opened.at != NULL ? opened : (str){mark.at, MARK.bytes + sealed.bytes + END.bytes});
    return (str){end.at + END.bytes, end.bytes - END.bytes};
}

result bank_accounts_open(struct vault *vault, struct arena *arena, struct buf *json)
{
    if (json->is_broken)
        return E_NO_MEMORY;
    if (find(buf_view(json), MARK).at == NULL)
        return OK;
    struct buf out;
    buf_init(&out, json->max);
    for (str rest = buf_view(json); rest.at != NULL && rest.bytes > 0;)
        rest = open_next(vault, arena, rest, &out);
    buf_done(json);
    *json = out;
    return json->is_broken || arena_is_broken(arena) ? E_NO_MEMORY : OK;
}
