/* digest: SHA-256 as hex, to tell whether two contents are the same. libcrypto does it.
 */
#ifndef TB_DIGEST_H
#define TB_DIGEST_H

#include <stddef.h>

enum {
    DIGEST_TEXT_MAX = 33, /* 32 hex digits (the first 128 bits) and a NUL */
};

/* Ends the process only when libcrypto itself is out of memory. */
const char *digest_hex(const void *bytes, size_t len, char out[DIGEST_TEXT_MAX]);

#endif
