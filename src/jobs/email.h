/* SPDX-License-Identifier: Apache-2.0 */
/* email.h: sends e-mail to customers, one after the other, on a thread of its own.
 *
 * A server that cannot be reached is left alone for a while, so that each message has its attempts
 * when there is somebody to take it. What is sent and not saved, because the process ended between
 * the two, is sent again under the same Message-ID.
 *
 * Used by  jobs */
#ifndef KESSAI_JOBS_EMAIL_H
#define KESSAI_JOBS_EMAIL_H

#include "app/app.h"
#include "net/smtp.h"

struct mailer;

/* Starts the thread.
 *   config  NULL: nothing goes out
 *   errors  E_USAGE (--smtp, --mail-from, --smtp-password-file), E_MEMORY, E_INTERNAL */
MUST_USE result mailer_start(struct app *app, const struct smtp_config *config,
                             struct mailer **ret);
/* Ends what is under way, and the thread: what comes later stays as it is. NULL is fine. */
void mailer_stop(struct mailer *mailer);
void mailer_free(struct mailer *mailer);

/* Whether the mail server was not to be reached a moment ago. */
bool mailer_rests(const struct mailer *mailer);

/* Sends one that is due, or keeps it in the mailbox, or leaves it out, by what its payment is now.
 * done is called once, on any thread. */
void email_send_start(struct app *app, int64_t tenant, int64_t email, void (*done)(void *context),
                      void *context);

#endif
