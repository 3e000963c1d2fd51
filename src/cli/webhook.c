/* SPDX-License-Identifier: Apache-2.0 */
/* webhook.c: `kessai webhook add`, `list` and `remove`. */
#include "app/webhook_endpoint.h"

#include "base/json.h"
#include "cli/cli.h"

enum { OUT_BYTES_MAX = 16 << 20 };

static struct webhook_endpoint endpoint_of(const struct args *args)
{
    return (struct webhook_endpoint){
        .merchant = args->values[OPT_MERCHANT].id,
        .url = args->values[OPT_URL].text,
        .types = args->values[OPT_EVENT].text,
        .secret = args->values[OPT_SECRET].text,
    };
}

static int print_endpoint(const struct webhook_endpoint *endpoint, bool is_removed)
{
    struct buf out;
    struct json j;
    buf_init(&out, OUT_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_id(&j, "id", endpoint->id);
    json_str(&j, "url", endpoint->url);
    if (is_removed)
        json_bool(&j, "removed", true);
    else
        webhook_types_view(&j, "types", endpoint->types);
    json_end(&j);
    buf_char(&out, '\n');
    const int status = print(&out);
    buf_done(&out);
    return status;
}

static result add(const struct args *args, struct store *store, struct webhook_endpoint *endpoint)
{
    struct vault *vault;
    TRY(open_vault(args, store, &vault));
    const result r = webhook_endpoint_add(store, vault, args->arena, endpoint);
    vault_close(vault);
    return r;
}

int run_webhook_add(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct webhook_endpoint endpoint = endpoint_of(args);
    r = add(args, store, &endpoint);
    const int status = r.code == E_OK ? print_endpoint(&endpoint, false) : print_failure(args, r);
    store_close(store);
    return status;
}

int run_webhook_remove(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct webhook_endpoint endpoint = endpoint_of(args);
    r = webhook_endpoint_remove(store, &endpoint);
    const int status = r.code == E_OK ? print_endpoint(&endpoint, true) : print_failure(args, r);
    store_close(store);
    return status;
}

static result list(const struct args *args, struct store *store, struct buf *out)
{
    return webhook_endpoint_list(store, args->values[OPT_MERCHANT].id, out);
}

int run_webhook_list(const struct args *args)
{
    return print_of_store(args, list);
}
