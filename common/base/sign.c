/* sign: see sign.h. */
#include "base/sign.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHA256_BYTES = 32,
    BASE64_CHARS = 44, /* of so many bytes */
};

bool sign_matches(const struct sign_key *key, const void *bytes, size_t len,
                  const char *signature)
{
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned char text[BASE64_CHARS + 1];
    unsigned int md_len = 0;
    if (!HMAC(EVP_sha256(), key->bytes, (int)key->len, bytes, len, md, &md_len) ||
        md_len != SHA256_BYTES)
        abort(); /* libcrypto is out of memory: as in digest.h */
    EVP_EncodeBlock(text, md, SHA256_BYTES);
    return strlen(signature) == BASE64_CHARS &&
           CRYPTO_memcmp(text, signature, BASE64_CHARS) == 0;
}
