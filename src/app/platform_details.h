/* SPDX-License-Identifier: Apache-2.0 */
/* platform_details.h: from the wire's platform_details to what core's rules ask about.
 *
 * The api parses the object into ids and numbers; here the ids are looked up inside the
 * transaction.
 *
 * Used by  app, api */
#ifndef KESSAI_APP_PLATFORM_DETAILS_H
#define KESSAI_APP_PLATFORM_DETAILS_H

#include "core/split.h"
#include "store/tx.h"

struct platform_line {
    bool has_id, has_amount, has_platform_fee;
    id merchant; /* key 0: not a possible id */
    int64_t amount_minor, platform_fee_minor;
};

struct platform_details {
    bool is_present, has_processing_merchant, has_lines;
    id processing_merchant;
    const struct platform_line *lines;
    size_t line_count;
};

/* Looks up every merchant that is named. An id that is unknown, of another tenant, or has another
 * salt becomes 0.
 *   arena   holds ret's lines */
MUST_USE result platform_details_resolve(struct tx *tx, int64_t tenant,
                                         const struct platform_details *in, struct arena *arena,
                                         struct split_request *ret);

/* The split of a payment or capture: looks up who asks and whom the request names, and asks core's
 * rules. context  in: currency, base_minor, is_capture, payment_processor; the caller is filled in
 *   errors   split_decide's */
MUST_USE result platform_details_split(struct tx *tx, int64_t tenant,
                                       const struct platform_details *in,
                                       struct split_context context, struct arena *arena,
                                       struct split *ret);

#endif
