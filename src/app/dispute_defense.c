/* SPDX-License-Identifier: Apache-2.0 */
/* dispute_defense.c: a defence is taken, kept and shown. */
#include "app/dispute_defense.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define PARAM_BASE64 "document.document_base64"
#define HASH_OF      "kessai: a defence"

/* A character of text may become \u00xx. */
enum { TEXTS_BYTES_MAX = VAULT_TEXT_BYTES_MAX, FILES_ARENA_BYTES = 48 << 20, EXTRA_BYTES = 41 };
static_assert(6 * DEFENSE_DESCRIPTION_CHARACTERS_MAX + 2 * 6 * DEFENSE_NAME_CHARACTERS_MAX +
                      2 * DEFENSE_INFO_BYTES_MAX + 1024 <=
                  TEXTS_BYTES_MAX,
              "the texts of a defence can be sealed as one");

/* ---- documents ----------------------------------------------------------------------------- */

/* The place that part n of a document is sealed for. */
static id part_of(id dispute, size_t n)
{
    return (id){.key = dispute.key, .salt = (int64_t)n};
}

static result decode(struct dispute_defend *in, str text, str *ret)
{
    const size_t room = text.bytes / 4 * 3 + 3;
    unsigned char *at = arena_alloc(in->files, room);
    size_t bytes = 0;
    if (at == NULL)
        return E_NO_MEMORY;
    if (sodium_base642bin(at, room, text.at, text.bytes, " \t\r\n", &bytes, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 &&
        sodium_base642bin(at, room, text.at, text.bytes, " \t\r\n", &bytes, NULL,
                          sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
        return FAIL(E_INVALID_PARAMETER, PARAM_BASE64, "this is not base64");
    *ret = (str){(const char *)at, bytes};
    return OK;
}

static result check_document(str document, enum document_kind *ret)
{
    *ret = document_kind_of(document);
    if (document.bytes > DOCUMENT_BYTES_MAX)
        return FAIL(E_INVALID_PARAMETER, PARAM_BASE64, "a document has at most 15 MB");
    if (*ret == DOCUMENT_NONE)
        return FAIL(E_INVALID_PARAMETER, PARAM_BASE64, "a document is a PDF, JPG, PNG or GIF");
    return OK;
}

static result seal_document(struct dispute_defend *in, str document)
{
    const size_t parts = (document.bytes + DOCUMENT_PART_BYTES - 1) / DOCUMENT_PART_BYTES;
    const size_t sealed_bytes = document.bytes + parts * EXTRA_BYTES;
    char *all = arena_alloc(in->files, sealed_bytes);
    struct arena *arena = arena_new(4 * DOCUMENT_PART_BYTES);
    result r = all == NULL || arena == NULL ? E_NO_MEMORY : OK;
    size_t done = 0;
    for (size_t n = 0; n < parts && r.code == E_OK; n++) {
        const size_t at = n * DOCUMENT_PART_BYTES, left = document.bytes - at;
        const str part = {document.at + at,
                          left < DOCUMENT_PART_BYTES ? left : DOCUMENT_PART_BYTES};
        str sealed;
        arena_clear(arena);
        r = vault_seal_text(in->c.app->vault, VAULT_DOCUMENT, part_of(in->dispute, n), part, arena,
                            &sealed);
        if (r.code != E_OK)
            break;
        assert(sealed.bytes == part.bytes + EXTRA_BYTES);
        memcpy(all + done, sealed.at, sealed.bytes);
        done += sealed.bytes;
    }
    arena_free(arena);
    in->sealed_document = (str){all, sealed_bytes};
    return r;
}

static result insert_document(struct tx *tx, const struct dispute_defend *in)
{
    const str all = in->sealed_document;
    const size_t step = DOCUMENT_PART_BYTES + EXTRA_BYTES;
    for (size_t at = 0, n = 0; at < all.bytes; at += step, n++) {
        const size_t left = all.bytes - at;
        TRY(db_exec(tx_db(tx), SQL_DISPUTE_DOCUMENT_INSERT, VI(in->c.tenant), VI(in->dispute.key),
                    VI((int64_t)n), VB(all.at + at, left < step ? left : step)));
    }
    return OK;
}

result dispute_document_open(struct db *db, struct vault *vault, const struct dispute *d,
                             struct buf *out)
{
    if (d->document == DOCUMENT_NONE)
        return FAIL(E_NOT_FOUND, NULL, NULL);
    struct rows rows;
    struct arena *arena = arena_new(4 * DOCUMENT_PART_BYTES);
    if (arena == NULL)
        return E_NO_MEMORY;
    result r = db_query(db, SQL_DISPUTE_DOCUMENT_PARTS, &rows, VI(d->tenant), VI(d->id.key));
    if (r.code == E_OK) {
        for (size_t n = 0; rows.error.code == E_OK && rows_next(&rows); n++) {
            str part = STR_NONE;
            arena_clear(arena);
            rows.error = vault_open_text(vault, VAULT_DOCUMENT, part_of(d->id, n),
                                         row_str(&rows, 0), arena, &part);
            buf_str(out, part);
        }
        r = rows_done(&rows);
    }
    arena_free(arena);
    if (r.code == E_OK && out->is_broken)
        return E_NO_MEMORY;
    if (r.code == E_OK && (int64_t)out->bytes != d->document_bytes)
        return FAIL(E_CRYPTO, NULL, "the document of a defence is not whole");
    return r;
}

/* ---- texts --------------------------------------------------------------------------------- */

static result check_file_name(str name)
{
    for (size_t i = 0; i < name.bytes; i++)
        if (name.at[i] == '/' || name.at[i] == '\\' || (unsigned char)name.at[i] < ' ')
            return FAIL(E_INVALID_PARAMETER, "document.file_name",
                        "a file name has no slashes and no control characters");
    return OK;
}

static void write_texts(const struct dispute_defend *in, struct buf *out)
{
    const struct defense_texts *t = &in->texts;
    struct json j;
    json_init(&j, out);
    json_open_object(&j, NULL);
    json_str(&j, "description", t->description);
    json_str(&j, "product_name", t->product_name);
    json_raw(&j, "shipping_info", t->shipping_info);
    json_raw(&j, "recipient_info", t->recipient_info);
    json_open_object(&j, "document");
    json_str(&j, "file_name",
             t->file_name.at != NULL ? t->file_name : str_of(document_default_name(in->kind)));
    json_text(&j, "content_type", document_type(in->kind));
    json_i64(&j, "bytes", (int64_t)in->document_bytes);
    json_end(&j);
    json_end(&j);
}

/* A keyed hash of the texts and of the document, one behind the other. */
static result hash_all(struct dispute_defend *in, struct buf *texts, str document)
{
    const size_t bytes = texts->bytes;
    uint8_t *hash = arena_alloc(in->files, VAULT_FINGERPRINT_BYTES);
    if (hash == NULL)
        return E_NO_MEMORY;
    vault_fingerprint(in->c.app->vault, HASH_OF, in->dispute.key, document, hash);
    buf_put(texts, hash, VAULT_FINGERPRINT_BYTES);
    if (texts->is_broken)
        return E_NO_MEMORY;
    vault_fingerprint(in->c.app->vault, HASH_OF, in->dispute.key, buf_view(texts), hash);
    buf_cut(texts, bytes);
    in->hash = (str){(const char *)hash, VAULT_FINGERPRINT_BYTES};
    return OK;
}

static result seal_texts(struct dispute_defend *in, str document)
{
    struct buf texts;
    buf_init(&texts, TEXTS_BYTES_MAX + VAULT_FINGERPRINT_BYTES);
    write_texts(in, &texts);
    result r = texts.is_broken ? E_NO_MEMORY : hash_all(in, &texts, document);
    if (r.code == E_OK)
        r = vault_seal_text(in->c.app->vault, VAULT_DEFENSE, in->dispute, buf_view(&texts),
                            in->files, &in->sealed_texts);
    if (texts.at != NULL)
        explicit_bzero(texts.at, texts.bytes);
    buf_done(&texts);
    return r;
}

result dispute_defense_view(struct vault *vault, const struct dispute *d, struct arena *arena,
                            struct json *j)
{
    str texts = STR_NONE;
    if (d->defense.at != NULL)
        TRY(vault_open_text(vault, VAULT_DEFENSE, d->id, d->defense, arena, &texts));
    json_raw(j, "defense", texts);
    return OK;
}

/* ---- the command --------------------------------------------------------------------------- */

result dispute_defend_prepare(struct dispute_defend *in, str document_base64)
{
    str document;
    in->files = arena_new(FILES_ARENA_BYTES);
    if (in->files == NULL)
        return E_NO_MEMORY;
    TRY(check_file_name(in->texts.file_name));
    TRY(decode(in, document_base64, &document));
    TRY(check_document(document, &in->kind));
    in->document_bytes = document.bytes;
    TRY(seal_texts(in, document));
    return seal_document(in, document);
}

static result begin(struct tx *tx, struct command *c)
{
    const struct dispute_defend *in = (const struct dispute_defend *)c;
    struct dispute d;
    struct payment p;
    int64_t now_us;
    bool is_said;
    TRY(dispute_read(tx_db(tx), c->tenant, in->dispute, c->arena, &d));
    TRY(tx_now(tx, c->tenant, &now_us));
    TRY(dispute_answer(d.state, DE_DEFEND, d.due_us, now_us, &is_said));
    if (is_said && !str_equal(d.defense_hash, in->hash))
        return FAIL(E_UNPROCESSABLE, NULL, "the chargeback request has been defended already");
    c->step = STEP_ANSWER;
    c->http_status = 204;
    if (is_said)
        return OK;
    d.defense = in->sealed_texts;
    d.defense_hash = in->hash;
    d.document = in->kind;
    d.document_bytes = (int64_t)in->document_bytes;
    TRY(insert_document(tx, in));
    TRY(payment_read_key(tx_db(tx), c->tenant, d.payment, c->arena, &p));
    return dispute_step(tx, &p, &d, DE_DEFEND, c->arena, NULL);
}

static void wipe(struct command *c)
{
    struct dispute_defend *in = (struct dispute_defend *)c;
    arena_free(in->files);
    in->files = NULL;
}

void dispute_defend_init(struct dispute_defend *in)
{
    in->c.begin = begin;
    in->c.wipe = wipe;
}
