/* SPDX-License-Identifier: Apache-2.0 */
/* legacy.c: `kessai merchant legacy`: the switch of the legacy hosted page. A secret key comes on
 * standard input: on the command line everybody on the machine could read it. */
#include "app/legacy.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

enum { KEY_LINE_BYTES = 256 };

static result switch_on(const struct args *args, struct store *store)
{
    char line[KEY_LINE_BYTES] = "";
    struct vault *vault;
    TRY(open_vault(args, store, &vault));
    if (fgets(line, sizeof line, stdin) == NULL)
        line[0] = '\0';
    const result r = legacy_switch_on(store, vault, args->arena, args->values[OPT_MERCHANT].id,
                                      str_trim(str_of(line)));
    sodium_memzero(line, sizeof line);
    vault_close(vault);
    return r;
}

static result change(const struct args *args, struct store *store, struct buf *out)
{
    const id merchant = args->values[OPT_MERCHANT].id;
    bool is_on = false;
    struct json j;
    if (args->values[OPT_ON].is_given)
        TRY(switch_on(args, store));
    if (args->values[OPT_OFF].is_given)
        TRY(legacy_switch_off(store, merchant));
    TRY(legacy_is_on(store, merchant, &is_on));
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_id(&j, "merchant", merchant);
    json_bool(&j, "legacy", is_on);
    json_end(&j);
    buf_char(out, '\n');
    return OK;
}

int run_merchant_legacy(const struct args *args)
{
    if (args->values[OPT_ON].is_given && args->values[OPT_OFF].is_given) {
        print_error_line("kessai merchant legacy: --on and --off exclude each other");
        return EXIT_USAGE;
    }
    return print_of_store(args, change);
}
