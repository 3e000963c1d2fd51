/* SPDX-License-Identifier: Apache-2.0 */
/* payment.c: `kessai payment refused` and `settle`. */
#include "app/payment_settle.h"

#include "cli/cli.h"

static result list(const struct args *args, struct store *store, struct buf *out)
{
    (void)args;
    return payment_refused_list(store, out);
}

int run_payment_refused(const struct args *args)
{
    return print_of_store(args, list);
}

static int print_settled(id payment)
{
    struct buf out;
    struct json j;
    buf_init(&out, REPLY_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_id(&j, "payment", payment);
    json_bool(&j, "settled", true);
    json_end(&j);
    buf_char(&out, '\n');
    const int status = print(&out);
    buf_done(&out);
    return status;
}

int run_payment_settle(const struct args *args)
{
    struct store *store;
    const id payment = args->values[OPT_PAYMENT].id;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    r = payment_settle(store, payment, args->arena);
    const int status = r.code == E_OK ? print_settled(payment) : print_failure(args, r);
    store_close(store);
    return status;
}
