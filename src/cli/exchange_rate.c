/* SPDX-License-Identifier: Apache-2.0 */
/* exchange_rate.c: `kessai exchange-rate set` and `list`. */
#include "app/exchange_rate.h"

#include "base/json.h"
#include "cli/cli.h"

enum { OUT_BYTES_MAX = 1 << 20 };

/* Prints what was written, or why it was not. */
static int finish(const struct args *args, result r, struct buf *out)
{
    const int status = r.code == E_OK ? print(out) : print_failure(args, r);
    buf_done(out);
    return status;
}

int run_exchange_rate_set(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct exchange_rate rate = {
        .merchant = args->values[OPT_MERCHANT].id,
        .from = (enum currency)args->values[OPT_FROM_CURRENCY].number,
        .to = (enum currency)args->values[OPT_TO_CURRENCY].number,
        .rate_e8 = args->values[OPT_RATE].number,
    };
    r = exchange_rate_set(store, &rate);
    store_close(store);
    struct buf out;
    struct json j;
    buf_init(&out, OUT_BYTES_MAX);
    json_init(&j, &out);
    exchange_rate_view(&j, &rate);
    buf_char(&out, '\n');
    return finish(args, r, &out);
}

int run_exchange_rate_list(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct buf out;
    buf_init(&out, OUT_BYTES_MAX);
    r = exchange_rate_list(store, args->values[OPT_MERCHANT].id, &out);
    store_close(store);
    return finish(args, r, &out);
}
