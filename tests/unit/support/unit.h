/* unit: what the unit tests share: cmocka with what it needs, and asserts on enum rc. */
#ifndef TB_UNIT_H
#define TB_UNIT_H

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Fails with the error's text when a call did not give the rc expected. */
void unit_expect_rc(enum rc want, enum rc got, const struct err *e, const char *call,
                    const char *file, int line);

#define assert_rc(want, call, e) \
    unit_expect_rc((want), (call), (e), #call, __FILE__, __LINE__)
#define assert_ok(call, e) assert_rc(RC_OK, call, e)

/* part is in text; otherwise fails and shows both. */
#define assert_contains(text, part) \
    unit_contains((text), (part), true, __FILE__, __LINE__)
#define assert_lacks(text, part) unit_contains((text), (part), false, __FILE__, __LINE__)
void unit_contains(const char *text, const char *part, bool want, const char *file,
                   int line);

/* A new empty folder for this test program, removed by unit_remove_folder. */
const char *unit_folder(void);
void unit_remove_folder(void);
/* A path in it; valid until four further calls. */
const char *unit_path(const char *name);

/* A TCP port of 127.0.0.1 that was free a moment ago. */
int unit_free_port(void);

/* False: LeakSanitizer overlooks what is allocated from here on (a library's own leaks);
 * true: it counts again. Nothing in other builds. */
void unit_count_leaks(bool count);

/* The file beside the tests' sources, whole; the caller frees. */
char *unit_data(const char *name);

#endif
