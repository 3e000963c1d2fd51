/* SPDX-License-Identifier: Apache-2.0 */
/* link.h: payment links: an address that a merchant puts into a message or on a poster, behind
 * which something is paid.
 *
 * Opening a link makes a session with what the link says. A reusable one makes a new session each
 * time. One that is paid once has one session that can be paid at any time: whoever opens it while
 * that is pending gets the same one, with the amount that was entered first; before another is
 * made, the one before is cancelled. While a slip of it is open the link is pending, and leads to
 * the slip; when that has ended without money, the link is what it was before. Once it has been
 * paid there are no more sessions. So at most one payment of it ever succeeds: a rail gives back
 * what comes for a slip that has ended (payment_expire.h).
 *
 * Used by  api, cli
 * Source   issue 5 (KOMOJU has them in its dashboard only) */
#ifndef KESSAI_APP_LINK_H
#define KESSAI_APP_LINK_H

#include "app/session.h"

enum link_status {
    LINK_STATUS_NONE = 0,
    LINK_ACTIVE,
    LINK_PENDING, /* a slip was issued: its money may come */
    LINK_COMPLETED,
    LINK_DEACTIVATED,
    LINK_EXPIRED,
    LINK_STATUSES
};
#define LINK_SECONDS_MAX (INT64_C(5) * 366 * 86400)
enum { LINK_DESCRIPTION_CHARACTERS_MAX = 255, LINK_ARENA_BYTES = 1 << 20 /* of one row */ };

/* A row of `payment_link`; texts are in the arena it was read into. */
struct payment_link {
    id id;
    int64_t tenant, merchant; /* who processes: the root, or a seller that platform_details names */
    bool is_reusable;
    enum currency currency;
    int64_t amount_minor;                           /* 0: the buyer enters it */
    int64_t min_minor, max_minor;                   /* then; 0: no bound */
    enum locale locale;                             /* LOCALE_NONE: the buyer's */
    int64_t created_us, expires_us, deactivated_us; /* 0: never, not */
    id session;                         /* of one that is paid once: its newest; key 0: none */
    enum session_status session_status; /* its */
    int64_t session_minor, session_expires_us;
    enum pay_state payment_status; /* of the payment that completed it; PAY_NONE: none */
    str return_url, description, payment_types, external_order_num, metadata, platform_details;
};

/* errors  E_NOT_FOUND: unknown, or the salt is another */
MUST_USE result link_read(struct db *db, int64_t tenant, id wire, struct arena *arena,
                          struct payment_link *ret);
MUST_USE result link_read_key(struct db *db, int64_t tenant, int64_t key, struct arena *arena,
                              struct payment_link *ret);
enum link_status link_status(const struct payment_link *link, int64_t now_us);
/* errors  E_UNPROCESSABLE: it cannot be opened any more. One that is pending can: it leads to its
 * slip */
MUST_USE result link_check_active(const struct payment_link *link, int64_t now_us);
/* What its session that can be paid, or whose slip is open, is of; 0: there is none. */
int64_t link_open_minor(const struct payment_link *link, int64_t now_us);
/* The session that it makes of an amount, but for its id and times. */
MUST_USE result link_session(const struct payment_link *link, int64_t amount_minor,
                             struct arena *arena, struct session *ret);

/* The PaymentLink object. With public_url NULL its url is a path. */
void link_view(struct json *j, const struct payment_link *link, const char *public_url,
               int64_t now_us, struct arena *arena);
/* What its page shows, without what is the merchant's own. */
MUST_USE result link_page_view(struct json *j, struct db *db, const struct payment_link *link,
                               int64_t now_us, struct arena *arena);

/* ---- commands: fill, then command_run() ----------------------------------------------------- */

/* Makes a link; the answer is its object.
 *   link      in: all but id, merchant and created_us
 *   lifetime_s  0: link.expires_us counts
 *   errors    E_INVALID_PARAMETER (expires_at: not in the future; max_amount; external_order_num;
 *             platform_details: the amount is entered), those of session_check for the amount, and
 *             of split_decide for what platform_details says */
struct link_create {
    struct command c; /* first */
    struct payment_link link;
    int64_t lifetime_s;
    struct platform_details platform;
};
void link_create_init(struct link_create *in);

/* Ends a link, and the pending session of one that is paid once; the answer is its object. A slip
 * that is open can still be paid. Again, it changes nothing.
 *   errors  E_NOT_FOUND; E_UNPROCESSABLE: it has been paid */
struct link_deactivate {
    struct command c; /* first */
    id link;
};
void link_deactivate_init(struct link_deactivate *in);

/* Somebody who has the address goes to pay; the answer is {"session","session_url"}.
 *   replace  gives up a pending session of another amount; without it, that goes on
 *   errors   E_NOT_FOUND; E_UNPROCESSABLE: paid, deactivated, expired; with amount: another one is
 *            being paid; E_MISSING_PARAMETER, E_INVALID_PARAMETER (amount); those of session_check
 */
struct link_open {
    struct command c; /* first */
    id link;
    bool has_amount, replace;
    int64_t amount_minor;
    enum locale locale; /* the buyer's; LOCALE_NONE: ja */
};
void link_open_init(struct link_open *in);

/* ---- for the operator, one transaction each ------------------------------------------------- */

/* Makes a link without a split, and writes its object as a line.
 *   merchant  a root merchant
 *   link      as link_create
 *   errors    E_NOT_FOUND, E_INVALID_PARAMETER (--merchant), those of link_create */
struct link_order {
    id merchant;
    struct payment_link link;
    int64_t lifetime_s;
    const char *public_url; /* may be NULL */
};
MUST_USE result link_make(struct store *store, struct arena *arena, struct link_order *order,
                          struct buf *out);
/* Ends the link order.link.id.  errors  E_NOT_FOUND (--merchant, --id), E_UNPROCESSABLE, E_LOCKED:
 * a rail is being asked about its payment */
MUST_USE result link_end(struct store *store, struct arena *arena, struct link_order *order,
                         struct buf *out);
/* Writes a line for each link of a merchant, newest first. */
MUST_USE result link_list(struct store *store, const struct link_order *order, struct buf *out);

#endif
