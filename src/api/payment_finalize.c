/* SPDX-License-Identifier: Apache-2.0 */
/* payment_finalize.c: POST /payments/{id}/finalize (komoju-core 6.9). */
#include <string.h>

#include "api/api.h"
#include "api/metadata.h"
#include "api/request.h"
#include "app/payment_actions.h"

enum { FIELD55_MAX = 2048, TRACK2_MAX = 64, SECRET_BYTES_MAX = 16384 };

struct finalize_in {
    int ac_type;
    str field55, track2;
    bool has_capture, capture;
    json_t *metadata;
};
#define AT(member) offsetof(struct finalize_in, member)
static const char *const AC_TYPES[] = {[CARD_WORD_NONE] = "",
                                       [CARD_APPROVES] = "tc",
                                       [CARD_DECLINES] = "aac",
                                       [CARD_FAULT] = "fault",
                                       NULL};
static const struct field FIELDS[] = {
    {"ac_type", F_ENUM, AT(ac_type), FIELD_NO_FLAG, FIELD_REQUIRED, 0, 0, AC_TYPES},
    {"field55", F_TEXT, AT(field55), FIELD_NO_FLAG, FIELD_REQUIRED, 1, FIELD55_MAX, NULL},
    {"track2", F_TEXT, AT(track2), FIELD_NO_FLAG, FIELD_REQUIRED, 1, TRACK2_MAX, NULL},
    {"capture", F_BOOL, AT(capture), AT(has_capture), 0, 0, 0, NULL},
    {"metadata", F_ANY, AT(metadata), FIELD_NO_FLAG, 0, 0, 0, NULL},
};
const struct field_list request_finalize = FIELD_LIST(FIELDS);
#undef AT

/* What the terminal read from the card, for the rail's eyes. */
static result write_secret(const struct finalize_in *in, struct arena *arena,
                           struct secret_details *ret)
{
    struct buf text;
    struct json j;
    buf_init(&text, SECRET_BYTES_MAX);
    json_init(&j, &text);
    json_open_object(&j, NULL);
    json_text(&j, "ac_type", AC_TYPES[in->ac_type]);
    json_str(&j, "field55", in->field55);
    json_str(&j, "track2", in->track2);
    json_end(&j);
    ret->at = text.is_broken ? NULL : arena_alloc(arena, text.bytes);
    ret->bytes = ret->at == NULL ? 0 : text.bytes;
    if (ret->at != NULL)
        memcpy(ret->at, text.at, text.bytes);
    if (text.at != NULL)
        explicit_bzero(text.at, text.bytes);
    buf_done(&text);
    return ret->at == NULL ? E_NO_MEMORY : OK;
}

static result parse(struct exchange *x, struct payment_finalize *ret)
{
    struct finalize_in in = {0};
    TRY(fields_read(x->request.body, NULL, FIELDS, COUNT(FIELDS), x->arena, &in));
    TRY(metadata_read(in.metadata, x->arena, &ret->metadata));
    ret->word = (enum card_word)in.ac_type;
    ret->is_captured = !in.has_capture || in.capture;
    ret->has_metadata = ret->metadata.at != NULL;
    ret->capture.scenario = x->request.scenario;
    return write_secret(&in, x->arena, &ret->secret);
}

/* POST /api/v1/payments/{id}/finalize.
 *   in      FIELDS; capture: at once, the default
 *   out     200 payment: captured, authorized still, or cancelled
 *   errors  those of struct payment_finalize */
void api_payment_finalize(struct exchange *x)
{
    struct payment_finalize *in = api_command(x, sizeof *in);
    if (in == NULL)
        return;
    payment_finalize_init(in);
    result r = id_read(x->request.args[0], &in->capture.p.id) ? OK : FAIL(E_NOT_FOUND, NULL, NULL);
    if (r.code == E_OK)
        r = parse(x, in);
    if (r.code == E_OK) {
        api_run(x, &in->capture.p.c);
        return;
    }
    command_done(&in->capture.p.c);
    reply_error(x, r);
}
