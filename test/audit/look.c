/* SPDX-License-Identifier: Apache-2.0 */
#include "look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

char *look(const char *url, const char *progress, struct audit_report *ret)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    const result r = audit_run_on(url, progress, out, ret);
    (void)fclose(out);
    if (r.code != E_OK)
        fail_msg("%s: %s", err_name(r.code), r.message == NULL ? "" : r.message);
    return text;
}

void expect_clean(const char *url)
{
    struct audit_report report = {0};
    char *text = look(url, NULL, &report);
    if (report.findings != 0 || text[0] != '\0')
        fail_msg("%d findings:\n%s", (int)report.findings, text);
    free(text);
}
