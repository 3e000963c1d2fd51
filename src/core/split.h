/* SPDX-License-Identifier: Apache-2.0 */
/* split.h: the rules of platform_details on a payment and a capture: V1 to V14 of
 * komoju-platform 7.2.
 *
 * The caller (app) looks up what the rules ask about and hands it in; nothing here reads a store.
 * Errors name the parameter as the client wrote it, with its index:
 * "platform_details.submerchants[1].amount" (rulings). Whatever fails, nothing has been authorized
 * or captured.
 *
 * Used by  app */
#ifndef KESSAI_CORE_SPLIT_H
#define KESSAI_CORE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "core/ledger.h"
#include "core/money.h"

enum platform_kind {
    KIND_NONE = 0,
    KIND_ORDINARY = 1,
    KIND_PLATFORM = 2,
    KIND_MARKETPLACE = 3,
    KIND_SELLER = 4,
    KIND_PAYOUT = 5,
    PLATFORM_KINDS
};

/* Statuses of a (live) application, komoju-platform 5.3; the numbers are kept in the store. */
enum application_status {
    APPLICATION_NONE = 0,
    APPLICATION_NOT_APPLIED = 1,
    APPLICATION_INCOMPLETE = 2,
    APPLICATION_PENDING = 3,
    APPLICATION_ACCEPTED = 4,
    APPLICATION_DECLINED = 5,
    APPLICATION_STATUSES
};

/* One line as the client sent it, with what the store knows about the merchant it names. */
struct split_request_line {
    bool has_id, has_amount,
        has_platform_fee; /* was the key there? an omitted platform_fee is 0 (rulings) */
    int64_t amount_minor, platform_fee_minor;
    int64_t merchant;        /* 0: no such merchant of this tenant, or of the other world */
    enum platform_kind kind; /* of that merchant */
    enum application_status status;
};

struct split_request {
    bool is_present;              /* platform_details was sent, even as {} */
    bool has_processing_merchant; /* the key processing_merchant_id was sent and not null */
    int64_t processing_merchant;  /* 0: names nobody of this tenant */
    enum platform_kind processing_kind;
    bool has_lines; /* the key submerchants was sent and not null */
    const struct split_request_line *lines;
    size_t line_count; /* as sent; V14 is checked here */
};

/* Who asks, for what. */
struct split_context {
    enum platform_kind caller_kind;
    int64_t caller; /* the tenant's root merchant */
    bool is_live;
    enum currency currency;
    int64_t base_minor;        /* amount and tax to be captured, without the customer fee */
    bool is_capture;           /* money is captured now: a split is required (V8) */
    int64_t payment_processor; /* capture of an existing payment: its processing merchant (V13);
                                  else 0 */
};

struct split {
    enum model model;  /* ALONE for an ordinary merchant that sends no platform_details */
    int64_t processor; /* merchant whose account is credited and who pays the fee */
    size_t line_count;
    split_line lines[SPLIT_LINES_MAX];
};

/* V9: an authorization ignores its lines, whatever they are; they count where money is captured. */
bool split_counts_lines(bool is_capture);

/* Decides model, processing merchant and lines of a payment or capture.
 *   An ordinary merchant stands alone; platform_details with content is E_FORBIDDEN
 *   (platform_details).
 *   A marketplace or platform business needs lines when money is captured: E_MISSING_PARAMETER
 *   (platform_details when absent, platform_details.submerchants when the array is absent or
 *   empty). Where lines do not count (V9), processing_merchant_id is kept.
 *   A platform business names the processing merchant, but for a capture of an existing payment:
 *   E_MISSING_PARAMETER (platform_details.processing_merchant_id).
 *   arena   holds the texts of an error
 *   ret     untouched on error
 *   errors  E_MISSING_PARAMETER, E_INVALID_PARAMETER, E_INVALID_CURRENCY (currency), E_FORBIDDEN,
 *           E_AMOUNT_RANGE (platform_details.submerchants[i].amount)
 * V11 is split_check_method's; V2 cannot arise here (no subscriptions yet). */
MUST_USE result split_decide(const struct split_context *context,
                             const struct split_request *request, struct arena *arena,
                             struct split *ret);

/* What the lines of a payment, a capture and a refund have in common: V14 (at most 100 lines), V3
 * (each names a merchant of this tenant whose role fits the model) and V4 (no merchant twice).
 *   model   MODEL_PLATFORM or MODEL_SELLER
 *   errors  E_INVALID_PARAMETER (platform_details.submerchants), E_MISSING_PARAMETER and
 *           E_INVALID_PARAMETER (platform_details.submerchants[i].submerchant_id); a param is NULL
 *           when the arena is full */
MUST_USE result split_check_lines(const struct split_request *request, enum model model,
                                  struct arena *arena);

/* An error of line `index` (rulings: param inside arrays), e.g. of its field "amount". */
MUST_USE result split_line_fail(struct arena *arena, enum err code, size_t index, const char *field,
                                const char *message);

/* V11: a seller must have payments_enabled and own the method; others own every type.
 *   errors  E_UNPROCESSABLE (platform_details.processing_merchant_id): payments are not enabled
 *           E_INVALID_PAYMENT_TYPE (payment_details.type): the method is not owned */
MUST_USE result split_check_method(enum platform_kind processor_kind, bool payments_enabled,
                                   bool owns_method);

#endif
