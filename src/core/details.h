/* SPDX-License-Identifier: Apache-2.0 */
/* details.h: what a page that offers a payment type has to ask its customer for.
 *
 * It follows from the types of details.def: what must be given, and before it what method.def says
 * that the world asks for with the type. Nothing for cards and convenience stores: every client has
 * a form of its own for them.
 *
 * Used by  app/session_view
 * Source   komoju-core 7.4, 15.3, 15.4 */
#ifndef KESSAI_CORE_DETAILS_H
#define KESSAI_CORE_DETAILS_H

#include "core/method.h"

/* The i-th name of payment_details that a page asks for; absent after the last. */
str details_asked(enum method method, size_t i);

/* What the type takes for `brand`, parted by blanks; NULL where it has no such choice. */
const char *details_brands(enum method method);

#endif
