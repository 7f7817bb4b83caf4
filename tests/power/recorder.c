/* Records what a process does to the files in one folder, and what it sends on sockets, in the order of both.
 *
 *   RECORD_TO=log RECORD_FOLDER=/folder/ LD_PRELOAD=recorder.so PROGRAM
 *
 * The log is a row of entries: kind, thread, length of the name, offset, size, name, data.
 *   W data written to a file   T a file was cut to `offset`   F a sync of a file begins   S it has ended
 *   N data is about to be sent
 * A write stands where it was done, something sent before it is: so nothing seems to be safer than it was. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 4096
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static char *names[FILES];
static const char *folder;
static int log_file = -1;

struct entry {
    char kind;
    int32_t thread;
    uint32_t name;
    uint64_t offset, size;
} __attribute__((packed));

__attribute__((constructor)) static void begin(void) {
    const char *to = getenv("RECORD_TO");
    folder = getenv("RECORD_FOLDER");
    if (to && folder) {
        int file = syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_APPEND, 0600);
        log_file = syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, 1000);
        syscall(SYS_close, file);
    }
}

static void put(char kind, const char *name, uint64_t offset, const struct iovec *parts, int count) {
    struct iovec all[64];
    struct entry head = {kind, (int32_t)syscall(SYS_gettid), (uint32_t)strlen(name), offset, 0};
    if (count > 62) _exit(97);
    all[0] = (struct iovec){&head, sizeof head};
    all[1] = (struct iovec){(void *)name, head.name};
    for (int i = 0; i < count; i++) {
        all[i + 2] = parts[i];
        head.size += parts[i].iov_len;
    }
    uint64_t whole = sizeof head + head.name + head.size;
    /* A short write would make the log unreadable: end at once. */
    if ((uint64_t)syscall(SYS_writev, log_file, all, count + 2) != whole) _exit(98);
}

static const char *name_of(int file) { return file >= 0 && file < FILES ? names[file] : NULL; }

static void opened(int file, const char *path) {
    if (log_file < 0 || file < 0 || file >= FILES) return;
    pthread_mutex_lock(&one_at_a_time);
    free(names[file]);
    names[file] = strncmp(path, folder, strlen(folder)) ? NULL : strdup(path + strlen(folder));
    pthread_mutex_unlock(&one_at_a_time);
}

static void sends(int file, const struct iovec *parts, int count) {
    struct stat about;
    if (log_file < 0 || fstat(file, &about) || !S_ISSOCK(about.st_mode)) return;
    pthread_mutex_lock(&one_at_a_time);
    put('N', "", 0, parts, count);
    pthread_mutex_unlock(&one_at_a_time);
}

#define OPEN(call)                                            \
    int call(const char *path, int flags, ...) {              \
        mode_t mode = 0;                                      \
        if (flags & (O_CREAT | O_TMPFILE)) {                  \
            va_list more;                                     \
            va_start(more, flags);                            \
            mode = va_arg(more, mode_t);                      \
            va_end(more);                                     \
        }                                                     \
        int file = REAL(call)(path, flags, mode);             \
        opened(file, path);                                   \
        return file;                                          \
    }
OPEN(open)
OPEN(open64)

int close(int file) {
    if (file >= 0 && file == log_file) return 0;
    if (name_of(file)) opened(file, "");
    return REAL(close)(file);
}

/* Done and written down under one lock: the log has the order in which it was done. */
#define WRITE(call, type)                                                                 \
    ssize_t call(int file, const void *data, size_t size, type offset) {                  \
        const char *name = name_of(file);                                                 \
        if (!name) return REAL(call)(file, data, size, offset);                           \
        pthread_mutex_lock(&one_at_a_time);                                               \
        ssize_t done = REAL(call)(file, data, size, offset);                              \
        if (done > 0) put('W', name, offset, &(struct iovec){(void *)data, done}, 1);     \
        pthread_mutex_unlock(&one_at_a_time);                                             \
        return done;                                                                      \
    }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

#define CUT(call, type)                                           \
    int call(int file, type size) {                               \
        const char *name = name_of(file);                         \
        if (!name) return REAL(call)(file, size);                 \
        pthread_mutex_lock(&one_at_a_time);                       \
        int failed = REAL(call)(file, size);                      \
        if (!failed) put('T', name, size, NULL, 0);               \
        pthread_mutex_unlock(&one_at_a_time);                     \
        return failed;                                            \
    }
CUT(ftruncate, off_t)
CUT(ftruncate64, off64_t)

#define SYNC(call)                                    \
    int call(int file) {                              \
        const char *name = name_of(file);             \
        if (!name) return REAL(call)(file);           \
        pthread_mutex_lock(&one_at_a_time);           \
        put('F', name, 0, NULL, 0);                   \
        pthread_mutex_unlock(&one_at_a_time);         \
        int failed = REAL(call)(file);                \
        pthread_mutex_lock(&one_at_a_time);           \
        if (!failed) put('S', name, 0, NULL, 0);      \
        pthread_mutex_unlock(&one_at_a_time);         \
        return failed;                                \
    }
SYNC(fsync)
SYNC(fdatasync)

ssize_t write(int file, const void *data, size_t size) {
    const char *name = name_of(file);
    if (name) {
        pthread_mutex_lock(&one_at_a_time);
        off_t offset = lseek(file, 0, SEEK_CUR);
        ssize_t done = REAL(write)(file, data, size);
        if (done > 0) put('W', name, offset, &(struct iovec){(void *)data, done}, 1);
        pthread_mutex_unlock(&one_at_a_time);
        return done;
    }
    sends(file, &(struct iovec){(void *)data, size}, 1);
    return REAL(write)(file, data, size);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    sends(file, parts, count);
    return REAL(writev)(file, parts, count);
}

ssize_t send(int file, const void *data, size_t size, int flags) {
    sends(file, &(struct iovec){(void *)data, size}, 1);
    return REAL(send)(file, data, size, flags);
}

ssize_t sendmsg(int file, const struct msghdr *message, int flags) {
    sends(file, message->msg_iov, (int)message->msg_iovlen);
    return REAL(sendmsg)(file, message, flags);
}
