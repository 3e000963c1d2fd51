/* SPDX-License-Identifier: Apache-2.0 */
/* template.h: request text with places that differ from request to request.
 *
 *   {{i}}           the running number of the request, from 0
 *   {{rand}}        32 random hexadecimal digits, for idempotency keys
 *   {{pick:a,b,c}}  one of the choices, each as likely
 *   {{line:FILE}}   a line of a file: the first for request 0, and so on; after the last one the
 * first again, so that who must use none twice says how many requests there are
 *
 * Read once, files included, written many times; writing neither allocates nor looks at the text
 * again. Used by  load.c */
#ifndef KESSAI_PERF_TEMPLATE_H
#define KESSAI_PERF_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/result.h"

struct part;

struct template
{
    struct part *parts;
    size_t part_count;
};

/* Splits text, which must outlive the template.
 *   errors  E_USAGE (an unknown or unclosed place; a file that cannot be read or is empty),
 * E_MEMORY */
MUST_USE result template_read(struct arena *arena, str text, struct template *ret);

/* Appends the text of one request. random is the state of a generator, any value but 0. */
void template_write(const struct template *template, int64_t index, uint64_t *random,
                    struct buf *out);

#endif
