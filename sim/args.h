/* SPDX-License-Identifier: Apache-2.0 */
/* args.h: the command line of kessai-sim. */
#ifndef KESSAI_SIM_ARGS_H
#define KESSAI_SIM_ARGS_H

#include "world.h"

enum { JOBS_MAX = 64 };

struct args {
    struct options options; /* without key_path; audit_every 0: as the seed says */
    int64_t first, last;    /* seeds */
    int jobs;
    const char *length; /* the flag that gave the number of steps; NULL: none */
    bool stops_early, is_hashing;
    const char *program;
};

bool args_read(int argc, char **argv, struct args *ret); /* false: not understood */
int args_usage(void);                                    /* says how; gives the exit status */

#endif
