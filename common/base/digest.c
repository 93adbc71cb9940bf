/* digest: see digest.h. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

const char *digest_hex(const void *bytes, size_t len, char out[DIGEST_TEXT_MAX])
{
    unsigned char md[EVP_MAX_MD_SIZE];
    if (EVP_Digest(bytes, len, md, NULL, EVP_sha256(), NULL) != 1)
        abort();
    for (size_t i = 0; i < (DIGEST_TEXT_MAX - 1) / 2; i++)
        snprintf(out + 2 * i, 3, "%02x", md[i]);
    return out;
}
