/* SPDX-License-Identifier: Apache-2.0 */
/* test_contact.c: e-mail addresses and telephone numbers of komoju-core 15.2. */
#include "unit.h"

#include "core/contact.h"

TEST(an_address_has_one_at_sign_and_a_dotted_domain)
{
    static const char *const GOOD[] = {"a@b.c", "hana@shop.example", "a+b.c_d@x-y.co.jp",
                                       "はな@店.example"};
    static const char *const BAD[] = {"",     "a",     "@b.c",    "a@",      "a@b",    "a@.c",
                                      "a@bc", "a@bcd", "a@b@c.d", "a b@c.d", "a@b .c", "a@@b.c"};
    for (size_t i = 0; i < COUNT(GOOD); i++)
        CHECK(contact_is_email(str_of(GOOD[i])));
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!contact_is_email(str_of(BAD[i])));
}

TEST(a_telephone_number_has_ten_digits_and_no_letters)
{
    static const char *const GOOD[] = {"0312345678", "+81 3-1234-5678", "(03)1234_5678",
                                       "090-1234-5678", "- 0 1 2 3 4 5 6 7 8 9"};
    static const char *const BAD[] = {"",
                                      "031234567",
                                      "()-_+ ",
                                      "03-1234-567x8",
                                      "x0312345678",
                                      "0312345678;",
                                      "０３１２３４５６７８"};
    for (size_t i = 0; i < COUNT(GOOD); i++)
        CHECK(contact_is_phone(str_of(GOOD[i])));
    for (size_t i = 0; i < COUNT(BAD); i++)
        CHECK(!contact_is_phone(str_of(BAD[i])));
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(an_address_has_one_at_sign_and_a_dotted_domain),
        CLAIM(a_telephone_number_has_ten_digits_and_no_letters),
    };
    return RUN_ALL(all);
}
