/* SPDX-License-Identifier: Apache-2.0 */
/* camt.c: camt.053 (statement) and camt.054 (advice), versions 08 and 02: accounts and balances. */
#include "bank/camt.h"

#include <string.h>

#include "base/compiler.h"

#define DETAIL "Ntry/NtryDtls/TxDtls"
#define AGENTS DETAIL "/RltdAgts/"

/* Below the statement. Version 02 has Sts, BIC and Nm where 08 has Sts/Cd, BICFI and Pty/Nm. */
static const struct xml_path PATHS[] = {
    XML_PATH("Id", CAMT_ID, false),
    XML_PATH("FrToDt/FrDtTm", CAMT_FROM, false),
    XML_PATH("FrToDt/ToDtTm", CAMT_TO, false),
    XML_PATH("Acct/Id/IBAN", CAMT_IBAN, false),
    XML_PATH("Acct/Id/Othr/Id", CAMT_OTHER, false),
    XML_PATH("Acct/Ccy", CAMT_CURRENCY, false),
    XML_PATH("Acct/Ownr/Nm", CAMT_OWNER, false),
    XML_PATH("Acct/Svcr/FinInstnId/ClrSysMmbId/MmbId", CAMT_MEMBER, false),
    XML_PATH("Bal/Tp/CdOrPrtry/Cd", CAMT_BALANCE_KIND, false),
    XML_PATH("Bal/Amt", CAMT_BALANCE, false),
    XML_PATH("Bal/CdtDbtInd", CAMT_BALANCE_SIGN, false),
    XML_PATH("Ntry/Amt", CAMT_AMOUNT, false),
    XML_PATH("Ntry/CdtDbtInd", CAMT_SIGN, false),
    XML_PATH("Ntry/RvslInd", CAMT_REVERSAL, false),
    XML_PATH("Ntry/Sts", CAMT_STATUS, false),
    XML_PATH("Ntry/Sts/Cd", CAMT_STATUS, false),
    XML_PATH("Ntry/Sts/Prtry", CAMT_STATUS, false),
    XML_PATH("Ntry/BookgDt/Dt", CAMT_BOOKED, false),
    XML_PATH("Ntry/BookgDt/DtTm", CAMT_BOOKED, false),
    XML_PATH("Ntry/ValDt/Dt", CAMT_VALUED, false),
    XML_PATH("Ntry/ValDt/DtTm", CAMT_VALUED, false),
    XML_PATH("Ntry/AcctSvcrRef", CAMT_REFERENCE, false),
    XML_PATH("Ntry/NtryRef", CAMT_ENTRY_REFERENCE, false),
    XML_PATH("Ntry/BkTxCd/Domn/Cd", CAMT_TRANSACTION, true),
    XML_PATH("Ntry/BkTxCd/Domn/Fmly/Cd", CAMT_TRANSACTION, true),
    XML_PATH("Ntry/BkTxCd/Domn/Fmly/SubFmlyCd", CAMT_TRANSACTION, true),
    XML_PATH("Ntry/BkTxCd/Prtry/Cd", CAMT_TRANSACTION, false),
    XML_PATH("Ntry/AddtlNtryInf", CAMT_NOTE, false),
    XML_PATH("Ntry/NtryDtls/Btch/PmtInfId", CAMT_BATCH, false),
    XML_PATH("Ntry/NtryDtls/Btch/NbOfTxs", CAMT_BATCH_COUNT, false),
    XML_PATH(DETAIL "/Amt", CAMT_TX_AMOUNT, false),
    XML_PATH(DETAIL "/AmtDtls/TxAmt/Amt", CAMT_TX_AMOUNT, false),
    XML_PATH(DETAIL "/CdtDbtInd", CAMT_TX_SIGN, false),
    XML_PATH(DETAIL "/Refs/AcctSvcrRef", CAMT_TX_REFERENCE, false),
    XML_PATH(DETAIL "/Refs/PmtInfId", CAMT_TX_BATCH, false),
    XML_PATH(DETAIL "/Refs/EndToEndId", CAMT_END_TO_END, false),
    XML_PATH(DETAIL "/Refs/InstrId", CAMT_INSTRUCTION, false),
    XML_PATH(DETAIL "/Refs/UETR", CAMT_UETR, false),
    XML_PATH(DETAIL "/RltdPties/Dbtr/Nm", CAMT_DEBTOR, false),
    XML_PATH(DETAIL "/RltdPties/Dbtr/Pty/Nm", CAMT_DEBTOR, false),
    XML_PATH(DETAIL "/RltdPties/Cdtr/Nm", CAMT_CREDITOR, false),
    XML_PATH(DETAIL "/RltdPties/Cdtr/Pty/Nm", CAMT_CREDITOR, false),
    XML_PATH(AGENTS "DbtrAgt/FinInstnId/BICFI", CAMT_DEBTOR_AGENT, false),
    XML_PATH(AGENTS "DbtrAgt/FinInstnId/BIC", CAMT_DEBTOR_AGENT, false),
    XML_PATH(AGENTS "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId", CAMT_DEBTOR_AGENT, false),
    XML_PATH(AGENTS "DbtrAgt/FinInstnId/Nm", CAMT_DEBTOR_AGENT, false),
    XML_PATH(AGENTS "CdtrAgt/FinInstnId/BICFI", CAMT_CREDITOR_AGENT, false),
    XML_PATH(AGENTS "CdtrAgt/FinInstnId/BIC", CAMT_CREDITOR_AGENT, false),
    XML_PATH(AGENTS "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId", CAMT_CREDITOR_AGENT, false),
    XML_PATH(AGENTS "CdtrAgt/FinInstnId/Nm", CAMT_CREDITOR_AGENT, false),
    XML_PATH(DETAIL "/RmtInf/Ustrd", CAMT_REMITTANCE, true),
    XML_PATH(DETAIL "/RmtInf/Strd/CdtrRefInf/Ref", CAMT_REMITTANCE, true),
    XML_PATH(DETAIL "/RtrInf/Rsn/Cd", CAMT_RETURN, false),
    XML_PATH(DETAIL "/RtrInf/Rsn/Prtry", CAMT_RETURN, false),
    XML_PATH(DETAIL "/AddtlTxInf", CAMT_TX_NOTE, false),
};

static const struct {
    enum statement_format format;
    const char *name_space, *top;
} MESSAGES[] = {
    {STATEMENT_CAMT_053, "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08",
     "Document/BkToCstmrStmt/Stmt"},
    {STATEMENT_CAMT_053, "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02",
     "Document/BkToCstmrStmt/Stmt"},
    {STATEMENT_CAMT_054, "urn:iso:std:iso:20022:tech:xsd:camt.054.001.08",
     "Document/BkToCstmrDbtCdtNtfctn/Ntfctn"},
    {STATEMENT_CAMT_054, "urn:iso:std:iso:20022:tech:xsd:camt.054.001.02",
     "Document/BkToCstmrDbtCdtNtfctn/Ntfctn"},
};

/* ---- values -------------------------------------------------------------------------------- */

result camt_fail(const struct camt *c, const struct xml_element *element, const char *param,
                 const char *why)
{
    return xml_fail(c->reading->arena, element, param, why);
}

static result take_currency(struct camt *c, const struct xml_element *element, str code)
{
    enum currency currency = CUR_NONE;
    if (!currency_read(code, &currency))
        return camt_fail(c, element, "currency", "the currency is not known");
    if (c->currency != CUR_NONE && c->currency != currency)
        return camt_fail(c, element, "currency", "it is not the currency of the account");
    c->currency = currency;
    return OK;
}

/* "70000.00" of a currency without digits is 70000: zeros at the end say nothing. */
static bool read_decimal(str text, enum currency currency, int64_t *ret)
{
    int64_t one = 1;
    for (int i = 0; i < currency_digits(currency); i++)
        one *= 10;
    if (text.bytes > 0 && memchr(text.at, '.', text.bytes) != NULL) {
        while (text.at[text.bytes - 1] == '0')
            text.bytes--;
        if (text.at[text.bytes - 1] == '.')
            text.bytes--;
    }
    return decimal_read(text, one, MONEY_MAX, ret);
}

result camt_amount(struct camt *c, const struct xml_element *element, int text, const char *param,
                   int64_t *ret)
{
    TRY(take_currency(c, element, str_of(c->texts[text].currency)));
    if (!read_decimal(xml_text_of(c->texts, text), c->currency, ret))
        return camt_fail(c, element, param, "it is not an amount of this currency");
    return OK;
}

result camt_sign(struct camt *c, const struct xml_element *element, int text, bool *ret_is_credit)
{
    const str sign = xml_text_of(c->texts, text);
    if (!str_is(sign, "CRDT") && !str_is(sign, "DBIT"))
        return camt_fail(c, element, "direction", "CdtDbtInd must be CRDT or DBIT");
    *ret_is_credit = str_is(sign, "CRDT");
    return OK;
}

static bool read_date(str text, day *ret)
{
    int64_t year, month, dom;
    if (text.bytes < 10 || text.at[4] != '-' || text.at[7] != '-' || text.at[5] == '+' ||
        text.at[8] == '+' || text.at[0] == '+' || text.at[0] == '-')
        return false;
    if (!str_i64((str){text.at, 4}, &year) || !str_i64((str){text.at + 5, 2}, &month) ||
        !str_i64((str){text.at + 8, 2}, &dom) || !civil_is_date((int)year, (int)month, (int)dom))
        return false;
    *ret = day_of_civil((int)year, (int)month, (int)dom);
    return true;
}

result camt_day(struct camt *c, const struct xml_element *element, int text, const char *param,
                day *ret)
{
    const str date = xml_text_of(c->texts, text);
    *ret = DAY_NONE;
    if (date.at != NULL && !read_date(date, ret))
        return camt_fail(c, element, param, "it is not a date");
    return OK;
}

/* ---- accounts and balances ----------------------------------------------------------------- */

static bool is_digits(str s)
{
    for (size_t i = 0; i < s.bytes; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return s.bytes > 0;
}

/* Bank and branch of the Zengin system, and seven digits or fewer, are an account in Japan. */
static result read_number(struct camt *c, const struct xml_element *element,
                          struct statement_account *a)
{
    const str iban = xml_text_of(c->texts, CAMT_IBAN), other = xml_text_of(c->texts, CAMT_OTHER);
    const str member = xml_text_of(c->texts, CAMT_MEMBER);
    const str number = iban.at != NULL ? iban : other;
    if (number.at == NULL)
        return camt_fail(c, element, "account", "it does not say which account");
    if (is_digits(member) && member.bytes == BANK_CODE_DIGITS + BANK_BRANCH_DIGITS) {
        memcpy(a->account.bank_code, member.at, BANK_CODE_DIGITS);
        memcpy(a->account.branch_code, member.at + BANK_CODE_DIGITS, BANK_BRANCH_DIGITS);
    }
    if (iban.at == NULL && is_digits(other) && other.bytes <= BANK_NUMBER_DIGITS) {
        memset(a->account.number, '0', BANK_NUMBER_DIGITS);
        memcpy(a->account.number + BANK_NUMBER_DIGITS - other.bytes, other.at, other.bytes);
        return OK;
    }
    if (number.bytes >= sizeof a->iban)
        return camt_fail(c, element, "account", "the number has more than 34 characters");
    memcpy(a->iban, number.at, number.bytes);
    return OK;
}

/* As far as there is room, by whole characters. */
static void read_holder(const struct camt *c, struct statement_account *a)
{
    const str owner = xml_text_of(c->texts, CAMT_OWNER);
    size_t bytes = owner.bytes < BANK_HOLDER_BYTES ? owner.bytes : BANK_HOLDER_BYTES - 1;
    while (bytes > 0 && bytes < owner.bytes && (owner.at[bytes] & 0xc0) == 0x80)
        bytes--;
    if (bytes > 0)
        memcpy(a->account.holder, owner.at, bytes);
}

static result close_statement(struct camt *c, const struct xml_element *element)
{
    struct statement_account *a = c->reading->account;
    const struct camt_balance *opening = c->opening.is_there ? &c->opening : &c->previous;
    if (c->reading->is_telling)
        return OK;
    TRY(read_number(c, element, a));
    read_holder(c, a);
    TRY(camt_day(c, element, CAMT_FROM, "from", &a->from));
    TRY(camt_day(c, element, CAMT_TO, "to", &a->to));
    if (c->currency != CUR_NONE)
        memcpy(a->currency, currency_code(c->currency), sizeof a->currency);
    a->id = arena_str(c->reading->arena, xml_text_of(c->texts, CAMT_ID));
    if (arena_is_broken(c->reading->arena))
        return E_NO_MEMORY;
    a->opening_minor = opening->minor;
    a->closing_minor = c->closing.minor;
    a->has_balances = opening->is_there && c->closing.is_there;
    if (!reading_fits(c->reading))
        return camt_fail(c, element, "closing_balance",
                         "it is not the balance before with what came in and went out");
    return OK;
}

/* Only the balances at both ends; the first of each. */
static result close_balance(struct camt *c, const struct xml_element *element)
{
    const str kind = xml_text_of(c->texts, CAMT_BALANCE_KIND);
    struct camt_balance *balance = str_is(kind, "OPBD")   ? &c->opening
                                   : str_is(kind, "PRCD") ? &c->previous
                                   : str_is(kind, "CLBD") ? &c->closing
                                                          : NULL;
    bool is_credit;
    if (balance == NULL || balance->is_there)
        return OK;
    TRY(camt_amount(c, element, CAMT_BALANCE, "balance", &balance->minor));
    TRY(camt_sign(c, element, CAMT_BALANCE_SIGN, &is_credit));
    if (!is_credit)
        balance->minor = -balance->minor;
    balance->is_there = true;
    return OK;
}

static result open_statement(struct camt *c)
{
    xml_texts_clear(c->texts, 0, CAMT_TEXTS - 1);
    c->currency = CUR_NONE;
    c->opening = c->previous = c->closing = (struct camt_balance){.is_there = false};
    return reading_account(c->reading);
}

/* ---- the file ------------------------------------------------------------------------------ */

static result start(void *context, str name_space)
{
    struct camt *c = context;
    for (size_t i = 0; i < COUNT(MESSAGES); i++)
        if (MESSAGES[i].format == c->reading->statement->format &&
            str_is(name_space, MESSAGES[i].name_space)) {
            c->top = MESSAGES[i].top;
            return OK;
        }
    return FAIL(E_BANK_FILE, "file",
                "the file is neither camt.053 nor camt.054 of version 08 or 02");
}

static result open(void *context, const struct xml_element *element)
{
    struct camt *c = context;
    str path;
    if (!xml_path_below(element->path, c->top, &path))
        return OK;
    if (path.bytes == 0)
        return open_statement(c);
    if (str_is(path, "Bal"))
        xml_texts_clear(c->texts, CAMT_BALANCE_KIND, CAMT_BALANCE_SIGN);
    else if (str_is(path, "Ntry"))
        camt_entry_open(c);
    else if (str_is(path, "Ntry/NtryDtls"))
        camt_group_open(c);
    else if (str_is(path, DETAIL))
        return camt_detail_open(c, element);
    return OK;
}

static result close(void *context, const struct xml_element *element)
{
    struct camt *c = context;
    str path;
    if (!xml_path_below(element->path, c->top, &path))
        return OK;
    xml_texts_take(c->texts, PATHS, COUNT(PATHS), path, element);
    if (path.bytes == 0)
        return close_statement(c, element);
    if (str_is(path, "Acct/Ccy"))
        return take_currency(c, element, xml_text_of(c->texts, CAMT_CURRENCY));
    if (str_is(path, "Bal"))
        return close_balance(c, element);
    if (str_is(path, DETAIL))
        return camt_detail_close(c, element);
    return str_is(path, "Ntry") ? camt_entry_close(c, element) : OK;
}

result camt_read(struct statement_reading *r)
{
    static const struct xml_handlers HANDLERS = {start, open, close};
    if (r->camt == NULL)
        r->camt = ARENA_NEW(r->arena, struct camt);
    if (r->camt == NULL)
        return E_NO_MEMORY;
    struct camt *c = r->camt;
    c->reading = r;
    c->entry_index = 0;
    if (c->texts == NULL)
        c->texts = ARENA_ARRAY(r->arena, struct xml_text, CAMT_TEXTS);
    if (c->texts == NULL)
        return E_NO_MEMORY;
    TRY(xml_read(r->file, r->arena, &HANDLERS, c));
    if (r->statement->account_count == 0)
        return FAIL(E_BANK_FILE, "file", "the file has no statement");
    return OK;
}
