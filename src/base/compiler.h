/* SPDX-License-Identifier: Apache-2.0 */
/* compiler.h: the compiler extensions Kessai uses, in one place.
 *
 * Everything else in the tree is plain C17. Used by every module. */
#ifndef KESSAI_BASE_COMPILER_H
#define KESSAI_BASE_COMPILER_H

#define MUST_USE          __attribute__((warn_unused_result))
#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Number of elements of an array (not of a pointer). */
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* 128-bit arithmetic, the oracle of checked 64-bit arithmetic. */
__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

#endif
