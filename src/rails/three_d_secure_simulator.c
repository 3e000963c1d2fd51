/* SPDX-License-Identifier: Apache-2.0 */
/* three_d_secure_simulator.c: the directory server and the issuers of the test environment.
 *
 * A card whose number starts with a scripted 12-digit prefix has its scenario in the three digits
 * before the check digit; any other card is authenticated without a challenge. */
#include <sodium.h>
#include <string.h>

#include "rails/three_d_secure.h"

enum { SCENARIO_FIRST = 101, SCENARIO_LAST = 110, PREFIX_DIGITS = 12, SCRIPTED_DIGITS = 16 };
enum { ERRO_TRANSACTION = 301, ERRO_TIMEOUT = 402 };

enum code_kind { CODE_RIGHT = 0, CODE_NEVER, CODE_CANCELS, CODE_LIES };

struct scenario {
    enum trans_status ares; /* TRANS_NONE: no answer */
    bool has_method, method_returns;
    enum code_kind code; /* C: what the ACS makes of what is typed */
};

static const struct scenario SCENARIOS[SCENARIO_LAST - SCENARIO_FIRST + 1] = {
    {TRANS_CHALLENGE, false, false, CODE_RIGHT},   /* 101 */
    {TRANS_CHALLENGE, false, false, CODE_NEVER},   /* 102 */
    {TRANS_CHALLENGE, false, false, CODE_CANCELS}, /* 103 */
    {TRANS_ATTEMPTED, false, false, CODE_RIGHT},   /* 104 */
    {TRANS_DENIED, false, false, CODE_RIGHT},      /* 105 */
    {TRANS_REJECTED, false, false, CODE_RIGHT},    /* 106 */
    {TRANS_UNAVAILABLE, false, false, CODE_RIGHT}, /* 107 */
    {TRANS_NONE, false, false, CODE_RIGHT},        /* 108 */
    {TRANS_CHALLENGE, true, false, CODE_RIGHT},    /* 109 */
    {TRANS_CHALLENGE, false, false, CODE_LIES},    /* 110 */
};
static const struct scenario FRICTIONLESS = {TRANS_AUTHENTICATED, false, false, CODE_RIGHT};
/* The cards that komoju-core 16 calls 3DS-capable: with a method page, then a challenge. */
static const struct scenario CAPABLE = {TRANS_CHALLENGE, true, true, CODE_RIGHT};

static const char *const PREFIXES[] = {"400000000000", "222300000000", "353000000000"};
static const char *const CAPABLE_CARDS[] = {"4100000000000100", "5100000000000107",
                                            "3528000000000106"};
static const char RIGHT_CODE[] = "123456";

static const struct scenario *scenario_of(str number)
{
    for (size_t i = 0; i < COUNT(CAPABLE_CARDS); i++)
        if (str_is(number, CAPABLE_CARDS[i]))
            return &CAPABLE;
    if (number.bytes != SCRIPTED_DIGITS)
        return &FRICTIONLESS;
    int64_t which = 0;
    for (size_t i = 0; i < COUNT(PREFIXES); i++)
        if (str_starts(number, PREFIXES[i]) &&
            str_i64((str){number.at + PREFIX_DIGITS, 3}, &which) && which >= SCENARIO_FIRST &&
            which <= SCENARIO_LAST)
            return &SCENARIOS[which - SCENARIO_FIRST];
    return &FRICTIONLESS;
}

struct three_d_range three_d_range_of(str number)
{
    const struct scenario *scenario = scenario_of(number);
    return (struct three_d_range){scenario->has_method, scenario->method_returns};
}

/* ---- proof ---------------------------------------------------------------------------------- */

static void copy(char *to, size_t room, const char *from)
{
    const size_t bytes = strnlen(from, room - 1);
    memcpy(to, from, bytes);
    to[bytes] = '\0';
}

/* Sets the status, and what a real issuer would send along with it. */
static void prove(struct three_d_answer *ret, enum card_brand brand, enum trans_status status)
{
    ret->trans_status = status;
    copy(ret->eci, sizeof ret->eci, three_d_eci(brand, status));
    ret->authentication_value[0] = '\0';
    if (status == TRANS_AUTHENTICATED || status == TRANS_ATTEMPTED) {
        uint8_t value[20];
        randombytes_buf(value, sizeof value);
        (void)sodium_bin2base64(ret->authentication_value, sizeof ret->authentication_value, value,
                                sizeof value, sodium_base64_VARIANT_ORIGINAL);
    }
}

/* ---- AReq ----------------------------------------------------------------------------------- */

/* acs_state: what the ACS remembers: kind of card (4 bits), wrong codes (4), resends (4), over. */
enum { STATE_WRONG = 16, STATE_RESEND = 256, STATE_OVER = 4096 };

static int64_t digit_of(int64_t acs_state, int64_t unit)
{
    return acs_state / unit % 16;
}

int three_d_authenticate(const struct three_d_areq *areq, struct three_d_answer *ret,
                         int64_t *ret_acs_state)
{
    const struct scenario *scenario = scenario_of(areq->acct_number);
    if (scenario->ares == TRANS_NONE)
        return ERRO_TIMEOUT;
    *ret = (struct three_d_answer){0};
    copy(ret->server_trans_id, sizeof ret->server_trans_id, areq->server_trans_id);
    copy(ret->ds_reference, sizeof ret->ds_reference, "SIMDS00001");
    copy(ret->acs_reference, sizeof ret->acs_reference, "SIMACS00001");
    copy(ret->authentication_type, sizeof ret->authentication_type, "02");
    three_d_uuid(ret->ds_trans_id);
    three_d_uuid(ret->acs_trans_id);
    prove(ret, card_brand_of(areq->acct_number), scenario->ares);
    *ret_acs_state = (int64_t)scenario->code;
    return 0;
}

/* ---- CReq ----------------------------------------------------------------------------------- */

void three_d_challenge_left(int64_t acs_state, int64_t *ret_tries, int64_t *ret_resends)
{
    *ret_tries = CHALLENGE_TRIES_MAX - digit_of(acs_state, STATE_WRONG);
    *ret_resends = CHALLENGE_RESENDS_MAX - digit_of(acs_state, STATE_RESEND);
}

/* The result of a code, TRANS_NONE: try again. */
static enum trans_status judge(str code, int64_t *acs_state)
{
    const enum code_kind kind = (enum code_kind)digit_of(*acs_state, 1);
    if (kind == CODE_LIES)
        return TRANS_DENIED;
    if (kind == CODE_RIGHT && str_is(code, RIGHT_CODE))
        return TRANS_AUTHENTICATED;
    *acs_state += STATE_WRONG;
    return digit_of(*acs_state, STATE_WRONG) < CHALLENGE_TRIES_MAX ? TRANS_NONE : TRANS_DENIED;
}

static void end(const struct three_d_answer *opened, enum card_brand brand,
                enum trans_status status, int64_t *acs_state, struct three_d_challenge *ret)
{
    ret->is_over = true;
    ret->rreq = *opened;
    ret->rreq.interaction_counter =
        digit_of(*acs_state, STATE_WRONG) + digit_of(*acs_state, STATE_RESEND) + 1;
    prove(&ret->rreq, brand, status);
    ret->cres_status =
        digit_of(*acs_state, 1) == CODE_LIES ? TRANS_AUTHENTICATED : ret->rreq.trans_status;
    *acs_state += STATE_OVER;
}

int three_d_challenge(const struct three_d_answer *opened, enum card_brand brand,
                      const struct three_d_creq *creq, int64_t *acs_state,
                      struct three_d_challenge *ret)
{
    *ret = (struct three_d_challenge){0};
    if (digit_of(*acs_state, STATE_OVER) != 0 ||
        strcmp(creq->server_trans_id, opened->server_trans_id) != 0 ||
        strcmp(creq->acs_trans_id, opened->acs_trans_id) != 0)
        return ERRO_TRANSACTION;
    const bool is_cancelled =
        creq->act == CHALLENGE_CANCEL ||
        (creq->act == CHALLENGE_CODE && digit_of(*acs_state, 1) == CODE_CANCELS);
    enum trans_status status = TRANS_NONE;
    if (is_cancelled)
        status = TRANS_DENIED;
    else if (creq->act == CHALLENGE_CODE)
        status = judge(creq->code, acs_state);
    else if (digit_of(*acs_state, STATE_RESEND) < CHALLENGE_RESENDS_MAX)
        *acs_state += STATE_RESEND;
    if (status != TRANS_NONE)
        end(opened, brand, status, acs_state, ret);
    if (is_cancelled)
        copy(ret->rreq.challenge_cancel, sizeof ret->rreq.challenge_cancel, "01");
    three_d_challenge_left(*acs_state, &ret->tries_left, &ret->resends_left);
    return 0;
}
