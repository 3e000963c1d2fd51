/* SPDX-License-Identifier: Apache-2.0 */
/* metric_process.c: what every Prometheus client tells about its process. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/metric.h"

enum { STATM_BYTES = 128, NS_PER_US = 1000 };

/* The second number of /proc/self/statm, in pages. */
static int64_t resident_bytes(void)
{
    char text[STATM_BYTES];
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    const ssize_t bytes = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0)
        (void)close(fd);
    int64_t number[2] = {0, 0};
    size_t which = 0;
    for (ssize_t i = 0; i < bytes && which < COUNT(number); i++) {
        if (text[i] >= '0' && text[i] <= '9')
            number[which] = number[which] * 10 + (text[i] - '0');
        else
            which++;
    }
    return number[1] * (int64_t)sysconf(_SC_PAGESIZE);
}

/* Without the one that reads them. */
static int64_t open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int64_t count = -1;
    if (directory == NULL)
        return 0;
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    (void)closedir(directory);
    return count;
}

void metric_process(void)
{
    struct timespec cpu = {0};
    struct rlimit limit = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    metric_set(METRIC_PROCESS_CPU, LABELS_NONE,
               (int64_t)cpu.tv_sec * US_PER_S + cpu.tv_nsec / NS_PER_US);
    metric_set(METRIC_PROCESS_RSS, LABELS_NONE, resident_bytes());
    metric_set(METRIC_PROCESS_FDS, LABELS_NONE, open_descriptors());
    metric_set(METRIC_PROCESS_FDS_MAX, LABELS_NONE,
               limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur);
}
