/* SPDX-License-Identifier: Apache-2.0 */
/* migrate.c: `kessai migrate-store`: a whole store into an empty one, proved by hashes. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "store/store.h"
#include "store/table_copy.h"

enum { LINE_BYTES_MAX = 512 };

/* One line per table as it is done. */
static void print_table(void *context, const struct table *table, const struct table_digest *digest)
{
    struct buf out;
    const struct args *args = context;
    buf_init(&out, LINE_BYTES_MAX);
    buf_printf(&out, "%-18s %12" PRId64 " %s\n", table->name, digest->rows,
               table_digest_text(digest, args->arena));
    (void)print(&out); /* the summary says whether all went well */
    buf_done(&out);
}

/* Gives a store its schema, and checks that it is ours and of this version. */
static result prepare(const struct args *args, enum option option, bool may_create)
{
    struct store *store;
    const char *url = args->values[option].text.at, *param = option_row(option)->text;
    const struct store_config config = {
        .url = url, .access = STORE_COMMAND, .clock = &CLOCK_SYSTEM};
    TRY(check_database_url(url, param, may_create, args->arena));
    result r = store_open(&config, &store);
    if (r.code == E_OK)
        store_close(store);
    r.param = r.code == E_OK ? NULL : param;
    return r;
}

static result run(const struct args *args, int64_t *ret_rows)
{
    struct args mine = *args;
    const struct table_copy copy = {
        .from = args->values[OPT_FROM].text.at,
        .to = args->values[OPT_TO_URL].text.at,
        .arena = args->arena,
        .copied = print_table,
        .context = &mine,
    };
    if (strcmp(copy.from, copy.to) == 0)
        return FAIL(E_USAGE, "--to", "is the same database as --from");
    TRY(prepare(args, OPT_FROM, false));
    TRY(prepare(args, OPT_TO_URL, true));
    return table_copy_run(&copy, ret_rows);
}

int run_migrate_store(const struct args *args)
{
    int64_t rows = 0;
    const result r = run(args, &rows);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct buf out;
    buf_init(&out, LINE_BYTES_MAX);
    buf_printf(&out,
               "%" PRId64 " rows are equal on both sides; use the same key file, and do not "
               "serve the old store again\n",
               rows);
    const int status = print(&out);
    buf_done(&out);
    return status;
}
