/* SPDX-License-Identifier: Apache-2.0 */
#include "core/three_d_secure.h"

#include <string.h>

static const char *const TRANS_TEXTS[TRANS_STATUSES] = {
    [TRANS_NONE] = "",       [TRANS_AUTHENTICATED] = "Y", [TRANS_ATTEMPTED] = "A",
    [TRANS_CHALLENGE] = "C", [TRANS_DECOUPLED] = "D",     [TRANS_DENIED] = "N",
    [TRANS_REJECTED] = "R",  [TRANS_UNAVAILABLE] = "U",   [TRANS_INFORMATIONAL] = "I",
};

const char *trans_status_text(enum trans_status status)
{
    return TRANS_TEXTS[status];
}

bool trans_status_read(str text, enum trans_status *ret)
{
    for (int i = TRANS_NONE + 1; i < TRANS_STATUSES; i++)
        if (str_is(text, TRANS_TEXTS[i])) {
            *ret = (enum trans_status)i;
            return true;
        }
    return false;
}

const char *verification_text(enum verification verification)
{
    static const char *const TEXTS[VERIFICATIONS] = {
        [VERIFICATION_OK] = "OK",
        [VERIFICATION_NEEDS_VERIFY] = "NEEDS_VERIFY",
        [VERIFICATION_SKIPPED] = "SKIPPED",
        [VERIFICATION_ERRORED] = "ERRORED",
    };
    return TEXTS[verification];
}

bool verification_authorizes(enum verification verification)
{
    return verification == VERIFICATION_OK || verification == VERIFICATION_SKIPPED;
}

const char *three_d_step_text(enum three_d_step step)
{
    static const char *const TEXTS[STEPS_3D] = {
        [STEP_3D_METHOD] = "method",
        [STEP_3D_CHALLENGE] = "challenge",
        [STEP_3D_ENDED] = "ended",
    };
    return TEXTS[step];
}

/* ---- ECI and authenticationValue ------------------------------------------------------------ */

enum proof { PROOF_NONE = 0, PROOF_ATTEMPT, PROOF_FULL, PROOFS };

/* What a transStatus proves, and what becomes of the card without regard to the proof. */
static const struct {
    enum proof proof;
    enum three_d_step step;
    enum verification verification;
} STATUS[TRANS_STATUSES] = {
    [TRANS_NONE] = {PROOF_NONE, STEP_3D_ENDED, VERIFICATION_ERRORED},
    [TRANS_AUTHENTICATED] = {PROOF_FULL, STEP_3D_ENDED, VERIFICATION_OK},
    [TRANS_ATTEMPTED] = {PROOF_ATTEMPT, STEP_3D_ENDED, VERIFICATION_OK},
    [TRANS_CHALLENGE] = {PROOF_NONE, STEP_3D_CHALLENGE, VERIFICATION_NEEDS_VERIFY},
    [TRANS_DECOUPLED] = {PROOF_NONE, STEP_3D_CHALLENGE, VERIFICATION_NEEDS_VERIFY},
    [TRANS_DENIED] = {PROOF_NONE, STEP_3D_ENDED, VERIFICATION_ERRORED},
    [TRANS_REJECTED] = {PROOF_NONE, STEP_3D_ENDED, VERIFICATION_ERRORED},
    [TRANS_UNAVAILABLE] = {PROOF_NONE, STEP_3D_ENDED, VERIFICATION_SKIPPED},
    [TRANS_INFORMATIONAL] = {PROOF_NONE, STEP_3D_ENDED, VERIFICATION_SKIPPED},
};

static const char *eci_of(enum card_brand brand, enum proof proof)
{
    static const char *const MASTER[PROOFS] = {"00", "01", "02"};
    static const char *const OTHERS[PROOFS] = {"07", "06", "05"};
    return brand == BRAND_MASTER ? MASTER[proof] : OTHERS[proof];
}

const char *three_d_eci(enum card_brand brand, enum trans_status status)
{
    return eci_of(brand, STATUS[status].proof);
}

static bool is_base64(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

bool three_d_is_value(str value)
{
    if (value.bytes != AUTHENTICATION_VALUE_DIGITS)
        return false;
    for (size_t i = 0; i < AUTHENTICATION_VALUE_DIGITS - 1; i++)
        if (!is_base64(value.at[i]))
            return false;
    return value.at[AUTHENTICATION_VALUE_DIGITS - 1] == '=';
}

/* ---- the verdict ---------------------------------------------------------------------------- */

struct three_d_verdict three_d_decide(enum card_brand brand, enum trans_status status, str eci,
                                      str value, bool authorizes_unavailable)
{
    const enum proof proof = STATUS[status].proof;
    struct three_d_verdict verdict = {
        .step = STATUS[status].step, .verification = STATUS[status].verification, .eci = ""};
    const bool is_proven =
        proof != PROOF_NONE && str_is(eci, eci_of(brand, proof)) && three_d_is_value(value);
    if (proof != PROOF_NONE && !is_proven) /* said, and not proven: as if nobody could tell */
        verdict.verification = VERIFICATION_SKIPPED;
    if (verdict.verification == VERIFICATION_SKIPPED && status != TRANS_INFORMATIONAL &&
        !authorizes_unavailable)
        verdict.verification = VERIFICATION_ERRORED;
    verdict.has_shift = is_proven;
    if (verification_authorizes(verdict.verification))
        verdict.eci = eci_of(brand, is_proven ? proof : PROOF_NONE);
    return verdict;
}

result three_d_covers(struct three_d_amount authenticated, struct three_d_amount charged)
{
    const bool is_covered = charged.amount_minor <= authenticated.amount_minor &&
                            charged.amount_minor + charged.tax_minor <=
                                authenticated.amount_minor + authenticated.tax_minor;
    return is_covered ? OK
                      : FAIL(E_INVALID_TOKEN, "payment_details",
                             "the amount is larger than the one that was authenticated");
}
