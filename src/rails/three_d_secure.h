/* SPDX-License-Identifier: Apache-2.0 */
/* three_d_secure.h: what passes between us (the 3DS Server), the directory server (DS) and the
 * issuer (ACS), and the simulated DS and ACS of the test environment.
 *
 *     AReq ──▶ DS ──▶ ACS ──▶ ARes      Y, A, N, U, R, I: done; C: the issuer wants to ask
 *     CReq ──▶ ACS ──▶ RReq, CRes       what the customer has answered
 *
 * The RReq comes from server to server and is the result; the CRes comes through the browser and
 * ends the page, no more. In the simulator the CRes can lie.
 *
 * The simulator answers at once, from what it is given, and keeps nothing: what an ACS would
 * remember of a transaction is `acs_state`, which the caller keeps for it and does not look into.
 * Thread-safe.
 *
 * Used by  app
 * Source   EMV 3-D Secure 2.2 as bank-rails 11 gives it; bank-rails 11.4 and komoju-core 16 (cards)
 */
#ifndef KESSAI_RAILS_THREE_D_SECURE_H
#define KESSAI_RAILS_THREE_D_SECURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"
#include "core/three_d_secure.h"

enum { UUID_BYTES = 37 };
#define THREE_D_VERSION "2.2.0"

void three_d_uuid(char ret[UUID_BYTES]); /* a random one */

/* Whether the issuer of a card wants its method page to run in the browser before the AReq
 * (threeDSMethodURL of the card range), and whether that page ever comes back. */
struct three_d_range {
    bool has_method, method_returns;
};
struct three_d_range three_d_range_of(str number);

/* threeDSCompInd */
enum method_completion { COMPLETION_NONE = 0, COMPLETION_Y, COMPLETION_N, COMPLETION_U };

/* Authentication request. Texts may be absent where the message allows it. */
struct three_d_areq {
    const char *message_version, *device_channel, *message_category; /* "2.2.0", "02", "01" */
    const char *server_trans_id, *requestor_trans_id;
    str acct_number;          /* the card number: never logged */
    char card_expiry_date[5]; /* YYMM */
    const char *acquirer_bin, *acquirer_merchant_id, *mcc, *merchant_country_code;
    str merchant_name;
    int64_t purchase_amount;
    const char *purchase_currency; /* ISO 4217 number: "392" */
    int purchase_exponent;
    char purchase_date[15]; /* YYYYMMDDHHMMSS, UTC */
    const char *requestor_id, *requestor_url;
    str requestor_name;
    const char *requestor_authentication_ind, *requestor_challenge_ind; /* "01", "01" */
    enum method_completion completion;
    const char *notification_url;
    str browser_accept_header, browser_user_agent, browser_language, browser_color_depth,
        browser_screen_height, browser_screen_width, browser_tz;
    bool browser_java_enabled, browser_javascript_enabled;
};

/* What an answer says: ARes and RReq. Empty texts where the message has none. */
struct three_d_answer {
    enum trans_status trans_status;
    char server_trans_id[UUID_BYTES], ds_trans_id[UUID_BYTES], acs_trans_id[UUID_BYTES];
    char ds_reference[16], acs_reference[16];
    char eci[ECI_BYTES], authentication_value[AUTHENTICATION_VALUE_DIGITS + 1];
    char authentication_type[3]; /* "02": dynamic */
    char challenge_cancel[3];    /* RReq: "01" the customer has cancelled */
    int64_t interaction_counter; /* RReq */
};

/* Sends an AReq.
 *   ret_acs_state  for the challenge, where the answer is C
 *   returns        an Erro code, 402 when no answer came in time (treat as U); 0: ret is the ARes
 */
int three_d_authenticate(const struct three_d_areq *areq, struct three_d_answer *ret,
                         int64_t *ret_acs_state);

/* What the customer does on the issuer's page. */
enum challenge_act { CHALLENGE_NONE = 0, CHALLENGE_CODE, CHALLENGE_CANCEL, CHALLENGE_RESEND };

enum { CHALLENGE_TRIES_MAX = 3, CHALLENGE_RESENDS_MAX = 3, CHALLENGE_CODE_BYTES_MAX = 10 };

struct three_d_creq {
    const char *message_version, *server_trans_id, *acs_trans_id;
    const char *challenge_window_size; /* "05" */
    enum challenge_act act;
    str code; /* CHALLENGE_CODE: what was typed */
};

/* What became of a CReq. */
struct three_d_challenge {
    bool is_over;
    struct three_d_answer rreq;       /* is_over: the result, from server to server */
    enum trans_status cres_status;    /* is_over: what the browser is given to carry */
    int64_t tries_left, resends_left; /* else */
};

/* Takes one CReq.
 *   opened         the ids of the transaction, from its ARes; brand of its card
 *   acs_state      as the last call left it; changed
 *   returns        an Erro code: 301 for a transaction that is over, or another's; 0: ret is filled
 */
int three_d_challenge(const struct three_d_answer *opened, enum card_brand brand,
                      const struct three_d_creq *creq, int64_t *acs_state,
                      struct three_d_challenge *ret);
/* How many codes may still be tried, and asked for again. */
void three_d_challenge_left(int64_t acs_state, int64_t *ret_tries, int64_t *ret_resends);

/* ---- texts for the browser: JSON in base64url without padding ------------------------------- */

/* ret   in the arena; absent without memory, and then the arena is broken */
str three_d_creq_text(const struct three_d_creq *creq, struct arena *arena);
str three_d_cres_text(const struct three_d_answer *opened, enum trans_status status,
                      struct arena *arena);
str three_d_method_text(const char *server_trans_id, str notification_url, struct arena *arena);

/* Reads the transaction a CRes is about: all that is believed of it.
 *   ret     threeDSServerTransID, in the arena
 *   errors  E_INVALID_PARAMETER (cres) */
MUST_USE result three_d_cres_read(str text, struct arena *arena, str *ret);

#endif
