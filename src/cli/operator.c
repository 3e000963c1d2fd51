/* SPDX-License-Identifier: Apache-2.0 */
/* operator.c: `kessai operator add`, `list` and `disable`. */
#include "app/operator.h"

#include "cli/cli.h"

enum { LINE_BYTES_MAX = 8192 };

static int print_new(const struct operator_create *made)
{
    struct buf out;
    struct json j;
    buf_init(&out, LINE_BYTES_MAX);
    json_init(&j, &out);
    json_open_object(&j, NULL);
    json_id(&j, "merchant", made->merchant);
    json_id(&j, "id", made->id);
    json_str(&j, "name", made->name);
    operator_rights_view(&j, "rights", made->rights);
    json_bool(&j, "live", made->is_live);
    json_str(&j, "key", made->key);
    json_end(&j);
    buf_char(&out, '\n');
    const int status = print(&out);
    buf_done(&out);
    return status;
}

int run_operator_add(const struct args *args)
{
    const struct option_value *v = args->values;
    struct operator_create made = {
        .merchant = v[OPT_MERCHANT].id,
        .name = v[OPT_PERSON].text,
        .rights = v[OPT_RIGHT].number,
    };
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    r = operator_create(store, args->arena, &made);
    const int status = r.code == E_OK ? print_new(&made) : print_failure(args, r);
    store_close(store);
    return status;
}

static result list(const struct args *args, struct store *store, struct buf *out)
{
    (void)args;
    return operator_list(store, out);
}

int run_operator_list(const struct args *args)
{
    return print_of_store(args, list);
}

int run_operator_disable(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    r = operator_disable(store, args->values[OPT_PERSON_ID].id, args->arena);
    store_close(store);
    return r.code == E_OK ? EXIT_OK : print_failure(args, r);
}
