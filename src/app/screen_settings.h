/* SPDX-License-Identifier: Apache-2.0 */
/* screen_settings.h: what the operator says about screening: a merchant's limits, its lists, and
 * which payments were fraud.
 *
 * What is said of a root merchant holds for those below it as well. A merchant is named by its wire
 * id.
 *
 * Used by  cli
 * Source   core/screen.h; komoju-core 12.1 (payment.marked.as.fraud) */
#ifndef KESSAI_APP_SCREEN_SETTINGS_H
#define KESSAI_APP_SCREEN_SETTINGS_H

#include "app/screen.h"
#include "base/buf.h"
#include "store/store.h"

enum { SCREEN_ENTRIES_MAX = 100000, SCREEN_NOTE_BYTES_MAX = 255, SCREEN_VALUE_BYTES_MAX = 255 };

/* Sets one limit of a merchant. What is not given keeps its value; is_default: as if it had never
 * been set.
 *   errors  E_NOT_FOUND (--merchant), E_INVALID_PARAMETER (--count, --window) */
struct screen_limit_change {
    id merchant;
    enum screen_limit limit;
    bool has_most, has_window, is_default;
    struct screen_rule rule;
};
MUST_USE result screen_limit_set(struct store *store, struct arena *arena,
                                 struct screen_limit_change *change);
/* Writes a JSON line for each limit: what it is, and whether the merchant has set it. */
MUST_USE result screen_limit_list(struct store *store, id merchant, struct buf *out);

/* Puts somebody on a merchant's list, or takes him off both.
 *   value    of a card the fingerprint that the lists show, 32 hexadecimal digits
 *   payment  instead of a value: the card it was made with; key 0: none
 *   days     until it ends; 0: never
 *   errors   E_NOT_FOUND (--merchant; --payment; --value: on no list), E_INVALID_PARAMETER
 * (--value,
 *            --payment: made without a card, --note; --merchant: its lists are full) */
struct screen_entry_change {
    id merchant, payment;
    enum screen_kind kind;
    str value, note;
    bool is_allowed;
    int64_t days;
    int64_t expires_us; /* filled; 0: never */
};
MUST_USE result screen_entry_put(struct store *store, const struct vault *vault,
                                 struct arena *arena, struct screen_entry_change *change);
MUST_USE result screen_entry_remove(struct store *store, const struct vault *vault,
                                    struct arena *arena, struct screen_entry_change *change);
/* Writes a JSON line for each entry that has not ended, newest first. */
MUST_USE result screen_entry_list(struct store *store, id merchant, struct buf *out);

/* Marks a payment as fraud: its event is sent, and its card, if it has one, is blocked for the
 * merchant that processed it.
 *   errors  E_NOT_FOUND (--merchant, --payment), E_INVALID_PARAMETER (--payment: is marked) */
struct screen_fraud {
    id merchant, payment; /* the root, or the merchant that processed it */
    str card;             /* filled: the fingerprint that was blocked; absent: none */
};
MUST_USE result screen_fraud_mark(struct store *store, struct arena *arena,
                                  struct screen_fraud *fraud);

#endif
