/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/mail.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_FAIL(text) FAIL(E_USAGE, "--smtp-password-file", (text))

static result read_file(int fd, char ret[SMTP_PASSWORD_BYTES_MAX + 2])
{
    struct stat found;
    if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode) || (found.st_mode & 077) != 0)
        return FILE_FAIL("this must be a file that nobody else can read (mode 0600)");
    const ssize_t bytes = read(fd, ret, SMTP_PASSWORD_BYTES_MAX + 1);
    if (bytes < 0)
        return FILE_FAIL("the file cannot be read");
    ret[bytes] = '\0';
    ret[strcspn(ret, "\r\n")] = '\0';
    return ret[0] == '\0' || bytes > SMTP_PASSWORD_BYTES_MAX
               ? FILE_FAIL("the first line must be the password, at most 1024 characters")
               : OK;
}

static result read_password(const struct args *args, struct mail_options *ret)
{
    const struct option_value *path = &args->values[OPT_SMTP_PASSWORD];
    if (!path->is_given)
        return OK;
    ret->password_secret = arena_alloc(args->arena, SMTP_PASSWORD_BYTES_MAX + 2);
    if (ret->password_secret == NULL)
        return E_NO_MEMORY;
    ret->smtp.password = ret->password_secret;
    const int fd = open(path->text.at, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return FILE_FAIL("the file cannot be opened");
    const result r = read_file(fd, ret->password_secret);
    (void)close(fd);
    return r;
}

result mail_options_read(const struct args *args, struct mail_options *ret)
{
    const struct option_value *const values = args->values;
    const bool has_smtp = values[OPT_SMTP].is_given, has_test = values[OPT_SMTP_TEST].is_given;
    *ret = (struct mail_options){
        .has_smtp = has_smtp,
        .smtp = {.url = values[OPT_SMTP].text.at, .from = values[OPT_MAIL_FROM].text.at},
        .ways = {.live = has_smtp ? EMAIL_QUEUED : EMAIL_OMITTED,
                 .test = has_test ? EMAIL_QUEUED : EMAIL_KEPT},
    };
    if (!has_smtp &&
        (values[OPT_SMTP_PASSWORD].is_given || values[OPT_MAIL_FROM].is_given || has_test))
        return FAIL(E_USAGE, "--smtp", "the other options of e-mail need it");
    return read_password(args, ret);
}

void mail_options_wipe(struct mail_options *options)
{
    if (options->password_secret != NULL)
        explicit_bzero(options->password_secret, SMTP_PASSWORD_BYTES_MAX + 2);
}
