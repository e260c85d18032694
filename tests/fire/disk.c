/* A disk that fails when told: the n-th write or sync of a file below a folder is refused, or ends the process as kill -9 does.
   Loaded before the C library (LD_PRELOAD). fire_arm() begins to count; FIRE_FOLDER, FIRE_AT, FIRE_HOW and FIRE_ON do so at the start. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITES = 1, SYNCS = 2, TRIMS = 4 };
enum { KILL = 1, ONCE = 2, FROM_THEN = 4, HALF = 8 };

static char folder[4096];
static long at = 0, seen = 0;
static int how = 0, on = 0, code = 0;

void fire_arm(const char *below, long place, int manner, int kinds, int error) {
    strncpy(folder, below, sizeof folder - 1);
    seen = 0, at = place, how = manner, on = kinds, code = error;
}

long fire_seen(void) { return seen; }

__attribute__((constructor)) static void from_environment(void) {
    if (getenv("FIRE_FOLDER"))
        fire_arm(getenv("FIRE_FOLDER"), atol(getenv("FIRE_AT")), atoi(getenv("FIRE_HOW")), atoi(getenv("FIRE_ON")), atoi(getenv("FIRE_CODE")));
}

static int below(const char *path) { return folder[0] && !strncmp(path, folder, strlen(folder)); }

static int ours(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

/* Whether this call is to fail. */
static int fails(int kind, int is_ours) {
    if (!at || !(on & kind) || !is_ours) return 0;
    seen++;
    if (seen < at || (seen > at && !(how & FROM_THEN))) return 0;
    if (how & KILL) kill(getpid(), SIGKILL);
    return 1;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define REFUSED { errno = code; return -1; }

ssize_t write(int file, const void *data, size_t size) {
    REAL(write);
    if (at && fails(WRITES, ours(file))) {
        if ((how & HALF) && size > 1) return real(file, data, size / 2);
        REFUSED
    }
    return real(file, data, size);
}
ssize_t pwrite64(int file, const void *data, size_t size, off64_t place) {
    REAL(pwrite64);
    if (at && fails(WRITES, ours(file))) {
        if ((how & HALF) && size > 1) real(file, data, size / 2, place);
        REFUSED
    }
    return real(file, data, size, place);
}
ssize_t pwrite(int file, const void *data, size_t size, off_t place) { return pwrite64(file, data, size, place); }
ssize_t writev(int file, const struct iovec *parts, int count) {
    REAL(writev);
    if (at && fails(WRITES, ours(file))) REFUSED
    return real(file, parts, count);
}
int fsync(int file) {
    REAL(fsync);
    if (at && fails(SYNCS, ours(file))) REFUSED
    return real(file);
}
int fdatasync(int file) {
    REAL(fdatasync);
    if (at && fails(SYNCS, ours(file))) REFUSED
    return real(file);
}
int ftruncate64(int file, off64_t size) {
    REAL(ftruncate64);
    if (at && fails(TRIMS, ours(file))) REFUSED
    return real(file, size);
}
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }
int unlink(const char *path) {
    REAL(unlink);
    if (at && fails(TRIMS, below(path))) REFUSED
    return real(path);
}
