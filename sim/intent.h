/* SPDX-License-Identifier: Apache-2.0 */
/* intent.h: what a client asks for, in words that the model and the program both understand.
 *
 * Merchants, payments and tokens are named by their numbers in the model; NOBODY names something
 * that does not exist. They may belong to another tenant than the one that asks. */
#ifndef KESSAI_SIM_INTENT_H
#define KESSAI_SIM_INTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/payment_actions.h"
#include "core/card.h"
#include "core/money.h"

enum intent_kind {
    INTENT_NONE = 0,
    INTENT_CREATE,
    INTENT_CAPTURE,
    INTENT_CANCEL,
    INTENT_REFUND,
    INTENT_HAPPEN,
    INTENT_UPDATE,
    INTENT_TRANSFER,
    INTENT_TOKEN,
    INTENT_CLOCK,
    INTENT_KINDS
};

enum { LINES_MAX = 4, NOBODY = -1 };
enum intent_tax { INTENT_TAX_NONE = 0, INTENT_TAX_OMITTED, INTENT_TAX_AUTO, INTENT_TAX_GIVEN };

struct intent_line {
    int merchant;
    bool has_amount, has_fee;
    int64_t amount_minor, fee_minor;
};

struct intent_split {
    bool is_present, has_processor, has_lines;
    int processor;
    size_t line_count;
    struct intent_line lines[LINES_MAX];
};

struct intent {
    enum intent_kind kind;
    int tenant;
    int payment;        /* all but CREATE, TRANSFER, TOKEN, CLOCK */
    bool is_salt_wrong; /* of the payment's id */
    bool has_amount;    /* CAPTURE, REFUND */
    int64_t amount_minor;
    enum intent_tax tax;
    int64_t tax_minor;
    enum currency currency;
    bool is_captured; /* CREATE */
    struct intent_split split;
    int token;             /* CREATE; NOBODY: by card */
    enum card_brand brand; /* CREATE, TOKEN */
    int order_num;         /* CREATE; 0: none */
    enum payment_happening happening;
    int sender, receiver; /* TRANSFER */
    int64_t advance_s;    /* CLOCK */
    int key;              /* idempotency; 0: none */
    int64_t fingerprint;  /* of the request */
    const char *script;   /* for the rail; a literal, NULL: approve */
};

#endif
