/* SPDX-License-Identifier: Apache-2.0 */
/* dispute_defense.h: what a merchant says to a dispute: texts and one document. Both tell of the
 * cardholder and of others, so both are sealed, and opened for the merchant alone.
 *
 * A document is sealed in parts: part n of a dispute is bound to the dispute's key and to n, and
 * the texts say how long it is, so no part can be moved, left out or put in from elsewhere.
 *
 * Used by  app/dispute, api
 * Source   komoju-core 13 */
#ifndef KESSAI_APP_DISPUTE_DEFENSE_H
#define KESSAI_APP_DISPUTE_DEFENSE_H

#include "app/dispute.h"
#include "base/buf.h"

enum {
    DEFENSE_DESCRIPTION_CHARACTERS_MAX = 4000,
    DEFENSE_NAME_CHARACTERS_MAX = 255,
    DEFENSE_INFO_BYTES_MAX = 8192,
    DOCUMENT_BYTES_MAX = 15 << 20,
    DOCUMENT_PART_BYTES = VAULT_TEXT_BYTES_MAX,
};

struct defense_texts {
    str description;
    str product_name;                  /* absent: none */
    str shipping_info, recipient_info; /* JSON objects; absent: none */
    str file_name;                     /* absent: named after its kind */
};

/* POST /chargeback_requests/{id}/defend: one defence only. Saying the same again does nothing.
 *   answer  204 without a body
 *   errors  E_NOT_FOUND, dispute_answer's; E_UNPROCESSABLE: it was defended with something else */
struct dispute_defend {
    struct command c; /* first */
    id dispute;
    struct defense_texts texts;

    /* the command's own */
    struct arena *files; /* what would be too much for the caller's arena */
    enum document_kind kind;
    size_t document_bytes;
    str sealed_texts, hash;
    str sealed_document; /* parts, one behind the other */
};
void dispute_defend_init(struct dispute_defend *in);

/* Decodes and seals everything, before the command is run. c belongs to the caller's thread until
 * then; command_done() frees what this has made, also after an error.
 *   document_base64   with or without white space and padding
 *   errors  E_INVALID_PARAMETER (document.document_base64): not base64, over DOCUMENT_BYTES_MAX, or
 *           neither PDF, JPG, PNG nor GIF; (document.file_name): a path; E_CRYPTO, E_MEMORY */
MUST_USE result dispute_defend_prepare(struct dispute_defend *in, str document_base64);

/* The member "defense" of the object, opened; null without one. */
MUST_USE result dispute_defense_view(struct vault *vault, const struct dispute *d,
                                     struct arena *arena, struct json *j);

/* Writes the document of a defence.
 *   errors  E_NOT_FOUND: there is none; E_CRYPTO, E_MEMORY */
MUST_USE result dispute_document_open(struct db *db, struct vault *vault, const struct dispute *d,
                                      struct buf *out);

#endif
