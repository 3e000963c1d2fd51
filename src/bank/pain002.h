/* SPDX-License-Identifier: Apache-2.0 */
/* pain002.h: what a bank says became of a file of transfers: pain.002.001.10 or 03.
 *
 * A bank answers for the whole file, for a group, or for single transfers; the most specific answer
 * wins. They are told from the general to the specific, so whoever takes each as the state of what
 * it covers, in that order, ends with what is true.
 *
 * Used by  app
 * Source   bank-rails 7.2 */
#ifndef KESSAI_BANK_PAIN002_H
#define KESSAI_BANK_PAIN002_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum payout_status {
    PAYOUT_STATUS_NONE = 0,
    PAYOUT_STATUS_SUBMITTED, /* RCVD ACTC ACCP PDNG ACSP ACWC */
    PAYOUT_STATUS_EXECUTED,  /* ACSC ACCC */
    PAYOUT_STATUS_FAILED,    /* RJCT */
    PAYOUT_STATUS_CANCELLED, /* CANC, by the bank */
    PAYOUT_STATUS_PART,      /* PART: of the file or a group; its transfers say more */
    PAYOUT_STATUSES
};

enum status_scope {
    STATUS_SCOPE_NONE = 0,
    STATUS_OF_FILE,
    STATUS_OF_BATCH,    /* of all transfers of a PmtInfId */
    STATUS_OF_TRANSFER, /* of one */
    STATUS_SCOPES
};

/* Which file it is about. Texts are in the arena. */
struct status_report {
    str message_id;                         /* of the report itself */
    str original_message_id, original_name; /* OrgnlMsgId, OrgnlMsgNmId: "pain.001.001.09" */
    int64_t count;                          /* answers that were told */
};

/* Texts last as long as the call. */
struct status_line {
    enum status_scope scope;
    enum payout_status status;
    str code;                       /* "ACSC" */
    str batch;                      /* OrgnlPmtInfId; absent for the file */
    str instruction_id, end_to_end; /* of a transfer */
    str reason, info;               /* the first Rsn/Cd or Prtry, the first AddtlInf */
};

typedef result (*status_each)(void *context, const struct status_report *report,
                              const struct status_line *line);

/* Reads a report; like statement_parse(), tells nothing of a file that it refuses.
 *   errors  E_BANK_FILE (the element), E_MEMORY */
MUST_USE result pain002_parse(str file, struct arena *arena, struct status_report *ret,
                              status_each each, void *context);

/* What a reason means ("AC04"), in English or Japanese; NULL: it is not known. */
const char *payout_reason_text(str code, bool is_japanese);

#endif
