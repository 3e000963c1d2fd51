/* SPDX-License-Identifier: Apache-2.0 */
/* result.h: the one way a function says that it failed.
 *
 * A result is a code (a row of errors.def), the parameter at fault in the caller's words
 * ("refund.amount", or NULL) and a sentence for the caller (or NULL: the row's public text). Both
 * texts are literals or live in the caller's arena. E_OK is 0, the one enum whose zero is valid.
 *
 * Used by  everything */
#ifndef KESSAI_BASE_RESULT_H
#define KESSAI_BASE_RESULT_H

#include <stdbool.h>

#include "base/compiler.h"

enum err_class {
    ERR_NONE = 0,
    ERR_CALLER,
    ERR_CONFLICT,
    ERR_BUSY,
    ERR_RAIL,
    ERR_OURS,
    ERR_CLASSES
};

enum err {
    E_OK = 0,
#define ERR(code, wire, class, http, text) code,
#include "base/errors.def"
#undef ERR
    E_COUNT
};

typedef struct result {
    enum err code;
    const char *param, *message;
} result;

#define OK                            ((result){E_OK, (const char *)0, (const char *)0})
#define FAIL(code_, param_, message_) ((result){(code_), (param_), (message_)})

/* Passes an error on to the caller. Never between an acquire and its release. */
#define TRY(f)                                                                                     \
    do {                                                                                           \
        const result try_ = (f);                                                                   \
        if (try_.code != E_OK)                                                                     \
            return try_;                                                                           \
    } while (0)

/* Throws a result away on purpose; the reason is for the reader. */
#define IGNORE(f, reason)                                                                          \
    do {                                                                                           \
        const result ignored_ = (f);                                                               \
        (void)ignored_;                                                                            \
        (void)sizeof(reason);                                                                      \
    } while (0)

/* The row of errors.def: its name ("E_NOT_FOUND"), wire code, class,
 * HTTP status and public text. */
const char *err_name(enum err code);
const char *err_wire(enum err code);
enum err_class err_class_of(enum err code);
int err_http(enum err code);
const char *err_text(enum err code);

/* Whether the transaction itself failed, rather than what the caller wanted: nothing of it can be
 * kept. */
bool err_is_of_store(enum err code);

/* The error whose wire code is the given text, E_OK if there is none. The first row wins where
 * several share one. */
enum err err_from_wire(const char *wire);

#endif
