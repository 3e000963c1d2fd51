/* SPDX-License-Identifier: Apache-2.0 */
/* document.h: documents are written to a file and read back by programs of others.
 *
 * Used by  test_xlsx, test_pdf */
#ifndef KESSAI_TEST_DOCUMENT_H
#define KESSAI_TEST_DOCUMENT_H

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "unit.h"

extern char **environ;

/* Writes a document into a file of its own, and gives what a program prints about it: argv has NULL
 * where the file's name stands. `ret` is the caller's. */
static inline void document_read(str document, const char *const *argv, struct buf *ret)
{
    char file[] = "/tmp/kessai-document-XXXXXX";
    const char *args[8] = {NULL};
    int out[2] = {-1, -1}, state = -1;
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    const int fd = mkstemp(file);
    CHECK(fd >= 0 && write(fd, document.at, document.bytes) == (ssize_t)document.bytes);
    CHECK(close(fd) == 0 && pipe(out) == 0);
    for (size_t i = 0, has_file = 0; argv[i] != NULL || has_file == 0; i++) {
        args[i] = argv[i] == NULL ? file : argv[i];
        has_file += argv[i] == NULL ? 1 : 0;
    }
    CHECK(posix_spawn_file_actions_init(&actions) == 0);
    CHECK(posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO) == 0);
    CHECK(posix_spawn_file_actions_addclose(&actions, out[0]) == 0);
    char **argv_of = NULL;
    memcpy(&argv_of, &(const char **){args}, sizeof argv_of);
    CHECK(posix_spawnp(&pid, args[0], &actions, NULL, argv_of, environ) == 0);
    CHECK(posix_spawn_file_actions_destroy(&actions) == 0 && close(out[1]) == 0);
    char piece[4096];
    for (ssize_t bytes; (bytes = read(out[0], piece, sizeof piece)) > 0;)
        buf_put(ret, piece, (size_t)bytes);
    CHECK(close(out[0]) == 0 && waitpid(pid, &state, 0) == pid);
    CHECK(unlink(file) == 0);
    if (!WIFEXITED(state) || WEXITSTATUS(state) != 0)
        UNIT_FAIL("%s ended with %d", args[0], state);
    CHECK(!ret->is_broken);
}

#endif
