/* SPDX-License-Identifier: Apache-2.0 */
/* screen.c: `kessai screen limit`, `block`, `allow`, `remove`, `list` and `fraud`. */
#include "app/screen_settings.h"

#include "base/json.h"
#include "cli/cli.h"

enum { OUT_BYTES_MAX = 64 << 20 };

static int finish_line(struct json *j, struct buf *out)
{
    json_end(j);
    buf_char(out, '\n');
    const int status = print(out);
    buf_done(out);
    return status;
}

static void begin_line(struct json *j, struct buf *out)
{
    buf_init(out, OUT_BYTES_MAX);
    json_init(j, out);
    json_open_object(j, NULL);
}

/* Prints what `list` writes. */
static int print_list(const struct args *args, struct store *store,
                      result (*list)(struct store *store, id merchant, struct buf *out))
{
    struct buf out;
    buf_init(&out, OUT_BYTES_MAX);
    const result r = list(store, args->values[OPT_MERCHANT].id, &out);
    const int status = r.code == E_OK ? print(&out) : print_failure(args, r);
    buf_done(&out);
    return status;
}

static result set_limit(const struct args *args, struct store *store)
{
    const struct option_value *v = args->values;
    struct screen_limit_change change = {
        .merchant = v[OPT_MERCHANT].id,
        .limit = (enum screen_limit)v[OPT_LIMIT].number,
        .has_most = v[OPT_COUNT].is_given,
        .has_window = v[OPT_WINDOW].is_given,
        .is_default = v[OPT_DEFAULT].is_given,
        .rule = {.most = v[OPT_COUNT].number, .window_s = v[OPT_WINDOW].number},
    };
    const bool has_value = change.has_most || change.has_window;
    if (change.is_default && has_value)
        return FAIL(E_USAGE, "--default", "it leaves no room for --count and --window");
    if (change.limit == SCREEN_LIMIT_NONE)
        return change.is_default || has_value
                   ? FAIL(E_USAGE, "--limit", "which limit is to be changed?")
                   : OK;
    return screen_limit_set(store, args->arena, &change);
}

int run_screen_limit(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    r = set_limit(args, store);
    const int status =
        r.code == E_OK ? print_list(args, store, screen_limit_list) : print_failure(args, r);
    store_close(store);
    return status;
}

static struct screen_entry_change entry_of(const struct args *args, bool is_allowed)
{
    const struct option_value *v = args->values;
    return (struct screen_entry_change){
        .merchant = v[OPT_MERCHANT].id,
        .payment = v[OPT_MADE_WITH].id,
        .kind = (enum screen_kind)(v[OPT_MARK].number + SCREEN_MERCHANT),
        .value = v[OPT_VALUE].text,
        .note = v[OPT_NOTE].text,
        .is_allowed = is_allowed,
        .days = v[OPT_DAYS].number,
    };
}

static int print_entry(const struct screen_entry_change *entry, const char *list)
{
    struct buf out;
    struct json j;
    begin_line(&j, &out);
    json_id(&j, "merchant", entry->merchant);
    json_text(&j, "list", list);
    json_text(&j, "kind", screen_kind_slug(entry->kind));
    json_str(&j, "value", entry->value);
    if (list != NULL) {
        json_str(&j, "note", entry->note);
        json_time(&j, "expires_at", entry->expires_us);
    }
    return finish_line(&j, &out);
}

typedef result (*entry_change)(struct store *store, const struct vault *vault, struct arena *arena,
                               struct screen_entry_change *change);

static result change_with_vault(const struct args *args, struct store *store, entry_change change,
                                struct screen_entry_change *entry)
{
    struct vault *vault;
    TRY(open_vault(args, store, &vault));
    const result r = change(store, vault, args->arena, entry);
    vault_close(vault);
    return r;
}

/*   list   where it stands afterwards; NULL: nowhere */
static int change_entry(const struct args *args, entry_change change, const char *list,
                        bool is_allowed)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct screen_entry_change entry = entry_of(args, is_allowed);
    r = change_with_vault(args, store, change, &entry);
    const int status = r.code == E_OK ? print_entry(&entry, list) : print_failure(args, r);
    store_close(store);
    return status;
}

int run_screen_block(const struct args *args)
{
    return change_entry(args, screen_entry_put, "block", false);
}

int run_screen_allow(const struct args *args)
{
    return change_entry(args, screen_entry_put, "allow", true);
}

int run_screen_remove(const struct args *args)
{
    return change_entry(args, screen_entry_remove, NULL, false);
}

int run_screen_list(const struct args *args)
{
    struct store *store;
    const result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    const int status = print_list(args, store, screen_entry_list);
    store_close(store);
    return status;
}

static int print_fraud(const struct screen_fraud *fraud)
{
    struct buf out;
    struct json j;
    begin_line(&j, &out);
    json_id(&j, "payment", fraud->payment);
    json_bool(&j, "marked_as_fraud", true);
    json_str(&j, "card", fraud->card);
    return finish_line(&j, &out);
}

int run_screen_fraud(const struct args *args)
{
    struct store *store;
    result r = open_store(args, false, &store);
    if (r.code != E_OK)
        return print_failure(args, r);
    struct screen_fraud fraud = {.merchant = args->values[OPT_MERCHANT].id,
                                 .payment = args->values[OPT_PAYMENT].id};
    r = screen_fraud_mark(store, args->arena, &fraud);
    const int status = r.code == E_OK ? print_fraud(&fraud) : print_failure(args, r);
    store_close(store);
    return status;
}
