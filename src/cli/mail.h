/* SPDX-License-Identifier: Apache-2.0 */
/* mail.h: the options of serve that say how e-mail reaches customers.
 * Used by  cli/serve */
#ifndef KESSAI_CLI_MAIL_H
#define KESSAI_CLI_MAIL_H

#include "cli/cli.h"
#include "net/smtp.h"
#include "store/store.h"

struct mail_options {
    bool has_smtp;
    struct smtp_config smtp;
    struct email_ways ways;
    char *password_secret; /* smtp.password; NULL: none */
};

/*   errors  E_USAGE (the option), E_MEMORY */
MUST_USE result mail_options_read(const struct args *args, struct mail_options *ret);
/* Wipes the password, once others have their copy of it. */
void mail_options_wipe(struct mail_options *options);

#endif
