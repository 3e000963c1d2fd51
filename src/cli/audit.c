/* SPDX-License-Identifier: Apache-2.0 */
/* audit.c: `kessai audit`. The findings are the output; their number, and what an audit that goes
 * on from an earlier one did not look at again, are said on standard error. */
#include "audit/audit.h"

#include <inttypes.h>

#include "cli/cli.h"

static void say_seen(const struct audit_report *r)
{
    (void)fprintf(stderr,
                  "kessai audit: looked at %" PRId64 " ledger transactions, %" PRId64
                  " events and %" PRId64 " payments\n",
                  r->transactions, r->events, r->payments);
    if (r->old_transactions + r->old_events + r->old_payments > 0)
        (void)fprintf(stderr,
                      "kessai audit: not looked at again: %" PRId64 " ledger transactions, %" PRId64
                      " events, and what had ended of %" PRId64
                      " payments; without --progress all is\n",
                      r->old_transactions, r->old_events, r->old_payments);
}

int run_audit(const struct args *args)
{
    const char *progress = args->values[OPT_PROGRESS].text.at;
    struct audit_report report;
    const result r = audit_run_on(args->values[OPT_DB].text.at, progress, stdout, &report);
    if (r.code != E_OK)
        return print_failure(args, r);
    if (progress != NULL)
        say_seen(&report);
    if (report.findings > 0) {
        (void)fprintf(stderr, "kessai audit: %" PRId64 " findings\n", report.findings);
        return EXIT_FAILED;
    }
    struct buf out;
    buf_init(&out, 64);
    buf_text(&out, "0 findings\n");
    const int status = print(&out);
    buf_done(&out);
    return status;
}
