/* SPDX-License-Identifier: Apache-2.0 */
/* options.c: see options.h. */
#include "options.h"

#include <arpa/inet.h>
#include <stdio.h>

enum option_kind {
    OPTION_NONE = 0,
    OPTION_TEXT,
    OPTION_NUMBER,
    OPTION_HEADER,
    OPTION_HELP,
    OPTION_KINDS
};

struct option {
    const char *name;
    enum option_kind kind;
    size_t offset;
    int64_t min, max;
    const char *help;
};

static const struct option OPTIONS[] = {
    {"--address", OPTION_TEXT, offsetof(struct options, address), 0, 0, "IP:PORT of the server"},
    {"--method", OPTION_TEXT, offsetof(struct options, method), 0, 0, "GET unless given"},
    {"--path", OPTION_TEXT, offsetof(struct options, path), 0, 0, "path and query, with places"},
    {"--header", OPTION_HEADER, 0, 0, 0, "one header line, with places; may be repeated"},
    {"--user", OPTION_TEXT, offsetof(struct options, user), 0, 0, "key for Basic authentication"},
    {"--body", OPTION_TEXT, offsetof(struct options, body), 0, 0, "JSON body, with places"},
    {"--connections", OPTION_NUMBER, offsetof(struct options, connections), 1, CONNECTIONS_MAX,
     "kept open all the time; 1 unless given"},
    {"--seconds", OPTION_NUMBER, offsetof(struct options, seconds), 1, 86400,
     "how long to measure; 10 unless given"},
    {"--warmup", OPTION_NUMBER, offsetof(struct options, warmup_s), 0, 3600,
     "seconds before that, not measured"},
    {"--count", OPTION_NUMBER, offsetof(struct options, count), 1, INT64_MAX,
     "stop after so many requests"},
    {"--rate", OPTION_NUMBER, offsetof(struct options, rate), 1, 1000000,
     "open loop: requests a second, timed from when each was due; without it, closed loop"},
    {"--seed", OPTION_NUMBER, offsetof(struct options, seed), 1, INT64_MAX,
     "of the random places; drawn and printed unless given"},
    {"--help", OPTION_HELP, 0, 0, 0, "this text"},
};

void options_help(void)
{
    puts("kessai-load: sends one kind of HTTP/1.1 request over kept-alive connections and prints\n"
         "one JSON line. Places: {{i}}, {{rand}}, {{pick:a,b,c}}, {{line:FILE}}.\n");
    for (size_t i = 0; i < COUNT(OPTIONS); i++)
        printf("  %-14s %s\n", OPTIONS[i].name, OPTIONS[i].help);
}

static const struct option *option_find(const char *name)
{
    for (size_t i = 0; i < COUNT(OPTIONS); i++)
        if (str_is(str_of(name), OPTIONS[i].name))
            return &OPTIONS[i];
    return NULL;
}

static result option_set(const struct option *option, str value, struct options *options)
{
    char *const field = (char *)options + option->offset;
    if (option->kind == OPTION_TEXT) {
        *(str *)(void *)field = value;
        return OK;
    }
    if (option->kind == OPTION_HEADER) {
        if (options->header_count == HEADERS_MAX)
            return FAIL(E_USAGE, "--header", "too many headers");
        options->headers[options->header_count++] = value;
        return OK;
    }
    int64_t number = 0;
    if (!str_i64(value, &number) || number < option->min || number > option->max)
        return FAIL(E_USAGE, option->name, "not a number in range");
    *(int64_t *)(void *)field = number;
    return OK;
}

result options_read(int argc, char **argv, struct options *ret)
{
    struct options options = {
        .method = S("GET"), .path = S("/"), .connections = 1, .seconds = 10, .count = INT64_MAX};
    for (int i = 1; i < argc; i++) {
        const struct option *option = option_find(argv[i]);
        if (option == NULL)
            return FAIL(E_USAGE, argv[i], "unknown option");
        if (option->kind == OPTION_HELP)
            options.is_help = true;
        else if (++i == argc)
            return FAIL(E_USAGE, option->name, "needs a value");
        else
            TRY(option_set(option, str_of(argv[i]), &options));
    }
    if (options.address.at == NULL && !options.is_help)
        return FAIL(E_USAGE, "--address", "is required");
    *ret = options;
    return OK;
}

result options_address(struct arena *arena, str text, struct sockaddr_in *ret)
{
    size_t colon = 0;
    while (colon < text.bytes && text.at[colon] != ':')
        colon++;
    int64_t port = 0;
    const char *host = arena_cstr(arena, (str){text.at, colon});
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (host == NULL || colon == text.bytes ||
        !str_i64((str){text.at + colon + 1, text.bytes - colon - 1}, &port) || port < 1 ||
        port > UINT16_MAX || inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return FAIL(E_USAGE, "--address", "not an IPv4 address and a port");
    address.sin_port = htons((uint16_t)port);
    *ret = address;
    return OK;
}
