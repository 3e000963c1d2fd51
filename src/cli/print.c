/* SPDX-License-Identifier: Apache-2.0 */
/* print.c: what commands say; `kessai version` and `kessai openapi`. */
#include <stdio.h>

#include "api/openapi.h"
#include "cli/cli.h"

enum { VERSION_BYTES_MAX = 256 };

enum { LIST_BYTES_MAX = 64 << 20 };

int print(const struct buf *out)
{
    const str text = buf_view(out);
    const bool is_written = !out->is_broken &&
                            fwrite(text.at, 1, text.bytes, stdout) == text.bytes &&
                            fflush(stdout) == 0;
    if (!is_written)
        (void)fputs("kessai: standard output cannot be written\n", stderr);
    return is_written ? EXIT_OK : EXIT_FAILED;
}

void print_error_line(const char *text)
{
    for (; *text != '\0'; text++)
        (void)fputc((unsigned char)*text < ' ' ? ' ' : *text, stderr);
    (void)fputc('\n', stderr);
}

int print_failure(const struct args *args, result r)
{
    const char *message = r.message != NULL ? r.message : err_text(r.code);
    const char *name = command_name(args->command, args->arena);
    const char *line =
        arena_printf(args->arena, "kessai %s: %s%s%s", name, r.param == NULL ? "" : r.param,
                     r.param == NULL ? "" : ": ", message);
    print_error_line(line != NULL ? line : message);
    return EXIT_FAILED;
}

int run_version(const struct args *args)
{
    (void)args;
    struct buf out;
    buf_init(&out, VERSION_BYTES_MAX);
    buf_text(&out, "kessai " KESSAI_VERSION "\n");
    const int status = print(&out);
    buf_done(&out);
    return status;
}

int run_openapi(const struct args *args)
{
    (void)args;
    struct buf out;
    buf_init(&out, OPENAPI_BYTES_MAX);
    openapi_write(&out);
    buf_text(&out, "\n");
    const int status = print(&out);
    buf_done(&out);
    return status;
}

int print_of_store(const struct args *args,
                   result (*list)(const struct args *args, struct store *store, struct buf *out))
{
    struct store *store;
    struct buf out;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    buf_init(&out, LIST_BYTES_MAX);
    r = list(args, store, &out);
    const int status = r.code == E_OK ? print(&out) : print_failure(args, r);
    buf_done(&out);
    store_close(store);
    return status;
}
