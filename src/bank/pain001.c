/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/pain001.h"

#include <assert.h>
#include <string.h>

#include "bank/xml.h"
#include "base/clock.h"
#include "base/compiler.h"

/* ---- what may be written ------------------------------------------------------------------- */

#define LATIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ "
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"

enum { NAME_MAX = 140, NAME_MAX_SEPA = 70, TOWN_MAX = 35 };

static const struct {
    const char *name_space, *agent;
    bool has_uetr, has_date_choice;
} VERSIONS[PAIN_001_VERSIONS] = {
    [PAIN_001_03] = {"pain.001.001.03", "BIC", false, false},
    [PAIN_001_09] = {"pain.001.001.09", "BICFI", true, true},
};

#define REFUSE(param, message) FAIL(E_INVALID_PARAMETER, (param), (message))

/* An identifier: neither it nor a part of it looks like one that banks make from it. */
static result check_id(const char *id, const char *param)
{
    const size_t bytes = strlen(id);
    if (bytes == 0 || bytes > PAIN_ID_BYTES - 1 || strspn(id, LATIN) != bytes)
        return REFUSE(param, "an identifier is 1 to 35 characters of A-Z a-z 0-9 / - ? : ( ) . , "
                             "' + and blank");
    if (id[0] == '/' || id[bytes - 1] == '/' || strstr(id, "//") != NULL)
        return REFUSE(param, "an identifier has no slash at its ends and no two in a row");
    if (id[0] == ' ' || id[bytes - 1] == ' ')
        return REFUSE(param, "an identifier has no blank at its ends");
    return OK;
}

/* Whether XML may have all of its characters: no control characters, none that are none. */
static bool is_xml_text(str text)
{
    if (!str_is_utf8(text))
        return false;
    for (size_t i = 0; i < text.bytes; i++) {
        const unsigned char *p = (const unsigned char *)text.at + i;
        if (p[0] < ' ' || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0))
            return false;
        if (p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe)
            return false;
    }
    return true;
}

static result check_text(const char *text, size_t most, bool is_latin, const char *param)
{
    const str s = str_of(text);
    if (s.bytes == 0 || str_trim(s).bytes != s.bytes)
        return REFUSE(param, "the text is empty, or has blanks at its ends");
    if (!is_xml_text(s) || (is_latin && strspn(text, LATIN) != s.bytes))
        return REFUSE(param, "the text has a character that the file cannot have");
    if (str_characters(s) > most)
        return REFUSE(param, "the text is longer than the file allows");
    return OK;
}

static bool is_of(const char *text, size_t bytes, const char *set)
{
    return strlen(text) == bytes && strspn(text, set) == bytes;
}

/* The form only; bank/iban.h knows lengths and check digits. */
static bool is_iban(const char *iban)
{
    const size_t bytes = strlen(iban);
    return bytes >= 5 && bytes <= 34 && strspn(iban, UPPER) >= 2 && strspn(iban + 2, DIGIT) >= 2 &&
           strspn(iban, UPPER DIGIT) == bytes;
}

static bool is_bic(const char *bic)
{
    const size_t bytes = strlen(bic);
    return (bytes == 8 || bytes == 11) && strspn(bic, UPPER DIGIT) == bytes &&
           strspn(bic + 4, UPPER) >= 2;
}

/* The names of a party's members, to be told of. */
struct party_names {
    const char *name, *iban, *bic, *account, *town, *country;
};
#define PARTY_NAMES(party)                                                                         \
    {                                                                                              \
        party ".name", party ".iban", party ".bic", party ".account", party ".town",               \
            party ".country"                                                                       \
    }
static const struct party_names DEBTOR = PARTY_NAMES("debtor"), CREDITOR = PARTY_NAMES("creditor");

static result check_account(const struct pain_profile *profile, const struct pain_party *party,
                            const struct party_names *names)
{
    const struct bank_account_details *a = &party->account;
    if (party->iban[0] != '\0') {
        if (!is_iban(party->iban))
            return REFUSE(names->iban, "the IBAN has not the form of one");
        if (party->bic[0] != '\0' && !is_bic(party->bic))
            return REFUSE(names->bic, "the BIC has not the form of one");
        return OK;
    }
    if (profile->is_sepa)
        return REFUSE(names->iban, "SEPA needs an IBAN");
    if (!is_of(a->bank_code, BANK_CODE_DIGITS, DIGIT) ||
        !is_of(a->branch_code, BANK_BRANCH_DIGITS, DIGIT) ||
        !is_of(a->number, BANK_NUMBER_DIGITS, DIGIT))
        return REFUSE(names->account, "bank, branch and number must have all their digits");
    return OK;
}

static result check_party(const struct pain_profile *profile, const struct pain_party *party,
                          const struct party_names *names)
{
    const size_t most = profile->is_sepa ? NAME_MAX_SEPA : NAME_MAX;
    TRY(check_text(party->name, most, profile->is_sepa, names->name));
    TRY(check_account(profile, party, names));
    if (party->town[0] != '\0')
        TRY(check_text(party->town, TOWN_MAX, profile->is_sepa, names->town));
    if (party->country[0] != '\0' && !is_of(party->country, 2, UPPER))
        return REFUSE(names->country, "a country is two capitals");
    return OK;
}

/* ---- writing ------------------------------------------------------------------------------- */

/* As a decimal number of major units, with all digits of the currency: "70000", "12.50". */
static void put_amount(struct buf *out, int64_t minor, enum currency currency)
{
    int64_t one = 1;
    for (int i = 0; i < currency_digits(currency); i++)
        one *= 10;
    buf_i64(out, minor / one);
    if (one == 1)
        return;
    buf_char(out, '.');
    for (int64_t rest = minor % one; one > 1; one /= 10)
        buf_char(out, (char)('0' + rest / (one / 10) % 10));
}

static void put_sums(struct buf *out, const struct pain_group *group)
{
    xml_open(out, "NbOfTxs");
    buf_i64(out, group->count);
    xml_close(out, "NbOfTxs");
    xml_open(out, "CtrlSum");
    put_amount(out, group->total_minor, group->currency);
    xml_close(out, "CtrlSum");
}

static void put_date(struct buf *out, const struct pain_profile *profile, day date)
{
    const struct civil c = civil_of_day(date);
    const bool is_choice = VERSIONS[profile->version].has_date_choice;
    xml_open(out, "ReqdExctnDt");
    if (is_choice)
        xml_open(out, "Dt");
    buf_printf(out, "%04d-%02d-%02d", c.year, c.month, c.day);
    if (is_choice)
        xml_close(out, "Dt");
    xml_close(out, "ReqdExctnDt");
}

static void put_party(struct buf *out, const char *element, const struct pain_party *party)
{
    xml_open(out, element);
    xml_element(out, "Nm", str_of(party->name));
    if (party->town[0] != '\0' || party->country[0] != '\0') {
        xml_open(out, "PstlAdr");
        if (party->town[0] != '\0')
            xml_element(out, "TwnNm", str_of(party->town));
        if (party->country[0] != '\0')
            xml_element(out, "Ctry", str_of(party->country));
        xml_close(out, "PstlAdr");
    }
    xml_close(out, element);
}

/* currency: CUR_NONE: not told */
static void put_account(struct buf *out, const char *element, const struct pain_party *party,
                        enum currency currency)
{
    xml_open(out, element);
    xml_open(out, "Id");
    if (party->iban[0] != '\0') {
        xml_element(out, "IBAN", str_of(party->iban));
    } else {
        xml_open(out, "Othr");
        xml_element(out, "Id", str_of(party->account.number));
        buf_text(out, "<SchmeNm><Cd>BBAN</Cd></SchmeNm>");
        xml_close(out, "Othr");
    }
    xml_close(out, "Id");
    if (currency != CUR_NONE)
        xml_element(out, "Ccy", str_of(currency_code(currency)));
    xml_close(out, element);
}

/* The bank: by BIC, by the code of the Zengin system, or not at all. */
static void put_agent(struct buf *out, const struct pain_profile *profile, const char *element,
                      const struct pain_party *party)
{
    xml_open(out, element);
    xml_open(out, "FinInstnId");
    if (party->iban[0] == '\0')
        buf_printf(out,
                   "<ClrSysMmbId><ClrSysId><Cd>JPZGN</Cd></ClrSysId><MmbId>%s%s</MmbId>"
                   "</ClrSysMmbId>",
                   party->account.bank_code, party->account.branch_code);
    else if (party->bic[0] != '\0')
        xml_element(out, VERSIONS[profile->version].agent, str_of(party->bic));
    else
        buf_text(out, "<Othr><Id>NOTPROVIDED</Id></Othr>");
    xml_close(out, "FinInstnId");
    xml_close(out, element);
}

static const char *charges_of(const struct pain_profile *profile)
{
    static const char *const CODES[CHARGES_KINDS] = {"SHAR", "SHAR", "DEBT", "CRED"};
    return profile->is_sepa ? "SLEV" : CODES[profile->charges];
}

static void put_header(struct buf *out, const struct pain_profile *profile,
                       const struct pain_group *group)
{
    char created[TIME_TEXT_BYTES];
    time_text(group->created_us, created);
    buf_printf(out,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "
               "xmlns=\"urn:iso:std:iso:20022:tech:xsd:%s\"><CstmrCdtTrfInitn><GrpHdr>",
               VERSIONS[profile->version].name_space);
    xml_element(out, "MsgId", str_of(group->message_id));
    xml_element(out, "CreDtTm", str_of(created));
    put_sums(out, group);
    xml_open(out, "InitgPty");
    xml_element(out, "Nm", str_of(group->debtor.name));
    xml_close(out, "InitgPty");
    xml_close(out, "GrpHdr");
}

static result check_group(const struct pain_profile *profile, const struct pain_group *group)
{
    assert(profile->version == PAIN_001_03 || profile->version == PAIN_001_09);
    assert(profile->charges < CHARGES_KINDS);
    TRY(check_id(group->message_id, "message_id"));
    TRY(check_id(group->batch_id, "batch_id"));
    if (profile->is_sepa && group->currency != CUR_EUR)
        return REFUSE("currency", "SEPA is in euros");
    if (group->count < 1)
        return REFUSE("count", "a file must have a transfer");
    if (group->total_minor < 1 || group->total_minor > MONEY_MAX)
        return REFUSE("total", "the sum must be 1 to 15 digits");
    return check_party(profile, &group->debtor, &DEBTOR);
}

result pain001_begin(struct buf *out, const struct pain_profile *profile,
                     const struct pain_group *group)
{
    TRY(check_group(profile, group));
    put_header(out, profile, group);
    xml_open(out, "PmtInf");
    xml_element(out, "PmtInfId", str_of(group->batch_id));
    buf_text(out, "<PmtMtd>TRF</PmtMtd>");
    xml_element(out, "BtchBookg", profile->is_single ? S("false") : S("true"));
    put_sums(out, group);
    xml_open(out, "PmtTpInf");
    xml_open(out, "SvcLvl");
    xml_element(out, "Cd", profile->is_sepa ? S("SEPA") : S("NURG"));
    xml_close(out, "SvcLvl");
    xml_close(out, "PmtTpInf");
    put_date(out, profile, group->date);
    put_party(out, "Dbtr", &group->debtor);
    put_account(out, "DbtrAcct", &group->debtor, group->currency);
    put_agent(out, profile, "DbtrAgt", &group->debtor);
    xml_element(out, "ChrgBr", str_of(charges_of(profile)));
    return OK;
}

/* A UUID of version 4 (RFC 4122) from random bytes. */
static void put_uetr(struct buf *out, const unsigned char random[PAIN_UETR_RANDOM_BYTES])
{
    static const char HEX[] = "0123456789abcdef";
    xml_open(out, "UETR");
    for (size_t i = 0; i < PAIN_UETR_RANDOM_BYTES; i++) {
        unsigned byte = random[i];
        if (i == 6)
            byte = (byte & 0x0f) | 0x40;
        if (i == 8)
            byte = (byte & 0x3f) | 0x80;
        if (i == 4 || i == 6 || i == 8 || i == 10)
            buf_char(out, '-');
        buf_char(out, HEX[byte >> 4]);
        buf_char(out, HEX[byte & 0x0f]);
    }
    xml_close(out, "UETR");
}

static result check_line(const struct pain_profile *profile, const struct pain_line *line)
{
    const struct pain_party *to = &line->creditor;
    TRY(check_id(line->end_to_end, "end_to_end"));
    if (line->instruction_id[0] != '\0')
        TRY(check_id(line->instruction_id, "instruction_id"));
    if (line->amount_minor < 1 || line->amount_minor > MONEY_MAX)
        return REFUSE("amount", "the amount must be 1 to 15 digits");
    if (line->remittance[0] != '\0')
        TRY(check_text(line->remittance, NAME_MAX, profile->is_sepa, "remittance"));
    return check_party(profile, to, &CREDITOR);
}

static void put_amount_element(struct buf *out, int64_t minor, enum currency currency)
{
    buf_printf(out, "<Amt><InstdAmt Ccy=\"%s\">", currency_code(currency));
    put_amount(out, minor, currency);
    buf_text(out, "</InstdAmt></Amt>");
}

static void put_line(struct buf *out, const struct pain_profile *profile,
                     const struct pain_group *group, const struct pain_line *line)
{
    const struct pain_party *to = &line->creditor;
    xml_open(out, "CdtTrfTxInf");
    xml_open(out, "PmtId");
    if (line->instruction_id[0] != '\0')
        xml_element(out, "InstrId", str_of(line->instruction_id));
    xml_element(out, "EndToEndId", str_of(line->end_to_end));
    if (VERSIONS[profile->version].has_uetr)
        put_uetr(out, line->uetr_random);
    xml_close(out, "PmtId");
    put_amount_element(out, line->amount_minor, group->currency);
    if (to->iban[0] == '\0' || to->bic[0] != '\0')
        put_agent(out, profile, "CdtrAgt", to);
    put_party(out, "Cdtr", to);
    put_account(out, "CdtrAcct", to, CUR_NONE);
    if (line->remittance[0] != '\0') {
        xml_open(out, "RmtInf");
        xml_element(out, "Ustrd", str_of(line->remittance));
        xml_close(out, "RmtInf");
    }
    xml_close(out, "CdtTrfTxInf");
}

result pain001_add(struct buf *out, const struct pain_profile *profile,
                   const struct pain_group *group, const struct pain_line *line,
                   struct pain_sums *sums)
{
    TRY(check_line(profile, line));
    if (sums->count == group->count)
        return REFUSE("count", "there are more transfers than the group says");
    if (line->amount_minor > group->total_minor - sums->total_minor)
        return REFUSE("total", "the transfers are more than the sum of the group");
    put_line(out, profile, group, line);
    sums->count++;
    sums->total_minor += line->amount_minor;
    return OK;
}

result pain001_end(struct buf *out, const struct pain_group *group, const struct pain_sums *sums)
{
    if (sums->count != group->count)
        return REFUSE("count", "there are fewer transfers than the group says");
    if (sums->total_minor != group->total_minor)
        return REFUSE("total", "the transfers are less than the sum of the group");
    buf_text(out, "</PmtInf></CstmrCdtTrfInitn></Document>\n");
    return OK;
}
