/* instant: UTC times as text and as int64 milliseconds since 1970. Pure: it never asks
 * what time it is. 0 stands for "none". */
#ifndef TB_INSTANT_H
#define TB_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    INSTANT_TEXT_MAX = 32,
};

/* "2026-11-22T10:00:00Z", with up to nine decimals of a second, with Z or +hh:mm.
 * Digits past the millisecond are dropped. False: not such a time, or not after
 * 1970-01-01T00:00:00Z (0 is "none"). */
bool instant_parse(const char *text, int64_t *out_ms);

/* "2026-11-22T10:00:00Z", or with milliseconds when there are any: "...00.125Z". */
const char *instant_format(int64_t ms, char out[INSTANT_TEXT_MAX]);

/* "2026-11-22T10:00:00+00:00": the form of the order-polling interface. */
const char *instant_format_offset(int64_t ms, char out[INSTANT_TEXT_MAX]);

#endif
