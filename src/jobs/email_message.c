/* SPDX-License-Identifier: Apache-2.0 */
#include "jobs/email_message.h"

#include <sodium.h>
#include <string.h>

#include "base/clock.h"

enum { WORD_BYTES = 39, LINE_BYTES = 57 }; /* before base64: 52 and 76 characters of it */

static void put_base64(struct buf *out, const char *at, size_t bytes)
{
    char text[sodium_base64_ENCODED_LEN(LINE_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    (void)sodium_bin2base64(text, sizeof text, (const unsigned char *)at, bytes,
                            sodium_base64_VARIANT_ORIGINAL);
    buf_text(out, text);
}

/* How much of a text is in the next encoded word: whole characters. */
static size_t word_bytes(str text)
{
    size_t bytes = text.bytes < WORD_BYTES ? text.bytes : WORD_BYTES;
    while (bytes < text.bytes && bytes > 0 && ((unsigned char)text.at[bytes] & 0xc0) == 0x80)
        bytes--;
    return bytes == 0 ? text.bytes : bytes; /* 0: it is no UTF-8 */
}

/* A text as encoded words, each on a line of its own but the first. */
static void put_words(struct buf *out, str text)
{
    for (bool is_first = true; text.bytes > 0; is_first = false) {
        size_t bytes = word_bytes(text);
        bytes = bytes > LINE_BYTES ? LINE_BYTES : bytes;
        buf_text(out, is_first ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        put_base64(out, text.at, bytes);
        buf_text(out, "?=");
        text = (str){text.at + bytes, text.bytes - bytes};
    }
}

/* "Sun, 22 Nov 2026 14:49:16 +0000" */
static void put_date(struct buf *out, int64_t time_us)
{
    static const char *const DAYS[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const MONTHS[] = {"",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char t[TIME_TEXT_BYTES]; /* 2026-01-05T03:20:11Z */
    time_text(time_us, t);
    buf_printf(out, "Date: %s, %.2s %s %.4s %.8s +0000\r\n", DAYS[time_us / US_PER_DAY % 7], t + 8,
               MONTHS[(t[5] - '0') * 10 + t[6] - '0'], t, t + 11);
}

/* Lines of a text end with CRLF, and stand in base64. */
static void put_part(struct buf *out, const char *boundary, const char *type, str text)
{
    struct buf lines;
    buf_init(&lines, EMAIL_MESSAGE_BYTES_MAX);
    for (size_t i = 0; i < text.bytes; i++)
        buf_put(&lines, text.at[i] == '\n' ? "\r\n" : &text.at[i], text.at[i] == '\n' ? 2 : 1);
    buf_printf(out,
               "--%s\r\nContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: "
               "base64\r\n\r\n",
               boundary, type);
    for (size_t i = 0; i < lines.bytes; i += LINE_BYTES) {
        const size_t rest = lines.bytes - i;
        put_base64(out, lines.at + i, rest < LINE_BYTES ? rest : LINE_BYTES);
        buf_text(out, "\r\n");
    }
    if (lines.is_broken)
        buf_break(out);
    buf_done(&lines);
}

void email_message_put(struct buf *out, const struct email_message *m)
{
    char boundary[ID_TEXT_BYTES];
    id_text(m->id, boundary); /* alone on a line it is not base64: that has no "--" */
    put_date(out, m->now_us);
    buf_text(out, "From: ");
    put_words(out, m->name);
    buf_printf(out, "\r\n <%s>\r\nTo: <%s>\r\nSubject: ", m->from, m->to);
    put_words(out, m->subject);
    buf_printf(out, "\r\nMessage-ID: <%s@%s>\r\n", boundary, strchr(m->from, '@') + 1);
    buf_printf(out,
               "MIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nContent-Language: %s\r\n",
               m->language);
    buf_printf(out, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", boundary);
    put_part(out, boundary, "text/plain", m->text);
    put_part(out, boundary, "text/html", m->html);
    buf_printf(out, "--%s--\r\n", boundary);
}
