/* SPDX-License-Identifier: Apache-2.0 */
#include "app/barcode.h"

#include <assert.h>
#include <png.h>
#include <sodium.h>
#include <string.h>
#include <zint.h>

#include "rails/simulator.h"

static const char URI[] = "data:image/png;base64,";
enum { MODULE_PIXELS = 2, QUIET_MODULES = 10, WHITE = 255, BLACK = 0 };
enum { SYMBOL_MODULES = 288 }; /* start, FNC1, 22 pairs, check, stop */
static_assert((SYMBOL_MODULES + 2 * QUIET_MODULES) * MODULE_PIXELS <= BARCODE_WIDTH,
              "the symbol and its quiet zones fit the picture");

/* ---- the number ---------------------------------------------------------------------------- */

result barcode_number(const struct payment *p, char ret[SLIP_DIGITS + 1])
{
    char key[24];
    if (p->method != METHOD_KONBINI || p->status != PAY_AUTHORIZED)
        return FAIL(E_UNPROCESSABLE, NULL,
                    "only a payment that waits at a convenience store has a barcode");
    struct buf digits;
    buf_init(&digits, sizeof key);
    buf_i64(&digits, p->id.key);
    const str text = buf_view(&digits);
    const bool is_whole = !digits.is_broken && text.bytes < sizeof key;
    if (is_whole)
        memcpy(key, text.at, text.bytes);
    const struct slip slip = {
        .biller = S(SIMULATOR_SLIP_BILLER),
        .free = {key, text.bytes},
        .due_us = p->deadline_us,
        .has_stamp = slip_needs_stamp(payment_total(p)),
        .amount_minor = payment_total(p),
    };
    buf_done(&digits);
    return is_whole ? slip_number(&slip, ret) : E_NO_MEMORY;
}

/* ---- the picture --------------------------------------------------------------------------- */

/* Draws the bars of a symbol of one row into a line of pixels, in its middle. */
static bool draw(const struct zint_symbol *symbol, uint8_t line[BARCODE_WIDTH])
{
    if (symbol->rows != 1 || symbol->width != SYMBOL_MODULES)
        return false;
    uint8_t *at = line + (BARCODE_WIDTH - SYMBOL_MODULES * MODULE_PIXELS) / 2;
    memset(line, WHITE, BARCODE_WIDTH);
    for (int i = 0; i < SYMBOL_MODULES; i++, at += MODULE_PIXELS)
        if ((symbol->encoded_data[0][i / 8] >> i % 8 & 1) != 0)
            memset(at, BLACK, MODULE_PIXELS);
    return true;
}

/* The library wants its application identifier in brackets, and sets FNC1 itself. */
static bool encode(const char number[SLIP_DIGITS + 1], uint8_t line[BARCODE_WIDTH])
{
    unsigned char text[SLIP_DIGITS + 3] = "[91]";
    memcpy(text + 4, number + 2, SLIP_DIGITS - 2);
    struct zint_symbol *symbol = ZBarcode_Create();
    if (symbol == NULL)
        return false;
    symbol->symbology = BARCODE_GS1_128;
    symbol->input_mode = GS1_MODE;
    const bool is_made =
        ZBarcode_Encode(symbol, text, SLIP_DIGITS + 2) < ZINT_ERROR && draw(symbol, line);
    ZBarcode_Delete(symbol);
    return is_made;
}

static str write_png(const uint8_t *pixels, struct arena *arena)
{
    png_image image = {
        .version = PNG_IMAGE_VERSION,
        .width = BARCODE_WIDTH,
        .height = BARCODE_HEIGHT,
        .format = PNG_FORMAT_GRAY,
    };
    png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *file = arena_alloc(arena, bytes);
    const bool is_made =
        file != NULL && png_image_write_to_memory(&image, file, &bytes, 0, pixels, 0, NULL) != 0;
    png_image_free(&image);
    return is_made ? (str){file, bytes} : STR_NONE;
}

static str write_uri(str png, struct arena *arena)
{
    const size_t room = sodium_base64_ENCODED_LEN(png.bytes, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(arena, sizeof URI - 1 + room);
    if (text == NULL)
        return STR_NONE;
    memcpy(text, URI, sizeof URI - 1);
    (void)sodium_bin2base64(text + sizeof URI - 1, room, (const unsigned char *)png.at, png.bytes,
                            sodium_base64_VARIANT_ORIGINAL);
    return str_of(text);
}

result barcode_picture(const char number[SLIP_DIGITS + 1], struct arena *arena, str *ret)
{
    uint8_t line[BARCODE_WIDTH];
    uint8_t *pixels = arena_alloc(arena, sizeof line * BARCODE_HEIGHT);
    if (pixels == NULL || !encode(number, line))
        return E_NO_MEMORY;
    for (size_t i = 0; i < BARCODE_HEIGHT; i++)
        memcpy(pixels + i * sizeof line, line, sizeof line);
    const str png = write_png(pixels, arena);
    const str uri = png.at == NULL ? STR_NONE : write_uri(png, arena);
    if (uri.at == NULL)
        return E_NO_MEMORY;
    *ret = uri;
    return OK;
}
