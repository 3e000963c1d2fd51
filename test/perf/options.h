/* SPDX-License-Identifier: Apache-2.0 */
/* options.h: the command line of kessai-load.
 *
 * Used by  load.c */
#ifndef KESSAI_PERF_OPTIONS_H
#define KESSAI_PERF_OPTIONS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/str.h"

enum { HEADERS_MAX = 16, CONNECTIONS_MAX = 4096 };

struct options {
    str address, method, path, body, user;
    str headers[HEADERS_MAX];
    int64_t header_count;
    int64_t connections, seconds, warmup_s, count, rate, seed;
    bool is_help;
};

/* Reads the arguments over the defaults and checks them.
 *   errors  E_USAGE with a sentence */
MUST_USE result options_read(int argc, char **argv, struct options *ret);
void options_help(void);

/* Reads "127.0.0.1:8080".
 *   errors  E_USAGE */
MUST_USE result options_address(struct arena *arena, str text, struct sockaddr_in *ret);

#endif
