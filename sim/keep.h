/* SPDX-License-Identifier: Apache-2.0 */
/* keep.h: keeps the auditor's connection and its prepared statements from one audit to the next.
 *
 * The auditor opens the database, prepares some hundred statements and closes it again, which takes
 * five times as long as reading a small database. Between keep_begin() and keep_end() the linker
 * leads its calls of SQLite here (sim/meson.build). It still reads a fresh snapshot each time. */
#ifndef KESSAI_SIM_KEEP_H
#define KESSAI_SIM_KEEP_H

void keep_begin(void);
void keep_end(void);
void keep_drop(void); /* the database is about to be closed, or is gone */

#endif
