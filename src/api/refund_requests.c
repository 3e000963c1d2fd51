/* SPDX-License-Identifier: Apache-2.0 */
/* refund_requests.c: POST /payments/{id}/refund_request (komoju-core 6.8), and the test helper that
 * is the operator (design 5). */
#include <string.h>

#include "api/api.h"
#include "api/request.h"
#include "api/split_fields.h"
#include "app/refund_request.h"
#include "core/kana.h"

enum { ACCOUNT_DIGITS = 7, BANK_DIGITS = 4, BRANCH_DIGITS = 3, CODE_CHARACTERS_MAX = 64 };

struct refund_request_in {
    bool has_amount, includes_customer_fee;
    int account_type;
    int64_t amount;
    str customer_name, bank_name, bank_code, branch_name, branch_number, account_number;
    str description;
    json_t *platform_details;
};

/* In the order of enum account_type; the platform guide says "ordinary" for the first. */
static const char *const ACCOUNT_TYPES[] = {"", "normal", "checking", "savings", "ordinary", NULL};
enum { TYPE_ORDINARY = 4 };

#define AT(member) offsetof(struct refund_request_in, member)
static const struct field FIELDS[] = {
    {"amount", F_I64, AT(amount), AT(has_amount), 0, 1, MONEY_MAX, NULL},
    {"customer_name", F_TEXT, AT(customer_name), FIELD_NO_FLAG, FIELD_REQUIRED, 1, 255, NULL},
    {"bank_name", F_TEXT, AT(bank_name), FIELD_NO_FLAG, FIELD_REQUIRED, 1, BANK_NAME_CHARACTERS_MAX,
     NULL},
    {"bank_code", F_TEXT, AT(bank_code), FIELD_NO_FLAG, 0, 1, CODE_CHARACTERS_MAX, NULL},
    {"branch_name", F_TEXT, AT(branch_name), FIELD_NO_FLAG, 0, 1, BANK_NAME_CHARACTERS_MAX, NULL},
    {"branch_number", F_TEXT, AT(branch_number), FIELD_NO_FLAG, FIELD_REQUIRED, 1,
     CODE_CHARACTERS_MAX, NULL},
    {"account_type", F_ENUM, AT(account_type), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0, ACCOUNT_TYPES},
    {"account_number", F_TEXT, AT(account_number), FIELD_NO_FLAG, FIELD_REQUIRED, 1,
     CODE_CHARACTERS_MAX, NULL},
    {"include_payment_method_fee", F_BOOL, AT(includes_customer_fee), FIELD_NO_FLAG, 0, 0, 0, NULL},
    {"description", F_TEXT, AT(description), FIELD_NO_FLAG, 0, 1, 4096, NULL},
    {"platform_details", F_ANY, AT(platform_details), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_refund_request = FIELD_LIST(FIELDS);
#undef AT

static bool is_digits(str text, size_t count)
{
    for (size_t i = 0; i < text.bytes; i++)
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
    return text.bytes == count;
}

static result check_codes(const struct refund_request_in *in)
{
    if (in->bank_code.at != NULL && !is_digits(in->bank_code, BANK_DIGITS))
        return FAIL(E_INVALID_PARAMETER, "bank_code", "a bank code has 4 digits");
    if (!is_digits(in->branch_number, BRANCH_DIGITS))
        return FAIL(E_INVALID_PARAMETER, "branch_number", "a branch number has 3 digits");
    return OK;
}

/* 7 digits; a number has lost its zeros at the front. */
static result read_account_number(str text, struct arena *arena, str *ret)
{
    char digits[ACCOUNT_DIGITS];
    if (text.bytes > ACCOUNT_DIGITS || !is_digits(text, text.bytes))
        return FAIL(E_INVALID_PARAMETER, "account_number", "an account number has 7 digits");
    memset(digits, '0', sizeof digits);
    memcpy(digits + ACCOUNT_DIGITS - text.bytes, text.at, text.bytes);
    *ret = arena_str(arena, (str){digits, sizeof digits});
    return OK;
}

static result read_holder(str text, struct arena *arena, str *ret)
{
    struct kana kana;
    size_t at = 0;
    result r = kana_of_name(text, &kana, &at);
    if (r.code != E_OK) {
        r.param = "customer_name";
        return r;
    }
    *ret = arena_str(arena, (str){kana.text, kana.bytes});
    explicit_bzero(&kana, sizeof kana);
    return OK;
}

static result parse(struct exchange *x, struct refund_request_create *ret)
{
    struct refund_request_in in = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    TRY(check_codes(&in));
    TRY(read_holder(in.customer_name, x->arena, &ret->account.holder));
    TRY(read_account_number(in.account_number, x->arena, &ret->account.number));
    ret->has_amount = in.has_amount;
    ret->amount_minor = in.amount;
    ret->includes_customer_fee = in.includes_customer_fee;
    ret->bank = (struct bank_refund){
        .bank_name = in.bank_name,
        .bank_code = in.bank_code,
        .branch_name = in.branch_name,
        .branch_number = in.branch_number,
        .account_type =
            in.account_type == TYPE_ORDINARY ? ACCOUNT_NORMAL : (enum account_type)in.account_type,
        .description = in.description,
    };
    return split_fields_read(in.platform_details, true, x->arena, &ret->platform);
}

void api_refund_request_create(struct exchange *x)
{
    struct refund_request_create *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    refund_request_create_init(in);
    const result r =
        id_read(x->request.args[0], &in->p.id) ? parse(x, in) : FAIL(E_NOT_FOUND, NULL, NULL);
    if (r.code != E_OK)
        reply_error(x, r);
    else
        api_run(x, &in->p.c);
}

/* ---- the test helper ----------------------------------------------------------------------- */

struct simulate_in {
    int outcome;
};
enum { OUTCOME_COMPLETED = 1 };
static const char *const OUTCOMES[] = {"", "completed", "rejected", NULL};
static const struct field SIMULATE[] = {
    {"outcome", F_ENUM, offsetof(struct simulate_in, outcome), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0,
     OUTCOMES},
};
const struct field_list request_refund_request_outcome = FIELD_LIST(SIMULATE);

void api_test_refund_request(struct exchange *x)
{
    struct simulate_in in = {0};
    struct refund_request_end *end = api_command(x, sizeof *end);
    if (end == NULL)
        return;
    refund_request_end_init(end);
    result r = id_read(x->request.args[0], &end->request) ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
    if (r.code == E_OK)
        r = fields_read(x->request.body, NULL, SIMULATE, COUNT(SIMULATE), x->arena, &in);
    end->is_completed = in.outcome == OUTCOME_COMPLETED;
    if (r.code != E_OK)
        reply_error(x, r);
    else
        api_run(x, &end->p.c);
}
