/* SPDX-License-Identifier: Apache-2.0 */
/* bank_codes.c: `kessai bank codes`, and the list that `kessai serve` works with. */
#include "bank/codes.h"

#include "base/json.h"
#include "cli/cli.h"

static result parse(const struct args *args, const char *param, const struct buf *text,
                    struct bank_codes **ret)
{
    size_t line = 0;
    result r = text->bytes > CODES_BYTES_MAX
                   ? FAIL(E_INVALID_PARAMETER, NULL, "the list has more than 8 MiB")
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
    buf_init(&text, CODES_BYTES_MAX + 1);
    result r = file_read(value->text.at, param, &text);
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
