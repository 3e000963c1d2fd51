/* SPDX-License-Identifier: Apache-2.0 */
/* refund_request.c: `kessai refund-request list`, `complete` and `reject`. */
#include "app/refund_request.h"

#include "cli/cli.h"

static result list(const struct args *args, struct store *store, struct buf *out)
{
    struct vault *vault;
    TRY(open_vault(args, store, &vault));
    const result r = refund_request_list(store, vault, out);
    vault_close(vault);
    return r;
}

int run_refund_request_list(const struct args *args)
{
    return print_of_store(args, list);
}

static int print_outcome(id request, bool is_completed)
{
    struct buf out;
    struct json j;
    buf_init(&out, REPLY_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_id(&j, "id", request);
    json_text(&j, "status", is_completed ? "completed" : "rejected");
    json_end(&j);
    buf_char(&out, '\n');
    const int status = print(&out);
    buf_done(&out);
    return status;
}

static int settle(const struct args *args, bool is_completed)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    const struct refund_request_order order = {
        .request = args->values[OPT_ID].id,
        .is_completed = is_completed,
        .reason = args->values[OPT_REASON].text,
    };
    r = refund_request_settle(store, &order, args->arena);
    const int status =
        r.code == E_OK ? print_outcome(order.request, is_completed) : print_failure(args, r);
    store_close(store);
    return status;
}

int run_refund_request_complete(const struct args *args)
{
    return settle(args, true);
}

int run_refund_request_reject(const struct args *args)
{
    return settle(args, false);
}
