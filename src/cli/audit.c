/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c: `kessai audit`. The findings are the output; their number is said on standard error. */
#include "audit/audit.h"

#include <inttypes.h>

#include "cli/cli.h"

int run_audit(const struct args *args)
{
    int64_t findings = 0;
    const result r = audit_run(args->values[OPT_DB].text.at, stdout, &findings);
    if (r.code != E_OK)
        return print_failure(args, r);
    if (findings > 0) {
        (void)fprintf(stderr, "kessai audit: %" PRId64 " findings\n", findings);
        return EXIT_FAILED;
    }
    struct buf out;
    buf_init(&out, 64);
    buf_text(&out, "0 findings\n");
    const int status = print(&out);
    buf_done(&out);
    return status;
}
