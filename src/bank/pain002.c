/* SPDX-License-Identifier: Apache-2.0 */
#include "bank/pain002.h"

#include "bank/xml_texts.h"
#include "base/compiler.h"

enum text {
    REPORT_ID,
    ORIGINAL_ID,
    ORIGINAL_NAME,
    FILE_STATUS,
    FILE_REASON,
    FILE_INFO,
    BATCH,
    BATCH_STATUS,
    BATCH_REASON,
    BATCH_INFO,
    INSTRUCTION,
    END_TO_END,
    STATUS,
    REASON,
    INFO,
    TEXTS
};

#define REPORT   "Document/CstmrPmtStsRpt"
#define FILE_    "OrgnlGrpInfAndSts"
#define BATCH_   "OrgnlPmtInfAndSts"
#define TRANSFER BATCH_ "/TxInfAndSts"

/* Below REPORT. */
static const struct xml_path PATHS[] = {
    XML_PATH("GrpHdr/MsgId", REPORT_ID, false),
    XML_PATH(FILE_ "/OrgnlMsgId", ORIGINAL_ID, false),
    XML_PATH(FILE_ "/OrgnlMsgNmId", ORIGINAL_NAME, false),
    XML_PATH(FILE_ "/GrpSts", FILE_STATUS, false),
    XML_PATH(FILE_ "/StsRsnInf/Rsn/Cd", FILE_REASON, false),
    XML_PATH(FILE_ "/StsRsnInf/Rsn/Prtry", FILE_REASON, false),
    XML_PATH(FILE_ "/StsRsnInf/AddtlInf", FILE_INFO, false),
    XML_PATH(BATCH_ "/OrgnlPmtInfId", BATCH, false),
    XML_PATH(BATCH_ "/PmtInfSts", BATCH_STATUS, false),
    XML_PATH(BATCH_ "/StsRsnInf/Rsn/Cd", BATCH_REASON, false),
    XML_PATH(BATCH_ "/StsRsnInf/Rsn/Prtry", BATCH_REASON, false),
    XML_PATH(BATCH_ "/StsRsnInf/AddtlInf", BATCH_INFO, false),
    XML_PATH(TRANSFER "/OrgnlInstrId", INSTRUCTION, false),
    XML_PATH(TRANSFER "/OrgnlEndToEndId", END_TO_END, false),
    XML_PATH(TRANSFER "/TxSts", STATUS, false),
    XML_PATH(TRANSFER "/StsRsnInf/Rsn/Cd", REASON, false),
    XML_PATH(TRANSFER "/StsRsnInf/Rsn/Prtry", REASON, false),
    XML_PATH(TRANSFER "/StsRsnInf/AddtlInf", INFO, false),
};

static const struct {
    const char *code;
    enum payout_status status;
} CODES[] = {
#define STATUS(code, status) {code, PAYOUT_STATUS_##status},
#include "bank/status.def"
#undef STATUS
};

static const struct {
    const char *code, *english, *japanese;
} REASONS[] = {
#define REASON(code, english, japanese) {code, english, japanese},
#include "bank/reason.def"
#undef REASON
};

const char *payout_reason_text(str code, bool is_japanese)
{
    for (size_t i = 0; i < COUNT(REASONS); i++)
        if (str_is(code, REASONS[i].code))
            return is_japanese ? REASONS[i].japanese : REASONS[i].english;
    return NULL;
}

struct status_reading {
    struct arena *arena;
    status_each each; /* NULL while the file is checked */
    void *context;
    struct xml_text *texts;
    struct status_report report;
    bool is_batch_told;
};

static result start(void *context, str name_space)
{
    static const char *const MESSAGES[] = {"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10",
                                           "urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"};
    (void)context;
    for (size_t i = 0; i < COUNT(MESSAGES); i++)
        if (str_is(name_space, MESSAGES[i]))
            return OK;
    return FAIL(E_BANK_FILE, "file", "the file is neither pain.002.001.10 nor pain.002.001.03");
}

static enum payout_status status_of(str code)
{
    for (size_t i = 0; i < COUNT(CODES); i++)
        if (str_is(code, CODES[i].code))
            return CODES[i].status;
    return PAYOUT_STATUS_NONE;
}

/* Tells an answer, if there is one. */
static result tell(struct status_reading *r, const struct xml_element *element,
                   struct status_line line)
{
    if (line.code.at == NULL)
        return OK;
    line.status = status_of(line.code);
    if (line.status == PAYOUT_STATUS_NONE)
        return xml_fail(r->arena, element, "status", "this status is not known");
    if (line.status == PAYOUT_STATUS_PART && line.scope == STATUS_OF_TRANSFER)
        return xml_fail(r->arena, element, "status", "a transfer cannot be done in part");
    r->report.count++;
    return r->each == NULL ? OK : r->each(r->context, &r->report, &line);
}

static result tell_batch(struct status_reading *r, const struct xml_element *element)
{
    const struct xml_text *t = r->texts;
    if (r->is_batch_told)
        return OK;
    r->is_batch_told = true;
    return tell(r, element,
                (struct status_line){.scope = STATUS_OF_BATCH,
                                     .code = xml_text_of(t, BATCH_STATUS),
                                     .batch = xml_text_of(t, BATCH),
                                     .reason = xml_text_of(t, BATCH_REASON),
                                     .info = xml_text_of(t, BATCH_INFO)});
}

static result open(void *context, const struct xml_element *element)
{
    struct status_reading *r = context;
    str path;
    if (!xml_path_below(element->path, REPORT, &path))
        return OK;
    if (str_is(path, BATCH_)) {
        xml_texts_clear(r->texts, BATCH, INFO);
        r->is_batch_told = false;
    }
    if (str_is(path, TRANSFER)) {
        xml_texts_clear(r->texts, INSTRUCTION, INFO);
        return tell_batch(r, element);
    }
    return OK;
}

/* Which file it is about is known before anything is told of it. */
static result close_file(struct status_reading *r, const struct xml_element *element)
{
    const struct xml_text *t = r->texts;
    const str original = xml_text_of(t, ORIGINAL_ID);
    if (original.at == NULL)
        return xml_fail(r->arena, element, "original_message_id", "it does not say which file");
    r->report.message_id = arena_str(r->arena, xml_text_of(t, REPORT_ID));
    r->report.original_message_id = arena_str(r->arena, original);
    r->report.original_name = arena_str(r->arena, xml_text_of(t, ORIGINAL_NAME));
    if (arena_is_broken(r->arena))
        return E_NO_MEMORY;
    return tell(r, element,
                (struct status_line){.scope = STATUS_OF_FILE,
                                     .code = xml_text_of(t, FILE_STATUS),
                                     .reason = xml_text_of(t, FILE_REASON),
                                     .info = xml_text_of(t, FILE_INFO)});
}

static result close_transfer(struct status_reading *r, const struct xml_element *element)
{
    const struct xml_text *t = r->texts;
    return tell(r, element,
                (struct status_line){.scope = STATUS_OF_TRANSFER,
                                     .code = xml_text_of(t, STATUS),
                                     .batch = xml_text_of(t, BATCH),
                                     .instruction_id = xml_text_of(t, INSTRUCTION),
                                     .end_to_end = xml_text_of(t, END_TO_END),
                                     .reason = xml_text_of(t, REASON),
                                     .info = xml_text_of(t, INFO)});
}

static result close(void *context, const struct xml_element *element)
{
    struct status_reading *r = context;
    str path;
    if (!xml_path_below(element->path, REPORT, &path))
        return OK;
    xml_texts_take(r->texts, PATHS, COUNT(PATHS), path, element);
    if (str_is(path, FILE_))
        return close_file(r, element);
    if (r->report.original_message_id.at == NULL && str_is(path, BATCH_))
        return xml_fail(r->arena, element, "original_message_id", "it does not say which file");
    if (str_is(path, TRANSFER))
        return close_transfer(r, element);
    return str_is(path, BATCH_) ? tell_batch(r, element) : OK;
}

static result read_once(str file, struct status_reading *r)
{
    static const struct xml_handlers HANDLERS = {start, open, close};
    r->report = (struct status_report){.count = 0};
    xml_texts_clear(r->texts, 0, TEXTS - 1);
    TRY(xml_read(file, r->arena, &HANDLERS, r));
    if (r->report.original_message_id.at == NULL)
        return FAIL(E_BANK_FILE, "original_message_id",
                    "the file does not say which file it is on");
    return OK;
}

result pain002_parse(str file, struct arena *arena, struct status_report *ret, status_each each,
                     void *context)
{
    struct status_reading r = {
        .arena = arena, .context = context, .texts = ARENA_ARRAY(arena, struct xml_text, TEXTS)};
    if (r.texts == NULL)
        return E_NO_MEMORY;
    TRY(read_once(file, &r));
    r.each = each;
    TRY(read_once(file, &r));
    *ret = r.report;
    return OK;
}
