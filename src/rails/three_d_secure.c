/* SPDX-License-Identifier: Apache-2.0 */
/* three_d_secure.c: the texts of messages that pass through a browser. */
#include "rails/three_d_secure.h"

#include <sodium.h>
#include <string.h>

#include "base/json.h"
#include "base/json_parse.h"

enum { TEXT_BYTES_MAX = 4096 };

void three_d_uuid(char ret[UUID_BYTES])
{
    static const char DIGITS[] = "0123456789abcdef";
    uint8_t random[16];
    randombytes_buf(random, sizeof random);
    random[6] = (uint8_t)((random[6] & 0x0f) | 0x40); /* RFC 9562: version 4, */
    random[8] = (uint8_t)((random[8] & 0x3f) | 0x80); /* variant 10 */
    size_t at = 0;
    for (size_t i = 0; i < sizeof random; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            ret[at++] = '-';
        ret[at++] = DIGITS[random[i] >> 4];
        ret[at++] = DIGITS[random[i] & 15];
    }
    ret[at] = '\0';
}

/* Ends a message and puts it into base64url. Absent without memory; the arena is broken then. */
static str wrap(struct json *j, struct arena *arena)
{
    json_end(j);
    str ret = STR_NONE;
    if (!j->out->is_broken) {
        const size_t bytes =
            sodium_base64_encoded_len(j->out->bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        char *text = arena_alloc(arena, bytes);
        if (text != NULL)
            ret =
                str_of(sodium_bin2base64(text, bytes, (const unsigned char *)j->out->at,
                                         j->out->bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING));
    }
    if (j->out->is_starved)
        arena_break(arena);
    buf_done(j->out);
    return ret;
}

static void start(struct json *j, struct buf *out)
{
    buf_init(out, TEXT_BYTES_MAX);
    json_init(j, out);
    json_open_object(j, NULL);
}

str three_d_creq_text(const struct three_d_creq *creq, struct arena *arena)
{
    struct buf out;
    struct json j;
    start(&j, &out);
    json_text(&j, "messageType", "CReq");
    json_text(&j, "messageVersion", creq->message_version);
    json_text(&j, "threeDSServerTransID", creq->server_trans_id);
    json_text(&j, "acsTransID", creq->acs_trans_id);
    json_text(&j, "challengeWindowSize", creq->challenge_window_size);
    return wrap(&j, arena);
}

str three_d_cres_text(const struct three_d_answer *opened, enum trans_status status,
                      struct arena *arena)
{
    struct buf out;
    struct json j;
    start(&j, &out);
    json_text(&j, "messageType", "CRes");
    json_text(&j, "messageVersion", THREE_D_VERSION);
    json_text(&j, "threeDSServerTransID", opened->server_trans_id);
    json_text(&j, "acsTransID", opened->acs_trans_id);
    json_text(&j, "challengeCompletionInd", "Y");
    json_text(&j, "transStatus", trans_status_text(status));
    return wrap(&j, arena);
}

str three_d_method_text(const char *server_trans_id, str notification_url, struct arena *arena)
{
    struct buf out;
    struct json j;
    start(&j, &out);
    json_text(&j, "threeDSServerTransID", server_trans_id);
    json_str(&j, "threeDSMethodNotificationURL", notification_url);
    return wrap(&j, arena);
}

static result not_cres(void)
{
    return FAIL(E_INVALID_PARAMETER, "cres", "this is not a CRes");
}

result three_d_cres_read(str text, struct arena *arena, str *ret)
{
    char plain[TEXT_BYTES_MAX];
    size_t bytes = 0;
    if (sodium_base642bin((unsigned char *)plain, sizeof plain, text.at, text.bytes, NULL, &bytes,
                          NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return not_cres();
    json_t *message;
    const result r = json_parse((str){plain, bytes}, 0, &message, NULL);
    if (r.code != E_OK)
        return r.code == E_MEMORY ? r : not_cres();
    const char *type = json_string_value(json_object_get(message, "messageType"));
    const char *trans = json_string_value(json_object_get(message, "threeDSServerTransID"));
    const bool is_cres = type != NULL && strcmp(type, "CRes") == 0 && trans != NULL;
    *ret = is_cres ? arena_str(arena, str_of(trans)) : STR_NONE;
    json_decref(message);
    if (!is_cres)
        return not_cres();
    return ret->at == NULL ? E_NO_MEMORY : OK;
}
