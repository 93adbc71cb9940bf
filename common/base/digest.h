/* digest: SHA-256 as hex, to tell whether two contents are the same. libcrypto does it.
 *
 *   struct digest digest;
 *   digest_init(&digest);
 *   digest_add(&digest, bytes, len);
 *   digest_end(&digest, out);
 *
 * The process ends only when libcrypto itself is out of memory.
 */
#ifndef TB_DIGEST_H
#define TB_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum {
    DIGEST_TEXT_MAX = 33, /* 32 hex digits (the first 128 bits) and a NUL */
};

struct digest {
    struct evp_md_ctx_st *context;
};

void digest_init(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t len);
/* A number in eight bytes, the same on every machine. */
void digest_add_int(struct digest *digest, int64_t number);
/* A text with its length before it, so that "ab","c" differs from "a","bc". */
void digest_add_text(struct digest *digest, const char *text);
/* Frees what digest_init took. Returns out. */
const char *digest_end(struct digest *digest, char out[DIGEST_TEXT_MAX]);

/* All at once. */
const char *digest_hex(const void *bytes, size_t len, char out[DIGEST_TEXT_MAX]);

#endif
