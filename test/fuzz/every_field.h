/* SPDX-License-Identifier: Apache-2.0 */
/* every_field.h: a struct with a field of every kind, and what must hold of whatever was read into
 * it.
 *
 * Used by  fuzz_json.c, fuzz_form.c */
#ifndef KESSAI_TEST_FUZZ_EVERY_FIELD_H
#define KESSAI_TEST_FUZZ_EVERY_FIELD_H

#include <jansson.h>

#include "base/arena.h"

/* Reads an object by tables of every kind, and checks what was accepted. */
void every_field_check(const json_t *object, struct arena *arena);

#endif
