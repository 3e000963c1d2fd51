/* SPDX-License-Identifier: Apache-2.0 */
/* stream.h: what clients ask next, by chance, with an eye on the model: mostly what can succeed,
 * often exactly at a limit or one beyond, now and then plain nonsense, another tenant's things, or
 * the same request again. */
#ifndef KESSAI_SIM_STREAM_H
#define KESSAI_SIM_STREAM_H

#include "world.h"

/* The next request.
 *   focus      a payment that it should be about, if that makes sense; NOBODY: any
 *   is_fresh   it has a key of its own, so that its fate can be read after a fault */
struct intent stream_next(struct world *w, int focus, bool is_fresh);

#endif
