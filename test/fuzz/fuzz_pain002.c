/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_pain002.c: reports on files of transfers.
 * Properties: nothing is told of what is refused; every answer has a known status and says what it
 * is of; the report counts what it told. */
#include "fuzz.h"

#include "bank/pain002.h"

static result add(void *context, const struct status_report *report, const struct status_line *line)
{
    MUST(report->original_message_id.bytes > 0);
    MUST(line->status > PAYOUT_STATUS_NONE && line->status < PAYOUT_STATUSES);
    MUST(line->scope > STATUS_SCOPE_NONE && line->scope < STATUS_SCOPES);
    MUST(line->code.bytes == 4 && str_is_utf8(line->info) && str_is_utf8(line->end_to_end));
    MUST(line->scope == STATUS_OF_TRANSFER || line->end_to_end.at == NULL);
    ++*(int64_t *)context;
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct status_report report;
    int64_t told = 0;
    const result r = pain002_parse(fuzz_text(data, size), fuzz_arena(), &report, add, &told);
    if (r.code == E_OK)
        MUST(report.count == told);
    else
        MUST(r.code == E_BANK_FILE && r.param != NULL && r.message != NULL && told == 0);
    return 0;
}
