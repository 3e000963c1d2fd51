/* SPDX-License-Identifier: Apache-2.0 */
/* test_pain001.c: transfers in ISO 20022 as bank-rails 7.1 shows them. */
#include "unit.h"

#include "bank/pain001.h"

#define SET(member, text) memcpy((member), (text), sizeof(text))

static const struct pain_profile DOMESTIC = {.version = PAIN_001_09};
static const struct pain_profile OLD = {.version = PAIN_001_03};
static const struct pain_profile SEPA = {.version = PAIN_001_09, .is_sepa = true};
static const struct pain_profile OLD_SEPA = {.version = PAIN_001_03, .is_sepa = true};

/* 5:00 on 29 January 2026, UTC. */
#define CREATED_US INT64_C(1769662800000000)

static struct pain_group a_group(void)
{
    return (struct pain_group){
        .message_id = "PO-20260130-0001",
        .batch_id = "PO-20260130-0001-JPY",
        .created_us = CREATED_US,
        .date = day_of_civil(2026, 1, 30),
        .currency = CUR_JPY,
        .count = 2,
        .total_minor = 1320000,
        .debtor = {.name = "KK TEST PAY",
                   .account = {"0001", "001", "1234567", ACCOUNT_ORDINARY, "", "", ""}}};
}

static struct pain_line line_777(void)
{
    return (struct pain_line){
        .end_to_end = "wd-777",
        .instruction_id = "WD777",
        .uetr_random = {0x3f, 0x0b, 0x6a, 0x52, 0x9d, 0x0e, 0xff, 0x4e, 0xcd, 0x0b, 0x5a, 0x9a,
                        0x7f, 0x2f, 0x7a, 0x01},
        .amount_minor = 70000,
        .creditor = {.name = "YAMADA TARO",
                     .account = {"0005", "001", "7654321", ACCOUNT_ORDINARY, "", "", ""}},
        .remittance = "Payout 777"};
}

static struct pain_line line_778(void)
{
    return (struct pain_line){
        .end_to_end = "wd-778",
        .amount_minor = 1250000,
        .creditor = {.name = "SAMPLE KK",
                     .account = {"9900", "058", "1234567", ACCOUNT_ORDINARY, "", "", ""}}};
}

static struct pain_group sepa_group(void)
{
    return (struct pain_group){.message_id = "M1",
                               .batch_id = "B1",
                               .created_us = CREATED_US,
                               .date = day_of_civil(2026, 1, 30),
                               .currency = CUR_EUR,
                               .count = 1,
                               .total_minor = 1205,
                               .debtor = {.name = "Payer", .iban = "DE89370400440532013000"}};
}

static struct pain_line sepa_line(void)
{
    return (struct pain_line){.end_to_end = "e-1",
                              .amount_minor = 1205,
                              .creditor = {.name = "O'Neil (A+B), Co.",
                                           .iban = "FR1420041010050500013M02606",
                                           .bic = "PSSTFRPPLIL",
                                           .town = "Lille",
                                           .country = "FR"}};
}

/* The skeleton of the reference without its line ends and blanks between elements. */
TEST(the_file_of_the_reference_is_written)
{
    static const char WANT[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"><CstmrCdtTrfInitn>"
        "<GrpHdr><MsgId>PO-20260130-0001</MsgId><CreDtTm>2026-01-29T05:00:00Z</CreDtTm>"
        "<NbOfTxs>2</NbOfTxs><CtrlSum>1320000</CtrlSum><InitgPty><Nm>KK TEST PAY</Nm></InitgPty>"
        "</GrpHdr>"
        "<PmtInf><PmtInfId>PO-20260130-0001-JPY</PmtInfId><PmtMtd>TRF</PmtMtd>"
        "<BtchBookg>true</BtchBookg><NbOfTxs>2</NbOfTxs><CtrlSum>1320000</CtrlSum>"
        "<PmtTpInf><SvcLvl><Cd>NURG</Cd></SvcLvl></PmtTpInf>"
        "<ReqdExctnDt><Dt>2026-01-30</Dt></ReqdExctnDt>"
        "<Dbtr><Nm>KK TEST PAY</Nm></Dbtr>"
        "<DbtrAcct><Id><Othr><Id>1234567</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id>"
        "<Ccy>JPY</Ccy></DbtrAcct>"
        "<DbtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>JPZGN</Cd></ClrSysId>"
        "<MmbId>0001001</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt>"
        "<ChrgBr>SHAR</ChrgBr>"
        "<CdtTrfTxInf><PmtId><InstrId>WD777</InstrId><EndToEndId>wd-777</EndToEndId>"
        "<UETR>3f0b6a52-9d0e-4f4e-8d0b-5a9a7f2f7a01</UETR></PmtId>"
        "<Amt><InstdAmt Ccy=\"JPY\">70000</InstdAmt></Amt>"
        "<CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>JPZGN</Cd></ClrSysId>"
        "<MmbId>0005001</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt>"
        "<Cdtr><Nm>YAMADA TARO</Nm></Cdtr>"
        "<CdtrAcct><Id><Othr><Id>7654321</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id>"
        "</CdtrAcct><RmtInf><Ustrd>Payout 777</Ustrd></RmtInf></CdtTrfTxInf>"
        "<CdtTrfTxInf><PmtId><EndToEndId>wd-778</EndToEndId>"
        "<UETR>00000000-0000-4000-8000-000000000000</UETR></PmtId>"
        "<Amt><InstdAmt Ccy=\"JPY\">1250000</InstdAmt></Amt>"
        "<CdtrAgt><FinInstnId><ClrSysMmbId><ClrSysId><Cd>JPZGN</Cd></ClrSysId>"
        "<MmbId>9900058</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt>"
        "<Cdtr><Nm>SAMPLE KK</Nm></Cdtr>"
        "<CdtrAcct><Id><Othr><Id>1234567</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr></Id>"
        "</CdtrAcct></CdtTrfTxInf>"
        "</PmtInf></CstmrCdtTrfInitn></Document>\n";
    struct buf out;
    struct pain_sums sums = {0};
    const struct pain_group group = a_group();
    const struct pain_line one = line_777(), two = line_778();
    buf_init(&out, 1 << 16);
    CHECK_OK(pain001_begin(&out, &DOMESTIC, &group));
    CHECK_OK(pain001_add(&out, &DOMESTIC, &group, &one, &sums));
    CHECK_OK(pain001_add(&out, &DOMESTIC, &group, &two, &sums));
    CHECK_OK(pain001_end(&out, &group, &sums));
    CHECK_TEXT(buf_view(&out).at, WANT);
    buf_done(&out);
}

static void check_has(const struct pain_profile *profile, const char *wanted, const char *unwanted)
{
    struct buf out;
    struct pain_sums sums = {0};
    const struct pain_group group = sepa_group();
    const struct pain_line line = sepa_line();
    buf_init(&out, 1 << 16);
    CHECK_OK(pain001_begin(&out, profile, &group));
    CHECK_OK(pain001_add(&out, profile, &group, &line, &sums));
    CHECK_OK(pain001_end(&out, &group, &sums));
    if (strstr(out.at, wanted) == NULL)
        UNIT_FAIL("%s is not in %s", wanted, out.at);
    CHECK(unwanted == NULL || strstr(out.at, unwanted) == NULL);
    buf_done(&out);
}

TEST(sepa_and_the_older_version_have_their_own_elements)
{
    check_has(&SEPA, "<SvcLvl><Cd>SEPA</Cd></SvcLvl>", "NURG");
    check_has(&SEPA, "<ChrgBr>SLEV</ChrgBr>", NULL);
    check_has(&SEPA, "<CtrlSum>12.05</CtrlSum>", NULL);
    check_has(&SEPA, "<InstdAmt Ccy=\"EUR\">12.05</InstdAmt>", NULL);
    check_has(&SEPA, "<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>",
              "JPZGN");
    check_has(&SEPA, "<CdtrAgt><FinInstnId><BICFI>PSSTFRPPLIL</BICFI></FinInstnId></CdtrAgt>",
              "<BIC>");
    check_has(&SEPA, "<IBAN>FR1420041010050500013M02606</IBAN>", "Othr><Id>1");
    check_has(&SEPA,
              "<Nm>O&apos;Neil (A+B), Co.</Nm><PstlAdr><TwnNm>Lille</TwnNm>"
              "<Ctry>FR</Ctry></PstlAdr>",
              NULL);
    check_has(&OLD_SEPA, "xsd:pain.001.001.03\"", "UETR");
    check_has(&OLD_SEPA, "<ReqdExctnDt>2026-01-30</ReqdExctnDt>", "<Dt>");
    check_has(&OLD_SEPA, "<BIC>PSSTFRPPLIL</BIC>", "BICFI");
    const struct pain_profile single = {
        .version = PAIN_001_09, .is_single = true, .charges = CHARGES_DEBTOR};
    check_has(&single, "<BtchBookg>false</BtchBookg>", NULL);
    check_has(&single, "<ChrgBr>DEBT</ChrgBr>", NULL);
    check_has(&OLD, "<SvcLvl><Cd>NURG</Cd></SvcLvl>", NULL);
}

static void check_group(const struct pain_profile *profile, struct pain_group group,
                        const char *param)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    const result r = pain001_begin(&out, profile, &group);
    CHECK_RESULT(r, param == NULL ? E_OK : E_INVALID_PARAMETER, param);
    CHECK((out.bytes == 0) == (param != NULL));
    buf_done(&out);
}
static void check_line(const struct pain_profile *profile, struct pain_line line, const char *param)
{
    struct buf out;
    struct pain_sums sums = {0};
    const struct pain_group group = profile->is_sepa ? sepa_group() : a_group();
    buf_init(&out, 1 << 16);
    CHECK_RESULT(pain001_add(&out, profile, &group, &line, &sums),
                 param == NULL ? E_OK : E_INVALID_PARAMETER, param);
    CHECK((out.bytes == 0) == (param != NULL) && sums.count == (param == NULL));
    buf_done(&out);
}
#define GROUP(profile, make, change, param)                                                        \
    do {                                                                                           \
        struct pain_group group = make;                                                            \
        change;                                                                                    \
        check_group(&(profile), group, param);                                                     \
    } while (0)
#define LINE(profile, make, change, param)                                                         \
    do {                                                                                           \
        struct pain_line line = make;                                                              \
        change;                                                                                    \
        check_line(&(profile), line, param);                                                       \
    } while (0)

#define ID_35 "abcdefghijklmnopqrstuvwxyz012345678"
#define X70   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

TEST(identifiers_keep_to_their_characters)
{
    GROUP(DOMESTIC, a_group(), SET(group.message_id, ID_35), NULL);
    GROUP(DOMESTIC, a_group(), SET(group.message_id, ""), "message_id");
    GROUP(DOMESTIC, a_group(), SET(group.message_id, "a_b"), "message_id");
    GROUP(DOMESTIC, a_group(), SET(group.message_id, "/ab"), "message_id");
    GROUP(DOMESTIC, a_group(), SET(group.message_id, "ab/"), "message_id");
    GROUP(DOMESTIC, a_group(), SET(group.message_id, "a//b"), "message_id");
    GROUP(DOMESTIC, a_group(), SET(group.message_id, "a/b?(c):.,'+ d"), NULL);
    GROUP(DOMESTIC, a_group(), SET(group.message_id, " ab"), "message_id");
    GROUP(DOMESTIC, a_group(), SET(group.message_id, "ab "), "message_id");
    GROUP(DOMESTIC, a_group(), SET(group.batch_id, "é"), "batch_id");
    LINE(DOMESTIC, line_777(), SET(line.end_to_end, ""), "end_to_end");
    LINE(DOMESTIC, line_777(), SET(line.end_to_end, "NOTPROVIDED"), NULL);
    LINE(DOMESTIC, line_777(), SET(line.instruction_id, "a&b"), "instruction_id");
}

TEST(names_and_texts_are_refused_and_never_mended)
{
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, ""), "debtor.name");
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, "a\nb"), "debtor.name");
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, "a\x7f"), "debtor.name");
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, "a\xff"), "debtor.name");
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, "a\xc2\x80"), "debtor.name");
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, "a\xef\xbf\xbf"), "debtor.name");
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, "a "), "debtor.name");
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, "ｶ)ﾃｽﾄ <&> 株式会社"), NULL);
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, X70 X70), NULL);
    GROUP(DOMESTIC, a_group(), SET(group.debtor.name, X70 X70 "x"), "debtor.name");
    GROUP(SEPA, sepa_group(), SET(group.debtor.name, X70), NULL);
    GROUP(SEPA, sepa_group(), SET(group.debtor.name, X70 "x"), "debtor.name");
    GROUP(SEPA, sepa_group(), SET(group.debtor.name, "Müller"), "debtor.name");
    LINE(DOMESTIC, line_777(), SET(line.remittance, X70 X70 "x"), "remittance");
    LINE(DOMESTIC, line_777(), SET(line.remittance, ""), NULL);
    LINE(DOMESTIC, line_777(), SET(line.creditor.name, " "), "creditor.name");
    LINE(DOMESTIC, line_777(), SET(line.creditor.town, "a\tb"), "creditor.town");
    LINE(DOMESTIC, line_777(), SET(line.creditor.country, "jp"), "creditor.country");
    LINE(DOMESTIC, line_777(), SET(line.creditor.country, "JP"), NULL);
}

TEST(accounts_have_the_form_of_one)
{
    GROUP(DOMESTIC, a_group(), SET(group.debtor.account.number, "123456"), "debtor.account");
    GROUP(DOMESTIC, a_group(), SET(group.debtor.account.bank_code, "000"), "debtor.account");
    LINE(DOMESTIC, line_777(), SET(line.creditor.account.branch_code, "0a1"), "creditor.account");
    LINE(DOMESTIC, line_777(), SET(line.creditor.iban, "GB82WEST12345698765432"), NULL);
    LINE(SEPA, sepa_line(), SET(line.creditor.iban, ""), "creditor.iban");
    LINE(SEPA, sepa_line(), SET(line.creditor.iban, "FR14 20041010"), "creditor.iban");
    LINE(SEPA, sepa_line(), SET(line.creditor.iban, "F114200410"), "creditor.iban");
    LINE(SEPA, sepa_line(), SET(line.creditor.iban, "FRA4200410"), "creditor.iban");
    LINE(SEPA, sepa_line(), SET(line.creditor.iban, "fr14200410"), "creditor.iban");
    LINE(SEPA, sepa_line(), SET(line.creditor.iban, "FR14"), "creditor.iban");
    LINE(SEPA, sepa_line(), SET(line.creditor.bic, "PSSTFRPP"), NULL);
    LINE(SEPA, sepa_line(), SET(line.creditor.bic, ""), NULL);
    LINE(SEPA, sepa_line(), SET(line.creditor.bic, "PSSTFRPPL"), "creditor.bic");
    LINE(SEPA, sepa_line(), SET(line.creditor.bic, "PSST1RPP"), "creditor.bic");
    LINE(SEPA, sepa_line(), SET(line.creditor.bic, "psstfrpp"), "creditor.bic");
}

TEST(amounts_and_sums_are_those_of_the_group)
{
    GROUP(SEPA, sepa_group(), group.currency = CUR_JPY, "currency");
    GROUP(DOMESTIC, a_group(), group.count = 0, "count");
    GROUP(DOMESTIC, a_group(), group.total_minor = 0, "total");
    GROUP(DOMESTIC, a_group(), group.total_minor = MONEY_MAX + 1, "total");
    GROUP(DOMESTIC, a_group(), group.total_minor = MONEY_MAX, NULL);
    LINE(DOMESTIC, line_777(), line.amount_minor = 0, "amount");
    LINE(DOMESTIC, line_777(), line.amount_minor = -1, "amount");
    LINE(DOMESTIC, line_777(), line.amount_minor = MONEY_MAX + 1, "amount");
    LINE(DOMESTIC, line_777(), line.amount_minor = 1320001, "total");
    LINE(DOMESTIC, line_777(), line.amount_minor = 1320000, NULL);
    const struct pain_group group = a_group();
    const struct pain_line line = line_777();
    struct buf out;
    buf_init(&out, 1 << 16);
    struct pain_sums sums = {.count = 2, .total_minor = 1250000};
    CHECK_RESULT(pain001_add(&out, &DOMESTIC, &group, &line, &sums), E_INVALID_PARAMETER, "count");
    CHECK_RESULT(pain001_end(&out, &group, &sums), E_INVALID_PARAMETER, "total");
    sums.count = 1;
    CHECK_OK(pain001_add(&out, &DOMESTIC, &group, &line, &sums));
    sums.count = 1;
    CHECK_RESULT(pain001_end(&out, &group, &sums), E_INVALID_PARAMETER, "count");
    buf_done(&out);
}

/* The nibbles that say version 4 and the variant; the others are as they came. */
TEST(a_uetr_is_a_random_uuid)
{
    struct pain_line line = line_777();
    const struct pain_group group = a_group();
    memset(line.uetr_random, 0xff, sizeof line.uetr_random);
    struct pain_sums sums = {0};
    struct buf out;
    buf_init(&out, 1 << 16);
    CHECK_OK(pain001_add(&out, &DOMESTIC, &group, &line, &sums));
    CHECK(strstr(out.at, "<UETR>ffffffff-ffff-4fff-bfff-ffffffffffff</UETR>") != NULL);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(the_file_of_the_reference_is_written),
        CLAIM(sepa_and_the_older_version_have_their_own_elements),
        CLAIM(identifiers_keep_to_their_characters),
        CLAIM(names_and_texts_are_refused_and_never_mended),
        CLAIM(accounts_have_the_form_of_one),
        CLAIM(amounts_and_sums_are_those_of_the_group),
        CLAIM(a_uetr_is_a_random_uuid),
    };
    return RUN_ALL(all);
}
