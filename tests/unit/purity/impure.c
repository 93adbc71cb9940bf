/* impure: does what a pure library must not, so that purity_test.sh can see it refused.
 * Never linked to anything. */
#include "purity/impure.h"

#include "io/clock.h"

#include <arpa/inet.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

size_t impure_but_for_this(const char *text)
{
    return strlen(text); /* allowed: the test would otherwise pass by refusing all */
}

int64_t impure_clock(void)
{
    return (int64_t)time(NULL) + clock_now_ms();
}

const char *impure_environment(const char *name)
{
    return getenv(name);
}

int impure_randomness(void)
{
    return rand();
}

int impure_io(const char *path)
{
    puts(path);
    return mkdir(path, S_IRWXU);
}

const char *impure_client(void)
{
    return rd_kafka_version_str();
}

uint32_t impure_unknown(const char *address)
{
    return inet_addr(address); /* harmless, but on no list: somebody has to judge it */
}
