/* SPDX-License-Identifier: Apache-2.0 */
/* screen.h: screening of an attempt to pay, inside the transaction that begins it.
 *
 * Whom it binds: a merchant's own limits and lists, and the root's, bind every call; the limits of
 * core/screen.def bind what browsers ask of live merchants. A call that none of these binds costs
 * no statement. Declines are counted where a limit can bind: for live merchants, and for test ones
 * with limits. What an allow lets through is in no count, its declines included.
 *
 * What is refused is counted at the buyer's address and card as a decline, and not at the merchant
 * or the BIN: who is refused cannot close the shop to others.
 *
 * Used by  app/payment_create, app/rail_outcome, app/token, api (buyers)
 * Source   core/screen.h; doc/screening.md */
#ifndef KESSAI_APP_SCREEN_H
#define KESSAI_APP_SCREEN_H

#include "core/card.h"
#include "core/method.h"
#include "core/screen.h"
#include "store/tx.h"
#include "vault/vault.h"

struct app;
struct payment;

enum { SCREEN_HASH_BYTES = VAULT_FINGERPRINT_BYTES };
struct screen_hash {
    bool is_known;
    uint8_t bytes[SCREEN_HASH_BYTES];
};

/* Bits of merchant.screens. */
enum { SCREENS_LIMITS = 1, SCREENS_LIST = 2 };

/* Who stands behind an attempt, as far as the request tells. */
struct buyer {
    str ip;         /* a numeric address, or absent */
    str email;      /* or absent */
    bool is_public; /* a browser asks, with a publishable key: refusals look like declines */
};

/* An attempt; its command fills it. */
struct screening {
    const struct vault *vault;
    int64_t tenant, merchant; /* the processing merchant */
    enum method method;
    struct buyer buyer;
    const struct card_secret *card; /* NULL, or without a number: none */
    struct screen_hash ip;          /* of a token's browser; else made from buyer.ip */
    bool is_counted_before;         /* the attempt was counted when its token was made */
    bool is_allowed;                /* by a list; screen_attempt() sets it */
};

/* Buyers are told of every decline of a card the same. */
bool screening_is_hidden(const struct screening *s);

/* Whether the attempt may go on; counts it, unless an allow lets it through (s->is_allowed).
 *   errors  of the store */
MUST_USE result screen_attempt(struct tx *tx, struct screening *s, int64_t now_us,
                               enum screen_verdict *ret);
/* The rail has refused a payment, whenever that is learnt: counts that by the marks which the
 * payment was made with. errors  of the store */
MUST_USE result screen_count_decline(struct tx *tx, const struct app *app, const struct payment *p,
                                     int64_t now_us);

/* The same for an attempt that has no payment: an issuer has refused a card that was to be stored.
 * After screen_attempt(). */
MUST_USE result screen_count_refusal(struct tx *tx, const struct screening *s, int64_t now_us);

/* The mark of a value: of a card its number, of a BIN its digits, of the others their text.
 *   ret     is_known false: it is none of that kind */
void screen_hash(const struct vault *vault, int64_t tenant, enum screen_kind kind, str value,
                 struct screen_hash *ret);
/* Of the address behind an attempt. */
void screen_hash_ip(const struct screening *s, struct screen_hash *ret);
/* All marks of an attempt, by kind. */
struct screen_marks {
    struct screen_hash of[SCREEN_KINDS];
};
void screen_marks(const struct screening *s, struct screen_marks *ret);
/* What a payment keeps of the attempt that makes it, for its row and for screen_count_decline().
 * The texts live as long as ret_marks. */
void screen_keep(const struct screening *s, struct screen_marks *ret_marks, struct payment *p);
str screen_hash_text(const struct screen_hash *hash); /* for a row; absent: it is not known */

bool screen_ip_is_valid(str ip); /* IPv4 or IPv6, numeric */

#endif
