/* SPDX-License-Identifier: Apache-2.0 */
/* parts.h: the same for what is not asked over HTTP: each part of the server as it is opened and
 * closed, the operator's use cases, the auditor.
 *
 * Each is done again and again with another allocation refused, until none is left to refuse. It
 * either works or says that it had no memory (an error of class OURS or BUSY, never that somebody
 * has asked for something wrong); done once more, it works.
 *
 * Used by  test/fault/memory */
#ifndef KESSAI_TEST_FAULT_MEMORY_PARTS_H
#define KESSAI_TEST_FAULT_MEMORY_PARTS_H

#include "fault/memory/world.h"

/* Where a part is opened. */
enum place {
    PLACE_EMPTY,  /* a directory with nothing in it */
    PLACE_CLOSED, /* one with the database of a server that has ended */
    PLACE_RUNNING /* a running world */
};

struct part {
    const char *name;
    result (*open)(struct world *w);
    void (*close)(struct world *w); /* of what open has opened; NULL: nothing */
    enum place place;
    unsigned frames; /* of a call stack that make a site */
    bool is_rest;    /* what has failed in the part before is not failed once more */
};
extern const struct part PARTS[];
extern const size_t PART_COUNT;

struct part_figures {
    int64_t parts, worked, failed;
};
extern struct part_figures part_figures;

/* Sweeps a part; the number makes the scope. */
void part_sweep(const struct part *part, unsigned number);

#endif
