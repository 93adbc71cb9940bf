/* stop: a flag set by the signal handlers; see stop.h. */
#include "io/stop.h"

#include "io/clock.h"

#include <signal.h>
#include <time.h>

enum {
    STEP_MS =
        100, /* a signal may land on another thread: the sleep is then not cut short */
};

static volatile sig_atomic_t requested;

static void on_signal(int number)
{
    if (requested) { /* asked twice: the system's own way to end it, exit status too */
        signal(number, SIG_DFL);
        raise(number);
    }
    requested = 1;
}

void stop_install(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN; /* a peer that went away is told by EPIPE */
    sigaction(SIGPIPE, &action, NULL);
}

bool stop_requested(void)
{
    return requested != 0;
}

bool stop_sleep_ms(int64_t ms)
{
    int64_t until_ms = clock_monotonic_ms() + ms;
    while (!stop_requested()) {
        int64_t left_ms = until_ms - clock_monotonic_ms();
        if (left_ms <= 0)
            return true;
        if (left_ms > STEP_MS)
            left_ms = STEP_MS;
        struct timespec step = {.tv_nsec = (long)left_ms * 1000000};
        nanosleep(&step, NULL);
    }
    return false;
}
