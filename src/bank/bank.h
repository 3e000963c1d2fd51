/* SPDX-License-Identifier: Apache-2.0 */
/* bank.h: an account at a Japanese bank, as the files of banks name it.
 *
 * All texts can be written in JIS X 0201, the character set of those files: capitals, digits, a
 * few signs and half-width katakana. They are kept as UTF-8 and end in a NUL; a text is never
 * longer than its field in a file is. Which values fit together is checked in bank/account.h.
 *
 * Used by  bank, app
 * Source   bank-rails 2.2, 2.3, 3.3 */
#ifndef KESSAI_BANK_BANK_H
#define KESSAI_BANK_BANK_H

enum {
    BANK_CODE_DIGITS = 4,
    BANK_BRANCH_DIGITS = 3,
    BANK_NUMBER_DIGITS = 7,
    BANK_NAME_CHARACTERS = 15,   /* of a bank or a branch */
    BANK_HOLDER_CHARACTERS = 30, /* of the account's holder */
    BANK_NAME_BYTES = 48,        /* a character is at most three bytes of UTF-8; and a NUL */
    BANK_HOLDER_BYTES = 91,
};

/* Kinds of account, by the digit that files of the Zengin formats write. */
enum bank_account_type {
    ACCOUNT_NONE = 0,
    ACCOUNT_ORDINARY = 1, /* 普通 */
    ACCOUNT_CHECKING = 2, /* 当座 */
    ACCOUNT_SAVINGS = 4,  /* 貯蓄 */
};

struct bank_account_details {
    char bank_code[BANK_CODE_DIGITS + 1];
    char branch_code[BANK_BRANCH_DIGITS + 1];
    char number[BANK_NUMBER_DIGITS + 1]; /* filled up with zeros on the left */
    enum bank_account_type type;
    char bank_name[BANK_NAME_BYTES];
    char branch_name[BANK_NAME_BYTES];
    char holder[BANK_HOLDER_BYTES];
};

#endif
