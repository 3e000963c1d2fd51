/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/zengin.h"

#include <assert.h>
#include <string.h>

#include "bank/jis.h"
#include "bank/layout.h"

/* A record that is filled from its beginning to its end; once something of it is wrong, the rest is
 * passed over. */
struct record_writer {
    char at[TRANSFER_BYTES];
    size_t bytes;
    result result;
};

static const struct zengin_profile COMMON;

static void refuse(struct record_writer *w, const char *param, const char *message)
{
    if (w->result.code == E_OK)
        w->result = FAIL(E_INVALID_PARAMETER, param, message);
}

/* The room of a field, full of blanks; fields come in the order of the layout. */
static char *room(struct record_writer *w, struct record_field field)
{
    assert(w->bytes == field.at && field.at + field.bytes <= TRANSFER_BYTES);
    w->bytes += field.bytes;
    return memset(w->at + field.at, ' ', field.bytes);
}

/* Right-justified, filled up with zeros. */
static void put_number(struct record_writer *w, struct record_field field, int64_t value)
{
    char *at = room(w, field);
    for (size_t i = field.bytes; i > 0; i--, value /= 10)
        at[i - 1] = (char)('0' + value % 10);
    assert(value == 0);
}

static void put_text(struct record_writer *w, struct record_field field, const char *text,
                     enum jis_set set, const char *param)
{
    size_t count;
    char *at = room(w, field);
    if (jis_write(str_of(text), set, at, field.bytes, &count))
        return;
    refuse(w, param,
           count == field.bytes ? "the text is longer than its field"
                                : "the text has a character that the field cannot have");
}

/* Digits, exactly as many as the field has. */
static void put_digits(struct record_writer *w, struct record_field field, const char *digits,
                       const char *param)
{
    char *at = room(w, field);
    const bool is_whole =
        strlen(digits) == field.bytes && strspn(digits, "0123456789") == field.bytes;
    if (is_whole)
        memcpy(at, digits, field.bytes);
    else
        refuse(w, param, "the number must have all its digits and nothing else");
}

/* What may stand in front of a field is checked where it is written; this is what a name may be. */
static void put_name(struct record_writer *w, struct record_field field, const char *name,
                     const struct zengin_profile *profile, const char *param)
{
    if (name[strspn(name, " ")] == '\0')
        refuse(w, param, "the name is empty");
    put_text(w, field, name, profile->no_period ? JIS_HOLDER_BARE : JIS_HOLDER, param);
}

static void put_client_code(struct record_writer *w, const char *code,
                            const struct zengin_profile *profile)
{
    const size_t bytes = strlen(code), digits = strspn(code, "0123456789");
    const struct record_field field = AT(TH_CLIENT_CODE);
    if (profile->header_alpha_code && digits < bytes) {
        put_text(w, field, code, JIS_CODE, "client_code");
        return;
    }
    char *at = room(w, field);
    if (bytes == 0 || digits < bytes || bytes > field.bytes) {
        refuse(w, "client_code", "the sender's code must be one to ten digits");
        return;
    }
    memset(at, '0', field.bytes);
    memcpy(at + field.bytes - bytes, code, bytes);
}

/* The empty rest of a record. */
static void put_dummy(struct record_writer *w)
{
    (void)room(w, (struct record_field){w->bytes, TRANSFER_BYTES - w->bytes});
}

static result put_record(struct buf *out, struct record_writer *w,
                         const struct zengin_profile *profile)
{
    put_dummy(w);
    TRY(w->result);
    buf_put(out, w->at, sizeof w->at);
    if (!profile->no_crlf)
        buf_put(out, "\r\n", 2);
    return OK;
}

static void write_header(struct record_writer *w, const struct zengin_sender *sender,
                         const struct zengin_profile *profile)
{
    const struct bank_account_details *from = &sender->account;
    const struct civil date = civil_of_day(sender->date);
    put_number(w, AT(TH_RECORD), 1);
    put_number(w, AT(TH_KIND), 21);
    put_number(w, AT(TH_ENCODING), 0);
    put_client_code(w, sender->client_code, profile);
    put_name(w, AT(TH_CLIENT_NAME), sender->name, profile, "name");
    put_number(w, AT(TH_DATE), date.month * 100 + date.day);
    put_digits(w, AT(TH_BANK), from->bank_code, "bank_code");
    put_text(w, AT(TH_BANK_NAME), from->bank_name, JIS_BANK_NAME, "bank_name");
    put_digits(w, AT(TH_BRANCH), from->branch_code, "branch_code");
    put_text(w, AT(TH_BRANCH_NAME), from->branch_name, JIS_BANK_NAME, "branch_name");
    if (from->type != ACCOUNT_ORDINARY && from->type != ACCOUNT_CHECKING)
        refuse(w, "type", "transfers are paid from an ordinary or a checking account");
    put_number(w, AT(TH_TYPE), from->type % 10);
    put_digits(w, AT(TH_NUMBER), from->number, "number");
}

/* 顧客コード, or EDI情報 over both, and what stands behind. */
static void write_reference(struct record_writer *w, const struct zengin_line *line)
{
    if (line->has_edi) {
        put_text(w, TRANSFER_EDI, line->edi, JIS_EDI, "edi");
    } else {
        const bool fits = 0 <= line->customer && line->customer <= ZENGIN_AMOUNT_MAX;
        if (!fits)
            refuse(w, "customer", "the customer's code has at most ten digits");
        put_number(w, AT(TD_CUSTOMER_1), fits ? line->customer : 0);
        put_number(w, AT(TD_CUSTOMER_2), 0);
    }
    put_number(w, AT(TD_SERVICE), 7);
    *room(w, AT(TD_MARK)) = line->has_edi ? 'Y' : ' ';
}

static void write_line(struct record_writer *w, const struct zengin_line *line,
                       const struct zengin_profile *profile)
{
    const struct bank_account_details *to = &line->to;
    const char *filler = profile->clearing_filler;
    const bool is_amount = 1 <= line->amount_minor && line->amount_minor <= ZENGIN_AMOUNT_MAX;
    put_number(w, AT(TD_RECORD), 2);
    put_digits(w, AT(TD_BANK), to->bank_code, "bank_code");
    put_text(w, AT(TD_BANK_NAME), to->bank_name, JIS_BANK_NAME, "bank_name");
    put_digits(w, AT(TD_BRANCH), to->branch_code, "branch_code");
    put_text(w, AT(TD_BRANCH_NAME), to->branch_name, JIS_BANK_NAME, "branch_name");
    put_text(w, AT(TD_CLEARING), filler[0] == '\0' ? "0000" : filler, JIS_HOLDER,
             "clearing_filler");
    if (to->type != ACCOUNT_ORDINARY && to->type != ACCOUNT_CHECKING && to->type != ACCOUNT_SAVINGS)
        refuse(w, "type", "the account must be an ordinary, a checking or a savings account");
    put_number(w, AT(TD_TYPE), to->type % 10);
    put_digits(w, AT(TD_NUMBER), to->number, "number");
    put_name(w, AT(TD_HOLDER), to->holder, profile, "holder");
    if (!is_amount)
        refuse(w, "amount", "the amount must be 1 to 9,999,999,999 yen");
    put_number(w, AT(TD_AMOUNT), is_amount ? line->amount_minor : 0);
    if (line->new_code < NEW_CODE_OTHER || line->new_code > NEW_CODE_CHANGED)
        refuse(w, "new_code", "the code for new receivers must be 0, 1 or 2");
    put_number(w, AT(TD_NEW_CODE), line->new_code % 10);
    write_reference(w, line);
}

result zengin_check_sender(const struct zengin_sender *sender, const struct zengin_profile *profile)
{
    struct record_writer w = {.result = OK};
    write_header(&w, sender, profile == NULL ? &COMMON : profile);
    return w.result;
}

result zengin_check_line(const struct zengin_line *line, const struct zengin_profile *profile)
{
    struct record_writer w = {.result = OK};
    write_line(&w, line, profile == NULL ? &COMMON : profile);
    return w.result;
}

result zengin_begin(struct buf *out, const struct zengin_sender *sender,
                    const struct zengin_profile *profile)
{
    struct record_writer w = {.result = OK};
    profile = profile == NULL ? &COMMON : profile;
    write_header(&w, sender, profile);
    return put_record(out, &w, profile);
}

result zengin_add(struct buf *out, const struct zengin_line *line,
                  const struct zengin_profile *profile, struct zengin_sums *sums)
{
    struct record_writer w = {.result = OK};
    profile = profile == NULL ? &COMMON : profile;
    const size_t most = profile->lines_max == 0 || profile->lines_max > ZENGIN_LINES_MAX
                            ? ZENGIN_LINES_MAX
                            : profile->lines_max;
    if ((size_t)sums->count >= most)
        return FAIL(E_INVALID_PARAMETER, "count", "a file cannot have more transfers");
    write_line(&w, line, profile);
    if (w.result.code == E_OK && line->amount_minor > ZENGIN_TOTAL_MAX - sums->total_minor)
        return FAIL(E_INVALID_PARAMETER, "total", "the sum of a file has at most twelve digits");
    TRY(put_record(out, &w, profile));
    sums->count++;
    sums->total_minor += line->amount_minor;
    return OK;
}

result zengin_end(struct buf *out, const struct zengin_profile *profile,
                  const struct zengin_sums *sums)
{
    struct record_writer trailer = {.result = OK}, end = {.result = OK};
    profile = profile == NULL ? &COMMON : profile;
    if (sums->count == 0)
        return FAIL(E_INVALID_PARAMETER, "count", "a file must have a transfer");
    put_number(&trailer, AT(TT_RECORD), 8);
    put_number(&trailer, AT(TT_COUNT), sums->count);
    put_number(&trailer, AT(TT_TOTAL), sums->total_minor);
    put_number(&end, AT(TE_RECORD), 9);
    TRY(put_record(out, &trailer, profile));
    TRY(put_record(out, &end, profile));
    if (profile->ends_with_1a)
        buf_char(out, 0x1a);
    return OK;
}
