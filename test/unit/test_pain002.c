/* SPDX-License-Identifier: Apache-2.0 */
/* test_pain002.c: what banks say became of a file of transfers, bank-rails 7.2. */
#include "unit.h"

#include "bank/pain002.h"
#include "base/buf.h"

#define FILE_OF(version, content)                                                                  \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document "                                       \
    "xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001." version "\"><CstmrPmtStsRpt>"           \
    "<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-01-30T05:00:00Z</CreDtTm></GrpHdr>" content            \
    "</CstmrPmtStsRpt></Document>"
#define GROUP(more)                                                                                \
    "<OrgnlGrpInfAndSts><OrgnlMsgId>PO-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</"              \
    "OrgnlMsgNmId>" more "</OrgnlGrpInfAndSts>"
#define BATCH(id, more)                                                                            \
    "<OrgnlPmtInfAndSts><OrgnlPmtInfId>" id "</OrgnlPmtInfId>" more "</OrgnlPmtInfAndSts>"
#define TX(id, more)                                                                               \
    "<TxInfAndSts><OrgnlInstrId>i" id "</OrgnlInstrId><OrgnlEndToEndId>e" id                       \
    "</OrgnlEndToEndId>" more "</TxInfAndSts>"
#define REASON(code) "<StsRsnInf><Rsn><Cd>" code "</Cd></Rsn><AddtlInf>text</AddtlInf></StsRsnInf>"

/* Each answer as "scope status code batch instruction end reason info;". */
struct told {
    char log[4096];
    size_t count;
    bool fails;
};

static result tell(void *context, const struct status_report *report,
                   const struct status_line *line)
{
    struct told *t = context;
    struct buf out;
    const str texts[] = {line->code,       line->batch,  line->instruction_id,
                         line->end_to_end, line->reason, line->info};
    if (t->fails)
        return FAIL(E_LOCKED, "mine", NULL);
    CHECK(str_is(report->original_message_id, "PO-1"));
    buf_init(&out, sizeof t->log - 1);
    buf_text(&out, t->log);
    buf_printf(&out, "%d %d", line->scope, line->status);
    for (size_t i = 0; i < COUNT(texts); i++) {
        buf_char(&out, ' ');
        buf_str(&out, texts[i].at == NULL ? S("-") : texts[i]);
    }
    buf_char(&out, ';');
    CHECK(!out.is_broken);
    memcpy(t->log, out.at, out.bytes + 1);
    buf_done(&out);
    t->count++;
    return OK;
}

static struct arena *fresh_arena(void)
{
    static struct arena *arena;
    if (arena == NULL)
        arena = arena_new(1 << 20);
    arena_clear(arena);
    return arena;
}

static void check_log(const char *file, const char *want)
{
    struct told told = {.count = 0};
    struct status_report report;
    CHECK_OK(pain002_parse(str_of(file), fresh_arena(), &report, tell, &told));
    CHECK_TEXT(told.log, want);
    CHECK_I64(report.count, told.count);
    CHECK_TEXT(report.message_id.at, "R1");
    CHECK_TEXT(report.original_name.at, "pain.001.001.09");
}

static void check_refused(const char *file, const char *param)
{
    struct told told = {.count = 0};
    struct status_report report = {.count = 77};
    const result r = pain002_parse(str_of(file), fresh_arena(), &report, tell, &told);
    CHECK_RESULT(r, E_BANK_FILE, param);
    CHECK(r.message != NULL && told.count == 0 && report.count == 77);
}

/* The general before the specific, whatever the order of elements allows. */
TEST(answers_are_told_from_the_file_to_the_transfer)
{
    check_log(FILE_OF("10", GROUP("<GrpSts>ACCP</GrpSts>")), "1 1 ACCP - - - - -;");
    check_log(FILE_OF("03", GROUP("<GrpSts>RJCT</GrpSts>" REASON("FF01"))),
              "1 3 RJCT - - - FF01 text;");
    check_log(FILE_OF("10", GROUP("<GrpSts>PART</GrpSts>") BATCH(
                                "B1", "<PmtInfSts>PART</PmtInfSts>" TX("1", "<TxSts>ACSC</TxSts>")
                                          TX("2", "<TxSts>RJCT</TxSts>" REASON("AC04")))
                                BATCH("B2", "<PmtInfSts>ACCC</PmtInfSts>")),
              "1 5 PART - - - - -;2 5 PART B1 - - - -;3 2 ACSC B1 i1 e1 - -;"
              "3 3 RJCT B1 i2 e2 AC04 text;2 2 ACCC B2 - - - -;");
    check_log(FILE_OF("10", GROUP("") BATCH("B1", TX("1", "") TX("2", "<TxSts>CANC</TxSts>"))),
              "3 4 CANC B1 i2 e2 - -;");
    check_log(FILE_OF("10", GROUP("<GrpSts>ACSP</GrpSts>"
                                  "<StsRsnInf><Rsn><Prtry>X9</Prtry></Rsn></StsRsnInf>"
                                  "<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>")),
              "1 1 ACSP - - - X9 -;"); /* the first reason */
    check_log(FILE_OF("10", GROUP("")), "");
}

/* bank-rails 7.2, the table. */
TEST(every_status_says_what_became_of_the_payout)
{
    static const struct {
        const char *code;
        enum payout_status status;
    } CODES[] = {{"RCVD", PAYOUT_STATUS_SUBMITTED}, {"ACTC", PAYOUT_STATUS_SUBMITTED},
                 {"ACCP", PAYOUT_STATUS_SUBMITTED}, {"PDNG", PAYOUT_STATUS_SUBMITTED},
                 {"ACSP", PAYOUT_STATUS_SUBMITTED}, {"ACWC", PAYOUT_STATUS_SUBMITTED},
                 {"ACSC", PAYOUT_STATUS_EXECUTED},  {"ACCC", PAYOUT_STATUS_EXECUTED},
                 {"RJCT", PAYOUT_STATUS_FAILED},    {"CANC", PAYOUT_STATUS_CANCELLED},
                 {"PART", PAYOUT_STATUS_PART}};
    for (size_t i = 0; i < COUNT(CODES); i++) {
        char file[] = FILE_OF("10", GROUP("<GrpSts>XXXX</GrpSts>"));
        char want[64] = "1 0 XXXX - - - - -;";
        memcpy(strstr(file, "XXXX"), CODES[i].code, 4);
        memcpy(strstr(want, "XXXX"), CODES[i].code, 4);
        want[2] = (char)('0' + (int)CODES[i].status);
        check_log(file, want);
    }
}

TEST(what_is_no_report_or_says_what_is_not_known_is_refused)
{
    check_refused(FILE_OF("10", GROUP("<GrpSts>XXXX</GrpSts>")), "status");
    check_refused(FILE_OF("10", GROUP("<GrpSts>accp</GrpSts>")), "status");
    check_refused(
        FILE_OF("10", GROUP("<GrpSts>ACCP</GrpSts>") BATCH("B", TX("1", "<TxSts>PART</TxSts>"))),
        "status");
    check_refused(
        FILE_OF("10", GROUP("<GrpSts>ACCP</GrpSts>")
                          BATCH("B", TX("1", "<TxSts>ACSC</TxSts>") TX("2", "<TxSts>NO</TxSts>"))),
        "status");
    check_refused(FILE_OF("10", "<OrgnlGrpInfAndSts><GrpSts>ACCP</GrpSts></OrgnlGrpInfAndSts>"),
                  "original_message_id");
    check_refused(FILE_OF("10", BATCH("B", "<PmtInfSts>ACCC</PmtInfSts>")), "original_message_id");
    check_refused(FILE_OF("10", ""), "original_message_id");
    check_refused(FILE_OF("11", GROUP("")), "file");
    check_refused("<Document/>", "file");
    check_refused("<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'/>", "file");
    check_refused("<!DOCTYPE a><Document/>", "file");
    check_refused("", "file");
}

TEST(a_report_that_was_cut_off_tells_nothing)
{
    static const char FILE[] =
        FILE_OF("10", GROUP("<GrpSts>PART</GrpSts>") BATCH("B1", TX("1", "<TxSts>ACSC</TxSts>")));
    for (size_t bytes = 0; bytes < sizeof FILE - 1; bytes++) {
        struct told told = {.count = 0};
        struct status_report report;
        char *copy = malloc(bytes + 1);
        CHECK(copy != NULL);
        memcpy(copy, FILE, bytes);
        CHECK(pain002_parse((str){copy, bytes}, fresh_arena(), &report, tell, &told).code ==
              E_BANK_FILE);
        CHECK_I64(told.count, 0);
        free(copy);
    }
}

TEST(the_callers_error_comes_back_and_a_lack_of_memory_is_said)
{
    static const char FILE[] = FILE_OF("10", GROUP("<GrpSts>ACCP</GrpSts>"));
    struct told told = {.fails = true};
    struct status_report report = {.count = 77};
    CHECK_RESULT(pain002_parse(str_of(FILE), fresh_arena(), &report, tell, &told), E_LOCKED,
                 "mine");
    CHECK_I64(report.count, 77);
    for (size_t held = 0; held < 120000; held += 500) {
        struct arena *arena = arena_new(120000);
        (void)arena_alloc(arena, held);
        told = (struct told){.count = 0};
        const result r = pain002_parse(str_of(FILE), arena, &report, tell, &told);
        CHECK(r.code == (told.count == 1 ? E_OK : E_MEMORY));
        arena_free(arena);
    }
}

TEST(reasons_have_texts)
{
    CHECK_TEXT(payout_reason_text(S("AC04"), false), "The account is closed.");
    CHECK_TEXT(payout_reason_text(S("AC04"), true), "口座は解約されています。");
    CHECK_TEXT(payout_reason_text(S("AC0"), false), NULL);
    CHECK_TEXT(payout_reason_text(STR_NONE, true), NULL);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(answers_are_told_from_the_file_to_the_transfer),
        CLAIM(every_status_says_what_became_of_the_payout),
        CLAIM(what_is_no_report_or_says_what_is_not_known_is_refused),
        CLAIM(a_report_that_was_cut_off_tells_nothing),
        CLAIM(the_callers_error_comes_back_and_a_lack_of_memory_is_said),
        CLAIM(reasons_have_texts),
    };
    return RUN_ALL(all);
}
