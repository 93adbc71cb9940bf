/* sign: whether a text was signed by who knows the key: HMAC-SHA256, base64. libcrypto
 * does it.
 */
#ifndef TB_SIGN_H
#define TB_SIGN_H

#include <stdbool.h>
#include <stddef.h>

struct sign_key {
    const char *bytes;
    size_t len;
};

/* The time it takes does not depend on how much of the signature is right. */
bool sign_matches(const struct sign_key *key, const void *bytes, size_t len,
                  const char *signature);

#endif
