/* SPDX-License-Identifier: Apache-2.0 */
#include "rails/simulator_secret.h"

#include <string.h>

#include "base/json_parse.h"

static const struct {
    const char *number;
    int64_t points; /* in minor units; 0: refused */
    enum err refusal;
} NUMBERS[] = {
    {"1111111111111111", 2000, E_OK},
    {"e111111111111112", 0, E_INVALID_NUMBER},
    {"e111111111111113", 0, E_USED_NUMBER},
    {"e111111111111114", 0, E_OTHER_ERROR},
};

static const struct {
    const char *name, *value;
    enum err refusal;
} LOGINS[] = {
    {"culture_id", "nobody", E_INVALID_ACCOUNT},
    {"culture_id", "poor", E_INSUFFICIENT_FUNDS},
    {"culture_password", "wrong", E_INVALID_PASSWORD},
    {"happy_money_id", "nobody", E_INVALID_ACCOUNT},
    {"happy_money_id", "poor", E_INSUFFICIENT_FUNDS},
    {"happy_money_password", "wrong", E_INVALID_PASSWORD},
    {"user_no", "nobody", E_INVALID_ACCOUNT},
    {"user_no", "poor", E_INSUFFICIENT_FUNDS},
    {"user_password", "wrong", E_INVALID_PASSWORD},
    {"scanned_code", "wrong", E_INVALID_NUMBER},
    {"scanned_code", "used", E_USED_NUMBER},
    {"scanned_code", "expired", E_CARD_EXPIRED},
    {"scanned_code", "poor", E_INSUFFICIENT_FUNDS},
    {"user_authorization_id", "unknown", E_INVALID_USER_KEY},
    {"user_authorization_id", "expired", E_RESTRICTED_ACCOUNT},
    {"user_authorization_id", "poor", E_INSUFFICIENT_FUNDS},
};

static bool is_member(const json_t *object, const char *name, const char *value)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text != NULL && strcmp(text, value) == 0;
}

static void redeem(const json_t *secret, int64_t *amount_minor, enum err *ret)
{
    if (json_object_get(secret, "prepaid_number") == NULL)
        *ret = E_INVALID_NUMBER;
    for (size_t i = 0; i < COUNT(NUMBERS); i++) {
        if (!is_member(secret, "prepaid_number", NUMBERS[i].number))
            continue;
        *ret = NUMBERS[i].refusal;
        if (*ret == E_OK && NUMBERS[i].points < *amount_minor)
            *amount_minor = NUMBERS[i].points;
    }
}

result simulator_redeem(const struct rail_call *call, int64_t *amount_minor, enum err *ret)
{
    json_t *secret = NULL;
    if (call->secret.at != NULL)
        TRY(json_parse(call->secret, 0, &secret, NULL));
    redeem(secret, amount_minor, ret);
    json_decref(secret);
    return OK;
}

/* The account is shown with the payment, the password is secret. */
result simulator_login(const struct rail_call *call, enum err *ret)
{
    json_t *secret = NULL, *shown = NULL;
    result r = json_parse(call->details, 0, &shown, NULL);
    if (r.code == E_OK && call->secret.at != NULL)
        r = json_parse(call->secret, 0, &secret, NULL);
    for (size_t i = 0; i < COUNT(LOGINS); i++)
        if (is_member(shown, LOGINS[i].name, LOGINS[i].value) ||
            is_member(secret, LOGINS[i].name, LOGINS[i].value))
            *ret = LOGINS[i].refusal;
    json_decref(secret);
    json_decref(shown);
    return r;
}
