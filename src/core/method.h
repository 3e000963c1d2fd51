/* SPDX-License-Identifier: Apache-2.0 */
/* method.h: payment types as a table: what each can do, costs, and is called.
 *
 * Used by  app, api, cli
 * Source   method.def; komoju-core 15.1, 15.5 */
#ifndef KESSAI_CORE_METHOD_H
#define KESSAI_CORE_METHOD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum method {
    METHOD_NONE = 0,
#define METHOD(name, number, ...) METHOD_##name = (number),
#include "core/method.def"
#undef METHOD
    METHODS
};
enum flow { FLOW_NONE = 0, FLOW_CARD, FLOWS };

struct method_row {
    enum method method;
    const char *slug;
    enum flow flow;
    bool two_step, partial_capture, refund, partial_refund, refund_request;
    int64_t percent_e4, customer_fee_minor, expiry_days;
    const char *name_en, *name_ja, *name_ko;
};

const struct method_row *method_row(enum method method); /* never NULL for a method that exists */
bool method_read(str slug, enum method *ret);

#endif
