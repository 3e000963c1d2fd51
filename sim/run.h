/* SPDX-License-Identifier: Apache-2.0 */
/* run.h: one seed from its beginning to its end. */
#ifndef KESSAI_SIM_RUN_H
#define KESSAI_SIM_RUN_H

#include "world.h"

enum { HASH_BYTES_SIM = 32 };

struct report {
    uint64_t seed;
    struct figures figures;
    uint8_t trace[HASH_BYTES_SIM]; /* of all that happened */
    uint8_t state[HASH_BYTES_SIM]; /* of all rows of all tables, at the end */
    char failure[FAILURE_BYTES];   /* empty: none */
};

/* Once in a process: the program under test has state of its own that outlives a database. */
void run_seed(const struct options *options, uint64_t seed, struct report *ret);

#endif
