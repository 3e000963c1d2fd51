/* SPDX-License-Identifier: Apache-2.0 */
#include "net/smtp.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <string.h>

#include "base/heap.h"

enum { CONNECT_MS = 10000, TOTAL_MS = 30000, IDLE_S = 30 };

struct smtp {
    CURL *easy;
    char url[SMTP_URL_BYTES_MAX + 8]; /* without the user */
    char user[SMTP_URL_BYTES_MAX];    /* "": none */
    char from[SMTP_ADDRESS_BYTES_MAX + 1];
    char password_secret[SMTP_PASSWORD_BYTES_MAX + 1];
    bool is_plain; /* smtp:// */
    _Atomic bool is_stopping;
    str rest;             /* of the message that is handed over */
    bool is_at_recipient; /* the last command named the address, */
    bool is_refused;      /* and the server will never take one for it */
};

/* ---- addresses ------------------------------------------------------------------------------ */

static bool is_letter_or_digit(char c)
{
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9');
}

static bool is_all(str text, const char *signs)
{
    for (size_t i = 0; i < text.bytes; i++)
        if (!is_letter_or_digit(text.at[i]) && (text.at[i] == 0 || !strchr(signs, text.at[i])))
            return false;
    return text.bytes > 0;
}

bool smtp_is_address(str text)
{
    const char *at = text.bytes == 0 ? NULL : memchr(text.at, '@', text.bytes);
    if (at == NULL || text.bytes > SMTP_ADDRESS_BYTES_MAX)
        return false;
    const str local = {text.at, (size_t)(at - text.at)};
    const str domain = {at + 1, text.bytes - local.bytes - 1};
    return is_all(local, "!#$%&'*+/=?^_`{|}~.-") && is_all(domain, ".-");
}

/* ---- open ----------------------------------------------------------------------------------- */

#define URL_FAIL(text) FAIL(E_USAGE, "--smtp", (text))

/* A part of the URL, or "" where it has none. False: it does not fit. */
static bool take_part(CURLU *parsed, CURLUPart part, unsigned flags, char *ret, size_t bytes)
{
    char *text = NULL;
    bool fits = true;
    ret[0] = '\0';
    if (curl_url_get(parsed, part, &text, flags) == CURLUE_OK) {
        fits = strlen(text) < bytes;
        if (fits)
            memcpy(ret, text, strlen(text) + 1);
        curl_free(text);
    }
    return fits;
}

static bool has_part(CURLU *parsed, CURLUPart part)
{
    char text[4];
    return !take_part(parsed, part, 0, text, sizeof text) ||
           (text[0] != '\0' && strcmp(text, "/") != 0);
}

static result read_parsed(CURLU *parsed, const char *url, struct smtp *ret)
{
    char scheme[8];
    if (strlen(url) > SMTP_URL_BYTES_MAX ||
        curl_url_set(parsed, CURLUPART_URL, url, 0) != CURLUE_OK ||
        !take_part(parsed, CURLUPART_SCHEME, 0, scheme, sizeof scheme))
        return URL_FAIL("this is not smtp://HOST:PORT or smtps://USER@HOST:PORT");
    if (strcmp(scheme, "smtp") != 0 && strcmp(scheme, "smtps") != 0)
        return URL_FAIL("it must begin with smtp:// or smtps://");
    if (has_part(parsed, CURLUPART_PASSWORD))
        return URL_FAIL("the password belongs into a file: --smtp-password-file");
    if (has_part(parsed, CURLUPART_PATH) || has_part(parsed, CURLUPART_QUERY) ||
        has_part(parsed, CURLUPART_FRAGMENT) || has_part(parsed, CURLUPART_OPTIONS))
        return URL_FAIL("nothing may follow the host and its port");
    ret->is_plain = strcmp(scheme, "smtp") == 0;
    if (!take_part(parsed, CURLUPART_USER, CURLU_URLDECODE, ret->user, sizeof ret->user) ||
        curl_url_set(parsed, CURLUPART_USER, NULL, 0) != CURLUE_OK ||
        !take_part(parsed, CURLUPART_URL, 0, ret->url, sizeof ret->url))
        return URL_FAIL("it is too long");
    return OK;
}

static result read_url(const char *url, struct smtp *ret)
{
    CURLU *parsed = curl_url();
    if (parsed == NULL)
        return FAIL(E_MEMORY, NULL, NULL);
    const result r = read_parsed(parsed, url, ret);
    curl_url_cleanup(parsed);
    return r;
}

static result read_config(const struct smtp_config *config, struct smtp *ret)
{
    if (config->from == NULL || !smtp_is_address(str_of(config->from)))
        return FAIL(E_USAGE, "--mail-from", "there must be an address that e-mail comes from");
    memcpy(ret->from, config->from, strlen(config->from) + 1);
    TRY(read_url(config->url, ret));
    if ((ret->user[0] != '\0') != (config->password != NULL))
        return URL_FAIL("a user name and --smtp-password-file belong together");
    if (config->password != NULL && strlen(config->password) > SMTP_PASSWORD_BYTES_MAX)
        return FAIL(E_USAGE, "--smtp-password-file", "the password is too long");
    if (config->password != NULL)
        memcpy(ret->password_secret, config->password, strlen(config->password) + 1);
    return OK;
}

result smtp_open(const struct smtp_config *config, struct smtp **ret)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
    struct smtp *smtp = HEAP_NEW(struct smtp);
    if (smtp == NULL)
        return FAIL(E_MEMORY, NULL, NULL);
    result r = read_config(config, smtp);
    if (r.code == E_OK) {
        smtp->easy = curl_easy_init();
        if (smtp->easy == NULL)
            r = FAIL(E_MEMORY, NULL, NULL);
    }
    if (r.code != E_OK) {
        smtp_close(smtp);
        return r;
    }
    *ret = smtp;
    return OK;
}

void smtp_close(struct smtp *smtp)
{
    if (smtp == NULL)
        return;
    curl_easy_cleanup(smtp->easy);
    explicit_bzero(smtp->password_secret, sizeof smtp->password_secret);
    heap_free(smtp);
    curl_global_cleanup();
}

const char *smtp_from(const struct smtp *smtp)
{
    return smtp->from;
}

void smtp_stop(struct smtp *smtp)
{
    atomic_store(&smtp->is_stopping, true);
}

/* ---- send ----------------------------------------------------------------------------------- */

static size_t give_message(char *at, size_t size, size_t count, void *context)
{
    struct smtp *smtp = context;
    const size_t room = size * count;
    const size_t bytes = smtp->rest.bytes < room ? smtp->rest.bytes : room;
    if (bytes > 0)
        memcpy(at, smtp->rest.at, bytes);
    smtp->rest = (str){smtp->rest.at + bytes, smtp->rest.bytes - bytes};
    return bytes;
}

/* What the server says in answer to EHLO, VRFY and so on is of no use. */
static size_t take_nothing(char *at, size_t size, size_t count, void *context)
{
    (void)at, (void)context;
    return size * count;
}

/* Whether the address was refused for good; the talk itself goes nowhere. */
static int note_command(CURL *easy, curl_infotype type, char *at, size_t bytes, void *context)
{
    static const char RECIPIENT[] = "RCPT TO:";
    const size_t length = sizeof RECIPIENT - 1;
    struct smtp *smtp = context;
    (void)easy;
    if (type == CURLINFO_HEADER_OUT)
        smtp->is_at_recipient = bytes >= length && memcmp(at, RECIPIENT, length) == 0;
    if (type == CURLINFO_HEADER_IN && smtp->is_at_recipient && bytes > 0 && at[0] == '5')
        smtp->is_refused = true;
    return 0;
}

static int end_when_stopped(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&((struct smtp *)context)->is_stopping) ? 1 : 0;
}

#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (curl_easy_setopt(smtp->easy, (option), (value)) != CURLE_OK)                           \
            return false;                                                                          \
    } while (0)

/* Encryption without a good certificate keeps out those who only listen; where nothing secret is
 * said, that is better than none. */
static bool set_encryption(struct smtp *smtp)
{
    const bool is_opportune = smtp->is_plain && smtp->user[0] == '\0';
    SET(CURLOPT_USE_SSL, is_opportune ? (long)CURLUSESSL_TRY : (long)CURLUSESSL_ALL);
    SET(CURLOPT_SSL_VERIFYPEER, is_opportune ? 0L : 1L);
    SET(CURLOPT_SSL_VERIFYHOST, is_opportune ? 0L : 2L);
    if (smtp->user[0] == '\0')
        return true;
    SET(CURLOPT_USERNAME, smtp->user);
    SET(CURLOPT_PASSWORD, smtp->password_secret);
    return true;
}

static bool set_all(struct smtp *smtp, struct curl_slist *recipients)
{
    curl_easy_reset(smtp->easy); /* keeps the connection */
    SET(CURLOPT_URL, smtp->url);
    SET(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    SET(CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
    SET(CURLOPT_MAXAGE_CONN, (long)IDLE_S);
    SET(CURLOPT_MAIL_FROM, smtp->from);
    SET(CURLOPT_MAIL_RCPT, recipients);
    SET(CURLOPT_UPLOAD, 1L);
    SET(CURLOPT_READFUNCTION, give_message);
    SET(CURLOPT_READDATA, smtp);
    SET(CURLOPT_WRITEFUNCTION, take_nothing);
    SET(CURLOPT_VERBOSE, 1L); /* to note_command alone */
    SET(CURLOPT_DEBUGFUNCTION, note_command);
    SET(CURLOPT_DEBUGDATA, smtp);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, end_when_stopped);
    SET(CURLOPT_XFERINFODATA, smtp);
    return set_encryption(smtp);
}

static enum smtp_end end_of(const struct smtp *smtp, CURLcode code, const char **ret_error)
{
    *ret_error = NULL;
    if (code == CURLE_OK)
        return SMTP_TAKEN;
    if (code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED) {
        *ret_error = code == CURLE_LOGIN_DENIED ? "the mail server refuses user and password"
                                                : "the mail server does not offer TLS";
        return SMTP_UNREACHABLE;
    }
    if (smtp->is_refused) {
        *ret_error = "the mail server refuses the address";
        return SMTP_REFUSED;
    }
    if (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_WEIRD_SERVER_REPLY) {
        *ret_error = "the mail server does not take it now";
        return SMTP_LATER;
    }
    *ret_error = "the mail server cannot be reached";
    return SMTP_UNREACHABLE;
}

enum smtp_end smtp_send(struct smtp *smtp, const char *to, str message, const char **ret_error)
{
    enum smtp_end end = SMTP_LATER;
    struct curl_slist *recipients = curl_slist_append(NULL, to);
    smtp->rest = message;
    smtp->is_at_recipient = smtp->is_refused = false;
    *ret_error = "there was no memory for it";
    if (recipients != NULL && set_all(smtp, recipients))
        end = end_of(smtp, curl_easy_perform(smtp->easy), ret_error);
    curl_slist_free_all(recipients);
    return end;
}
