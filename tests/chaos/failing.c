/* Between PostgreSQL and the kernel: while a file of that name lies in ORDERS, every sync or every write at a place of a file is answered with
   an I/O error. Whoever else gets this library along in its environment is let be. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_postgres;

/* At the start: later PostgreSQL writes over its name. */
__attribute__((constructor)) static void look(void)
{
    is_postgres = strcmp(program_invocation_short_name, "postgres") == 0;
}

static int ordered(const char *order)
{
    return is_postgres && access(order, F_OK) == 0;
}

#define UNLESS(order, type, name, parameters, arguments) \
    type name parameters                                 \
    {                                                    \
        static type(*real) parameters;                   \
        if (ordered(ORDERS "/" order)) {                 \
            errno = EIO;                                 \
            return -1;                                   \
        }                                                \
        if (real == NULL)                                \
            *(void **)(&real) = dlsym(RTLD_NEXT, #name); \
        return real arguments;                           \
    }

UNLESS("syncs", int, fsync, (int fd), (fd))
UNLESS("syncs", int, fdatasync, (int fd), (fd))
UNLESS("writes", ssize_t, pwrite, (int fd, const void *bytes, size_t size, off_t at), (fd, bytes, size, at))
UNLESS("writes", ssize_t, pwrite64, (int fd, const void *bytes, size_t size, off64_t at), (fd, bytes, size, at))
UNLESS("writes", ssize_t, pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))
UNLESS("writes", ssize_t, pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at))
