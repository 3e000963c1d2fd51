/* SPDX-License-Identifier: Apache-2.0 */
/* main.c: finds the command of a command line and runs it. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/metrics.h"

enum { ARENA_BYTES_MAX = 8 << 20, HELP_BYTES_MAX = 1 << 16 };

static int print_usage_error(const char *name, const char *message, struct arena *arena)
{
    const char *line =
        arena_printf(arena, "kessai%s%s: %s; see kessai%s%s --help", name[0] == '\0' ? "" : " ",
                     name, message, name[0] == '\0' ? "" : " ", name);
    print_error_line(line != NULL ? line : message);
    return EXIT_USAGE;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int print_help(const struct command_row *command)
{
    struct buf out;
    buf_init(&out, HELP_BYTES_MAX);
    if (command == NULL)
        help_overview(&out);
    else
        help_command(command, &out);
    const int status = print(&out);
    buf_done(&out);
    return status;
}

/* A page of doc/ that is made from a table. */
static int print_page(void (*write)(struct buf *out))
{
    struct buf out;
    buf_init(&out, HELP_BYTES_MAX);
    write(&out);
    const int status = print(&out);
    buf_done(&out);
    return status;
}

/* The command that words begin with; *ret_used is how many of them name it. */
static const struct command_row *find_command(int count, char *const *words, int *ret_used)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command_row *c = &COMMANDS[i];
        if (count < 1 || strcmp(words[0], c->group) != 0)
            continue;
        if (c->verb != NULL && (count < 2 || strcmp(words[1], c->verb) != 0))
            continue;
        *ret_used = c->verb == NULL ? 1 : 2;
        return c;
    }
    return NULL;
}

static int run_command(const struct command_row *command, int count, char *const *words,
                       struct arena *arena)
{
    for (int i = 0; i < count; i++)
        if (is_help(words[i]))
            return print_help(command);
    struct args *args = ARENA_NEW(arena, struct args);
    if (args == NULL)
        return print_usage_error("", err_text(E_MEMORY), arena);
    const result r = args_read(command, count, words, arena, args);
    if (r.code != E_OK)
        return print_usage_error(command_name(command, arena),
                                 r.message != NULL ? r.message : err_text(r.code), arena);
    return command->run(args);
}

/* Words that are no command: help, or a mistake. */
static int run_other(int count, char *const *words, struct arena *arena)
{
    int used = 0;
    const bool is_asking = count > 0 && (is_help(words[0]) || strcmp(words[0], "help") == 0);
    if (is_asking && count == 2 && strcmp(words[1], "--markdown") == 0)
        return print_page(help_markdown);
    if (is_asking && count == 2 && strcmp(words[1], "--metrics") == 0)
        return print_page(metrics_markdown);
    if (is_asking)
        return print_help(find_command(count - 1, words + 1, &used));
    if (count > 1 && is_help(words[count - 1]))
        return print_help(NULL);
    if (count == 0)
        return print_usage_error("", "which command?", arena);
    return print_usage_error("",
                             arena_printf(arena, "there is no command \"%s%s%s\"", words[0],
                                          count > 1 ? " " : "", count > 1 ? words[1] : ""),
                             arena);
}

static int run(int count, char *const *words, struct arena *arena)
{
    int used = 0;
    if (count == 1 && strcmp(words[0], "--version") == 0)
        return run_version(NULL);
    const struct command_row *command = find_command(count, words, &used);
    return command == NULL ? run_other(count, words, arena)
                           : run_command(command, count - used, words + used, arena);
}

int main(int argc, char **argv)
{
    (void)umask(077); /* databases and keys are their owner's alone */
    (void)signal(SIGPIPE, SIG_IGN);
    struct arena *arena = arena_new(ARENA_BYTES_MAX);
    if (arena == NULL || sodium_init() < 0) {
        (void)fputs("kessai: no memory, or no random numbers\n", stderr);
        return EXIT_FAILED;
    }
    const int status = run(argc - 1, argv + 1, arena);
    arena_free(arena);
    return status;
}
