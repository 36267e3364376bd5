/*
 * Loaded before the C library of a daemon: numbers its durable steps and, told to, kills the process right before or
 * right after one of them. A step is a sync, a rename, the first write of a database log after its last sync, or a write
 * to a TCP socket. The environment variable OSTEON_STEPS names the control file; steps are appended to it with ".log".
 *
 * Control file, eight-byte numbers in the machine's order: 0 recording, 1 number of the step to die at (0 for none),
 * 2 whether after it, 3 steps so far, 4 steps of the wanted kind so far; then, as texts, from byte 40 the wanted kind and
 * from byte 104 a part of the wanted path. With a kind, the number counts steps of that kind and path only.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define CONTROL_BYTES 4096
#define PATH_BYTES 512

struct control {
    _Atomic uint64_t recording, target, after, count, of_kind;
    char kind[64];
    char place[64];
};

struct step {
    uint64_t number;
    int last;
};

static struct control *control;
static int log_fd = -1;
static _Atomic int log_open; /* whether frames were written since the database log's last sync */

__attribute__((constructor)) static void begin_process(void) {
    const char *file = getenv("OSTEON_STEPS");
    if (file == NULL) {
        return;
    }
    char log[PATH_BYTES];
    snprintf(log, sizeof log, "%s.log", file);
    int fd = open(file, O_RDWR | O_CLOEXEC);
    log_fd = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || log_fd < 0) {
        static const char text[] = "durable steps: the control file cannot be opened\n";
        syscall(SYS_write, 2, text, sizeof text - 1);
        _exit(1);
    }
    void *page = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    control = page == MAP_FAILED ? NULL : page;
}

static int on(void) { return control != NULL && atomic_load(&control->recording) != 0; }

static void note(const char *what, uint64_t number, const char *kind, const char *path) {
    char line[PATH_BYTES + 64];
    int length = snprintf(line, sizeof line, "%s %llu %s %s\n", what, (unsigned long long)number, kind, path);
    if (length > (int)sizeof line - 1) {
        length = sizeof line - 1;
    }
    syscall(SYS_write, log_fd, line, (size_t)length);
}

static void die(const char *when, uint64_t number, const char *kind, const char *path) {
    note(when, number, kind, path);
    kill(getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

static struct step enter(const char *kind, const char *path) {
    struct step step = {atomic_fetch_add(&control->count, 1) + 1, 0};
    uint64_t number = step.number;
    if (control->kind[0] != 0) {
        int wanted = strcmp(control->kind, kind) == 0 && strstr(path, control->place) != NULL;
        number = wanted ? atomic_fetch_add(&control->of_kind, 1) + 1 : 0;
    }
    uint64_t target = atomic_load(&control->target);
    step.last = target != 0 && number == target;
    if (step.last && !atomic_load(&control->after)) {
        die("before", step.number, kind, path);
    }
    return step;
}

static void leave(struct step step, const char *kind, const char *path) {
    if (step.last) {
        die("after", step.number, kind, path);
    }
    note("done", step.number, kind, path);
}

static void name(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_BYTES - 1);
    path[length < 0 ? 0 : length] = 0;
}

static int is_log(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, "-wal") == 0;
}

static int is_tcp(int fd) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    return getsockname(fd, (struct sockaddr *)&address, &length) == 0
        && (address.ss_family == AF_INET || address.ss_family == AF_INET6);
}

#define REAL(result, function, ...)                                                                                    \
    static result (*real)(__VA_ARGS__);                                                                                \
    if (real == NULL) {                                                                                                \
        real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #function);                                                    \
    }

#define SYNC(function)                                                                                                 \
    int function(int fd) {                                                                                             \
        REAL(int, function, int)                                                                                       \
        if (!on()) {                                                                                                   \
            return real(fd);                                                                                           \
        }                                                                                                              \
        char path[PATH_BYTES];                                                                                         \
        name(fd, path);                                                                                                \
        const char *kind = is_log(path) ? "commit" : "sync";                                                           \
        struct step step = enter(kind, path);                                                                          \
        int result = real(fd);                                                                                         \
        if (is_log(path)) {                                                                                            \
            atomic_store(&log_open, 0);                                                                                \
        }                                                                                                              \
        leave(step, kind, path);                                                                                       \
        return result;                                                                                                 \
    }

SYNC(fsync)
SYNC(fdatasync)

#define RENAME(function, parameters, arguments, target, ...)                                                           \
    int function parameters {                                                                                          \
        REAL(int, function, __VA_ARGS__)                                                                               \
        if (!on()) {                                                                                                   \
            return real arguments;                                                                                     \
        }                                                                                                              \
        struct step step = enter("rename", target);                                                                    \
        int result = real arguments;                                                                                   \
        leave(step, "rename", target);                                                                                 \
        return result;                                                                                                 \
    }

RENAME(rename, (const char *from, const char *to), (from, to), to, const char *, const char *)
RENAME(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to), to, int, const char *, int,
       const char *)
RENAME(renameat2, (int a, const char *from, int b, const char *to, unsigned int flags), (a, from, b, to, flags), to, int,
       const char *, int, const char *, unsigned int)

/* The kind of a write to this descriptor, or null when it is no step. */
static const char *written(int fd, char *path) {
    struct stat facts;
    if (fstat(fd, &facts) != 0) {
        return NULL;
    }
    if (S_ISSOCK(facts.st_mode)) {
        strcpy(path, "connection");
        return is_tcp(fd) ? "send" : NULL;
    }
    if (!S_ISREG(facts.st_mode)) {
        return NULL;
    }
    name(fd, path);
    return is_log(path) && !atomic_exchange(&log_open, 1) ? "frames" : NULL;
}

#define WRITE(function, parameters, arguments, ...)                                                                    \
    ssize_t function parameters {                                                                                      \
        REAL(ssize_t, function, __VA_ARGS__)                                                                           \
        char path[PATH_BYTES];                                                                                         \
        const char *kind = on() ? written(fd, path) : NULL;                                                            \
        if (kind == NULL) {                                                                                            \
            return real arguments;                                                                                     \
        }                                                                                                              \
        struct step step = enter(kind, path);                                                                          \
        ssize_t result = real arguments;                                                                               \
        leave(step, kind, path);                                                                                       \
        return result;                                                                                                 \
    }

WRITE(write, (int fd, const void *bytes, size_t count), (fd, bytes, count), int, const void *, size_t)
WRITE(pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at), int, const void *, size_t,
      off_t)
WRITE(pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at), int, const void *, size_t,
      off64_t)
WRITE(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count), int, const struct iovec *, int)
WRITE(send, (int fd, const void *bytes, size_t count, int flags), (fd, bytes, count, flags), int, const void *, size_t,
      int)
WRITE(sendto,
      (int fd, const void *bytes, size_t count, int flags, const struct sockaddr *to, socklen_t length),
      (fd, bytes, count, flags, to, length), int, const void *, size_t, int, const struct sockaddr *, socklen_t)
WRITE(sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags), int, const struct msghdr *, int)
