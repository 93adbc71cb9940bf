/* impure: see impure.c. */
#ifndef TB_TEST_IMPURE_H
#define TB_TEST_IMPURE_H

#include <stddef.h>
#include <stdint.h>

size_t impure_but_for_this(const char *text);
int64_t impure_clock(void);
const char *impure_environment(const char *name);
int impure_randomness(void);
int impure_io(const char *path);
const char *impure_client(void);
uint32_t impure_unknown(const char *address);

#endif
