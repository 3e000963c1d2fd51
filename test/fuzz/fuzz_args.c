/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_args.c: the command line, one word a line; the first line chooses the command.
 * Properties: an error is one sentence; an option that was read is one of the command's and within
 * its row's bounds; what is required is there. */
#include "cli/cli.h"
#include "fuzz.h"

enum { WORDS_MAX = 32 };

static const struct command_row *command_of(str first)
{
    return &COMMANDS[first.bytes == 0 ? 0 : (unsigned char)first.at[0] % COMMAND_COUNT];
}

static void check_value(enum option option, const struct args *args)
{
    const struct option_row *row = option_row(option);
    const struct option_value *value = &args->values[option];
    if (row->kind == OPTION_NUMBER)
        MUST(row->least <= value->number && value->number <= row->most);
    if (row->kind == OPTION_PERCENT)
        MUST(0 <= value->number && value->number <= 1000000);
    if (row->kind == OPTION_ADDRESS)
        MUST(0 <= value->number && value->number <= 65535 && value->text.bytes > 0);
    if (row->kind == OPTION_ID)
        MUST(value->id.key > 0);
    if (row->kind == OPTION_TEXT)
        MUST(str_is_utf8(value->text) && (int64_t)value->text.bytes <= row->most);
    if (row->kind == OPTION_URL || row->kind == OPTION_ENDPOINT)
        MUST(str_starts(value->text, "http://") || str_starts(value->text, "https://"));
}

static bool takes(const struct command_row *command, enum option option)
{
    for (size_t i = 0; i < command->count; i++)
        if (command->options[i].option == option)
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    str rest = fuzz_text(data, size);
    const struct command_row *command = command_of(fuzz_take(&rest, '\n'));
    char *words[WORDS_MAX];
    int count = 0;
    while (rest.bytes > 0 && count < WORDS_MAX)
        words[count++] = (char *)(uintptr_t)arena_cstr(arena, fuzz_take(&rest, '\n'));
    struct args args;
    const result r = args_read(command, count, words, arena, &args);
    if (r.code != E_OK) {
        MUST(r.code == E_USAGE && r.message != NULL);
        return 0;
    }
    for (int i = 1; i < OPTIONS; i++)
        if (args.values[i].is_given) {
            MUST(takes(command, (enum option)i));
            check_value((enum option)i, &args);
        }
    for (size_t i = 0; i < command->count; i++)
        MUST(!command->options[i].is_required || args.values[command->options[i].option].is_given);
    return 0;
}
