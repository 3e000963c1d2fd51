/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

enum { PATHS_BYTES_MAX = 65536 };

#define KEY_FAIL(message) FAIL(E_CRYPTO, "key file", (message))

static bool read_whole(int fd, uint8_t *ret, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t n = read(fd, ret + done, bytes - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool write_whole(int fd, const uint8_t *at, size_t bytes)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t n = write(fd, at + done, bytes - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static result check_and_read(int fd, uint8_t ret[KEY_FILE_BYTES])
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return KEY_FAIL("the key file is not a regular file");
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return KEY_FAIL("the key file is open to group or others; its mode must be 0600");
    if (st.st_size != KEY_FILE_BYTES)
        return KEY_FAIL("the key file has the wrong size; it must be 32 bytes");
    if (!read_whole(fd, ret, KEY_FILE_BYTES)) {
        sodium_memzero(ret, KEY_FILE_BYTES);
        return KEY_FAIL("the key file cannot be read");
    }
    return OK;
}

/* O_NONBLOCK, so that a pipe in the file's place is refused instead of waited for. */
static result open_and_read(const char *path, uint8_t ret[KEY_FILE_BYTES], bool *ret_is_there)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *ret_is_there = fd >= 0 || errno != ENOENT;
    if (fd < 0)
        return KEY_FAIL("the key file cannot be opened");
    const result done = check_and_read(fd, ret);
    (void)close(fd);
    return done;
}

static bool sync_directory(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *directory = ".";
    if (slash != NULL) /* the slash itself stays, for a file in the root */
        directory = arena_cstr(arena, (str){path, (size_t)(slash - path) + 1});
    if (directory == NULL)
        return false;
    const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool is_synced = fsync(fd) == 0;
    (void)close(fd);
    return is_synced;
}

static bool write_new_key(const char *path)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return false;
    uint8_t key[KEY_FILE_BYTES];
    randombytes_buf(key, sizeof key);
    const bool is_written = write_whole(fd, key, sizeof key) && fsync(fd) == 0;
    sodium_memzero(key, sizeof key);
    return close(fd) == 0 && is_written;
}

/* The key is written under a name of its own and linked to its place, which fails if another
 * process was faster; so the file is never seen half written. */
static result make(struct arena *arena, const char *path)
{
    const char *draft = arena_printf(arena, "%s.new.%ld.%08x", path, (long)getpid(),
                                     (unsigned)randombytes_random());
    if (draft == NULL)
        return E_NO_MEMORY;
    bool is_made = write_new_key(draft);
    if (is_made)
        is_made = link(draft, path) == 0 || errno == EEXIST;
    (void)unlink(draft);
    if (!is_made || !sync_directory(arena, path))
        return KEY_FAIL("the key file cannot be made");
    return OK;
}

result keyfile_read(const char *path, uint8_t ret[KEY_FILE_BYTES])
{
    bool is_there = false;
    const result first = open_and_read(path, ret, &is_there);
    if (is_there)
        return first;
    struct arena *arena = arena_new(PATHS_BYTES_MAX);
    if (arena == NULL)
        return E_NO_MEMORY;
    const result made = make(arena, path);
    arena_free(arena);
    TRY(made);
    return open_and_read(path, ret, &is_there);
}
