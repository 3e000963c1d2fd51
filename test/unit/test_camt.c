/* SPDX-License-Identifier: Apache-2.0 */
/* test_camt.c: camt.053 and camt.054 of versions 02 and 08, bank-rails 7.3. */
#include "unit.h"

#include "bank/statement.h"

/* What the versions write differently, between braces in the files below. */
static const struct {
    const char *mark, *new, *old;
} DIFFERENT[] = {
    {"{V}", "08", "02"},
    {"{S}", "<Cd>", ""},
    {"{/S}", "</Cd>", ""},
    {"{P}", "<Pty>", ""},
    {"{/P}", "</Pty>", ""},
    {"{BIC}", "<BICFI>MHCBJPJT</BICFI>", "<BIC>MHCBJPJT</BIC>"},
    {"{A}", "<Amt Ccy=\"JPY\">", "<AmtDtls><TxAmt><Amt Ccy=\"JPY\">"},
    {"{/A}", "</Amt>", "</Amt></TxAmt></AmtDtls>"},
};

#define HEAD_053                                                                                   \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{V}\"><BkToCstmrStmt>"          \
    "<GrpHdr><MsgId>M</MsgId></GrpHdr>"
#define TAIL_053 "</BkToCstmrStmt></Document>"
#define HEAD_054                                                                                   \
    "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.054.001.{V}\">"                         \
    "<BkToCstmrDbtCdtNtfctn>"
#define TAIL_054 "</BkToCstmrDbtCdtNtfctn></Document>"
#define ACCOUNT                                                                                    \
    "<Acct><Id><Othr><Id>1234567</Id></Othr></Id><Ccy>JPY</Ccy><Ownr><Nm>KK TEST PAY</Nm></Ownr>"  \
    "<Svcr><FinInstnId><ClrSysMmbId><MmbId>0001001</MmbId></ClrSysMmbId></FinInstnId></Svcr>"      \
    "</Acct>"
#define BALANCE(kind, amount, sign)                                                                \
    "<Bal><Tp><CdOrPrtry><Cd>" kind "</Cd></CdOrPrtry></Tp><Amt Ccy=\"JPY\">" amount               \
    "</Amt><CdtDbtInd>" sign "</CdtDbtInd><Dt><Dt>2026-01-30</Dt></Dt></Bal>"
#define ENTRY(amount, sign, status, more)                                                          \
    "<Ntry><Amt Ccy=\"JPY\">" amount "</Amt><CdtDbtInd>" sign "</CdtDbtInd><Sts>{S}" status        \
    "{/S}</Sts><BookgDt><Dt>2026-01-30</Dt></BookgDt><ValDt><Dt>2026-01-31</Dt></ValDt>" more      \
    "</Ntry>"
#define CODE(family, sub)                                                                          \
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>" family "</Cd><SubFmlyCd>" sub                          \
    "</SubFmlyCd></Fmly></Domn></BkTxCd>"
#define REF(text) "<AcctSvcrRef>" text "</AcctSvcrRef>"
#define TX(id, amount, more)                                                                       \
    "<TxDtls><Refs><EndToEndId>" id "</EndToEndId></Refs>{A}" amount "{/A}" more "</TxDtls>"
#define PARTIES(debtor, creditor)                                                                  \
    "<RltdPties><Dbtr>{P}<Nm>" debtor "</Nm>{/P}</Dbtr><Cdtr>{P}<Nm>" creditor                     \
    "</Nm>{/P}</Cdtr></RltdPties>"
#define BATCH_ENTRY                                                                                \
    ENTRY("1320000", "DBIT", "BOOK",                                                               \
          REF("A1") CODE("ICDT", "DMCT") "<NtryDtls><Btch><PmtInfId>PO-1</PmtInfId>"               \
                                         "<NbOfTxs>2</NbOfTxs></Btch>" TX("wd-777", "70000", "")   \
                                             TX("wd-778", "1250000", "") "</NtryDtls>")
#define RETURN_ENTRY                                                                               \
    ENTRY("70000.00", "CRDT", "BOOK",                                                              \
          REF("A2") CODE("ICDT", "RRTN") "<NtryDtls>" TX(                                          \
              "wd-777", "70000",                                                                   \
              PARTIES("KK TEST PAY", "YAMADA TARO") "<RltdAgts><CdtrAgt><FinInstnId>{BIC}"         \
                                                    "</FinInstnId></CdtrAgt></RltdAgts>"           \
                                                    "<RmtInf><Ustrd>Payout</Ustrd>"                \
                                                    "<Ustrd>777</Ustrd></RmtInf>"                  \
                                                    "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></"           \
                                                    "RtrInf>") "</"                                \
                                                               "NtryDtls><AddtlNtryInf>"           \
                                                               "returned</AddtlNtryInf>")
#define STORY                                                                                      \
    HEAD_053 "<Stmt><Id>S1</Id><FrToDt><FrDtTm>2026-01-30T00:00:00+09:00</FrDtTm>"                 \
             "<ToDtTm>2026-01-30T24:00:00+09:00</ToDtTm></FrToDt>" ACCOUNT BALANCE(                \
                 "OPBD", "5000000", "CRDT") BALANCE("CLBD", "3750000", "CRDT")                     \
                 BATCH_ENTRY RETURN_ENTRY ENTRY("5", "CRDT", "PDNG", "") "</Stmt>" TAIL_053

enum { LINES_MAX = 16, TEXT_BYTES = 200 };

struct told {
    struct statement_line lines[LINES_MAX];
    char texts[LINES_MAX][10][TEXT_BYTES];
    char keys[LINES_MAX][512];
    size_t count;
};

static void keep(struct told *t, size_t text, str *s)
{
    char *to = t->texts[t->count][text];
    if (s->at == NULL)
        return;
    CHECK(s->bytes < TEXT_BYTES);
    memcpy(to, s->at, s->bytes);
    to[s->bytes] = '\0';
    s->at = to;
}

static result tell(void *context, const struct statement_account *account,
                   const struct statement_line *line)
{
    struct told *t = context;
    struct buf key;
    CHECK(t->count < LINES_MAX);
    struct statement_line *to = &t->lines[t->count];
    *to = *line;
    str *const texts[] = {&to->reference,   &to->name,       &to->memo,  &to->edi,
                          &to->sender_bank, &to->end_to_end, &to->batch, &to->return_reason,
                          &to->transaction, &to->uetr};
    for (size_t i = 0; i < COUNT(texts); i++)
        keep(t, i, texts[i]);
    buf_init(&key, sizeof t->keys[0] - 1);
    statement_line_key(account, line, &key);
    CHECK(!key.is_broken);
    memcpy(t->keys[t->count], key.at, key.bytes + 1);
    buf_done(&key);
    t->count++;
    return OK;
}

/* The file of a version: 8 or 2. */
static char *file_of(const char *template, int version)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    for (const char *at = template; *at != '\0';) {
        size_t i = 0;
        while (i < COUNT(DIFFERENT) &&
               strncmp(at, DIFFERENT[i].mark, strlen(DIFFERENT[i].mark)) != 0)
            i++;
        if (i < COUNT(DIFFERENT)) {
            buf_text(&out, version == 8 ? DIFFERENT[i].new : DIFFERENT[i].old);
            at += strlen(DIFFERENT[i].mark);
        } else {
            buf_char(&out, *at++);
        }
    }
    char *file = malloc(out.bytes + 1);
    CHECK(file != NULL && !out.is_broken);
    memcpy(file, out.at, out.bytes + 1);
    buf_done(&out);
    return file;
}

static result parse(const char *template, int version, struct statement *ret, struct told *told)
{
    static struct arena *arena;
    if (arena == NULL)
        arena = arena_new(4 << 20);
    arena_clear(arena);
    memset(told, 0, sizeof *told);
    char *file = file_of(template, version);
    const result r = statement_parse(str_of(file), 20000, NULL, arena, ret, tell, told);
    free(file);
    return r;
}

#define CHECK_STR(got, want) CHECK_TEXT((got).at, (want))

/* Both versions say the same. */
TEST(a_statement_is_read_in_both_versions)
{
    static const int VERSIONS[] = {8, 2};
    for (size_t v = 0; v < COUNT(VERSIONS); v++) {
        struct statement s;
        struct told t;
        CHECK_OK(parse(STORY, VERSIONS[v], &s, &t));
        CHECK(s.format == STATEMENT_CAMT_053 && s.account_count == 1);
        const struct statement_account *a = &s.accounts[0];
        CHECK_TEXT(a->account.bank_code, "0001");
        CHECK_TEXT(a->account.branch_code, "001");
        CHECK_TEXT(a->account.number, "1234567");
        CHECK_TEXT(a->account.holder, "KK TEST PAY");
        CHECK_TEXT(a->iban, "");
        CHECK_TEXT(a->currency, "JPY");
        CHECK_STR(a->id, "S1");
        CHECK(a->has_balances && a->opening_minor == 5000000 && a->closing_minor == 3750000);
        CHECK(a->line_count == 3 && a->skipped_count == 1);
        CHECK_I64(a->from, day_of_civil(2026, 1, 30));
        CHECK_I64(t.count, 3);
        CHECK(!t.lines[0].is_credit && t.lines[0].amount_minor == 70000);
        CHECK(t.lines[0].part == 1 && t.lines[0].parts == 2 && t.lines[0].batch_count == 2);
        CHECK_STR(t.lines[0].end_to_end, "wd-777");
        CHECK_STR(t.lines[0].batch, "PO-1");
        CHECK_STR(t.lines[0].reference, "A1");
        CHECK(t.lines[1].part == 2 && t.lines[1].amount_minor == 1250000);
        CHECK_STR(t.lines[1].end_to_end, "wd-778");
        CHECK_STR(t.lines[1].transaction, "PMNT ICDT DMCT");
        const struct statement_line *back = &t.lines[2];
        CHECK(back->is_credit && back->amount_minor == 70000 && back->part == 0);
        CHECK(back->has_bank_reference && !back->is_reversal);
        CHECK_STR(back->name, "YAMADA TARO");
        CHECK_STR(back->sender_bank, "MHCBJPJT");
        CHECK_STR(back->edi, "Payout 777");
        CHECK_STR(back->memo, "returned");
        CHECK_STR(back->return_reason, "AC04");
        CHECK_STR(back->end_to_end, "wd-777");
        CHECK_STR(back->batch, NULL);
        CHECK_I64(back->booked, day_of_civil(2026, 1, 30));
        CHECK_I64(back->valued, day_of_civil(2026, 1, 31));
    }
}

/* The advice comes first, the statement later: the keys say that it is the same money. */
TEST(an_advice_and_the_statement_after_it_have_the_same_keys)
{
    struct statement s;
    struct told advice, statement;
    CHECK_OK(parse(HEAD_054 "<Ntfctn><Id>N</Id>" ACCOUNT BATCH_ENTRY RETURN_ENTRY
                            "</Ntfctn>" TAIL_054,
                   8, &s, &advice));
    CHECK(s.format == STATEMENT_CAMT_054 && !s.accounts[0].has_balances && advice.count == 3);
    CHECK_OK(parse(STORY, 2, &s, &statement));
    for (size_t i = 0; i < 3; i++) {
        CHECK_TEXT(advice.keys[i], statement.keys[i]);
        for (size_t j = 0; j < i; j++)
            CHECK(strcmp(advice.keys[i], advice.keys[j]) != 0);
    }
}

#define ONE(account, more)      HEAD_053 "<Stmt><Id>S</Id>" account more "</Stmt>" TAIL_053
#define ONE_ENTRY(entry)        ONE(ACCOUNT, entry)
#define DETAILS(details)        "<NtryDtls>" details "</NtryDtls>"
#define SUM(amount, sign, more) ONE_ENTRY(ENTRY(amount, sign, "BOOK", more))

static void check_lines(const char *template, size_t count, int64_t first_minor)
{
    struct statement s;
    struct told t;
    for (int version = 2; version <= 8; version += 6) {
        CHECK_OK(parse(template, version, &s, &t));
        CHECK_I64(t.count, count);
        CHECK_I64(s.accounts[0].line_count, count);
        CHECK_I64(s.accounts[0].credit_minor + s.accounts[0].debit_minor, 300);
        CHECK_I64(t.lines[0].amount_minor, first_minor);
    }
}

/* An entry is told in parts only where all of them are there and add up to it. */
TEST(details_are_lines_when_they_are_the_whole_entry)
{
    check_lines(SUM("300", "CRDT", DETAILS(TX("a", "100", "") TX("b", "200", ""))), 2, 100);
    check_lines(SUM("300", "CRDT", DETAILS(TX("a", "100", "")) DETAILS(TX("b", "200", ""))), 2,
                100);
    check_lines(SUM("300", "CRDT", DETAILS(TX("a", "300", ""))), 1, 300);
    check_lines(SUM("300", "CRDT", DETAILS(TX("a", "299", ""))), 1, 300);
    check_lines(SUM("300", "CRDT", DETAILS(TX("a", "100", "") TX("b", "201", ""))), 1, 300);
    check_lines(SUM("300", "CRDT", DETAILS(TX("a", "100", "") "<TxDtls></TxDtls>")), 1, 300);
    check_lines(SUM("300", "CRDT", DETAILS("")), 1, 300);
    check_lines(SUM("300", "CRDT", ""), 1, 300);
    check_lines(SUM("300", "DBIT",
                    DETAILS(TX("a", "100", "<CdtDbtInd>DBIT</CdtDbtInd>") TX("b", "200", ""))),
                2, 100);
    check_lines(SUM("300", "DBIT",
                    DETAILS(TX("a", "100", "<CdtDbtInd>CRDT</CdtDbtInd>") TX("b", "200", ""))),
                1, 300);
}

/* A whole entry has the texts of its only detail; of several it has none. */
TEST(a_whole_entry_has_no_text_of_one_of_many)
{
    struct statement s;
    struct told t;
    CHECK_OK(parse(SUM("300", "CRDT",
                       DETAILS("<Btch><PmtInfId>P1</PmtInfId></Btch>" TX("a", "1", "")
                                   TX("b", "2", PARTIES("D", "C")))),
                   8, &s, &t));
    CHECK_STR(t.lines[0].end_to_end, NULL);
    CHECK_STR(t.lines[0].name, NULL);
    CHECK_STR(t.lines[0].batch, "P1");
    CHECK_OK(parse(SUM("300", "CRDT",
                       DETAILS("<Btch><PmtInfId>P1</PmtInfId></Btch>" TX("a", "1", ""))
                           DETAILS("<Btch><PmtInfId>P2</PmtInfId></Btch>" TX("b", "2", ""))),
                   8, &s, &t));
    CHECK_STR(t.lines[0].batch, NULL);
    CHECK_OK(parse(SUM("300", "CRDT", DETAILS("<Btch><NbOfTxs>-1</NbOfTxs></Btch>")), 8, &s, &t));
    CHECK_I64(t.lines[0].batch_count, 0);
    CHECK_OK(parse(SUM("300", "CRDT", DETAILS("<Btch><NbOfTxs>x</NbOfTxs></Btch>")), 8, &s, &t));
    CHECK_I64(t.lines[0].batch_count, 0);
    CHECK_OK(parse(SUM("300", "CRDT", DETAILS(TX("a", "300", PARTIES("D", "C")))), 8, &s, &t));
    CHECK_STR(t.lines[0].name, "D");
    CHECK_OK(parse(SUM("300", "DBIT", DETAILS(TX("a", "300", PARTIES("D", "C")))), 8, &s, &t));
    CHECK_STR(t.lines[0].name, "C");
}

TEST(references_come_from_the_bank_or_else_from_the_statement)
{
    struct statement s;
    struct told t;
    CHECK_OK(parse(SUM("1", "CRDT", "<NtryRef>7</NtryRef>" REF("B")), 8, &s, &t));
    CHECK_STR(t.lines[0].reference, "B");
    CHECK_OK(parse(ONE_ENTRY("<Ntry><NtryRef>7</NtryRef><Amt Ccy=\"JPY\">1</Amt>"
                             "<CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd>"
                             "<Sts>{S}BOOK{/S}</Sts></Ntry>"),
                   8, &s, &t));
    CHECK_STR(t.lines[0].reference, "7");
    CHECK(!t.lines[0].has_bank_reference && t.lines[0].is_reversal);
    CHECK(t.lines[0].booked == DAY_NONE && t.lines[0].valued == DAY_NONE);
    static const char DETAIL[] =
        SUM("1", "CRDT",
            DETAILS("<TxDtls><Refs><AcctSvcrRef>D</AcctSvcrRef><PmtInfId>P</PmtInfId>"
                    "<UETR>u</UETR></Refs></TxDtls>"));
    CHECK_OK(parse(DETAIL, 8, &s, &t));
    CHECK_STR(t.lines[0].reference, "D");
    CHECK_STR(t.lines[0].batch, "P");
    CHECK_STR(t.lines[0].uetr, "u");
    CHECK(t.lines[0].has_bank_reference);
    CHECK_OK(parse(ONE_ENTRY(ENTRY("1", "CRDT", "BOOK", "") ENTRY("1", "CRDT", "BOOK", "")), 8, &s,
                   &t)); /* no reference at all */
    CHECK(t.lines[0].ordinal == 0 && t.lines[1].ordinal == 1);
    CHECK(strcmp(t.keys[0], t.keys[1]) != 0);
}

#define EURO_ACCOUNT(id) "<Acct><Id>" id "</Id></Acct>"
#define EURO(amount)                                                                               \
    "<Ntry><Amt Ccy=\"EUR\">" amount "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>{S}BOOK{/S}</Sts>"     \
    "</Ntry>"
#define IBAN "<IBAN>DE89370400440532013000</IBAN>"

TEST(accounts_and_amounts_of_other_countries_are_read)
{
    struct statement s;
    struct told t;
    static const struct {
        const char *template;
        int64_t minor;
    } AMOUNTS[] = {{ONE(EURO_ACCOUNT(IBAN), EURO("12.05")), 1205},
                   {ONE(EURO_ACCOUNT(IBAN), EURO("12.5")), 1250},
                   {ONE(EURO_ACCOUNT(IBAN), EURO("12")), 1200},
                   {ONE(EURO_ACCOUNT(IBAN), EURO("12.050000")), 1205},
                   {ONE(EURO_ACCOUNT(IBAN), EURO("0.00")), 0},
                   {ONE(EURO_ACCOUNT(IBAN), EURO("100")), 10000},
                   {ONE(EURO_ACCOUNT(IBAN), EURO("9999999999999.99")), MONEY_MAX}};
    for (size_t i = 0; i < COUNT(AMOUNTS); i++) {
        CHECK_OK(parse(AMOUNTS[i].template, 8, &s, &t));
        CHECK_I64(t.lines[0].amount_minor, AMOUNTS[i].minor);
        CHECK_TEXT(t.lines[0].currency, "EUR");
        CHECK_TEXT(s.accounts[0].iban, "DE89370400440532013000");
        CHECK_TEXT(s.accounts[0].account.number, "");
    }
    CHECK_OK(parse(ONE(EURO_ACCOUNT("<Othr><Id>42</Id></Othr>"), ""), 8, &s, &t));
    CHECK_TEXT(s.accounts[0].account.number, "0000042");
    CHECK_TEXT(s.accounts[0].currency, "");
    CHECK_OK(parse(ONE(EURO_ACCOUNT("<Othr><Id>12345678</Id></Othr>"), ""), 8, &s, &t));
    CHECK_TEXT(s.accounts[0].iban, "12345678");
    CHECK_OK(parse(HEAD_053 "<Stmt>" ACCOUNT "</Stmt><Stmt>" EURO_ACCOUNT(IBAN)
                       EURO("1") "</Stmt>" TAIL_053,
                   2, &s, &t));
    CHECK(s.account_count == 2 && t.count == 1 && s.accounts[1].line_count == 1);
}

static void check_refused(const char *template, const char *param)
{
    struct statement s = {.account_count = 77};
    struct told t;
    for (int version = 2; version <= 8; version += 6) {
        const result r = parse(template, version, &s, &t);
        CHECK_RESULT(r, E_BANK_FILE, param);
        CHECK(r.message != NULL && t.count == 0 && s.account_count == 77);
    }
}
#define GOOD ENTRY("1", "CRDT", "BOOK", "")

TEST(what_cannot_be_read_is_named)
{
    check_refused(ONE_ENTRY(GOOD ENTRY("1", "CRDT", "GONE", "")), "status");
    check_refused(ONE_ENTRY(GOOD ENTRY("1", "CRDT", "", "")), "status");
    check_refused(ONE_ENTRY(GOOD ENTRY("1", "BOTH", "BOOK", "")), "direction");
    check_refused(ONE_ENTRY(GOOD ENTRY("", "CRDT", "BOOK", "")), "currency");
    check_refused(ONE_ENTRY(GOOD ENTRY("-1", "CRDT", "BOOK", "")), "amount");
    check_refused(ONE_ENTRY(GOOD ENTRY("1.5", "CRDT", "BOOK", "")), "amount");
    check_refused(ONE_ENTRY(GOOD ENTRY("1e3", "CRDT", "BOOK", "")), "amount");
    check_refused(ONE_ENTRY(GOOD ENTRY(".", "CRDT", "BOOK", "")), "amount");
    check_refused(ONE_ENTRY(GOOD ENTRY(".000", "CRDT", "BOOK", "")), "amount");
    check_refused(ONE_ENTRY(GOOD ENTRY("1000000000000000", "CRDT", "BOOK", "")), "amount");
    check_refused(ONE_ENTRY(GOOD ENTRY("999999999999999", "CRDT", "BOOK", "")), "amount");
    check_refused(ONE_ENTRY(GOOD EURO("1")), "currency");
    check_refused(ONE_ENTRY(GOOD "<Ntry><Amt>1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>{S}BOOK{/S}"
                                 "</Sts></Ntry>"),
                  "currency");
    check_refused(ONE_ENTRY(GOOD "<Ntry><Amt Ccy=\"XYZ\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
                                 "<Sts>{S}BOOK{/S}</Sts></Ntry>"),
                  "currency");
    check_refused(ONE_ENTRY(GOOD ENTRY("1", "CRDT", "BOOK", DETAILS(TX("a", "x", "")))), "amount");
    check_refused(ONE_ENTRY("<Ntry>" DETAILS(TX("a", "1", "")) "</Ntry>"), "status");
    check_refused(ONE("", GOOD), "account");
    check_refused(
        ONE(EURO_ACCOUNT("<Othr><Id>12345678901234567890123456789012345</Id></Othr>"), ""),
        "account");
    check_refused(ONE("<Acct><Id><Othr><Id>1</Id></Othr></Id><Ccy>jp</Ccy></Acct>", ""),
                  "currency");
    check_refused(ONE("<FrToDt><FrDtTm>yesterday!</FrDtTm></FrToDt>" ACCOUNT, ""), "from");
    check_refused(ONE("<FrToDt><ToDtTm>2026-02-30</ToDtTm></FrToDt>" ACCOUNT, ""), "to");
    check_refused(HEAD_053 TAIL_053, "file");
    check_refused("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.05'/>", "file");
    check_refused("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.05'/>", "file");
    check_refused("<!-- camt.053.001. --><Document "
                  "xmlns='urn:iso:std:iso:20022:tech:xsd:camt.054.001.08'/>",
                  "file");
}

#define DATED(booked, valued)                                                                      \
    ONE_ENTRY(GOOD "<Ntry><Amt Ccy=\"JPY\">1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>{S}BOOK{/S}"     \
                   "</Sts><BookgDt>" booked "</BookgDt><ValDt>" valued "</ValDt></Ntry>")

TEST(dates_are_as_they_are_written)
{
    struct statement s;
    struct told t;
    CHECK_OK(parse(DATED("<DtTm>2026-01-30T23:59:59Z</DtTm>", "<Dt>2024-02-29</Dt>"), 8, &s, &t));
    CHECK_I64(t.lines[1].booked, day_of_civil(2026, 1, 30));
    CHECK_I64(t.lines[1].valued, day_of_civil(2024, 2, 29));
    check_refused(DATED("<Dt>2026-1-30</Dt>", ""), "booked");
    check_refused(DATED("<Dt>2026-01-3</Dt>", ""), "booked");
    check_refused(DATED("<Dt>2026/01/30</Dt>", ""), "booked");
    check_refused(DATED("<Dt>2026-+1-30</Dt>", ""), "booked");
    check_refused(DATED("<Dt>2026-01-+3</Dt>", ""), "booked");
    check_refused(DATED("<Dt>+026-01-30</Dt>", ""), "booked");
    check_refused(DATED("<Dt>-026-01-30</Dt>", ""), "booked");
    check_refused(DATED("", "<Dt>2026-13-01</Dt>"), "valued");
    check_refused(DATED("", "<Dt>1969-12-31</Dt>"), "valued");
    check_refused(DATED("", "<Dt>20x6-12-31</Dt>"), "valued");
}

#define BALANCES(more)                                                                             \
    ONE(ACCOUNT, more ENTRY("300", "DBIT", "BOOK", "") ENTRY("9", "CRDT", "INFO", ""))

static void check_balances(const char *template, bool has, int64_t opening, int64_t closing)
{
    struct statement s;
    struct told t;
    CHECK_OK(parse(template, 8, &s, &t));
    CHECK(s.accounts[0].has_balances == has);
    CHECK_I64(s.accounts[0].opening_minor, opening);
    CHECK_I64(s.accounts[0].closing_minor, closing);
}

TEST(balances_at_both_ends_have_to_fit)
{
    check_balances(BALANCES(BALANCE("OPBD", "100", "CRDT") BALANCE("CLBD", "200", "DBIT")), true,
                   100, -200);
    check_balances(BALANCES(BALANCE("PRCD", "500", "CRDT") BALANCE("CLBD", "200", "CRDT")), true,
                   500, 200);
    check_balances(BALANCES(BALANCE("PRCD", "7", "CRDT") BALANCE("OPBD", "500", "CRDT")
                                BALANCE("CLBD", "200", "CRDT") BALANCE("CLBD", "1", "CRDT")
                                    BALANCE("CLAV", "3", "CRDT") BALANCE("ITBD", "x", "?")),
                   true, 500, 200);
    check_balances(BALANCES(BALANCE("OPBD", "500", "CRDT")), false, 500, 0);
    check_balances(BALANCES(BALANCE("CLBD", "500", "CRDT")), false, 0, 500);
    check_refused(BALANCES(BALANCE("OPBD", "500", "CRDT") BALANCE("CLBD", "201", "CRDT")),
                  "closing_balance");
    check_refused(BALANCES(BALANCE("OPBD", "501", "CRDT") BALANCE("CLBD", "200", "CRDT")),
                  "closing_balance");
    check_refused(BALANCES(BALANCE("OPBD", "100", "CRDT") BALANCE("CLBD", "200", "CRDT")),
                  "closing_balance");
    check_refused(BALANCES(BALANCE("OPBD", "x", "CRDT")), "balance");
    check_refused(BALANCES(BALANCE("OPBD", "5", "XXXX")), "direction");
}

TEST(a_file_that_was_cut_off_tells_nothing)
{
    char *file = file_of(STORY, 8);
    const size_t whole = strlen(file);
    struct arena *arena = arena_new(4 << 20);
    for (size_t bytes = 0; bytes < whole; bytes++) {
        struct statement s;
        struct told t = {.count = 0};
        char *copy = malloc(bytes + 1);
        CHECK(copy != NULL);
        memcpy(copy, file, bytes);
        CHECK(statement_parse((str){copy, bytes}, 20000, NULL, arena, &s, tell, &t).code ==
              E_BANK_FILE);
        CHECK_I64(t.count, 0);
        free(copy);
        arena_clear(arena);
    }
    arena_free(arena);
    free(file);
}

static result ignore_line(void *context, const struct statement_account *account,
                          const struct statement_line *line)
{
    (void)account;
    (void)line;
    ++*(size_t *)context;
    return OK;
}

/* Every piece of memory of the arena is missing in turn. */
TEST(a_lack_of_memory_is_said)
{
    char *file = file_of(STORY, 8);
    for (size_t held = 0; held < 400000; held += 1000) {
        struct arena *arena = arena_new(400000);
        struct statement s;
        size_t count = 0;
        CHECK(arena_alloc(arena, held) != NULL);
        const result r = statement_parse(str_of(file), 20000, NULL, arena, &s, ignore_line, &count);
        CHECK(r.code == (count == 3 ? E_OK : E_MEMORY));
        arena_free(arena);
    }
    free(file);
}

/* A file of the most lines, told whole, in parts, or too many by one. */
static void check_many(size_t entries, size_t details, const char *param)
{
    struct arena *arena = arena_new(STATEMENT_ARENA_BYTES);
    struct statement s;
    struct buf file;
    size_t count = 0;
    buf_init(&file, STATEMENT_FILE_BYTES_MAX);
    buf_text(&file, "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\">"
                    "<BkToCstmrStmt><Stmt>" ACCOUNT);
    for (size_t i = 0; i < entries; i++) {
        buf_printf(&file, "<Ntry><Amt Ccy='JPY'>%zu</Amt><CdtDbtInd>CRDT</CdtDbtInd>", details);
        buf_text(&file, "<Sts><Cd>BOOK</Cd></Sts><NtryDtls>");
        for (size_t j = 0; j < details; j++)
            buf_text(&file, "<TxDtls><Amt Ccy='JPY'>1</Amt></TxDtls>");
        buf_text(&file, "</NtryDtls></Ntry>");
    }
    buf_text(&file, "</Stmt></BkToCstmrStmt></Document>");
    CHECK(!file.is_broken);
    const result r = statement_parse(buf_view(&file), 20000, NULL, arena, &s, ignore_line, &count);
    CHECK_RESULT(r, param == NULL ? E_OK : E_BANK_FILE, param);
    CHECK_I64(count, param == NULL ? entries * details : 0);
    buf_done(&file);
    arena_free(arena);
}

TEST(a_file_has_limits_and_keeps_to_its_memory)
{
    check_many(STATEMENT_LINES_MAX, 1, NULL);
    check_many(1, STATEMENT_LINES_MAX + 1, "line");
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_statement_is_read_in_both_versions),
        CLAIM(an_advice_and_the_statement_after_it_have_the_same_keys),
        CLAIM(details_are_lines_when_they_are_the_whole_entry),
        CLAIM(a_whole_entry_has_no_text_of_one_of_many),
        CLAIM(references_come_from_the_bank_or_else_from_the_statement),
        CLAIM(accounts_and_amounts_of_other_countries_are_read),
        CLAIM(what_cannot_be_read_is_named),
        CLAIM(dates_are_as_they_are_written),
        CLAIM(balances_at_both_ends_have_to_fit),
        CLAIM(a_file_that_was_cut_off_tells_nothing),
        CLAIM(a_lack_of_memory_is_said),
        CLAIM(a_file_has_limits_and_keeps_to_its_memory),
    };
    return RUN_ALL(all);
}
