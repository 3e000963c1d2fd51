/* SPDX-License-Identifier: Apache-2.0 */
/* help.c: help texts and doc/cli.md, made from the table. */
#include <string.h>

#include "cli/cli.h"

enum { NAME_COLUMNS = 20, OPTION_COLUMNS = 26, TEXT_COLUMNS = 78 };

static const char INTRODUCTION[] =
    "Kessai (決済) is a self-hosted payment platform: one program, one file of data.";
static const char STATUSES[] =
    "Bad usage is answered with one line and exit status 2, every other failure with one line and "
    "exit status 1. Commands work while the server runs.";

const char *command_name(const struct command_row *command, struct arena *arena)
{
    return command->verb == NULL ? command->group
                                 : arena_printf(arena, "%s %s", command->group, command->verb);
}

static void put_name(const struct command_row *command, struct buf *out)
{
    buf_text(out, command->group);
    if (command->verb != NULL)
        buf_printf(out, " %s", command->verb);
}

/* "--db URL" */
static void put_option(const struct option_row *row, struct buf *out)
{
    buf_text(out, row->text);
    if (row->placeholder != NULL)
        buf_printf(out, " %s%s", row->placeholder, row->may_repeat ? "..." : "");
    for (int i = 1; row->choices != NULL && row->choices[i] != NULL; i++)
        buf_printf(out, "%s%s", i == 1 ? " " : "|", row->choices[i]);
}

static void put_usage(const struct command_row *command, struct buf *out)
{
    buf_text(out, "kessai ");
    put_name(command, out);
    for (size_t i = 0; i < command->count; i++) {
        const bool is_required = command->options[i].is_required;
        buf_text(out, is_required ? " " : " [");
        put_option(option_row(command->options[i].option), out);
        buf_text(out, is_required ? "" : "]");
    }
}

static void put_blanks(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_char(out, ' ');
}

/* Text broken into lines at blanks, each line after the first indented. */
static void put_wrapped(struct buf *out, const char *text, size_t indent)
{
    size_t column = indent;
    while (*text != '\0') {
        const size_t bytes = strcspn(text, " ");
        if (column + bytes > TEXT_COLUMNS && column > indent) {
            buf_char(out, '\n');
            put_blanks(out, indent);
            column = indent;
        }
        if (column > indent) {
            buf_char(out, ' ');
            column++;
        }
        buf_put(out, text, bytes);
        column += bytes;
        text += bytes;
        text += strspn(text, " ");
    }
    buf_char(out, '\n');
}

static void put_padded(struct buf *out, size_t before, size_t columns)
{
    const size_t used = out->bytes - before;
    if (used >= columns) {
        buf_char(out, '\n');
        put_blanks(out, columns);
    } else {
        put_blanks(out, columns - used);
    }
}

void help_overview(struct buf *out)
{
    put_wrapped(out, INTRODUCTION, 0);
    buf_text(out, "\nusage: kessai COMMAND [OPTIONS]\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const size_t before = out->bytes;
        buf_text(out, "  ");
        put_name(&COMMANDS[i], out);
        put_padded(out, before, NAME_COLUMNS);
        put_wrapped(out, COMMANDS[i].prose, NAME_COLUMNS);
    }
    buf_text(out, "\n`kessai COMMAND --help` shows the options of a command.\n");
    put_wrapped(out, STATUSES, 0);
}

void help_command(const struct command_row *command, struct buf *out)
{
    put_wrapped(out, command->prose, 0);
    buf_text(out, "\nusage: ");
    put_usage(command, out);
    buf_text(out, "\n");
    for (size_t i = 0; i < command->count; i++) {
        const struct option_row *row = option_row(command->options[i].option);
        buf_text(out, i == 0 ? "\n" : "");
        const size_t before = out->bytes;
        buf_text(out, "  ");
        put_option(row, out);
        put_padded(out, before, OPTION_COLUMNS);
        put_wrapped(out, row->prose, OPTION_COLUMNS);
    }
    if (command->more != NULL) {
        buf_char(out, '\n');
        put_wrapped(out, command->more, 0);
    }
}

static void put_options_table(const struct command_row *command, struct buf *out)
{
    buf_text(out, "\n| option | | meaning |\n|---|---|---|\n");
    for (size_t i = 0; i < command->count; i++) {
        const struct option_row *row = option_row(command->options[i].option);
        buf_printf(out, "| `%s", row->text);
        if (row->placeholder != NULL)
            buf_printf(out, " %s", row->placeholder);
        buf_printf(out, "` | %s | %s", command->options[i].is_required ? "required" : "",
                   row->prose);
        for (int n = 1; row->choices != NULL && row->choices[n] != NULL; n++)
            buf_printf(out, "%s`%s`", n == 1 ? ": " : ", ", row->choices[n]);
        buf_text(out, " |\n");
    }
}

void help_markdown(struct buf *out)
{
    buf_text(out, "<!-- SPDX-License-Identifier: Apache-2.0 -->\n"
                  "<!-- Made by `kessai help --markdown` from src/cli; edit that. -->\n"
                  "# The command line\n\n");
    put_wrapped(out, STATUSES, 0);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command_row *command = &COMMANDS[i];
        buf_text(out, "\n## kessai ");
        put_name(command, out);
        buf_text(out, "\n\n");
        put_wrapped(out, command->prose, 0);
        buf_text(out, "\n```\n");
        put_usage(command, out);
        buf_text(out, "\n```\n");
        if (command->count > 0)
            put_options_table(command, out);
        if (command->more != NULL) {
            buf_char(out, '\n');
            put_wrapped(out, command->more, 0);
        }
    }
}
