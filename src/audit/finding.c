/* SPDX-License-Identifier: Apache-2.0 */
/* finding.c: lines about what is wrong, and the names of the rows they are about. */
#include <inttypes.h>
#include <stdarg.h>

#include "audit/audit_state.h"

static const char *or_unknown(const char *text)
{
    return text == NULL ? "?" : text;
}

void finding(struct audit *a, const char *subject, const char *format, ...)
{
    va_list args;
    if (a->error.code != E_OK)
        return;
    va_start(args, format);
    (void)fprintf(a->out, "%s: ", subject);
    (void)vfprintf(a->out, format, args);
    (void)fputc('\n', a->out);
    va_end(args);
    a->seen->findings++;
    arena_clear(a->names);
}

const char *row_name(struct audit *a, const char *what, id row)
{
    char text[ID_TEXT_BYTES];
    id_text(row, text);
    return or_unknown(arena_printf(a->names, "%s %s", what, text));
}

static const char *tenant_text(struct audit *a)
{
    const struct merchant_fact *root = merchant_of(a, a->tenant);
    if (root == NULL)
        return or_unknown(arena_printf(a->names, "tenant %" PRId64, a->tenant));
    char text[ID_TEXT_BYTES];
    id_text((id){.key = a->tenant, .salt = root->salt}, text);
    return or_unknown(arena_cstr(a->names, str_of(text)));
}

const char *number_name(struct audit *a, const char *what, int64_t n)
{
    return or_unknown(arena_printf(a->names, "%s %" PRId64 " of %s", what, n, tenant_text(a)));
}

static const char *house_name(struct audit *a, int64_t account)
{
    static const char *const NAMES[] = {"fee", "tax", "customer_fee", "payout_clearing",
                                        "refund_clearing"};
    if (account >= HOUSE_REFUND_CLEARING)
        return NAMES[HOUSE_FEE - account];
    return or_unknown(arena_printf(a->names, "acquirer:%" PRId64, HOUSE_ACQUIRER(0) - account));
}

const char *party_name(struct audit *a, int64_t account)
{
    if (is_house(account))
        return house_name(a, account);
    const struct merchant_fact *merchant = merchant_of(a, account);
    if (merchant == NULL)
        return or_unknown(arena_printf(a->names, "number %" PRId64, account));
    char text[ID_TEXT_BYTES];
    id_text((id){.key = account, .salt = merchant->salt}, text);
    return or_unknown(arena_cstr(a->names, str_of(text)));
}

const char *account_name(struct audit *a, int64_t account, int64_t currency)
{
    const char *code = CUR_NONE < currency && currency < CURRENCIES
                           ? currency_code((enum currency)currency)
                           : or_unknown(arena_printf(a->names, "currency %" PRId64, currency));
    if (is_house(account))
        return or_unknown(arena_printf(a->names, "account %s of %s %s", house_name(a, account),
                                       tenant_text(a), code));
    return or_unknown(arena_printf(a->names, "account %s %s", party_name(a, account), code));
}

const char *type_name(struct audit *a, int64_t type)
{
    const char *word = record_word(type);
    return word == NULL ? or_unknown(arena_printf(a->names, "type %" PRId64, type)) : word;
}
