/* SPDX-License-Identifier: Apache-2.0 */
/* merchant.h: merchants, their keys and their methods.
 *
 * Used by  api, cli
 * Source   komoju-platform 1, 2, 5.3, 6; design 5 (new merchants' rates), D15 (keys are stored
 *          hashed) */
#ifndef KESSAI_APP_MERCHANT_H
#define KESSAI_APP_MERCHANT_H

#include "app/app.h"
#include "app/command.h"
#include "base/arena.h"
#include "base/json.h"
#include "core/fee.h"
#include "core/method.h"
#include "core/split.h"
#include "store/tx.h"

/* Bits of merchant.mails. */
enum {
    MAIL_INSTRUCTION = 1,
    MAIL_RECEIPT = 2,
    MAIL_REMINDER = 4,
    MAIL_REFUND = 8,
    MAIL_CAPTURE = 16,
    MAIL_ALL = 31
};

/* A row of `merchant`; texts are in the arena it was read into. */
struct merchant_row {
    id id, account;
    int64_t tenant;
    enum platform_kind kind;
    enum application_status status;
    bool payments_enabled, payouts_enabled, is_live;
    int64_t mails;
    int64_t konbini_days, bank_transfer_days; /* 0: not set */
    str name, publishable_key;
    int64_t created_us, updated_us;
};

/* Reads one; ret->id.key is 0 when there is none of this tenant. */
MUST_USE result merchant_read(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                              struct merchant_row *ret);
/* A sub-merchant of the tenant by its wire id.  errors  E_NOT_FOUND */
MUST_USE result merchant_read_sub(struct db *db, int64_t tenant, id wire, struct arena *arena,
                                  struct merchant_row *ret);
/* The tenant of any merchant by its wire id: what a work of the operator, who sees all tenants, is
 * about. Cost: all merchants.
 *   errors  E_NOT_FOUND (--merchant) */
MUST_USE result merchant_tenant(struct store *store, id wire, int64_t *ret);

/* Writes status, flags, mails and expiry settings back with the tenant's time as updated_us. */
MUST_USE result merchant_save(struct tx *tx, struct merchant_row *m);

/* "ordinary", "platform", "marketplace", "seller", "payout" */
const char *platform_kind_name(enum platform_kind kind);
bool platform_kind_is_sub(enum platform_kind kind);                  /* seller or payout */
enum platform_kind platform_kind_of_sub(enum platform_kind root);    /* KIND_NONE: none */
const char *application_status_name(enum application_status status); /* "accepted" … */

/* Sets of card brands: merchant_method.brands. The empty set stands for all. */
#define BRAND_BIT(brand) (INT64_C(1) << (brand))
/* A member: the slugs of those brands of the set that komoju-core 7.4 names. */
void merchant_brands_view(struct json *j, const char *name, int64_t brands);

/* The methods a merchant can use, with what each costs: all of method.def for a root, those that
 * were accepted for a seller, none for a payout merchant.
 *   ret         room for METHODS rows */
struct merchant_method {
    enum method method;
    int64_t brands;
    struct rate rate;
    int64_t customer_fee_minor;
};
MUST_USE result merchant_methods(struct db *db, const struct merchant_row *m,
                                 struct merchant_method ret[METHODS], size_t *ret_count);

/* SubmerchantDetail of komoju-platform 6: what create, show, list and update answer. */
MUST_USE result merchant_view(struct db *db, const struct merchant_row *m, struct json *j,
                              const char *name);
/* A rate's per cent as a JSON number: 3.25, or 3 when whole. */
void percent_view(struct json *j, const char *name, int64_t percent_e4);

/* ---- keys ---------------------------------------------------------------------------------- */

/* A new pair of keys: "sk_test_" or "sk_live_" and "pk_…", then the tenant's key in 13 base-36
 * digits and 27 random ones (139 bits), so that the tenant is known before the look-up. Texts in
 * the arena.  errors  E_MEMORY */
struct key_pair {
    str secret, publishable;
};
enum { KEY_HASH_BYTES = 32, KEY_OVERLAP_S = 24 * 3600 };
MUST_USE result key_pair_new(struct arena *arena, int64_t tenant, bool is_live,
                             struct key_pair *ret);
/* The same for a person of the operator (app/operator.h): "ok_test_" or "ok_live_". */
MUST_USE result key_operator_new(struct arena *arena, int64_t tenant, bool is_live, str *ret);
bool key_is_operator(str key); /* by its prefix */
/* Stores the hashes of a pair; an absent secret is left out. */
MUST_USE result key_pair_store(struct tx *tx, int64_t tenant, int64_t merchant, bool is_live,
                               const struct key_pair *keys);
void key_hash(str key, uint8_t ret[KEY_HASH_BYTES]);
/* The tenant that a key's text names; 0 if it cannot be a key of ours. */
int64_t key_tenant(str key);

/* ---- the operator's use cases, one transaction each ---------------------------------------- */

/* A new tenant: a root merchant, born accepted, with its pair of keys (rulings: from the operator's
 * command line also a live one).
 *   id, keys   filled; texts in the arena */
struct merchant_root {
    str name;
    enum platform_kind kind; /* ORDINARY, PLATFORM or MARKETPLACE */
    bool is_live;
    id id;
    struct key_pair keys;
};
MUST_USE result merchant_create_root(struct store *store, struct arena *arena,
                                     struct merchant_root *root);

/* A new pair for a merchant; what it had stays valid for KEY_OVERLAP_S. A sub-merchant has no
 * secret key, before or after (absent). Where the legacy page is on (app/legacy.h), it is for the
 * new key too.
 *   merchant   in; all else is filled
 *   vault      in; NULL where the legacy page is off
 *   errors     E_NOT_FOUND (--merchant), E_CRYPTO; E_USAGE (--key-file): there is no vault */
struct key_roll {
    id merchant;
    struct vault *vault;
    struct key_pair keys;
    bool is_live;
    int64_t overlap_until_us;
};
MUST_USE result key_roll(struct store *store, struct arena *arena, struct key_roll *roll);

/* Changes what a merchant pays for a method it can use. What is not given keeps its value.
 *   rate, customer_fee_minor   in and out: those without a flag are filled
 *   errors  E_NOT_FOUND (--merchant), E_INVALID_PARAMETER (--method): not one of the merchant's */
struct method_rate {
    id merchant;
    enum method method;
    bool has_percent, has_fixed, has_minimum, has_customer_fee;
    struct rate rate;
    int64_t customer_fee_minor;
};
MUST_USE result method_rate_set(struct store *store, struct arena *arena,
                                struct method_rate *change);

/* How many days the slips that a merchant processes are waited for, where the payment does not say.
 *   days    in and out: 0 takes away what was set; afterwards the days that hold
 *   errors  E_NOT_FOUND (--merchant), E_INVALID_PARAMETER (--method: it is not one of the two that
 *           can be set; --days: out of range) */
struct merchant_expiry {
    id merchant;
    enum method method;
    bool is_set; /* otherwise it is only asked */
    int64_t days;
};
MUST_USE result merchant_expiry_set(struct store *store, struct arena *arena,
                                    struct merchant_expiry *change);

/* ---- commands of the API: fill, then command_run() ------------------------------------------ */

/* A sub-merchant of the caller's tree. Answers with merchant_view().
 *   errors  E_INVALID_PARAMETER (platform_role): not the role of this kind of platform */
struct merchant_create {
    struct command command;
    str name;
    enum platform_kind kind;
};
result merchant_create_begin(struct tx *tx, struct command *c);

/* Changes settings of a sub-merchant. Answers with merchant_view().
 *   errors  E_NOT_FOUND, E_INVALID_PARAMETER (payments_enabled, payouts_enabled) */
struct merchant_update {
    struct command command;
    id merchant;
    bool has_payments, has_payouts, payments_enabled, payouts_enabled;
    int64_t mails, mails_mask;                /* the bits of the mask take the value of mails */
    int64_t konbini_days, bank_transfer_days; /* 0: as it is */
};
result merchant_update_begin(struct tx *tx, struct command *c);

/* The review of a sub-merchant, in the test environment: ACCEPTED switches it on, DECLINED off.
 *   errors  E_NOT_FOUND, E_UNPROCESSABLE (status): a seller without a method */
struct application_simulate {
    struct command command;
    id merchant;
    enum application_status status;
};
result application_simulate_begin(struct tx *tx, struct command *c);

/* The review of one method of a seller. ACCEPTED adds it at the root's own rate; a card method that
 * is there already gains the brands. DECLINED leaves what was accepted before.
 *   slug    of komoju-platform 5.6
 *   errors  E_NOT_FOUND: no such sub-merchant, not a seller, or a method that is not offered */
struct application_method_simulate {
    struct command command;
    id merchant;
    str slug;
    enum application_status status;
};
result application_method_simulate_begin(struct tx *tx, struct command *c);

#endif
