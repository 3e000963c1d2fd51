/* SPDX-License-Identifier: Apache-2.0 */
/* simulator_books.h: where the simulated acquirer keeps what became of each reference.
 *
 * Two kinds of books: a file of fixed size that serves one process (simulator_file.c), and tables
 * of a PostgreSQL database that several servers share (simulator_postgres.c). Both forget their
 * oldest entries; both keep what they have told anybody when the process is killed.
 *
 * Invariant  a reference gets its entry once; all that changes later is APPROVED to VOIDED, and
 *            `silent`, which only falls
 * Used by    rails/simulator */
#ifndef KESSAI_RAILS_SIMULATOR_BOOKS_H
#define KESSAI_RAILS_SIMULATOR_BOOKS_H

#include "base/id.h"
#include "base/result.h"
#include "core/money.h"

/* The numbers are kept in the books. */
enum sim_state { SIM_NONE = 0, SIM_APPROVED = 1, SIM_REFUSED = 2, SIM_VOIDED = 3, SIM_STATES };

struct sim_entry {
    id reference;
    enum sim_state state; /* SIM_NONE: not in the books */
    money amount;         /* what was really taken; 0 of no currency in the mark of a void */
    enum err refusal;     /* SIM_REFUSED; E_OK otherwise */
    int64_t silent;       /* inquiries still to be left without an answer */
};

struct sim_ids {
    const id *at;
    size_t count;
};

/* Each function is one atomic step under its reference, and may be called by several threads.
 *   errors  E_STORE_BUSY: the books cannot be reached; nobody can tell whether it was done */
struct simulator_books;
struct simulator_books_functions {
    result (*find)(struct simulator_books *self, id reference, struct sim_entry *ret);
    /* For an inquiry: takes one from `silent`; ret shows it as it was before. */
    result (*ask)(struct simulator_books *self, id reference, struct sim_entry *ret);
    /* Enters what became of a reference, unless that has its entry. The same step marks the
     * references of `voids`, which differ, as voided: approved ones, and ones that were never heard
     * of, so that they are refused if they come late. What was refused stays so.
     *   ret   the entry that stands now: this one, or the one that was there */
    result (*put)(struct simulator_books *self, const struct sim_entry *entry, struct sim_ids voids,
                  struct sim_entry *ret);
    void (*close)(struct simulator_books *self);
};
struct simulator_books {
    const struct simulator_books_functions *functions;
    bool is_remote; /* its functions wait for a network */
};

/* A file of fixed size; path NULL: in memory only.
 *   errors  E_STORE (path): see simulator_open() */
MUST_USE result simulator_file_open(const char *path, struct simulator_books **ret);

/* The schema `simulator` of a PostgreSQL database, made when it is missing.
 *   url     postgres://…, as libpq takes it
 *   errors  E_STORE (url): cannot be reached now, or the schema cannot be made */
MUST_USE result simulator_postgres_open(const char *url, struct simulator_books **ret);

#endif
