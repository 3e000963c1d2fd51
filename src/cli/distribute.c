/* SPDX-License-Identifier: Apache-2.0 */
/* distribute.c: `kessai distribute`: spreads a PostgreSQL store over a Citus cluster by tenant. */
#include "store/distribute.h"

#include <inttypes.h>

#include "cli/cli.h"
#include "store/store.h"

enum { LINE_BYTES_MAX = 512 };

static result run(const struct args *args, struct distribution *ret)
{
    const char *db = args->values[OPT_DB].text.at;
    if (!store_url_is_postgres(db))
        return FAIL(E_USAGE, "--db",
                    "an SQLite file cannot be distributed; kessai migrate-store copies it to "
                    "PostgreSQL");
    return distribute_run(db, args->arena, ret);
}

int run_distribute(const struct args *args)
{
    struct distribution done = {0};
    const result r = run(args, &done);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct buf out;
    buf_init(&out, LINE_BYTES_MAX);
    buf_printf(&out,
               "%" PRId64 " tables distributed by tenant, %" PRId64 " shared, %" PRId64
               " were so already\n",
               done.distributed, done.shared, done.already);
    const int status = print(&out);
    buf_done(&out);
    return status;
}
