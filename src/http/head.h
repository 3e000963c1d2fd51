/* SPDX-License-Identifier: Apache-2.0 */
/* head.h: the request line and the headers, and the refusal of everything that two programs could
 * read differently: that is how requests are smuggled past a proxy (RFC 9112 2.2, 6.3, 11.2).
 *
 * libmicrohttpd takes a request apart generously. A bare LF ends a line, what follows a NUL is
 * dropped, a folded line is glued to the name before it, blanks before the target are skipped. It
 * cuts the lines where they lie in its buffer, though, so each of these shows in the distance from
 * the end of one piece to the start of the next: in a sound head that is one blank or one CRLF.
 *
 * (A NUL right before a line's end is the one thing that cannot always be told.)
 *
 *     POST /a HTTP/1.1..Host: b..Content-Length: 2....
 *     ^method           ^name ^value                  ^end      (a dot is a CR or an LF)
 *
 * Used by  http, test/fuzz
 * Source   RFC 9110 5 (fields), RFC 9112 2.2 (lines), 3 (request line), 6 (length of the body) */
#ifndef KESSAI_HTTP_HEAD_H
#define KESSAI_HTTP_HEAD_H

#include "http/http.h"

/* What http wants to know of a head. Texts are as they stand in the request, outer blanks of the
 * values removed, but for the two that say where the body ends: those must not have any. */
struct head {
    enum verb verb;
    str host, authorization, content_type, content_length, content_encoding, transfer_encoding;
    str origin, komoju_key, idempotency_key, scenario, api_version, last_event_id, accept_encoding;
    str forwarded_for; /* the last one: the nearest proxy's */
    str target;
    unsigned header_count;
    bool is_1_1;       /* the version; otherwise it is 1.0 */
    bool is_broken;    /* something was wrong so far */
    bool is_chunked;   /* the body's length is not known */
    size_t body_bytes; /* declared; 0 if chunked */
    const char *end;   /* of the piece taken last */
};

/* The three steps. All texts but `target` point into the buffer the request came into.
 *   target_at  where the target lies in the buffer; its text may be a copy
 *   end        after the empty line that ends the head; NULL: not known
 * head_end() gives false if anything was wrong: the connection cannot be used any more. */
void head_start(struct head *head, str method, const char *target_at, str target, str version);
void head_line(struct head *head, str name, str value);
bool head_end(struct head *head, const char *end);

/* Reads a Content-Length: digits only, at most INT64_MAX. */
bool head_length_read(str text, size_t *ret);

#endif
