/* metrics_process: the figures of the process itself, read from /proc when somebody asks.
 */
#include "io/clock.h"
#include "io/metrics.h"
#include "io/metrics_internal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int64_t cpu_ms(void)
{
    struct timespec ts = {0};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t resident_bytes(void)
{
    long long pages = 0;
    char line[128];
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fgets(line, sizeof(line), file)) {
        const char *second = strchr(line, ' ');
        pages = second ? strtoll(second, NULL, 10) : 0;
    }
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static int64_t open_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = -1; /* that of the folder itself */
    if (!folder)
        return 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static int64_t max_fds(void)
{
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}

void metrics_process(void)
{
    metrics_set(METRIC_PROCESS_CPU, cpu_ms());
    metrics_set(METRIC_PROCESS_MEMORY, resident_bytes());
    metrics_set(METRIC_PROCESS_FDS, open_fds());
    metrics_set(METRIC_PROCESS_FDS_MAX, max_fds());
}
