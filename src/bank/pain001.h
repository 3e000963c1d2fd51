/* SPDX-License-Identifier: Apache-2.0 */
/* pain001.h: a file of transfers in ISO 20022, pain.001.001.09 or 03: one group, one currency.
 *
 * Written element by element like zengin.h, so it takes no memory but its own; the same input gives
 * the same bytes. Identifiers and names are refused, never mended. How many transfers there are and
 * their sum stand in front of them, so both are handed in and held against what was added.
 *
 * Used by  app
 * Source   bank-rails 7.1 */
#ifndef KESSAI_BANK_PAIN001_H
#define KESSAI_BANK_PAIN001_H

#include <stdbool.h>
#include <stdint.h>

#include "bank/bank.h"
#include "base/buf.h"
#include "base/result.h"
#include "core/calendar.h"
#include "core/money.h"

enum pain_version { PAIN_001_NONE = 0, PAIN_001_03, PAIN_001_09, PAIN_001_VERSIONS };

enum pain_charges {
    CHARGES_NONE = 0, /* SLEV for SEPA, else SHAR */
    CHARGES_SHARED,   /* SHAR */
    CHARGES_DEBTOR,   /* DEBT */
    CHARGES_CREDITOR, /* CRED */
    CHARGES_KINDS
};

/* What differs by bank. */
struct pain_profile {
    enum pain_version version;
    bool is_sepa;   /* euros, IBANs, service level SEPA, names of at most 70 Latin characters */
    bool is_single; /* a line of the statement for each transfer, not one for the group */
    enum pain_charges charges;
};

enum {
    PAIN_ID_BYTES = 36,    /* 35 characters of A-Z a-z 0-9 / - ? : ( ) . , ' + and blank */
    PAIN_NAME_BYTES = 561, /* 140 characters of UTF-8 */
    PAIN_UETR_RANDOM_BYTES = 16,
};

/* Someone with an account: by IBAN where there is one, else by bank, branch and number of the
 * Zengin system (JPZGN). Whether an IBAN is right is asked of bank/iban.h before. */
struct pain_party {
    char name[PAIN_NAME_BYTES];
    char iban[35];
    char bic[12];                        /* of the bank of an IBAN; "": not told */
    struct bank_account_details account; /* used without an IBAN: the codes and the number */
    char town[141], country[3];          /* "": no address */
};

struct pain_group {
    char message_id[PAIN_ID_BYTES]; /* MsgId, unique at the bank for 90 days */
    char batch_id[PAIN_ID_BYTES];   /* PmtInfId */
    int64_t created_us;
    day date; /* ReqdExctnDt */
    enum currency currency;
    int64_t count, total_minor; /* of all transfers */
    struct pain_party debtor;
};

struct pain_line {
    char end_to_end[PAIN_ID_BYTES];
    char instruction_id[PAIN_ID_BYTES];                /* "": none */
    unsigned char uetr_random[PAIN_UETR_RANDOM_BYTES]; /* becomes a UUID of version 4; 09 only */
    int64_t amount_minor;
    struct pain_party creditor;
    char remittance[PAIN_NAME_BYTES]; /* Ustrd, at most 140 characters; "": none */
};

struct pain_sums {
    int64_t count, total_minor;
};

/* A file: begin, add for each transfer, end. Each writes whole elements or, on an error, nothing.
 *   errors  E_INVALID_PARAMETER naming the member ("debtor.name", "end_to_end", "amount"); when a
 *           sum is not what the group says (count, total) */
MUST_USE result pain001_begin(struct buf *out, const struct pain_profile *profile,
                              const struct pain_group *group);
MUST_USE result pain001_add(struct buf *out, const struct pain_profile *profile,
                            const struct pain_group *group, const struct pain_line *line,
                            struct pain_sums *sums);
MUST_USE result pain001_end(struct buf *out, const struct pain_group *group,
                            const struct pain_sums *sums);

#endif
