/* SPDX-License-Identifier: Apache-2.0 */
/* file.c: files that options name. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/cli.h"

enum { PIECE = 65536 };

result file_read(const char *path, const char *param, struct buf *ret)
{
    char piece[PIECE];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return FAIL(E_USAGE, param, "this file cannot be read");
    ssize_t got = 1;
    while (got != 0 && !ret->is_broken && ret->bytes < ret->max) {
        const size_t room = ret->max - ret->bytes;
        got = read(fd, piece, room < sizeof piece ? room : sizeof piece);
        if (got > 0)
            buf_put(ret, piece, (size_t)got);
        else if (got < 0 && errno != EINTR)
            break;
    }
    (void)close(fd);
    if (ret->is_broken)
        return E_NO_MEMORY;
    return got < 0 ? FAIL(E_USAGE, param, "this file cannot be read") : OK;
}
