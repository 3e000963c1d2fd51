/* SPDX-License-Identifier: Apache-2.0 */
/* bank_codes.c: `kessai bank codes`, and the list that `kessai serve` works with. */
#include "bank/codes.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/cli.h"

enum { PIECE = 65536 };

static result read_file(const char *path, const char *param, struct buf *ret)
{
    char piece[PIECE];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return FAIL(E_USAGE, param, "this file cannot be read");
    ssize_t got = 1;
    while (got != 0 && !ret->is_broken) {
        got = read(fd, piece, sizeof piece);
        if (got > 0)
            buf_put(ret, piece, (size_t)got);
        else if (got < 0 && errno != EINTR)
            break;
    }
    (void)close(fd);
    return got < 0 ? FAIL(E_USAGE, param, "this file cannot be read") : OK;
}

static result parse(const struct args *args, const char *param, const struct buf *text,
                    struct bank_codes **ret)
{
    size_t line = 0;
    result r = text->is_broken ? FAIL(E_INVALID_PARAMETER, NULL, "the list has more than 8 MiB")
                               : codes_read(buf_view(text), ret, &line);
    if (r.code != E_INVALID_PARAMETER)
        return r;
    r.param = param;
    const char *message = arena_printf(args->arena, "line %zu: %s", line, r.message);
    if (line > 0 && message != NULL)
        r.message = message;
    return r;
}

result open_bank_codes(const struct args *args, enum option file, struct bank_codes **ret)
{
    const struct option_value *value = &args->values[file];
    if (!value->is_given)
        return codes_builtin(ret);
    const char *param = option_row(file)->text;
    struct buf text;
    buf_init(&text, CODES_BYTES_MAX);
    result r = read_file(value->text.at, param, &text);
    if (r.code == E_OK)
        r = parse(args, param, &text, ret);
    buf_done(&text);
    return r;
}

int run_bank_codes(const struct args *args)
{
    struct bank_codes *codes = NULL;
    const result r = open_bank_codes(args, OPT_CODES_FILE, &codes);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct buf out;
    struct json j;
    buf_init(&out, CODES_BYTES_MAX);
    if (args->values[OPT_CODES_FILE].is_given) {
        json_init(&j, &out);
        json_open_object(&j, NULL);
        json_i64(&j, "banks", (int64_t)codes_bank_count(codes));
        json_i64(&j, "branches", (int64_t)codes_branch_count(codes));
        json_end(&j);
        buf_char(&out, '\n');
    } else {
        buf_str(&out, codes_text(codes));
    }
    codes_free(codes);
    const int status = print(&out);
    buf_done(&out);
    return status;
}
