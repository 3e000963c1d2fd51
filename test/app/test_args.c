/* SPDX-License-Identifier: Apache-2.0 */
/* test_args.c: what the command line is read into. */
#include "cli/cli.h"
#include "unit.h"

static const struct command_row *command(const char *group, const char *verb)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command_row *c = &COMMANDS[i];
        if (strcmp(c->group, group) == 0 &&
            (verb == NULL ? c->verb == NULL : c->verb != NULL && strcmp(c->verb, verb) == 0))
            return c;
    }
    fail();
    return NULL;
}

enum { WORDS_MAX = 16 };

/* Reads blank-separated words. */
static result read_line(const struct command_row *row, const char *line, struct arena *arena,
                        struct args *ret)
{
    char *text = arena_alloc(arena, strlen(line) + 1);
    memcpy(text, line, strlen(line));
    char *words[WORDS_MAX], *rest = text;
    int count = 0;
    for (char *word; (word = strsep(&rest, " ")) != NULL;)
        if (*word != '\0')
            words[count++] = word;
    return args_read(row, count, words, arena, ret);
}

#define ID "0qz8h2e4yjb2ll4zwok88idck"
#define OF "--db d --merchant " ID " --method credit_card "

TEST(values_land_where_they_belong)
{
    struct arena *arena = arena_new(1 << 20);
    struct args args;
    CHECK_OK(read_line(command("merchant", "rate"),
                       OF "--percent=3.25 --fixed 5 --minimum 9999999 --customer-fee=0", arena,
                       &args));
    CHECK_I64(args.values[OPT_PERCENT].number, 32500);
    CHECK_I64(args.values[OPT_FIXED].number, 5);
    CHECK_I64(args.values[OPT_MINIMUM].number, 9999999);
    CHECK(args.values[OPT_CUSTOMER_FEE].is_given);
    CHECK_OK(read_line(command("serve", NULL),
                       "--allow-private-webhooks --listen [::1]:65535 --db=a=b "
                       "--public-url https://p.example//",
                       arena, &args));
    CHECK(str_is(args.values[OPT_LISTEN].text, "::1"));
    CHECK_I64(args.values[OPT_LISTEN].number, 65535);
    CHECK(args.values[OPT_PRIVATE_HOOKS].is_given);
    CHECK(str_is(args.values[OPT_DB].text, "a=b"));
    CHECK(str_is(args.values[OPT_PUBLIC_URL].text, "https://p.example"));
    CHECK_OK(read_line(command("webhook", "add"),
                       "--db d --merchant " ID " --url http://a --event ping payment.captured "
                       "--secret s --event=payment.refunded",
                       arena, &args));
    CHECK(str_is(args.values[OPT_EVENT].text, "ping,payment.captured,payment.refunded"));
    arena_free(arena);
}

/* Goal:   every mistake is found, and nothing is taken for something else. */
TEST(mistakes_are_refused)
{
    static const struct {
        const char *group, *verb, *line;
    } BAD[] = {
        {"serve", NULL, ""},
        {"serve", NULL, "--db d"},
        {"serve", NULL, "--db"},
        {"serve", NULL, "--db= --listen a:1"},
        {"serve", NULL, "--db d --listen a"},
        {"serve", NULL, "--db d --listen a:"},
        {"serve", NULL, "--db d --listen :1"},
        {"serve", NULL, "--db d --listen ::1:1"},
        {"serve", NULL, "--db d --listen a:65536"},
        {"serve", NULL, "--db d --listen a:-1"},
        {"serve", NULL, "--db d --listen a:1 --public-url x"},
        {"serve", NULL, "--db d --listen a:1 --public-url http://"},
        {"serve", NULL, "--db d --listen a:1 --db e"},
        {"serve", NULL, "--db d --listen a:1 --nothing"},
        {"serve", NULL, "--db d --listen a:1 more"},
        {"serve", NULL, "--db d --listen a:1 --allow-private-webhooks=yes"},
        {"merchant", "create", "--db d --name n --kind seller"},
        {"merchant", "rate", OF "--percent 100.1"},
        {"merchant", "rate", OF "--percent -1"},
        {"merchant", "rate", OF "--fixed 1.5"},
        {"merchant", "rate", OF "--fixed -1"},
        {"merchant", "rate", OF "--fixed 10000000"},
        {"merchant", "rate", "--db d --merchant " ID "x --method credit_card"},
        {"merchant", "rate", "--db d --merchant " ID " --method cash"},
        {"webhook", "add", "--db d --merchant " ID " --url ftp://a --secret s"},
        {"webhook", "add", "--db d --merchant " ID " --url http://a --secret s --event nothing"},
        {"webhook", "add", "--db d --merchant " ID " --url http://a"},
        {"version", NULL, "--db d"},
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT(BAD); i++) {
        struct args args;
        const result r = read_line(command(BAD[i].group, BAD[i].verb), BAD[i].line, arena, &args);
        if (r.code != E_USAGE || r.message == NULL)
            UNIT_FAIL("\"%s\" gave %s", BAD[i].line, err_name(r.code));
    }
    arena_free(arena);
}

/* Goal:   every command has help that names each of its options. */
TEST(help_names_every_option)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        struct buf out;
        buf_init(&out, 1 << 16);
        help_command(&COMMANDS[i], &out);
        CHECK(!out.is_broken);
        for (size_t n = 0; n < COMMANDS[i].count; n++)
            CHECK(strstr(out.at, option_row(COMMANDS[i].options[n].option)->text) != NULL);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest all[] = {
        CLAIM(values_land_where_they_belong),
        CLAIM(mistakes_are_refused),
        CLAIM(help_names_every_option),
    };
    return RUN_ALL(all);
}
