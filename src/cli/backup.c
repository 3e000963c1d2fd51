/* SPDX-License-Identifier: Apache-2.0 */
/* backup.c: `kessai backup`: a copy of an SQLite store while its server runs. */
#include "store/backup.h"

#include <inttypes.h>

#include "cli/cli.h"
#include "store/store.h"

enum { LINE_BYTES_MAX = 16384 };

static result run(const struct args *args, int64_t *ret_bytes)
{
    const char *db = args->values[OPT_DB].text.at;
    if (store_url_is_postgres(db))
        return FAIL(E_USAGE, "--db",
                    "copies SQLite files only; PostgreSQL has its own tools, pg_dump and "
                    "pg_basebackup");
    TRY(check_database(args, false));
    return backup_run(store_url_path(db), args->values[OPT_TO_FILE].text.at, args->arena,
                      ret_bytes);
}

int run_backup(const struct args *args)
{
    int64_t bytes = 0;
    const result r = run(args, &bytes);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct buf out;
    buf_init(&out, LINE_BYTES_MAX);
    buf_printf(&out, "%s: %" PRId64 " bytes, one state of the database\n",
               args->values[OPT_TO_FILE].text.at, bytes);
    buf_text(&out, "Not in it: the vault's key file. Keep a copy of that elsewhere; without it "
                   "cards and webhook secrets cannot be opened.\n");
    const int status = print(&out);
    buf_done(&out);
    return status;
}
