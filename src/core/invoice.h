/* SPDX-License-Identifier: Apache-2.0 */
/* invoice.h: consumption tax on an invoice (適格請求書) and the number of its issuer.
 *
 * The lines of an invoice include their tax. The tax is taken out of the sum of all lines of one
 * rate, once, and rounded down: 1,234 at 10 % holds 112. A tax for each line would be less.
 *
 * Used by  app
 * Source   bank-rails 14 */
#ifndef KESSAI_CORE_INVOICE_H
#define KESSAI_CORE_INVOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/result.h"
#include "base/str.h"

/* By its percentage; what is outside the scope of the tax or free of it is at 0. */
enum tax_rate { TAX_RATE_NONE = 0, TAX_RATE_FREE, TAX_RATE_8, TAX_RATE_10, TAX_RATES };
int64_t tax_rate_percent(enum tax_rate rate);

/* A line may be negative: something that is given back. */
struct invoice_line {
    int kind; /* the caller's own; nothing here depends on it */
    int64_t tax_inclusive_minor;
    enum tax_rate rate;
};

/* What an invoice says of each rate. net + tax = total. */
struct invoice_rate {
    int64_t total_minor, net_minor, tax_minor;
};
struct invoice {
    struct invoice_rate rates[TAX_RATES];
    int64_t total_minor, tax_minor;
};

/* Adds up; a negative sum holds the tax of the same positive one, as a negative amount.
 *   errors  E_AMOUNT_RANGE (amount) */
MUST_USE result invoice_sum(const struct invoice_line *lines, size_t count, struct invoice *ret);

/* The tax in an amount (core/money.h), rounded towards zero. */
int64_t tax_of_inclusive(int64_t amount_minor, enum tax_rate rate);

/* "T" and 13 digits. Those of a company are its corporate number, whose first digit checks the
 * others; those of a sole proprietor are checked in form only. */
enum { REGISTRATION_NUMBER_CHARACTERS = 14 };
bool registration_number_is_valid(str number, bool is_company);

#endif
