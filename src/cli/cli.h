/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h: the command line. One table of commands and options is what parsing, --help and doc/cli.md
 * are made from.
 *
 * Bad usage is one line on standard error and exit 2; any other failure one line and exit 1.
 *
 * Used by  main.c, and the commands' own files
 * Source   design 5 (a contract) */
#ifndef KESSAI_CLI_CLI_H
#define KESSAI_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/result.h"
#include "base/str.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

enum option {
    OPT_NONE = 0,
#define OPTION(name, ...) OPT_##name,
#include "cli/options.def"
#undef OPTION
    OPTIONS
};

enum option_kind {
    OPTION_NONE = 0,
    OPTION_FLAG,       /* no value */
    OPTION_TEXT,       /* least to most bytes of UTF-8 */
    OPTION_SET,        /* some of the choices; number has bit 0 for the first of them */
    OPTION_ENUM,       /* one of the choices; number is its index, which starts at 1 */
    OPTION_NUMBER,     /* least to most */
    OPTION_PERCENT,    /* number is in 1/10000 of a per cent */
    OPTION_ID,         /* lands in id */
    OPTION_METHOD,     /* number is an enum method */
    OPTION_ADDRESS,    /* text is the host without brackets, number the port */
    OPTION_URL,        /* http:// or https://, without a slash at the end */
    OPTION_ENDPOINT,   /* webhook_url_check() */
    OPTION_EVENT,      /* an event type of event.def */
    OPTION_CURRENCY,   /* number is an enum currency */
    OPTION_RATE,       /* number is an exchange rate in 1/100000000 */
    OPTION_RATE_LIMIT, /* rate_limit_read() */
    OPTION_CLIENT,     /* a numeric address */
    OPTION_KINDS
};

struct option_row {
    const char *text;
    enum option_kind kind;
    const char *placeholder; /* of the value; NULL: the choices, or none */
    bool may_repeat;         /* the values are joined with commas */
    int64_t least, most;
    const char *const *choices; /* NULL-terminated; [0] is a placeholder */
    const char *prose;
};
const struct option_row *option_row(enum option option);

struct args;

struct command_option {
    enum option option;
    bool is_required;
};
struct command_row {
    const char *group, *verb; /* "merchant", "create"; verb NULL: one word */
    const char *prose;        /* one sentence for the overview */
    const char *more;         /* what it prints and how it behaves; may be NULL */
    const struct command_option *options;
    size_t count;
    int (*run)(const struct args *args); /* the exit status */
};
extern const struct command_row COMMANDS[];
extern const size_t COMMAND_COUNT;

struct option_value {
    bool is_given;
    str text; /* NUL-terminated */
    int64_t number;
    id id;
};
struct args {
    const struct command_row *command;
    struct arena *arena; /* lives as long as the command */
    struct option_value values[OPTIONS];
};

/* Reads what follows the command's words.
 *   errors  E_USAGE: message is the sentence, texts in the arena */
MUST_USE result args_read(const struct command_row *command, int count, char *const *words,
                          struct arena *arena, struct args *ret);

/* Help, made from the table. */
void help_overview(struct buf *out);
void help_command(const struct command_row *command, struct buf *out);
void help_markdown(struct buf *out);

/* "merchant create" */
const char *command_name(const struct command_row *command, struct arena *arena);

/* "http://HOST:PORT" of an ADDRESS option, with the port that is really listened on; NULL without
 * memory. */
const char *address_text(const struct args *args, enum option option, unsigned port);

/* Writes all of it to standard output; EXIT_FAILED when that cannot be written. */
int print(const struct buf *out);
/* A sentence on standard error, as one line whatever it quotes. */
void print_error_line(const char *text);
/* One line on standard error: what was being done, the parameter, the sentence.
 * Gives EXIT_FAILED. */
int print_failure(const struct args *args, result r);

/* The store for a command beside a running server. Only `merchant create` and `serve` make a new
 * database.
 *   errors  E_USAGE (--db) */
struct store;
MUST_USE result open_store(const struct args *args, bool may_create, struct store **ret);
/* Opens the store of --db and prints what `list` writes of it.   returns  the exit status */
int print_of_store(const struct args *args,
                   result (*list)(const struct args *args, struct store *store, struct buf *out));
/* The vault that goes with the store; its key file is made when the database has none yet.
 *   errors  E_USAGE (--key-file), E_CRYPTO (the file) */
struct vault;
MUST_USE result open_vault(const struct args *args, struct store *store, struct vault **ret);
/* A file, or as much of it as ret has room for: one byte more than is allowed tells that it is too
 * large. errors  E_USAGE (param): it cannot be read; E_MEMORY */
MUST_USE result file_read(const char *path, const char *param, struct buf *ret);
/* The list of banks in the file of an option; the one that is built in where it is not given. Ends
 * with codes_free.
 *   errors  E_USAGE, E_INVALID_PARAMETER (the option), E_MEMORY */
struct bank_codes;
MUST_USE result open_bank_codes(const struct args *args, enum option file, struct bank_codes **ret);
/* A sentence unless the directory of the database can be written, and the file if it is there.
 *   param   the option that names it */
MUST_USE result check_database_url(const char *url, const char *param, bool may_create,
                                   struct arena *arena);
MUST_USE result check_database(const struct args *args, bool may_create); /* --db */

int run_serve(const struct args *args);
int run_merchant_create(const struct args *args);
int run_merchant_brand(const struct args *args);
int run_merchant_rate(const struct args *args);
int run_key_roll(const struct args *args);
int run_audit(const struct args *args);
int run_backup(const struct args *args);
int run_migrate_store(const struct args *args);
int run_distribute(const struct args *args);
int run_webhook_add(const struct args *args);
int run_webhook_list(const struct args *args);
int run_webhook_remove(const struct args *args);
int run_listen(const struct args *args);
int run_bank_codes(const struct args *args);
int run_payment_refused(const struct args *args);
int run_payment_settle(const struct args *args);
int run_refund_request_list(const struct args *args);
int run_refund_request_complete(const struct args *args);
int run_refund_request_reject(const struct args *args);
int run_dispute_list(const struct args *args);
int run_dispute_open(const struct args *args);
int run_dispute_end(const struct args *args);
int run_dispute_show(const struct args *args);
int run_dispute_document(const struct args *args);
int run_merchant_legacy(const struct args *args);
int run_merchant_expiry(const struct args *args);
int run_merchant_chargeback_fee(const struct args *args);
int run_exchange_rate_set(const struct args *args);
int run_exchange_rate_list(const struct args *args);
int run_operator_add(const struct args *args);
int run_operator_list(const struct args *args);
int run_operator_disable(const struct args *args);
int run_screen_limit(const struct args *args);
int run_screen_block(const struct args *args);
int run_screen_allow(const struct args *args);
int run_screen_remove(const struct args *args);
int run_screen_list(const struct args *args);
int run_screen_fraud(const struct args *args);
int run_link_create(const struct args *args);
int run_link_list(const struct args *args);
int run_link_deactivate(const struct args *args);
int run_openapi(const struct args *args);
int run_version(const struct args *args);

#endif
