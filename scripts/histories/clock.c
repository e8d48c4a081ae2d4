/* Shows a process another time of day: CLOCK_OFF_SECONDS from the machine's.
   Clocks that measure intervals are left alone; libraries that shift those too make sleeps fail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    int (*machines)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = machines(clock, now);
    const char *off = getenv("CLOCK_OFF_SECONDS");
    if (!failed && clock == CLOCK_REALTIME)
        now->tv_sec += off ? atol(off) : 0;
    return failed;
}
