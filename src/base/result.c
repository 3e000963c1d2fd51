/* SPDX-License-Identifier: Apache-2.0 */
#include "base/result.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *name, *wire;
    enum err_class class;
    int http;
    const char *text;
} ROWS[E_COUNT] = {
    [E_OK] = {"E_OK", "ok", ERR_NONE, 200, "OK"},
#define ERR(code, wire, class, http, text) [code] = {#code, wire, ERR_##class, http, text},
#include "base/errors.def"
#undef ERR
};

const char *err_name(enum err code)
{
    assert(code < E_COUNT);
    return ROWS[code].name;
}

const char *err_wire(enum err code)
{
    assert(code < E_COUNT);
    return ROWS[code].wire;
}

enum err_class err_class_of(enum err code)
{
    assert(code < E_COUNT);
    return ROWS[code].class;
}

int err_http(enum err code)
{
    assert(code < E_COUNT);
    return ROWS[code].http;
}

const char *err_text(enum err code)
{
    assert(code < E_COUNT);
    return ROWS[code].text;
}

bool err_is_of_store(enum err code)
{
    return err_class_of(code) == ERR_OURS || code == E_STORE_BUSY || code == E_STORE_FULL ||
           code == E_STORE_DOWN;
}

enum err err_from_wire(const char *wire)
{
    for (int i = E_OK + 1; i < E_COUNT; i++)
        if (strcmp(ROWS[i].wire, wire) == 0)
            return (enum err)i;
    return E_OK;
}
