/* SPDX-License-Identifier: Apache-2.0 */
#define ZLIB_CONST /* what is compressed is only read */
#include "document/zip.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/heap.h"

enum {
    SIGN_LOCAL = 0x04034b50,
    SIGN_CENTRAL = 0x02014b50,
    SIGN_END = 0x06054b50,
    VERSION = 20, /* 2.0: deflate */
    METHOD_DEFLATE = 8,
    DATE_1980 = 0x0021, /* 1 January 1980, 00:00 */
    LOCAL_CRC_AT = 14,  /* the sum, then both sizes */
    PIECE = 16384,
};

struct file {
    char name[ZIP_NAME_BYTES_MAX + 1];
    uint32_t crc, packed_bytes, bytes, at;
};

struct zip {
    struct buf *out;
    z_stream stream;
    bool is_open, is_failed;
    size_t count;
    struct file files[ZIP_FILES_MAX];
    unsigned char piece[PIECE];
};

static voidpf memory_new(voidpf opaque, uInt items, uInt bytes)
{
    (void)opaque;
    return heap_new((size_t)items * bytes);
}

static void memory_free(voidpf opaque, voidpf at)
{
    (void)opaque;
    heap_free(at);
}

result zip_new(struct buf *out, struct zip **ret)
{
    struct zip *zip = HEAP_NEW(struct zip);
    if (zip == NULL)
        return E_NO_MEMORY;
    zip->out = out;
    zip->stream.zalloc = memory_new;
    zip->stream.zfree = memory_free;
    /* without zlib's own head and foot */
    if (deflateInit2(&zip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        heap_free(zip);
        return E_NO_MEMORY;
    }
    *ret = zip;
    return OK;
}

/* ---- little-endian numbers ----------------------------------------------------------------- */

static void put_u16(struct buf *out, uint32_t value)
{
    buf_char(out, (char)(value & 0xff));
    buf_char(out, (char)(value >> 8 & 0xff));
}

static void put_u32(struct buf *out, uint32_t value)
{
    put_u16(out, value & 0xffff);
    put_u16(out, value >> 16);
}

static void set_u32(char *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (char)(value >> 8 * i & 0xff);
}

/* What the heads of a file in both places share. */
static void put_file(struct buf *out, const struct file *file)
{
    put_u16(out, VERSION);
    put_u16(out, 0); /* flags */
    put_u16(out, METHOD_DEFLATE);
    put_u16(out, 0); /* time */
    put_u16(out, DATE_1980);
    put_u32(out, file->crc);
    put_u32(out, file->packed_bytes);
    put_u32(out, file->bytes);
    put_u16(out, (uint32_t)strlen(file->name));
    put_u16(out, 0); /* extra */
}

/* ---- files --------------------------------------------------------------------------------- */

void zip_open(struct zip *zip, const char *name)
{
    assert(!zip->is_open && zip->count < ZIP_FILES_MAX && strlen(name) <= ZIP_NAME_BYTES_MAX);
    struct file *file = &zip->files[zip->count];
    *file = (struct file){.at = (uint32_t)zip->out->bytes};
    memcpy(file->name, name, strlen(name) + 1);
    put_u32(zip->out, SIGN_LOCAL);
    put_file(zip->out, file);
    buf_text(zip->out, name);
    zip->is_open = true;
}

/* Compresses what the stream has been given. */
static void pack(struct zip *zip, int flush)
{
    int state = Z_OK;
    do {
        zip->stream.next_out = zip->piece;
        zip->stream.avail_out = PIECE;
        state = deflate(&zip->stream, flush);
        zip->is_failed = zip->is_failed || state == Z_STREAM_ERROR;
        buf_put(zip->out, zip->piece, PIECE - zip->stream.avail_out);
    } while (!zip->is_failed && zip->stream.avail_out == 0);
}

void zip_put(struct zip *zip, str bytes)
{
    assert(zip->is_open && bytes.bytes <= UINT32_MAX);
    struct file *file = &zip->files[zip->count];
    zip->is_failed = zip->is_failed || bytes.bytes > UINT32_MAX - file->bytes;
    if (zip->is_failed || zip->out->is_broken || bytes.bytes == 0)
        return;
    file->crc = (uint32_t)crc32(file->crc, (const Bytef *)bytes.at, (uInt)bytes.bytes);
    file->bytes += (uint32_t)bytes.bytes;
    zip->stream.next_in = (const Bytef *)bytes.at;
    zip->stream.avail_in = (uInt)bytes.bytes;
    pack(zip, Z_NO_FLUSH);
}

void zip_close(struct zip *zip)
{
    assert(zip->is_open);
    struct file *file = &zip->files[zip->count++];
    zip->is_open = false;
    if (zip->is_failed || zip->out->is_broken)
        return;
    const size_t from = file->at + 30 + strlen(file->name);
    pack(zip, Z_FINISH);
    zip->is_failed = zip->is_failed || deflateReset(&zip->stream) != Z_OK;
    if (zip->is_failed || zip->out->is_broken)
        return;
    file->packed_bytes = (uint32_t)(zip->out->bytes - from);
    char *head = zip->out->at + file->at + LOCAL_CRC_AT;
    set_u32(head, file->crc);
    set_u32(head + 4, file->packed_bytes);
    set_u32(head + 8, file->bytes);
}

static void put_directory(struct zip *zip)
{
    struct buf *out = zip->out;
    const uint32_t from = (uint32_t)out->bytes;
    for (size_t i = 0; i < zip->count; i++) {
        const struct file *file = &zip->files[i];
        put_u32(out, SIGN_CENTRAL);
        put_u16(out, VERSION);
        put_file(out, file);
        put_u16(out, 0); /* comment */
        put_u16(out, 0); /* disk */
        put_u16(out, 0); /* attributes */
        put_u32(out, 0);
        put_u32(out, file->at);
        buf_text(out, file->name);
    }
    const uint32_t bytes = (uint32_t)out->bytes - from;
    put_u32(out, SIGN_END);
    put_u32(out, 0); /* disks */
    put_u16(out, (uint32_t)zip->count);
    put_u16(out, (uint32_t)zip->count);
    put_u32(out, bytes);
    put_u32(out, from);
    put_u16(out, 0); /* comment */
}

result zip_end(struct zip *zip)
{
    assert(!zip->is_open);
    put_directory(zip);
    const bool is_good = !zip->is_failed && !zip->out->is_broken;
    (void)deflateEnd(&zip->stream);
    heap_free(zip);
    return is_good ? OK : E_NO_MEMORY;
}
