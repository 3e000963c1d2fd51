/* SPDX-License-Identifier: Apache-2.0 */
/* test_details.c: what a page asks for, by payment type. */
#include "unit.h"

#include "base/buf.h"
#include "core/details.h"

static void check_asked(enum method method, const char *want)
{
    struct buf got;
    str name;
    buf_init(&got, 256);
    buf_text(&got, "");
    for (size_t i = 0; (name = details_asked(method, i)).at != NULL; i++)
        buf_printf(&got, "%s%.*s", i > 0 ? " " : "", (int)name.bytes, name.at);
    CHECK(str_is(buf_view(&got), want));
    buf_done(&got);
}

/* komoju-core 7.4 (alipay, paypay), 15.3 and 15.4 (what has a star), 18 (Fields asks for `name`
 * where paidy wants customer_name). */
TEST(a_page_asks_for_what_a_type_needs)
{
    check_asked(METHOD_PAYPAY, "");
    check_asked(METHOD_ALIPAY, "name");
    check_asked(METHOD_PAIDY, "email phone name");
    check_asked(METHOD_TOSS, "email");
    check_asked(METHOD_JAPAN_MOBILE, "brand");
    check_asked(METHOD_PIX, "name email cpf");
    check_asked(METHOD_CVS, "email");
    check_asked(METHOD_BANK_TRANSFER, "email phone given_name_kana family_name_kana");
    check_asked(METHOD_PAY_EASY,
                "email phone given_name family_name given_name_kana family_name_kana");
    check_asked(METHOD_WEB_MONEY, "prepaid_number");
    check_asked(METHOD_DOSPARA, "user_no user_password");
}

TEST(cards_and_stores_have_forms_of_their_own)
{
    check_asked(METHOD_CREDIT_CARD, "");
    check_asked(METHOD_CREDIT_CARD_KOREA, "");
    check_asked(METHOD_KONBINI, "");
}

TEST(carriers_are_a_choice)
{
    CHECK_TEXT(details_brands(METHOD_JAPAN_MOBILE), "docomo au softbank");
    CHECK(details_brands(METHOD_PAYPAY) == NULL);
    CHECK(details_brands(METHOD_PIX) == NULL);
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(a_page_asks_for_what_a_type_needs),
        CLAIM(cards_and_stores_have_forms_of_their_own),
        CLAIM(carriers_are_a_choice),
    };
    return RUN_ALL(all);
}
