/* SPDX-License-Identifier: Apache-2.0 */
/* json_parse.h: reads JSON with jansson, and survives without memory.
 *
 * jansson 2.14 does not look at what strbuffer_append_byte() says while it reads a token: without
 * memory for a longer buffer a byte is lost, so that a member has another name or a number another
 * value, and where that byte is the closing quote, lex_scan_string() copies on beyond both of its
 * buffers. Other failures have no code. So jansson is given an allocator that takes note of every
 * refusal, and that serves a growing buffer from a reserve which was set aside before the parse;
 * what has been parsed then is thrown away.
 *
 * Used by  http
 * Source   jansson 2.14: load.c, strbuffer.c */
#ifndef KESSAI_BASE_JSON_PARSE_H
#define KESSAI_BASE_JSON_PARSE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/result.h"
#include "base/str.h"

/* Gives jansson the allocator; json_parse() does it too. Call it before threads use jansson. */
void json_parse_init(void);

/* Parses one text.
 *   flags      jansson's
 *   ret        belongs to the caller
 *   ret_error  where E_BAD_REQUEST is; NULL if nobody asks
 *   errors     E_MEMORY, E_BAD_REQUEST */
MUST_USE result json_parse(str text, size_t flags, json_t **ret, json_error_t *ret_error);

/* Whether jansson was refused memory on this thread since the last call; for those that build trees
 * by other functions of it. */
bool json_was_short(void);

#endif
