/* SPDX-License-Identifier: Apache-2.0 */
/* dry_run.h: what a command would do: the same decisions and postings in a transaction that is
 * rolled back, and an answer that lists the transfers.
 *
 * The rail is not asked: it is taken to approve all that it would be asked for, so what only it
 * knows (a refusal, a slip's numbers) is not in the answer. The ids in the answer are of things
 * that do not exist.
 *
 * Used by  app/command */
#ifndef KESSAI_APP_DRY_RUN_H
#define KESSAI_APP_DRY_RUN_H

#include "app/command.h"

/* Runs it; `answered` is called as command_run() promises.
 *   answer  the object of the real call, with "dry_run" as its last member
 *   errors  those of the real call, but none of its rail; E_LOCKED: an operation is under way */
void dry_run(struct command *c);

/* After begin, inside a dry transaction: as if the rail had approved what it would be asked for.
 *   errors  E_LOCKED: an operation is under way */
MUST_USE result dry_run_approve(struct tx *tx, struct command *c);

/* Parts an answer that dry_run() has given, of an object with members, for who puts the object into
 * a frame. The answer of any other command is the object.
 *   ret_object  in the command's arena
 *   ret_told    the value of "dry_run", part of `answer`; absent: there is none
 *   errors      E_MEMORY */
MUST_USE result dry_run_divide(const struct command *c, str answer, str *ret_object, str *ret_told);

#endif
