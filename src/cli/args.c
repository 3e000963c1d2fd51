/* SPDX-License-Identifier: Apache-2.0 */
/* args.c: reads options by the table. `--name value` and `--name=value`; a repeatable option also
 * takes several values in a row. */
#include <string.h>

#include "app/webhook_endpoint.h"
#include "cli/cli.h"
#include "core/fee.h"
#include "core/method.h"
#include "http/peer.h"
#include "http/rate_limit.h"
#include "store/event.h"

/* What a reader of one kind needs. NULL: done, otherwise what the value must be. */
typedef const char *(*reader)(const struct option_row *row, str text, struct arena *arena,
                              struct option_value *ret);

static const char *read_text(const struct option_row *row, str text, struct arena *arena,
                             struct option_value *ret)
{
    if (!str_is_utf8(text))
        return "valid UTF-8";
    if ((int64_t)text.bytes < row->least)
        return "a text that is not empty";
    if ((int64_t)text.bytes > row->most)
        return arena_printf(arena, "at most %d bytes long", (int)row->most);
    ret->text = text;
    return NULL;
}

static const char *read_enum(const struct option_row *row, str text, struct arena *arena,
                             struct option_value *ret)
{
    const char *all = "one of";
    for (int i = 1; row->choices[i] != NULL; i++) {
        if (str_is(text, row->choices[i])) {
            ret->number = i;
            ret->text = text;
            return NULL;
        }
        all = arena_printf(arena, "%s%s %s", all, i == 1 ? "" : ",", row->choices[i]);
    }
    return all;
}

static const char *read_set(const struct option_row *row, str text, struct arena *arena,
                            struct option_value *ret)
{
    struct option_value one;
    const char *must_be = read_enum(row, text, arena, &one);
    if (must_be != NULL)
        return must_be;
    ret->number |= INT64_C(1) << (one.number - 1);
    ret->text = one.text;
    return NULL;
}

static const char *read_number(const struct option_row *row, str text, struct arena *arena,
                               struct option_value *ret)
{
    if (!str_i64(text, &ret->number) || ret->number < row->least || ret->number > row->most)
        return arena_printf(arena, "a whole number from %d to %d", (int)row->least, (int)row->most);
    return NULL;
}

static const char *read_percent(const struct option_row *row, str text, struct arena *arena,
                                struct option_value *ret)
{
    (void)row, (void)arena;
    return percent_read(text, &ret->number) ? NULL
                                            : "0 to 100 with at most four decimals, as in 3.25";
}

static const char *read_id(const struct option_row *row, str text, struct arena *arena,
                           struct option_value *ret)
{
    (void)row, (void)arena;
    return id_read(text, &ret->id) ? NULL : "an id of 25 characters, 0-9 and a-z";
}

static const char *read_method(const struct option_row *row, str text, struct arena *arena,
                               struct option_value *ret)
{
    (void)row, (void)arena;
    enum method method;
    if (!method_read(text, &method))
        return "a payment type of this release, as in credit_card";
    ret->number = method;
    ret->text = text;
    return NULL;
}

static const char *read_currency(const struct option_row *row, str text, struct arena *arena,
                                 struct option_value *ret)
{
    (void)row, (void)arena;
    enum currency currency;
    if (!currency_read(text, &currency))
        return "a currency, as in USD";
    ret->number = currency;
    ret->text = text;
    return NULL;
}

static const char *read_rate(const struct option_row *row, str text, struct arena *arena,
                             struct option_value *ret)
{
    (void)row, (void)arena;
    return exchange_rate_read(text, &ret->number)
               ? NULL
               : "0 to 1000000 with at most eight decimals, as in 0.00697";
}

/* HOST:PORT, with brackets around an IPv6 host. */
static const char *read_address(const struct option_row *row, str text, struct arena *arena,
                                struct option_value *ret)
{
    static const char *const MUST_BE = "HOST:PORT, as in 127.0.0.1:8080 or [::1]:8080";
    const char *colon = memrchr(text.at, ':', text.bytes);
    if (colon == NULL)
        return MUST_BE;
    str host = {text.at, (size_t)(colon - text.at)};
    const str port = {colon + 1, text.bytes - host.bytes - 1};
    const bool is_bracketed = host.bytes > 2 && host.at[0] == '[' && host.at[host.bytes - 1] == ']';
    if (is_bracketed)
        host = (str){host.at + 1, host.bytes - 2};
    if (host.bytes == 0 || (!is_bracketed && memchr(host.at, ':', host.bytes) != NULL) ||
        port.bytes == 0 || port.at[0] == '-' || port.at[0] == '+' || !str_i64(port, &ret->number) ||
        ret->number > row->most)
        return MUST_BE;
    ret->text = arena_str(arena, host);
    return NULL;
}

const char *address_text(const struct args *args, enum option option, unsigned port)
{
    const str host = args->values[option].text;
    const bool is_v6 = memchr(host.at, ':', host.bytes) != NULL;
    return arena_printf(args->arena, "http://%s%s%s:%u", is_v6 ? "[" : "", host.at,
                        is_v6 ? "]" : "", port);
}

static const char *read_url(const struct option_row *row, str text, struct arena *arena,
                            struct option_value *ret)
{
    static const char *const MUST_BE = "a URL that begins with https:// or http://";
    const size_t scheme_bytes = str_starts(text, "https://") ? 8 : 7;
    if (!str_starts(text, "https://") && !str_starts(text, "http://"))
        return MUST_BE;
    while (text.bytes > scheme_bytes && text.at[text.bytes - 1] == '/')
        text.bytes--;
    for (size_t i = 0; i < text.bytes; i++)
        if ((unsigned char)text.at[i] <= ' ')
            return MUST_BE;
    if (text.bytes == scheme_bytes || (int64_t)text.bytes > row->most || !str_is_utf8(text))
        return MUST_BE;
    ret->text = arena_str(arena, text);
    return NULL;
}

static const char *read_endpoint(const struct option_row *row, str text, struct arena *arena,
                                 struct option_value *ret)
{
    (void)row, (void)arena;
    ret->text = text;
    return webhook_url_check(text).code == E_OK
               ? NULL
               : "a URL with a host, without a user name, that begins with https:// or http://";
}

static const char *read_event(const struct option_row *row, str text, struct arena *arena,
                              struct option_value *ret)
{
    (void)row, (void)arena;
    ret->text = text;
    return event_type_exists(text) ? NULL : "an event type, as in payment.captured";
}

static const char *read_rate_limit(const struct option_row *row, str text, struct arena *arena,
                                   struct option_value *ret)
{
    (void)row, (void)arena;
    struct rate_limits limits;
    ret->text = text;
    return rate_limit_read(text, &limits)
               ? NULL
               : "CLASS=REQUESTS/SECONDS/BURST or CLASS=0, as in pay=600/60/100; a class is open, "
                 "read, write, pay or token";
}

static const char *read_client(const struct option_row *row, str text, struct arena *arena,
                               struct option_value *ret)
{
    (void)row, (void)arena;
    struct peer client;
    ret->text = text;
    return peer_read(text, &client) ? NULL : "a numeric address, as in 10.0.0.1 or ::1";
}

static const reader READERS[OPTION_KINDS] = {
    [OPTION_TEXT] = read_text,       [OPTION_ENUM] = read_enum,
    [OPTION_SET] = read_set,         [OPTION_NUMBER] = read_number,
    [OPTION_PERCENT] = read_percent, [OPTION_ID] = read_id,
    [OPTION_METHOD] = read_method,   [OPTION_ADDRESS] = read_address,
    [OPTION_URL] = read_url,         [OPTION_ENDPOINT] = read_endpoint,
    [OPTION_EVENT] = read_event,     [OPTION_RATE_LIMIT] = read_rate_limit,
    [OPTION_CLIENT] = read_client,   [OPTION_CURRENCY] = read_currency,
    [OPTION_RATE] = read_rate,
};

static enum option find_option(const struct command_row *command, str name)
{
    for (size_t i = 0; i < command->count; i++)
        if (str_is(name, option_row(command->options[i].option)->text))
            return command->options[i].option;
    return OPT_NONE;
}

/* Puts one value where it belongs; a repeated text is joined to what is there. */
static result take_value(enum option option, str text, struct args *args)
{
    const struct option_row *row = option_row(option);
    struct option_value *value = &args->values[option];
    const str before = value->text;
    if (value->is_given && !row->may_repeat)
        return FAIL(E_USAGE, NULL, arena_printf(args->arena, "%s is given twice", row->text));
    const char *must_be = READERS[row->kind](row, text, args->arena, value);
    if (must_be != NULL)
        return FAIL(E_USAGE, NULL, arena_printf(args->arena, "%s must be %s", row->text, must_be));
    if (value->is_given)
        value->text = str_of(arena_printf(args->arena, "%s,%s", before.at, value->text.at));
    value->is_given = true;
    return OK;
}

static result take_flag(enum option option, bool has_value, struct args *args)
{
    const struct option_row *row = option_row(option);
    if (has_value)
        return FAIL(E_USAGE, NULL, arena_printf(args->arena, "%s takes no value", row->text));
    args->values[option].is_given = true;
    return OK;
}

static result check_required(const struct command_row *command, const struct args *args)
{
    for (size_t i = 0; i < command->count; i++) {
        const struct command_option *o = &command->options[i];
        if (o->is_required && !args->values[o->option].is_given)
            return FAIL(E_USAGE, NULL,
                        arena_printf(args->arena, "%s is missing", option_row(o->option)->text));
    }
    return OK;
}

/* One word that begins with "--", with its value; *at moves to the last word that was used. */
static result take_option(const struct command_row *command, int count, char *const *words, int *at,
                          enum option *ret, struct args *args)
{
    const str word = str_of(words[*at]);
    const char *equals = memchr(word.at, '=', word.bytes);
    const str name = {word.at, equals == NULL ? word.bytes : (size_t)(equals - word.at)};
    const enum option option = find_option(command, name);
    if (option == OPT_NONE)
        return FAIL(E_USAGE, NULL,
                    arena_printf(args->arena, "there is no option %.*s", (int)name.bytes, name.at));
    *ret = option;
    if (option_row(option)->kind == OPTION_FLAG)
        return take_flag(option, equals != NULL, args);
    if (equals != NULL)
        return take_value(option, str_of(equals + 1), args);
    if (*at + 1 >= count)
        return FAIL(E_USAGE, NULL,
                    arena_printf(args->arena, "%s needs a value", option_row(option)->text));
    *at += 1;
    return take_value(option, str_of(words[*at]), args);
}

result args_read(const struct command_row *command, int count, char *const *words,
                 struct arena *arena, struct args *ret)
{
    *ret = (struct args){.command = command, .arena = arena};
    enum option last = OPT_NONE;
    for (int i = 0; i < count; i++) {
        if (str_starts(str_of(words[i]), "--"))
            TRY(take_option(command, count, words, &i, &last, ret));
        else if (last != OPT_NONE && option_row(last)->may_repeat)
            TRY(take_value(last, str_of(words[i]), ret));
        else
            return FAIL(E_USAGE, NULL,
                        arena_printf(arena, "what is \"%s\"? options begin with --", words[i]));
    }
    return check_required(command, ret);
}
